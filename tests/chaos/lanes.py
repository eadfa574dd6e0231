# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A lane: runs of playbooks, one after the other, whose requests go through a proxy of their own."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import typing as t
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from faults import Case, Request

HERE = Path(__file__).resolve().parent
MITMDUMP = os.environ.get("CHI_EDGE_MITMDUMP", "mitmdump")
PLAYBOOK = Path(sys.executable).with_name("ansible-playbook")

# Tests that run side by side have a device each, by their worker.
DEVICES = os.environ.get("CHI_EDGE_DEVICES", "iot-rpi4-01,iot-rpi4-02,iot-jetson-nano-01").split(",")
LANE = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))

# Seconds after which a run is called stuck. The longest silence, twice, and all that the services need.
STUCK = 240


@dataclass
class Run:
    """What a run has shown, and the requests that it made."""

    status: int
    text: str
    requests: list[Request]
    is_met: bool
    seconds: float

    @property
    def was_killed(self) -> bool:
        return self.status == -signal.SIGKILL

    def has_changed(self, task: str) -> bool:
        """Whether a task of this name says that it has changed something."""
        return bool(re.search(r"^changed: ", self._told_by(task), re.MULTILINE))

    def created(self, task: str) -> list[str]:
        """What a task of this name says that it has made where there was nothing."""
        return re.findall(r'"(\w+)"', " ".join(re.findall(r'"created": \[([^\]]*)\]', self._told_by(task))))

    def _told_by(self, task: str) -> str:
        parts = self.text.split("TASK [")
        return "".join(part for part in parts if part.partition("]")[0].endswith(task))


class Lane:
    """Runs that are watched, and met with a fault if wanted."""

    def __init__(self, directory: Path, clouds: Path, port: int | None = None) -> None:
        """:param port: the proxy's. Without one the requests go straight to the services, and are not known."""
        directory.mkdir(parents=True, exist_ok=True)
        self._directory = directory
        self._environment = {key: value for key, value in os.environ.items() if not key.startswith("OS_")} | {
            "OS_CLIENT_CONFIG_FILE": str(clouds),
            "OS_CLOUD": "edge",
            "ANSIBLE_LOCALHOST_WARNING": "false",
            "ANSIBLE_INVENTORY_UNPARSED_WARNING": "false",
            "ANSIBLE_NOCOLOR": "true",
            "ANSIBLE_LOCAL_TEMP": str(directory / "scratch"),
        }
        if port:
            self._environment |= {"http_proxy": f"http://127.0.0.1:{port}", "no_proxy": ""}

    def file(self, name: str) -> Path:
        """A file in the lane's own directory."""
        return self._directory / name

    def play(self, playbook: str, variables: dict, case: Case | None = None, **surroundings: t.Any) -> Run:
        """Run a playbook of the collection at a high verbosity, as whoever looks for a fault does."""
        return self.end(self.begin(playbook, variables, case, **surroundings))

    def begin(
        self, playbook: str, variables: dict, case: Case | None = None, *, under: t.Sequence[str] = (), **environment: str
    ) -> subprocess.Popen:
        """Start a run, and come back at once.

        :param under: a command that it is run under. :param environment: more of it.
        """
        plan = {
            "run": uuid.uuid4().hex,
            "name": variables.get("edge_container_name", ""),
            "case": case.to_dict() if case else None,
        }
        (self._directory / "requests.jsonl").write_text("")
        (self._directory / "plan.json").write_text(json.dumps(plan))
        (self._directory / "variables.json").write_text(json.dumps(variables))
        process = subprocess.Popen(
            [*under, PLAYBOOK, playbook, "-vvv", "-e", f"@{self._directory / 'variables.json'}"],
            stdin=subprocess.DEVNULL,
            stdout=(self._directory / "output.txt").open("w"),
            stderr=subprocess.STDOUT,
            env=self._environment | environment,
            start_new_session=True,
        )
        process.began = time.monotonic()
        (self._directory / "process").write_text(str(process.pid))
        return process

    def end(self, process: subprocess.Popen) -> Run:
        """Wait for a run. One that is stuck is killed, and fails by its status."""
        try:
            process.wait(STUCK)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            process.returncode = 1000
        lines = [json.loads(line) for line in (self._directory / "requests.jsonl").read_text().splitlines()]
        return Run(
            process.returncode,
            (self._directory / "output.txt").read_text(errors="replace"),
            [Request(**line["request"]) for line in lines],
            any(line["is_met"] for line in lines),
            time.monotonic() - process.began,
        )


@contextmanager
def lane(directory: Path, clouds: Path) -> Iterator[Lane]:
    """A lane with its proxy running."""
    directory.mkdir(parents=True, exist_ok=True)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    quiet = {"confdir": directory / "mitmproxy", "connection_strategy": "lazy", "termlog_verbosity": "warn", "flow_detail": 0}
    proxy = subprocess.Popen(
        [MITMDUMP, "--listen-host", "127.0.0.1", "--listen-port", str(port), "--scripts", HERE / "saboteur.py"]
        + [word for key, value in quiet.items() for word in ("--set", f"{key}={value}")],
        env=os.environ | {"CHI_EDGE_CHAOS": str(directory)},
        stdout=(directory / "proxy.log").open("w"),
        stderr=subprocess.STDOUT,
    )
    try:
        _await(port, proxy)
        yield Lane(directory, clouds, port)
    finally:
        proxy.terminate()
        proxy.wait()


def _await(port: int, proxy: subprocess.Popen) -> None:
    while True:
        if proxy.poll() is not None:
            raise RuntimeError("mitmdump did not start; see proxy.log")
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
