# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The local cloud as its tests see it: the playbook that drives it, and its processes."""

from __future__ import annotations

import json
import os
import pathlib
import re
import subprocess
import sys
import time
from dataclasses import dataclass

import yaml

ROLE = pathlib.Path(__file__).parents[2] / "roles" / "local_cloud"
RECAP = re.compile(r"localhost +: ok=\d+ +changed=(\d+) +unreachable=0 +failed=0")


@dataclass
class Run:
    """A finished run of the playbook."""

    changed: int
    seconds: float
    output: str


def usual_devices() -> list[dict]:
    """The devices that the role has by default."""
    defaults = ROLE / "defaults" / "main.yml"
    return yaml.safe_load(defaults.read_text())["local_cloud_devices"]


class LocalCloud:
    def __init__(self, directory: pathlib.Path, **variables: object):
        self.directory = directory
        self.variables = {"local_cloud_directory": str(directory), **variables}

    def play(self, state: str, *options: str) -> Run:
        """Run the playbook with a state; fail with its output if it fails."""
        start = time.monotonic()
        done = self._playbook(f"--extra-vars=local_cloud_state={state}", *options)
        seconds = time.monotonic() - start
        recap = RECAP.search(done.stdout)
        assert done.returncode == 0 and recap, done.stdout[-5000:] + done.stderr[-2000:]
        return Run(int(recap[1]), seconds, done.stdout)

    def refusal(self, **variables: object) -> str:
        """Run the playbook with variables that it must refuse; return the last message."""
        done = self._playbook(f"--extra-vars={json.dumps(variables)}")
        assert done.returncode != 0, done.stdout[-5000:]
        return json.loads(re.findall(r"^fatal: \[localhost\]: FAILED! => (\{.*\})$", done.stdout, re.MULTILINE)[-1])["msg"]

    def _playbook(self, *options: str) -> subprocess.CompletedProcess[str]:
        program = str(pathlib.Path(sys.executable).with_name("ansible-playbook"))
        command = [program, "chi.edge.local_cloud", f"--extra-vars={json.dumps(self.variables)}", *options]
        return subprocess.run(command, env={**os.environ, "ANSIBLE_NOCOLOR": "1"}, capture_output=True, text=True, check=False)

    def processes(self) -> dict[int, str]:
        """All processes of the cloud, with the names of their programs: what bears its mark, supervisor, its own engine."""
        mark = f"LOCAL_CLOUD_PROGRAM={self.directory}:".encode()
        found = {}
        for entry in pathlib.Path("/proc").iterdir():
            if not entry.name.isdigit():
                continue
            try:
                variables = (entry / "environ").read_bytes().split(b"\0")
            except OSError:
                continue
            for variable in variables:
                if variable.startswith(mark):
                    found[int(entry.name)] = variable[len(mark) :].decode()
        for name in ("supervisord", "dockerd"):
            pidfile = self.directory / "run" / f"{name}.pid"
            if pidfile.exists() and self.is_running(pid := int(pidfile.read_text())):
                found[pid] = name
        return found

    @staticmethod
    def is_running(pid: int) -> bool:
        return pathlib.Path(f"/proc/{pid}").exists()
