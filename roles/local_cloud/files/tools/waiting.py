# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether something answers at an address of this host."""

from __future__ import annotations

import http.client
import socket
import urllib.parse


def answers(address: str, timeout: float = 2) -> bool:
    """Ask once, for at most `timeout` seconds. Addresses: tcp:HOST:PORT, unix:PATH, http://HOST:PORT/PATH.

    An HTTP service counts when it answers anything but a server error: without a token 401 is a good answer.
    """
    kind, rest = address.split(":", 1)
    try:
        if kind == "tcp":
            host, port = rest.rsplit(":", 1)
            socket.create_connection((host, int(port)), timeout).close()
        elif kind == "unix":
            with socket.socket(socket.AF_UNIX) as connection:
                connection.settimeout(timeout)
                connection.connect(rest)
        else:
            return ask(address, timeout) < 500
    except OSError:
        return False
    return True


def ask(url: str, timeout: float) -> int:
    """The status code of a GET, past any proxy of the environment."""
    parts = urllib.parse.urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=timeout)
    try:
        connection.request("GET", parts.path or "/")
        return connection.getresponse().status
    except http.client.HTTPException as error:
        raise ConnectionError(str(error)) from error
    finally:
        connection.close()
