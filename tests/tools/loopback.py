# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the stand-ins of services have in common: they listen on the loopback, and answer in JSON."""

from __future__ import annotations

import json
import ssl
import threading
import typing as t
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from ansible_collections.chi.edge.tests.tools.tls import Certificate


class JsonHandler(BaseHTTPRequestHandler):
    """Base of those that answer requests; connections are kept."""

    protocol_version = "HTTP/1.1"
    # head and body go out one after the other, and the second is not to wait until the first has arrived
    disable_nagle_algorithm = True

    def sent(self) -> t.Any:
        """The body of the request."""
        return json.loads(self.rfile.read(int(self.headers["Content-Length"] or 0)) or b"{}")

    def send(self, status: int, body: t.Any, headers: dict[str, str] | None = None) -> None:
        """Answer. A body of None is none."""
        content = b"" if body is None else json.dumps(body).encode()
        self.send_response_only(status)
        for key, value in {**(headers or {}), "Content-Type": "application/json", "Content-Length": str(len(content))}.items():
            self.send_header(key, value)
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@contextmanager
def listening(handler: type[JsonHandler], certificate: Certificate | None = None, **attributes: t.Any) -> Iterator[str]:
    """A running server of such handlers, with these attributes of theirs: its URL. With a certificate it speaks TLS."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Bound", (handler,), attributes))
    server.daemon_threads = True
    url = f"http://127.0.0.1:{server.server_address[1]}"
    if certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate.path, certificate.key)
        server.socket = context.wrap_socket(server.socket, server_side=True)
        url = f"https://localhost:{server.server_address[1]}"
    # how often it looks whether it is to stop; a test may start many
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    try:
        yield url
    finally:
        server.shutdown()
        server.server_close()


def keystone(url: str) -> dict[str, t.Any]:
    """What the root of a Keystone at this URL says of itself."""
    return {"version": {"id": "v3.14", "status": "stable", "links": [{"rel": "self", "href": f"{url}/v3/"}]}}


def neutron(url: str) -> dict[str, t.Any]:
    """What the root of a Neutron at this URL says of itself."""
    return {"versions": [{"id": "v2.0", "status": "CURRENT", "links": [{"rel": "self", "href": f"{url}/network/v2.0/"}]}]}


def cloud_at(url: str) -> dict[str, t.Any]:
    """The option C(cloud) that leads to a Keystone at this URL."""
    auth = {"auth_url": f"{url}/v3", "application_credential_id": "someone", "application_credential_secret": "hunter22"}
    return {"auth_type": "v3applicationcredential", "auth": auth}
