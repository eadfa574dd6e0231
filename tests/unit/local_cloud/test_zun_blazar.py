# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Faults that a healthy Blazar does not show: each must end as Unavailable. The HTTP is real, its peer is not."""

from __future__ import annotations

import http.server
import json
import sys
import threading
import time
from pathlib import Path

import pytest

pytest.importorskip("keystoneauth1")
sys.path.insert(0, str(Path(__file__).parents[3] / "roles" / "local_cloud" / "files" / "zun_edge"))

from chi_edge_zun.blazar import Blazar, Unavailable  # noqa: E402
from keystoneauth1 import adapter, noauth, session  # noqa: E402


class Peer(http.server.BaseHTTPRequestHandler):
    """Answers every request with what the server's attribute `answer` says: status, body, seconds to wait first."""

    def do_GET(self):
        status, body, delay = self.server.answer
        self.server.asked.append(self.path)
        time.sleep(delay)
        self.send_response(status)
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, *arguments):
        pass


@pytest.fixture(name="peer")
def fixture_peer():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Peer)
    server.asked = []
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture(name="blazar")
def fixture_blazar(peer):
    http_session = session.Session(auth=noauth.NoAuth(endpoint=f"http://127.0.0.1:{peer.server_port}/v1"), timeout=0.5)
    return Blazar(adapter.Adapter(http_session, service_type="reservation"))


def test_answer_is_unwrapped(peer, blazar):
    peer.answer = 200, json.dumps({"reservation": {"id": "x"}}), 0
    assert blazar.reservation("x") == {"id": "x"}
    assert peer.asked == ["/v1/devices/reservations/x"]


def test_unknown_reservation(peer, blazar):
    peer.answer = 404, json.dumps({"error_code": 404, "error_message": "Object with ... not found"}), 0
    assert blazar.reservation("x") is None


@pytest.mark.parametrize("question", ["devices", "allocations"])
def test_lists(peer, blazar, question):
    peer.answer = 200, json.dumps({question: [1]}), 0
    assert getattr(blazar, question)() == [1]


@pytest.mark.parametrize(
    "answer, said",
    [
        ((403, '{"error_message": "Policy doesn\'t allow ..."}', 0), "HTTP 403"),
        ((500, "oops", 0), "HTTP 500: oops"),
        ((200, "<html>", 0), "HTTP 200: <html>"),
        ((200, "[]", 0), "HTTP 200"),
        ((200, '{"reservation": {}}', 5), "Timeout"),
    ],
)
def test_no_usable_answer(peer, blazar, answer, said):
    peer.answer = answer
    with pytest.raises(Unavailable, match=said) as unavailable:
        blazar.reservation("x")
    assert str(unavailable.value).startswith("GET /devices/reservations/x: ")


def test_nobody_there():
    http_session = session.Session(auth=noauth.NoAuth(endpoint="http://127.0.0.1:1/v1"))
    with pytest.raises(Unavailable, match="ConnectFailure"):
        Blazar(adapter.Adapter(http_session, service_type="reservation")).devices()
