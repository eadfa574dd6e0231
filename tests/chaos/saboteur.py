# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The script that mitmdump runs: it lets all requests pass but one, and does to that one what the plan says.

Its directory, CHI_EDGE_CHAOS, holds C(plan.json) (the run's name and process, the case) and takes C(requests.jsonl).
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import socket
import struct
import sys
from pathlib import Path

from mitmproxy import ctx, http

sys.path.insert(0, str(Path(__file__).resolve().parent))

from faults import INSTEAD, SILENCE, Case, Counter  # noqa: E402

PAGE = b"<html><head><title>Bad Gateway</title></head><body><h1>The server is temporarily unable to serve you</h1></body></html>"
HTML = {"Content-Type": "text/html"}


class Saboteur:
    """Meets one request of a run with a fault."""

    def __init__(self) -> None:
        self._directory = Path(os.environ["CHI_EDGE_CHAOS"])
        self._run: str | None = None
        self._case: Case | None = None
        self._counter = Counter("")
        self._met: http.HTTPFlow | None = None

    async def request(self, flow: http.HTTPFlow) -> None:
        self._read_plan()
        request = self._counter.next(flow.request.method, flow.request.port, flow.request.path)
        is_met = self._case is not None and request == self._case.request
        with open(self._directory / "requests.jsonl", "a") as log:
            log.write(json.dumps({"request": vars(request), "is_met": is_met}) + "\n")
        if not is_met:
            return
        if self._case.fault == "silent":
            await asyncio.sleep(SILENCE)
        elif self._case.fault in INSTEAD:
            getattr(self, self._case.fault)(flow)
        else:
            self._met = flow

    def responseheaders(self, flow: http.HTTPFlow) -> None:
        if flow is self._met and self._case.fault == "reset" and flow.response.headers.get("Content-Length", "0") != "0":
            self._met = None
            self.reset(flow)

    def response(self, flow: http.HTTPFlow) -> None:
        if flow is self._met:
            self._met = None
            getattr(self, self._case.fault)(flow)

    # -- instead of the request ----------------------------------------------------------------------------------------

    def unreached(self, flow: http.HTTPFlow) -> None:
        flow.kill()

    def error_500(self, flow: http.HTTPFlow) -> None:
        words = {"error": {"code": 500, "title": "Internal Server Error", "message": "The server has made a mistake."}}
        flow.response = http.Response.make(500, json.dumps(words), {"Content-Type": "application/json"})

    def unavailable_503(self, flow: http.HTTPFlow) -> None:
        flow.response = http.Response.make(503, PAGE, HTML)

    def busy_429(self, flow: http.HTTPFlow) -> None:
        flow.response = http.Response.make(429, PAGE, {**HTML, "Retry-After": "1"})

    def revoked_401(self, flow: http.HTTPFlow) -> None:
        """A stand-in: the services remember for minutes that a token was valid, and would not notice a real revocation."""
        headers = {**HTML, "WWW-Authenticate": 'Keystone uri="http://127.0.0.1:5000"'}
        flow.response = http.Response.make(401, b"Authentication required", headers)

    def killed_before(self, flow: http.HTTPFlow) -> None:
        self._kill_the_run()
        flow.kill()

    # -- instead of the answer -----------------------------------------------------------------------------------------

    def lost(self, flow: http.HTTPFlow) -> None:
        flow.kill()

    def gateway_502(self, flow: http.HTTPFlow) -> None:
        flow.response = http.Response.make(502, PAGE, HTML)

    def truncated(self, flow: http.HTTPFlow) -> None:
        """Half of the body, and a length that says so: only who reads it can tell."""
        flow.response.content = flow.response.content[: len(flow.response.content) // 2]

    def killed_after(self, flow: http.HTTPFlow) -> None:
        self._kill_the_run()
        flow.kill()

    def reset(self, flow: http.HTTPFlow) -> None:
        """Half of the body, and then the connection is reset; an answer without a body is lost."""
        if not flow.response.headers.get("Content-Length"):
            flow.kill()
            return
        proxy = ctx.master.addons.get("proxyserver")
        (handler,) = [handler for handler in proxy.connections.values() if flow.client_conn in handler.transports]
        transport = handler.transports[flow.client_conn].writer.transport

        def cut() -> None:
            transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            transport.abort()

        def half(data: bytes) -> bytes:
            asyncio.get_running_loop().call_later(0.1, cut)
            return data[: len(data) // 2]

        flow.response.stream = half

    # -- inside --------------------------------------------------------------------------------------------------------

    def _read_plan(self) -> None:
        plan = json.loads((self._directory / "plan.json").read_text())
        if plan["run"] != self._run:
            self._run = plan["run"]
            self._case = Case.from_dict(plan["case"]) if plan["case"] else None
            self._counter = Counter(plan["name"])
            self._met = None

    def _kill_the_run(self) -> None:
        """As when the power fails: the whole run at once. Ansible's workers are in groups of their own."""
        for process in _with_descendants(int((self._directory / "process").read_text())):
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)


def _with_descendants(process: int) -> list[int]:
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            fields = entry.read_text().rpartition(")")[2].split()
            children.setdefault(int(fields[1]), []).append(int(entry.parent.name))
    found = [process]
    for known in found:  # it grows while it is walked through
        found += children.get(known, [])
    return found


addons = [Saboteur()]
