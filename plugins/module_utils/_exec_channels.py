# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to the collection: not an interface for others.
"""One command by a websocket session of today's CHI@Edge: both streams apart, a true return code, all the time that it takes.

The session speaks Kubernetes' subprotocol (contract 3.6). The command starts when the socket connects. So a service that does not
know the subprotocol, but speaks raw bytes instead, would have run the command by then; hence M(are_offered) tries it first
with a command that does nothing.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import ssl
import time
import typing as t

from ._errors import EdgeError, attempt, words_of
from ._exec_ways import Answer, Ask, ConnectionLost, NeverSent, NoSuchProgram, NotExecutable, StillRunning, execute, request
from ._exec_words import joined

SUBPROTOCOL = "v5.channel.k8s.io"

_STDOUT, _STDERR, _RESULT = 1, 2, 3
_CODE = re.compile(r"\d{1,9}", re.ASCII)

# Seconds without a word after which we say one, so that nobody between takes the session for dead.
_SILENCE = 20.0

_CONNECT_TIMEOUT = 30.0


class Trust(t.NamedTuple):
    """How the service's certificate is verified, and ours given.

    :ivar verify: False, True, or the path of a bundle. :ivar cert: the path of a certificate, or of one and its key.
    """

    verify: bool | str = True
    cert: str | tuple[str, str] | None = None


BY_THE_SYSTEM = Trust()


class Channels:
    """See M(_exec_ways.Way)."""

    is_separate = True
    patience = 25

    def __init__(self, ask: Ask, container: str, name: str, trust: Trust = BY_THE_SYSTEM) -> None:
        self._ask = ask
        self._container = container
        self._name = name
        self._trust = trust

    def call(self, argv: t.Sequence[str], seconds: float | None = None) -> Answer:
        import websocket

        what = f'run "{argv[0]}" in container "{self._name}"'
        try:
            with request(what):
                url = execute(self._ask, self._container, joined(argv), run="false", interactive="false").get("proxy_url")
            socket = _connect(str(url), self._trust)
        except ConnectionLost as exc:  # only the session starts the command
            raise NeverSent(exc.message, **exc.result) from exc
        except (OSError, websocket.WebSocketException) as exc:
            raise NeverSent(f"Could not {what}: the service refused the session: {words_of(exc).rstrip('.')}.") from exc
        try:
            out, err, status, end = _read(socket, seconds)
        finally:
            _close(socket)
        if status is None and end == "deadline":
            raise StillRunning(
                f'"{argv[0]}" has not come to an end in container "{self._name}" after {seconds:g} s. It goes on running.',
                stdout=out.decode(errors="replace"),
                stderr=err.decode(errors="replace"),
            )
        if status is None:
            raise ConnectionLost(
                f"Could not {what}: the session ended without the return code ({end}). The command may still be running.",
                stdout=out.decode(errors="replace"),
                stderr=err.decode(errors="replace"),
            )
        code = code_of(status)
        if code is not None:
            return Answer(code, out, err)
        said = str(status.get("message") or status.get("reason") or "no reason").rstrip(".")
        if re.search(r"permission denied", said, re.IGNORECASE):
            raise NotExecutable(f"Could not {what}: it cannot be executed.", rc=126, failure={"message": said})
        if re.search(r"executable file not found|no such file|not found in", said, re.IGNORECASE):
            raise NoSuchProgram(f"Could not {what}: there is no such program.", rc=127, failure={"message": said})
        raise EdgeError(f"Could not {what}: {said}.")


def are_offered(ask: Ask, container: str, name: str, trust: Trust = BY_THE_SYSTEM) -> bool:
    """Whether the service has such sessions. Runs C(true) in the container.

    :raises ServiceError: when nothing can be run in it at all.
    """
    import websocket

    with attempt(f'run "true" in container "{name}"'):
        url = execute(ask, container, "true", run="false", interactive="false").get("proxy_url")
    if not url:
        return False
    try:
        with attempt(f'open a session in container "{name}"'):
            socket = _connect(url, trust)
    except (OSError, websocket.WebSocketException):
        return False
    try:
        # an image without that program tells so in a status as well
        return socket.getsubprotocol() == SUBPROTOCOL and _read(socket, _CONNECT_TIMEOUT)[2] is not None
    finally:
        _close(socket)


def code_of(status: dict[str, t.Any]) -> int | None:
    """The return code in a Kubernetes Status, None if the program could not be started."""
    if status.get("status") == "Success":
        return 0
    details = status.get("details")
    causes = details.get("causes") if isinstance(details, dict) else None
    for cause in causes if isinstance(causes, list) else []:
        code = _CODE.fullmatch(str(cause.get("message"))) if isinstance(cause, dict) else None
        if code and cause.get("reason") == "ExitCode":
            return int(code[0])
    return None


def _connect(url: str, trust: Trust) -> t.Any:
    import websocket

    options: dict[str, t.Any]
    if trust.verify is False:
        options = {"cert_reqs": ssl.CERT_NONE, "check_hostname": False}
    else:
        bundle = trust.verify if isinstance(trust.verify, str) else _bundle_of_requests()
        options = {"ca_cert_path" if os.path.isdir(bundle) else "ca_certs": bundle}
    if trust.cert:
        pair = (trust.cert, None) if isinstance(trust.cert, str) else trust.cert
        options |= {"certfile": pair[0], "keyfile": pair[1]}
    # the proxy takes an Origin for a browser's, and checks it
    return websocket.create_connection(
        url, timeout=_CONNECT_TIMEOUT, subprotocols=[SUBPROTOCOL], suppress_origin=True, sslopt=options, enable_multithread=False
    )


def _bundle_of_requests() -> str:
    """What the requests are verified with when nothing is said, so that a session is not verified with something else."""
    from requests.utils import DEFAULT_CA_BUNDLE_PATH

    return os.environ.get("REQUESTS_CA_BUNDLE") or os.environ.get("CURL_CA_BUNDLE") or str(DEFAULT_CA_BUNDLE_PATH)


def _read(socket: t.Any, seconds: float | None) -> tuple[bytes, bytes, dict[str, t.Any] | None, str]:
    """Read to the end. :returns: stdout, stderr, the result if there was one, and how it ended."""
    import websocket

    until = None if seconds is None else time.monotonic() + seconds
    streams: dict[int, list[bytes]] = {_STDOUT: [], _STDERR: [], _RESULT: []}
    while True:
        left = _SILENCE if until is None else min(_SILENCE, until - time.monotonic())
        if left <= 0:
            end = "deadline"
            break
        try:
            socket.settimeout(left)
            opcode, data = socket.recv_data()
        except websocket.WebSocketTimeoutException:
            try:
                socket.ping()
            except (OSError, websocket.WebSocketException) as exc:
                end = _words(exc)
                break
            continue
        except (OSError, websocket.WebSocketException) as exc:
            end = _words(exc)
            break
        if opcode == websocket.ABNF.OPCODE_CLOSE:
            end = _reason(data)
            break
        if data and data[0] in streams:
            streams[data[0]].append(bytes(data[1:]))
    return b"".join(streams[_STDOUT]), b"".join(streams[_STDERR]), _status(b"".join(streams[_RESULT])), end


def _status(text: bytes) -> dict[str, t.Any] | None:
    try:
        status = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return status if isinstance(status, dict) else None


def _reason(data: bytes) -> str:
    code = int.from_bytes(data[:2], "big") if len(data) >= 2 else None
    said = data[2:].decode(errors="replace")
    return f"closed with code {code}{': ' if said else ''}{said}" if code else "closed without a code"


def _words(exc: Exception) -> str:
    return str(exc).rstrip(".") or type(exc).__name__


def _close(socket: t.Any) -> None:
    import websocket

    with contextlib.suppress(OSError, websocket.WebSocketException):
        socket.close(timeout=1)
