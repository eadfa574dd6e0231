# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Stand in for kuryr while its networks are removed.

Docker asks a network's driver before it lets go of a container or a network, and retries for minutes when the driver
is gone. By then the cloud that kuryr would tell is gone as well, so somebody has to say yes.
"""

from __future__ import annotations

import contextlib
import http.server
import threading
import urllib.parse

# What libnetwork wants to read in an answer, over and above success.
DETAILS = {
    "/Plugin.Activate": b'{"Implements": ["NetworkDriver", "IpamDriver"]}',
    "/NetworkDriver.GetCapabilities": b'{"Scope": "local"}',
    "/IpamDriver.GetCapabilities": b'{"RequiresMACAddress": false}',
}


class Acceptor(http.server.BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        body = DETAILS.get(self.path, b"{}")
        self.send_response(200)
        self.send_header("Content-Type", "application/vnd.docker.plugins.v1.2+json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_unused) -> None:
        """Say nothing."""


@contextlib.contextmanager
def accept(url: str):
    """Answer at kuryr's URL as long as the context lasts."""
    address = urllib.parse.urlsplit(url)
    server = http.server.ThreadingHTTPServer((address.hostname, address.port), Acceptor)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
