# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A job as AWX lays it out and runs it: a private data directory, and ansible-runner.

What AWX does is taken from awx/main/tasks/jobs.py (RunJob, RunInventoryUpdate), awx/main/models/mixins.py (surveys) and
awx_plugins/credentials. Only the container around it is missing.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import stat
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import yaml
from jinja2 import sandbox

ROOT = Path(__file__).resolve().parents[2]
AWX = ROOT / "playbooks" / "awx"
TYPE = yaml.safe_load((AWX / "files" / "credential_type.yml").read_text())
LOCALHOST = {"localhost": {"ansible_connection": "local", "ansible_python_interpreter": "{{ ansible_playbook_python }}"}}


# -- credentials ---------------------------------------------------------------------------------------------------


@dataclass
class Credential:
    """What a credential puts into a job: a file in C(env), and what leads to it."""

    file: str
    env: dict[str, str]


def chameleon(cloud: dict) -> Credential:
    """Our own type, for a cloud of clouds.yaml that has an application credential."""
    inputs = {**cloud["auth"], "region_name": cloud["region_name"], "tower": {"filename": "{file}"}}
    environment = sandbox.ImmutableSandboxedEnvironment()
    injectors = TYPE["injectors"]
    env = {key: environment.from_string(value).render(**inputs) for key, value in injectors["env"].items()}
    return Credential(environment.from_string(injectors["file"]["template"]).render(**inputs), env)


def builtin(cloud: dict, username: str, password: str, project: str) -> Credential:
    """AWX's own type "OpenStack"; its field for the domain is the only one that it has for that of the user."""
    auth = {"auth_url": cloud["auth"]["auth_url"], "username": username, "password": password, "project_name": project}
    devstack = {"auth": {**auth, "domain_name": "Default"}, "verify": True, "region_name": cloud["region_name"]}
    return Credential(yaml.safe_dump({"clouds": {"devstack": devstack}}), {"OS_CLIENT_CONFIG_FILE": "{file}"})


# -- what is answered at launch ------------------------------------------------------------------------------------


def survey(name: str, **answers) -> dict:
    """The variables of a job: the survey's defaults, and what is answered, which must be of the question's type."""
    questions = {
        item["variable"]: item for item in yaml.safe_load((AWX / "files" / "surveys" / f"{name}.yml").read_text())["spec"]
    }
    for variable, answer in answers.items():
        assert isinstance(answer, int if questions[variable]["type"] == "integer" else str), variable
    assert all(variable in answers for variable, item in questions.items() if item["required"])
    return {variable: item["default"] for variable, item in questions.items() if "default" in item} | answers


# -- the job -------------------------------------------------------------------------------------------------------


class Job:
    """A job in a directory of its own, which has been started."""

    def __init__(
        self, directory: Path, playbook: str, credential: Credential, *, arguments="", variables=None, hosts=None, plays=None
    ):
        """:param plays: a playbook of the user's own, which lies in the project as C(site.yml)."""
        self.directory = directory
        self._lay_out(credential, variables or {}, LOCALHOST if hosts is None else hosts, arguments)
        if plays:
            (directory / "project" / "site.yml").write_text(yaml.safe_dump(plays, sort_keys=False))
        program = Path(sys.executable).with_name("ansible-runner")
        surroundings = {key: value for key, value in os.environ.items() if not key.startswith("OS_")}
        surroundings |= {"PATH": f"{program.parent}:{os.environ['PATH']}", "PWD": str(directory / "project")}
        self._process = subprocess.Popen(
            [str(program), "run", str(directory), "--playbook", playbook, "--ident", "1", "--quiet"],
            env=surroundings,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def _lay_out(self, credential: Credential, variables: dict, hosts: dict, arguments: str) -> None:
        env = self.directory / "env"
        env.mkdir(parents=True)
        shutil.copytree(ROOT / "playbooks", self.directory / "project" / "playbooks")
        file = env / "tmpcredential"
        self._private(file, credential.file)
        surroundings = {
            "ANSIBLE_FORCE_COLOR": "True",
            "ANSIBLE_HOST_KEY_CHECKING": "False",
            "ANSIBLE_INVENTORY_UNPARSED_FAILED": "True",
            "ANSIBLE_RETRY_FILES_ENABLED": "False",
            "ANSIBLE_COLLECTIONS_PATH": os.environ["ANSIBLE_COLLECTIONS_PATH"],
            "AWX_PRIVATE_DATA_DIR": str(self.directory),
            "JOB_ID": "1",
            **{key: value.format(file=file) for key, value in credential.env.items()},
        }
        self._private(env / "envvars", json.dumps(surroundings))
        self._private(env / "cmdline", f"-u root {arguments}")
        given = {"awx_job_id": 1, "tower_job_id": 1, "awx_job_launch_type": "manual", "awx_user_name": "admin", **variables}
        # what was answered is no template
        self._private(env / "extravars", "".join(f"{key}: {_marked(value)}\n" for key, value in given.items()))
        listed = {"all": {"hosts": list(hosts)}, "_meta": {"hostvars": hosts}}
        script = self.directory / "inventory" / "hosts"
        script.parent.mkdir()
        self._private(script, f"#! /usr/bin/env python3\nprint({json.dumps(listed)!r})\n")
        script.chmod(stat.S_IRWXU)

    @staticmethod
    def _private(path: Path, text: str) -> None:
        path.write_text(text)
        path.chmod(stat.S_IRUSR | stat.S_IWUSR)

    # -- its course ------------------------------------------------------------------------------------------------

    def done(self, timeout: int = 600) -> Job:
        """The job when it has ended."""
        self._process.wait(timeout)
        return self

    def cancelled_at(self, sign: str, timeout: int = 120) -> Job:
        """The job, cancelled as AWX does it when it has shown this."""
        end = time.monotonic() + timeout
        while sign not in self.stdout:
            assert self._process.poll() is None and time.monotonic() < end, self.stdout
            time.sleep(0.2)
        self._process.send_signal(signal.SIGTERM)
        return self.done()

    @property
    def _artifacts(self) -> Path:
        return self.directory / "artifacts" / "1"

    @property
    def status(self) -> str:
        return (self._artifacts / "status").read_text()

    @property
    def stdout(self) -> str:
        file = self._artifacts / "stdout"
        return file.read_text() if file.exists() else ""

    @property
    def events(self) -> list[dict]:
        """What AWX would have in its database, in order."""
        events = [
            json.loads(path.read_text()) for path in (self._artifacts / "job_events").glob("*.json") if "partial" not in path.name
        ]
        return sorted(events, key=lambda event: event["counter"])

    @property
    def changes(self) -> list[str]:
        """The tasks that have changed something, or would."""
        return [
            event["event_data"]["task"]
            for event in self.events
            if event["event"] in ("runner_on_ok", "runner_item_on_ok") and event["event_data"]["res"].get("changed")
        ]

    @property
    def recap(self) -> dict[str, dict[str, int]]:
        """What the last event counts, by kind and host."""
        return next(event for event in self.events if event["event"] == "playbook_on_stats")["event_data"]

    @property
    def all_text(self) -> str:
        """All that is kept of the job."""
        return "".join(path.read_text() for path in self._artifacts.rglob("*") if path.is_file())


def _marked(value) -> str:
    return f"!unsafe {json.dumps(value)}" if isinstance(value, str) else json.dumps(value)


def inventory(directory: Path, credential: Credential) -> dict[str, dict]:
    """The hosts of the inventory source that the collection comes with, as AWX updates it: their variables by their names."""
    directory.mkdir()
    file = directory / "tmpcredential"
    file.write_text(credential.file)
    surroundings = {key: value for key, value in os.environ.items() if not key.startswith("OS_")}
    surroundings |= {"ANSIBLE_INVENTORY_UNPARSED_FAILED": "True"} | {k: v.format(file=file) for k, v in credential.env.items()}
    command = [str(Path(sys.executable).with_name("ansible-inventory")), "-i", str(AWX / "inventory" / "edge.chi_edge.yml")]
    done = subprocess.run(
        [*command, "--list", "--export", "--playbook-dir", str(ROOT)],
        capture_output=True,
        text=True,
        env=surroundings,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)["_meta"]["hostvars"]


def slices(hosts: dict[str, dict], count: int) -> list[dict[str, dict]]:
    """What each job of a sliced one gets: of all hosts by name, every so many-th."""
    return [{name: hosts[name] for name in sorted(hosts)[number::count]} for number in range(count)]
