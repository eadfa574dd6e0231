# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The local cloud under test, and a way to run playbooks against it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

CLOUDS = Path(os.environ.get("OS_CLIENT_CONFIG_FILE", "/opt/chi-edge/clouds.yaml"))


@dataclass
class Run:
    """What an ansible-playbook run gave."""

    status: int
    stdout: str
    stderr: str

    @property
    def text(self) -> str:
        """All that a user could have seen."""
        return self.stdout + self.stderr

    @property
    def recap(self) -> dict[str, int]:
        """The counters of localhost."""
        line = [line for line in self.stdout.splitlines() if line.startswith("localhost ")][-1]
        return {key: int(value) for key, value in (pair.split("=") for pair in line.partition(":")[2].split())}


@pytest.fixture(scope="session")
def clouds() -> dict:
    """The clouds of clouds.yaml."""
    assert CLOUDS.exists(), f"{CLOUDS} is not there: bring the local cloud up with 'make cloud'"
    return yaml.safe_load(CLOUDS.read_text())["clouds"]


def _player(directory):
    """Runs tasks, or a play, or a playbook by name, in this directory; returns the Run."""

    def run(what, *options, extra=None, python=None, env=None, timeout=900) -> Run:
        if isinstance(what, list):
            if "hosts" not in what[0]:
                what = [{"hosts": "localhost", "gather_facts": False, "tasks": what}]
            file = directory / "play.yml"
            file.write_text(yaml.safe_dump(what, sort_keys=False))
            what = str(file)
        program = Path(python or sys.executable).with_name("ansible-playbook")
        command = [str(program), what, *options]
        if extra:
            # in a file, since Ansible shows its own command line at high verbosity
            variables = directory / "variables.json"
            variables.write_text(json.dumps(extra))
            command += ["-e", f"@{variables}"]
        surroundings = {key: value for key, value in os.environ.items() if not key.startswith("OS_")}
        surroundings |= {
            "OS_CLIENT_CONFIG_FILE": str(CLOUDS),
            "ANSIBLE_LOCALHOST_WARNING": "false",
            "ANSIBLE_INVENTORY_UNPARSED_WARNING": "false",
            "ANSIBLE_NOCOLOR": "true",
            **(env or {}),
        }
        done = subprocess.run(
            command, capture_output=True, text=True, env=surroundings, cwd=directory, timeout=timeout, check=False
        )
        return Run(done.returncode, done.stdout, done.stderr)

    return run


@pytest.fixture
def playbook(tmp_path, clouds):
    """Run tasks, or a play, or a playbook by name; returns the Run."""
    return _player(tmp_path)


@pytest.fixture(scope="module")
def module_playbook(tmp_path_factory, clouds):
    """As playbook, for what several tests of a file look at."""
    return _player(tmp_path_factory.mktemp("plays"))
