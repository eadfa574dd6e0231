# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The clean-up at the end of a lease, against a stand-in for Zun that fails on demand.

The real Zun cannot be made to refuse, to break down or to lose its memory in the middle of a clean-up. That containers
really go with their lease is shown by the integration tests, on the real one.
"""

from __future__ import annotations

import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import pytest
from chi_edge_blazar import containers
from keystoneauth1 import session, token_endpoint

PROJECT = "p"


class Zun:
    """Keeps containers; `faults` are the statuses of the next answers to a DELETE, `undead` stay for ever."""

    def __init__(self):
        self.containers: dict[str, dict[str, str]] = {}
        self.faults: list[int] = []
        self.undead: set[str] = set()
        self.asked: list[str] = []
        self.broken = 0
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"zun": self}))
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def add(self, name: str, host: str | None = "pi-1", project: str = PROJECT, status: str = "Running") -> None:
        self.containers[name] = {"uuid": name, "name": name, "host": host, "project_id": project, "status": status}

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


class _Handler(BaseHTTPRequestHandler):
    zun: Zun

    def log_message(self, *arguments) -> None:
        """Keep quiet."""

    def do_GET(self) -> None:
        if self.zun.broken:
            self.zun.broken -= 1
            return self._answer(503)
        query = parse_qs(urlsplit(self.path).query)
        assert query["all_projects"] == ["true"]
        assert self.headers["OpenStack-API-Version"] == f"container {containers.MICROVERSION}"
        found = [entry for entry in self.zun.containers.values() if [entry["project_id"]] == query["project_id"]]
        return self._answer(200, {"containers": found})

    def do_POST(self) -> None:
        name, action = urlsplit(self.path).path.split("/")[-2:]
        self.zun.asked.append(f"{action} {name}")
        self.zun.containers[name]["status"] = "Running"
        self._answer(202)

    def do_DELETE(self) -> None:
        name = urlsplit(self.path).path.split("/")[-1]
        self.zun.asked.append(f"delete {name}")
        assert parse_qs(urlsplit(self.path).query)["force"] == ["true"]
        if self.zun.faults:
            return self._answer(self.zun.faults.pop(0))
        if name not in self.zun.undead:
            del self.zun.containers[name]
        return self._answer(204)

    def _answer(self, status: int, body: dict | None = None) -> None:
        data = json.dumps(body).encode() if body is not None else b""
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)


@pytest.fixture
def zun(monkeypatch):
    monkeypatch.setattr(containers, "POLL_INTERVAL", 0.05)
    zun = Zun()
    yield zun
    zun.close()


def clean(zun: Zun, timeout: float = 5) -> bool:
    admin = session.Session(auth=token_endpoint.Token(zun.url, "token"))
    return containers.Cleaner(admin, None).delete_all(PROJECT, {"pi-1", "pi-2"}, timeout)


def test_only_the_projects_containers_on_its_devices_go(zun):
    zun.add("one")
    zun.add("two", host="pi-2", status="Creating")
    zun.add("elsewhere", host="pi-3")
    zun.add("nowhere", host=None, status="Error")
    zun.add("foreign", project="q")
    assert clean(zun)
    assert sorted(zun.containers) == ["elsewhere", "foreign", "nowhere"]
    assert sorted(zun.asked) == ["delete one", "delete two"]


def test_nothing_to_do_asks_for_nothing(zun):
    zun.add("gone", status="Deleted")
    assert clean(zun)
    assert zun.asked == []


def test_a_paused_container_is_woken_first(zun):
    zun.add("asleep", status="Paused")
    assert clean(zun)
    assert zun.asked == ["unpause asleep", "delete asleep"]


@pytest.mark.parametrize("fault", [409, 500, 503])
def test_a_refusal_is_tried_again(zun, fault):
    zun.add("busy")
    zun.faults = [fault]
    assert clean(zun)
    assert zun.asked == ["delete busy", "delete busy"]


def test_a_container_that_somebody_else_deletes_is_no_fault(zun):
    zun.add("quick")
    zun.faults = [404]
    zun.undead = {"quick"}
    threading.Timer(0.2, zun.containers.clear).start()
    assert clean(zun)
    assert zun.asked == ["delete quick"]


def test_a_zun_that_comes_back_is_asked_again(zun):
    zun.add("one")
    zun.broken = 3
    assert clean(zun)
    assert not zun.containers


def test_what_does_not_go_holds_the_lease_up_for_a_bounded_time_only(zun):
    zun.add("zombie")
    zun.undead = {"zombie"}
    begin = time.monotonic()
    assert not clean(zun, timeout=0.5)
    assert time.monotonic() - begin < 2
    assert zun.asked == ["delete zombie"], "asked once, not at each look"


def test_without_an_answer_the_lease_goes_on_as_well(zun):
    zun.close()
    begin = time.monotonic()
    assert not clean(zun, timeout=0.5)
    assert time.monotonic() - begin < 5
