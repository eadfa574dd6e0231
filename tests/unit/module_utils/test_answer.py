# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where a container answers, and the waiting for it."""

from __future__ import annotations

import socket
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from ansible_collections.chi.edge.plugins.module_utils import _answer
from ansible_collections.chi.edge.plugins.module_utils._errors import EdgeError, WaitTimeout


@pytest.mark.parametrize(
    ("wish", "expected"),
    [
        ({}, None),
        ({"verify_port": 8080, "verify_url": None, "exposed_ports": None}, "http://1.2.3.4:8080/"),
        ({"verify_port": 80}, "http://1.2.3.4/"),
        ({"verify_url": "/health"}, "http://1.2.3.4/health"),
        ({"verify_url": "/health", "verify_port": 8080}, "http://1.2.3.4:8080/health"),
        ({"verify_url": "health", "exposed_ports": ["53/udp", "8080"]}, "http://1.2.3.4:8080/health"),
        ({"verify_url": ":9000/x", "verify_port": 8080}, "http://1.2.3.4:9000/x"),
        ({"verify_url": "https://{address}/x"}, "https://1.2.3.4/x"),
        ({"verify_url": "http://proxy/web"}, "http://proxy/web"),
        ({"exposed_ports": ["53/udp", "8080/TCP", 22]}, "http://1.2.3.4:8080/"),
        ({"exposed_ports": ["53/udp"]}, None),
    ],
)
def test_where_a_container_answers(wish, expected):
    assert _answer.url_of(wish, "1.2.3.4") == expected
    assert _answer.url_of(wish, None) is None


@pytest.fixture
def server():
    """Answers a path that is a number with that status."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(int(self.path[1:]))
            self.send_header("Location", "http://127.0.0.1:1/")
            self.end_headers()

        def log_message(self, format, *args):
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as running:
        threading.Thread(target=running.serve_forever, daemon=True).start()
        yield running.server_address[1]
        running.shutdown()


def ask(address="127.0.0.1", **wish):
    _answer.wait_for_answer("web", wish, address, None, 0.1, 0.1)


@pytest.mark.parametrize("status", [200, 204, 302])
def test_a_success_or_a_redirection_is_an_answer(server, status):
    ask(verify_url=f"/{status}", verify_port=server)


def test_who_is_not_to_be_verified_is_not_asked():
    ask(exposed_ports=["1/tcp"])


def test_who_listens_is_content(server):
    ask(verify_port=server)


def test_an_error_is_no_answer(server):
    with pytest.raises(WaitTimeout) as caught:
        ask(verify_url=f":{server}/503")
    assert caught.value.message.startswith(
        f'Waited 0.1 s for container "web" to answer at http://127.0.0.1:{server}/503, but it is answering with status 503.'
    )
    assert caught.value.result == {"answer": "answering with status 503"}


def test_who_refuses_is_told():
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    with pytest.raises(
        WaitTimeout, match=f"to listen on port {port} of 127.0.0.1, but it is not to be reached: Connection refused"
    ):
        ask(verify_port=port)
    with pytest.raises(WaitTimeout, match="but it is refusing the connection"):
        ask(verify_url=f":{port}/")


def test_what_cannot_be_asked_is_told_at_once():
    with pytest.raises(EdgeError, match='Container "web" has no address'):
        ask(address=None, verify_port=80)
    with pytest.raises(EdgeError, match="verify_url: No connection adapters were found for 'ftp://web/'"):
        ask(verify_url="ftp://web/")
