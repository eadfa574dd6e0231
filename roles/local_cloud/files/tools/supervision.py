# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The one supervisor of a local cloud, spoken to over its socket."""

from __future__ import annotations

import os
import pathlib
import subprocess
import sys
import time
import xmlrpc.client  # what answers is ours, through a socket that is root's alone # nosec B411

from supervisor.states import RUNNING_STATES, STOPPED_STATES
from supervisor.xmlrpc import SupervisorTransport

import strays

# These go last when the cloud stops: the others say goodbye to them.
FOUNDATIONS = ("dockerd", "epmd", "mariadb", "rabbitmq")
POLL = 0.1  # seconds
STOP_TIMEOUT = 60  # seconds
START_TIMEOUT = 10  # seconds


class Supervisor:
    """Supervisor and its programs; `calls` is its XML-RPC interface."""

    def __init__(self, directory: pathlib.Path):
        self.directory = directory
        self.calls = self._connect()

    def _connect(self):
        socket = f"unix://{self.directory}/run/supervisor.sock"
        return xmlrpc.client.ServerProxy("http://supervisor", SupervisorTransport(None, None, socket)).supervisor

    def runs(self) -> bool:
        try:
            return self.calls.getState()["statename"] == "RUNNING"
        except (OSError, xmlrpc.client.Error):
            # The transport would keep its broken connection.
            self.calls = self._connect()
            return False

    def launch(self) -> None:
        """Start supervisor itself, on clean ground and with nothing of the caller's environment."""
        strays.end(strays.recorded(self.directory / "run" / "supervisord.pid"))
        strays.end(strays.marked(self.directory))
        subprocess.run(
            [pathlib.Path(sys.executable).with_name("supervisord"), "-c", self.directory / "etc" / "supervisord.conf"],
            check=True,
            cwd="/",
            env={"PATH": os.defpath, "LANG": "C.UTF-8", "HOME": str(self.directory / "var")},
        )
        deadline = time.monotonic() + START_TIMEOUT
        while not self.runs():
            if time.monotonic() > deadline:
                raise SystemExit(f"Supervisor does not answer; see {self.directory}/log/supervisord.log.")
            time.sleep(POLL)

    def refresh(self) -> tuple[list[str], list[str]]:
        """Take up changed program files; return the programs that had to be ended, and those that went for good."""
        added, changed, removed = self.calls.reloadConfig()[0]
        self.stop([program for program in self.states() if program in changed + removed])
        for program in changed + removed:
            self.calls.removeProcessGroup(program)
        for program in changed + added:
            self.calls.addProcessGroup(program)
        return changed, removed

    def states(self) -> dict[str, int]:
        return {program["name"]: program["state"] for program in self.calls.getAllProcessInfo()}

    def idle(self, wanted: list[str]) -> list[str]:
        """Those of the wanted programs that do not run, be they unknown to supervisor as yet."""
        states = self.states()
        return [program for program in wanted if states.get(program) not in RUNNING_STATES]

    def start(self, wanted: list[str]) -> list[str]:
        idle = self.idle(wanted)
        for program in idle:
            self.calls.startProcess(program, False)
        return idle

    def stop(self, programs: list[str]) -> None:
        """Stop programs together and wait until they are gone."""
        states = self.states()
        for program in programs:
            if states[program] not in STOPPED_STATES:
                self.calls.stopProcess(program, False)
        deadline = time.monotonic() + STOP_TIMEOUT
        while busy := [name for name, state in self.states().items() if name in programs and state not in STOPPED_STATES]:
            if time.monotonic() > deadline:
                raise SystemExit(f"These programs do not stop: {', '.join(busy)}.")
            time.sleep(POLL)

    def end(self) -> None:
        """Stop everything, foundations last, and then supervisor itself."""
        programs = list(self.states())
        self.stop([program for program in programs if program not in FOUNDATIONS])
        self.stop(programs)
        self.calls.shutdown()
        while strays.recorded(self.directory / "run" / "supervisord.pid"):
            time.sleep(POLL)
