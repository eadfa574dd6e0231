# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A loopback server that executes commands as Zun on Kubernetes does, which cannot run here. A stand-in, and no more.

Its one container is the machine that it runs on. What it knows of the service, from contract 3.6 and 3.8: the sessions in
Kubernetes' subprotocol, the five seconds of REST's execute, both streams in one and undecodable bytes replaced there, -1 for a
missing program, and a C(tar) whose failure nobody is told of. And faults, which no real service shows when a test wants them.
"""

from __future__ import annotations

import base64
import glob
import hashlib
import json
import os
import shlex
import struct
import subprocess
import threading
import time
import typing as t
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlsplit

from ansible_collections.chi.edge.tests.tools.fleet_server import PROJECT, token
from ansible_collections.chi.edge.tests.tools.loopback import JsonHandler, cloud_at, keystone, listening
from ansible_collections.chi.edge.tests.tools.tls import Certificate

NAME = "pod"
CONTAINER = str(uuid.uuid5(uuid.NAMESPACE_OID, NAME))
SUBPROTOCOL = "v5.channel.k8s.io"
TEXT, BINARY, CLOSE, PING, PONG = 1, 2, 8, 9, 10


@dataclass
class Behaviour:
    """How the service behaves, and what it was asked.

    :ivar has_channels: it knows the subprotocol. :ivar speaks_raw: its sessions are raw bytes. :ivar limit: seconds of REST.
    :ivar programs: the PATH of the container. :ivar cut_after: seconds until a session breaks.
    :ivar drop_answers: so many commands are run and not answered. :ivar fail: status by action, for so many requests.
    """

    has_channels: bool = True
    speaks_raw: bool = False
    limit: float = 5.0
    programs: str = os.defpath
    cut_after: float | None = None
    drop_answers: int = 0
    fail: dict[str, list[int]] = field(default_factory=dict)
    status: str = "Running"
    asked: list[str] = field(default_factory=list)
    commands: list[list[str]] = field(default_factory=list)
    pending: dict[str, list[str]] = field(default_factory=dict)
    url: str = ""

    def cloud(self) -> dict[str, t.Any]:
        """The option C(cloud) that leads here."""
        return cloud_at(self.url)

    def left(self) -> list[str]:
        """The directories of ours that its commands have left on this machine, where others may run the same tests."""
        said = " ".join(word for argv in self.commands for word in argv)
        return [path for path in glob.glob("/tmp/.chi-edge-*") if path.rpartition("-")[2].partition(".")[0] in said]

    def ask(self, method: str, path: str, query: t.Any = None, body: t.Any = None) -> t.Any:
        """As the collection's own way to ask Zun, without HTTP between. Refusals raise M(Refusal)."""
        query = {key: str(value) for key, value in (query or {}).items()}
        return self.answer(method, path, query, body or {})

    def answer(self, method: str, path: str, query: dict[str, str], body: dict[str, t.Any]) -> t.Any:
        """The answer to a request. :raises Refusal: with a status."""
        self.asked.append(f"{method} {path}")
        action = path.rpartition("/")[2]
        if self.fail.get(action):
            raise Refusal(self.fail[action].pop(0), "as the test wants it")
        if path.endswith("/drivers/k8s/device_profiles"):
            return {}
        if action in (NAME, CONTAINER):
            return {"uuid": CONTAINER, "name": NAME, "status": self.status, "project_id": PROJECT, "labels": {}, "addresses": {}}
        if self.status != "Running":
            raise Refusal(409, f"Cannot {action} container {CONTAINER} in {self.status} state")
        if action == "execute":
            return self.execute({**query, **body})
        if action == "put_archive":
            return self.put_archive(query["path"], base64.b64decode(body["data"]))
        raise Refusal(404, f"Container {action} could not be found.")

    def execute(self, wanted: dict[str, str]) -> dict[str, t.Any]:
        argv = shlex.split(wanted["command"])
        if wanted.get("run", "true").lower() == "false":
            key = uuid.uuid4().hex
            self.pending[key] = argv
            url = f"{self.url.replace('http', 'ws', 1)}/session?token={key}"
            return {"output": None, "exit_code": None, "exec_id": key, "proxy_url": url}
        said: list[bytes] = []
        try:
            process = self.start(argv, stderr=subprocess.STDOUT)
        except OSError:
            return {"output": "Malformed command, or binary not found in container", "exit_code": -1}
        reader = threading.Thread(
            target=lambda: said.extend(iter(lambda: os.read(process.stdout.fileno(), 65536), b"")), daemon=True
        )
        reader.start()
        with suppress(subprocess.TimeoutExpired):
            process.wait(self.limit)
            reader.join(1)
        if self.drop_answers:
            self.drop_answers -= 1
            raise ConnectFailure("the answer is dropped")
        return {"output": b"".join(said).decode(errors="replace"), "exit_code": process.poll()}

    def put_archive(self, path: str, data: bytes) -> None:
        try:
            process = self.start(shlex.split(f"tar xmf - -C {path}"), stdin=subprocess.PIPE, stderr=subprocess.STDOUT)
        except OSError as exc:
            raise Refusal(500, "Failed tar invocation during put_archive") from exc
        process.communicate(data)

    def start(self, argv: list[str], **streams: t.Any) -> subprocess.Popen[bytes]:
        self.commands.append(argv)
        program = argv[0]
        if "/" not in program:
            found = [f"{place}/{program}" for place in self.programs.split(":") if os.access(f"{place}/{program}", os.X_OK)]
            if not found:
                raise FileNotFoundError(program)
            program = found[0]
        return subprocess.Popen(
            argv,
            executable=program,
            **{"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **streams},
            env={"PATH": self.programs, "HOME": "/root"},
            cwd="/",
        )


class Refusal(Exception):
    """An answer that is no success; the clients' own exceptions look like this."""

    def __init__(self, http_status: int, details: str) -> None:
        super().__init__(details)
        self.http_status = http_status
        self.details = details


class ConnectFailure(Exception):
    """No answer."""


# what the collection takes for a refusal, or for no answer, comes from a client's module
Refusal.__module__, ConnectFailure.__module__ = "zunclient.exceptions", "keystoneauth1.exceptions"


class Handler(JsonHandler):
    """Speaks HTTP for M(Behaviour), and websocket for its sessions."""

    behaviour: Behaviour

    def do_GET(self) -> None:
        url = urlsplit(self.path)
        if url.path == "/session":
            self.session(parse_qs(url.query)["token"][0])
        elif url.path.rstrip("/") == "/v3":
            self.send(200, keystone(self.behaviour.url))
        else:
            self.respond("GET", {})

    def do_POST(self) -> None:
        body = self.sent()
        if self.path.endswith("/auth/tokens"):
            self.behaviour.asked.append("POST /v3/auth/tokens")
            self.send(201, token(self.behaviour.url), {"X-Subject-Token": "token"})
        else:
            self.respond("POST", body)

    def respond(self, method: str, body: dict[str, t.Any]) -> None:
        url = urlsplit(self.path)
        query = {key: values[0] for key, values in parse_qs(url.query).items()}
        try:
            self.send(200, self.behaviour.answer(method, url.path.removeprefix("/container"), query, body))
        except Refusal as exc:
            self.send(exc.http_status, {"errors": [{"status": exc.http_status, "title": "no", "detail": exc.details}]})
        except ConnectFailure:
            self.close_connection = True

    # -- the sessions ----------------------------------------------------------------------------------------------

    def session(self, key: str) -> None:
        behaviour, offered = self.behaviour, self.headers.get("Sec-WebSocket-Protocol", "")
        behaviour.asked.append(f"session {offered}, origin {self.headers.get('Origin')}")
        self.close_connection = True
        knows = behaviour.has_channels and offered == SUBPROTOCOL
        if not knows and not behaviour.speaks_raw:
            self.send(403, {"message": "no such subprotocol"})
            return
        seed = self.headers["Sec-WebSocket-Key"] + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
        self.send_response_only(101)
        self.send_header("Upgrade", "websocket")
        self.send_header("Connection", "Upgrade")
        self.send_header("Sec-WebSocket-Accept", base64.b64encode(hashlib.sha1(seed.encode()).digest()).decode())
        if knows:
            self.send_header("Sec-WebSocket-Protocol", SUBPROTOCOL)
        self.end_headers()
        self.lock = threading.Lock()
        threading.Thread(target=self.hear, daemon=True).start()
        with suppress(OSError):
            self.execute(behaviour.pending.pop(key), knows)

    def execute(self, argv: list[str], in_channels: bool) -> None:
        try:
            process = self.behaviour.start(argv)
        except OSError:
            said = f'exec failed: exec: "{argv[0]}": executable file not found in $PATH'
            self.say(BINARY, b"\3" + json.dumps({"status": "Failure", "reason": "InternalError", "message": said}).encode())
            self.say(CLOSE, struct.pack("!H", 1000))
            return
        pumps = [
            threading.Thread(target=self.pump, args=(stream, bytes([channel]) if in_channels else b""), daemon=True)
            for channel, stream in ((1, process.stdout), (2, process.stderr))
        ]
        for pump in pumps:
            pump.start()
        if self.behaviour.cut_after is not None:
            time.sleep(self.behaviour.cut_after)
            self.connection.shutdown(2)
            return
        code = process.wait()
        for pump in pumps:
            pump.join()
        if in_channels:
            causes = {"details": {"causes": [{"reason": "ExitCode", "message": str(code % 256)}]}, "reason": "NonZeroExitCode"}
            self.say(BINARY, b"\3" + json.dumps({"status": "Success"} if code == 0 else {"status": "Failure", **causes}).encode())
        self.say(CLOSE, struct.pack("!H", 1000))

    def pump(self, stream: t.Any, channel: bytes) -> None:
        while data := os.read(stream.fileno(), 30000):
            with suppress(OSError):
                self.say(BINARY, channel + data)

    def say(self, opcode: int, data: bytes) -> None:
        size = bytes([len(data)]) if len(data) < 126 else struct.pack("!BH", 126, len(data))
        with self.lock:
            self.wfile.write(bytes([0x80 | opcode]) + size + data)

    def hear(self) -> None:
        with suppress(OSError, ValueError):
            while head := self.rfile.read(2):
                mask, data = self.rfile.read(4), b""
                data = bytes(byte ^ mask[at % 4] for at, byte in enumerate(self.rfile.read(head[1] & 127)))
                if head[0] & 15 == PING:
                    self.behaviour.asked.append("ping")
                    self.say(PONG, data)


@contextmanager
def serving(certificate: Certificate | None = None, **behaviour: t.Any) -> Iterator[Behaviour]:
    """A running service; the behaviour may be changed while it runs. With a certificate it speaks TLS."""
    how = Behaviour(**behaviour)
    with listening(Handler, certificate, behaviour=how) as how.url:
        yield how
