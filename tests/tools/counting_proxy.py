# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A forward proxy on loopback that counts the requests that clients make. For plain HTTP, as the local cloud speaks it."""

from __future__ import annotations

import http.client
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

HOP_BY_HOP = {"connection", "keep-alive", "proxy-connection", "transfer-encoding"}


@dataclass
class Count:
    """The requests that went through, as (method, port, path), and the environment that sends clients this way."""

    environment: dict[str, str]
    requests: list[tuple[str, int, str]] = field(default_factory=list)

    @property
    def tokens(self) -> int:
        """How many tokens were asked for."""
        return sum(method == "POST" and path.endswith("/auth/tokens") for method, _port, path in self.requests)

    def __str__(self) -> str:
        return "\n".join(f"{method} :{port}{path}" for method, port, path in self.requests)


class Handler(BaseHTTPRequestHandler):
    """Hands one request on, and counts it."""

    protocol_version = "HTTP/1.1"
    count: Count

    def forward(self) -> None:
        url = urlsplit(self.path)
        target = f"{url.path}?{url.query}" if url.query else url.path
        self.count.requests.append((self.command, url.port or 80, url.path))
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        headers = {key: value for key, value in self.headers.items() if key.lower() not in HOP_BY_HOP}
        connection = http.client.HTTPConnection(url.hostname, url.port or 80)
        connection.request(self.command, target or "/", body or None, headers)
        answer = connection.getresponse()
        content = answer.read()
        self.send_response_only(answer.status, answer.reason)
        for key, value in answer.getheaders():
            if key.lower() not in HOP_BY_HOP | {"content-length"}:
                self.send_header(key, value)
        if answer.status != 204:
            self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)
        connection.close()

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = forward

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@contextmanager
def counting() -> Iterator[Count]:
    """A running proxy; clients that are given its environment are counted."""
    count = Count({})
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Bound", (Handler,), {"count": count}))
    server.daemon_threads = True
    proxy = f"http://127.0.0.1:{server.server_address[1]}"
    count.environment |= {"http_proxy": proxy, "HTTP_PROXY": proxy, "no_proxy": "", "NO_PROXY": ""}
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield count
    finally:
        server.shutdown()
        server.server_close()
