# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The Docker Engine, over its socket, and the registry that it pushes to."""

from __future__ import annotations

import base64
import http.client
import json
import socket
from urllib.parse import quote

from edge_images.errors import ImageError

_MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"


class _SocketConnection(http.client.HTTPConnection):
    def __init__(self, path: str, timeout: float) -> None:
        super().__init__("localhost", timeout=timeout)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self._path)


class Engine:
    """The few calls of the Engine API that an image needs. Every method may raise ImageError."""

    def __init__(self, path: str, timeout: float = 120) -> None:
        self._path = path
        self._timeout = timeout

    def id(self, name: str) -> str | None:
        """Return the id of the image of that name, or None if the engine has none."""
        status, body = self._request("GET", f"/images/{quote(name)}/json")
        return None if status == 404 else json.loads(_checked(status, body, f"look for {name}"))["Id"]

    def labelled(self, label: str) -> list[dict]:
        """Return the images that bear a label: their `Id` and `RepoTags`."""
        filters = quote(json.dumps({"label": [label]}))
        status, body = self._request("GET", f"/images/json?filters={filters}")
        return json.loads(_checked(status, body, f"list the images labelled {label}"))

    def load(self, archive: bytes) -> None:
        """Take an image in, under the names in its archive."""
        self._stream("/images/load?quiet=1", f"load an image of {len(archive)} bytes", archive)

    def push(self, name: str) -> None:
        """Send an image to the registry in its name."""
        repository, _colon, tag = name.rpartition(":")
        self._stream(f"/images/{quote(repository)}/push?tag={quote(tag)}", f"push {name}")

    def remove(self, name: str) -> None:
        """Take a name from an image, and the image away if it was its last; or take an image away by its id."""
        status, body = self._request("DELETE", f"/images/{quote(name)}")
        _checked(status, body, f"remove {name}")

    def _stream(self, path: str, what: str, body: bytes = b"") -> None:
        # The engine answers 200 before it begins: a failure is a line of the answer.
        headers = {"Content-Type": "application/x-tar", "X-Registry-Auth": base64.b64encode(b"{}").decode()}
        status, answer = self._request("POST", path, body, headers)
        for line in _checked(status, answer, what).splitlines():
            if line.strip() and (error := json.loads(line).get("error")):
                raise ImageError(f"The Docker Engine could not {what}: {error}")

    def _request(self, method: str, path: str, body: bytes = b"", headers: dict[str, str] | None = None):
        connection = _SocketConnection(self._path, self._timeout)
        return _exchange(connection, f"The Docker Engine at {self._path}", method, path, body, headers)


def pushed_id(name: str, timeout: float = 30) -> str | None:
    """Return the id of the image that a registry without TLS has under REGISTRY/REPOSITORY:TAG, None if it has none.

    Raises ImageError.
    """
    registry, _slash, path = name.partition("/")
    repository, _colon, tag = path.rpartition(":")
    status, body = _exchange(
        http.client.HTTPConnection(registry, timeout=timeout),
        f"The registry at {registry}",
        "GET",
        f"/v2/{quote(repository)}/manifests/{quote(tag)}",
        headers={"Accept": _MANIFEST},
    )
    if status == 404:
        return None
    return json.loads(_checked(status, body, f"read {name} from the registry"))["config"]["digest"]


def _exchange(connection, peer, method, path, body=b"", headers=None) -> tuple[int, bytes]:
    try:
        connection.request(method, path, body=body or None, headers=headers or {})
        answer = connection.getresponse()
        return answer.status, answer.read()
    except (OSError, http.client.HTTPException) as error:
        raise ImageError(f"{peer} does not answer: {error}") from error
    finally:
        connection.close()


def _checked(status, body, what):
    if status >= 400:
        raise ImageError(f"Could not {what}: HTTP {status}: {body.decode(errors='replace').strip()}")
    return body
