# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the faults are put into: a provision, a changed one, and a teardown, each run until it is through and then looked at."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field

from ansible_collections.chi.edge.tests.tools.settling import settles
from eye import Eye
from faults import KILLS, Case, Request
from lanes import Lane, Run

IMAGE = "127.0.0.1:5005/edge/hello:arm64"
SECRET = "s3cr3t-of-the-container"
PHASES = ("provision", "change", "teardown")

SENTENCE = re.compile(r'"msg": "((?:Could not|Waited|Container|Lease|No |The |There is |\d+ of \d+ containers).*?)"')


@dataclass
class Story:
    """Containers of one name, on devices of their own, made by the role; or on one device, made by the module.

    :param names: of the containers, if they are on one device, by a lease of the story's name that is there.
    :param more: further variables of the role.
    """

    name: str
    devices: list[str]
    lane: Lane
    eye: Eye
    secrets: list[str]
    names: list[str] = field(default_factory=list)
    more: dict = field(default_factory=dict)
    told: list[str] = field(default_factory=list)

    @property
    def containers(self) -> list[str]:
        """The names of the containers."""
        if self.names:
            return self.names
        return [self.name] if len(self.devices) == 1 else [f"{self.name}-{number}" for number in range(len(self.devices))]

    def variables(self, phase: str) -> dict:
        """The role's variables. The change is one that a container has to be made anew for."""
        common = {
            "edge_container_name": self.name,
            "edge_container_image": IMAGE,
            "edge_container_networks": ["containernet1"],
            "edge_container_exposed_ports": ["8080/tcp"],
            "edge_container_verify_port": 8080,
            "edge_container_lease_duration": "2h",
            "edge_container_environment": self.environment(phase),
            **self.more,
        }
        if self.names:
            return common | {"edge_container_lease": self.name}
        if len(self.devices) == 1:
            return common | {"edge_container_device": self.devices[0]}
        several = [{"name": name, "device": device} for name, device in zip(self.containers, self.devices, strict=True)]
        return common | {"edge_container_containers": several}

    def environment(self, phase: str) -> dict[str, str]:
        return {"GREETING": "hello" if phase == "provision" else "hello again", "API_TOKEN": SECRET}

    def play(self, phase: str, case: Case | None = None) -> Run:
        """One run of a phase."""
        run = self.lane.play(self._playbook(phase), self.variables(phase), case)
        self.told.append(f"{phase}, {case or 'undisturbed'}: status {run.status} after {run.seconds:.0f} s, met: {run.is_met}")
        return run

    def _playbook(self, phase: str) -> str:
        if not self.names:
            return "chi.edge.teardown" if phase == "teardown" else "chi.edge.provision"
        wanted = {
            "image": IMAGE,
            "lease": self.name,
            "networks": ["containernet1"],
            "exposed_ports": ["8080/tcp"],
            "environment": self.environment(phase),
            "floating_ip": True,
            "verify_port": 8080,
        }
        task = {
            "containers": [{"name": name, **wanted} for name in self.names],
            "recreate": "on_change",
            "state": "absent" if phase == "teardown" else "present",
            "wait_timeout": "{{ edge_container_timeout }}",
            "concurrency": "{{ edge_container_concurrency | default(omit) }}",
        }
        file = self.lane.file(f"{phase}.yml")
        file.write_text(json.dumps([{"hosts": "localhost", "gather_facts": False, "tasks": [{"chi.edge.containers": task}]}]))
        return str(file)

    def record(self) -> dict[str, list[Request]]:
        """The requests of each phase, when nothing comes between."""
        requests = {}
        for phase in PHASES:
            run = self.play(phase)
            assert run.status == 0, run.text[-3000:]
            requests[phase] = run.requests
        return requests

    def goes_through(self, phase: str, case: Case) -> bool:
        """Run a phase with a fault and then without; hold both against what was promised.

        :returns: whether the fault has met its request.
        """
        disturbed = self.play(phase, case)
        self.judge(disturbed, may_be_killed=case.fault in KILLS)
        self.is_repaired(phase, disturbed)
        return disturbed.is_met

    def is_repaired(self, phase: str, disturbed: Run) -> None:
        """Who was killed or cut off runs it again; who was told that all is well believes it. Either way all must be well."""
        if disturbed.status != 0:
            again = self.play(phase)
            assert again.status == 0, f"{self}\n{again.text[-4000:]}"
            self.judge(again)
        assert settles(lambda: not self.faults(phase)), f"{self}\n{self.faults(phase)}"

    def judge(self, run: Run, may_be_killed: bool = False) -> None:
        """A run has succeeded, or has failed with a sentence; it shows no traceback and no secret."""
        assert "Traceback" not in run.text, f"{self}\n{run.text[-6000:]}"
        for secret in self.secrets:
            assert secret not in run.text, f"{self}\na secret is shown"
        if run.was_killed:
            assert may_be_killed, str(self)
        elif run.status != 0:
            assert run.status == 2 and SENTENCE.search(run.text), f"{self}\n{run.text[-4000:]}"

    def ends(self) -> None:
        """Leave nothing, however the story went."""
        self.lane.play(self._playbook("teardown"), self.variables("teardown"))

    def faults(self, phase: str) -> list[str]:
        """What is not as the phase has to leave it."""
        if phase == "teardown":
            return self.eye.remains_of(self.name)
        return self.eye.faults_of(self.name, self.containers, self.environment(phase))

    def __str__(self) -> str:
        return "\n".join(self.told)
