# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Wait until a local cloud can be used.

    ready.py DIRECTORY apis URL ...                   every service answers
    ready.py DIRECTORY agents AUTH_URL DEVICE ...     the network agents live, and every device takes containers

A program that supervisor has given up ends the wait at once, with the end of its log.
"""

from __future__ import annotations

import argparse
import datetime
import pathlib
import time

from keystoneauth1 import exceptions, session
from keystoneauth1.identity import v3
from supervision import Supervisor
from supervisor.states import ProcessStates
from waiting import answers

import json

POLL = 0.5  # seconds
AGENTS = {"neutron-linuxbridge-agent": "neutron-linuxbridge", "neutron-l3-agent": "neutron-l3"}
LOG_LINES = 15


class Cloud:
    """What is still missing before the cloud is ready, asked again and again."""

    def __init__(self, directory: pathlib.Path):
        self.directory = directory
        self.supervisor = Supervisor(directory)

    def programs(self) -> dict[str, dict]:
        """Supervisor's view, having made sure that it has given up none."""
        programs = {program["name"]: program for program in self.supervisor.calls.getAllProcessInfo()}
        for name, program in programs.items():
            if program["state"] == ProcessStates.FATAL:
                log = self.directory / "log" / f"{name}.log"
                tail = "\n".join(log.read_text(errors="replace").splitlines()[-LOG_LINES:])
                raise SystemExit(f"{name} does not stay alive. The end of {log}:\n{tail}")
        return programs

    def silent(self, urls: list[str]) -> list[str]:
        self.programs()
        return [url for url in urls if not answers(url)]

    def connect(self, auth_url: str) -> None:
        password = json.loads((self.directory / "etc" / "passwords.json").read_text())["user_admin"]
        auth = v3.Password(
            auth_url, username="admin", password=password, user_domain_id="default",
            project_name="admin", project_domain_id="default",
        )
        self.session = session.Session(auth)

    def get(self, kind: str, path: str, version: str | None = None) -> dict:
        headers = {"OpenStack-API-Version": f"{kind} {version}"} if version else {}
        return self.session.get(path, endpoint_filter={"service_type": kind}, headers=headers).json()

    def dead(self, devices: list[str]) -> list[str]:
        """Agents and devices whose last sign of life is older than their process (an earlier life's does not count)."""
        programs = self.programs()

        def fresh(program: str, seen: str | None) -> bool:
            if not seen or program not in programs:
                return False
            moment = datetime.datetime.fromisoformat(seen.replace(" ", "T")[:19]).replace(tzinfo=datetime.timezone.utc)
            return moment.timestamp() >= programs[program]["start"]

        try:
            agents = {agent["binary"]: agent for agent in self.get("network", "/v2.0/agents")["agents"]}
            services = {entry["host"]: entry for entry in self.get("container", "/services")["services"]}
            providers = {entry["name"] for entry in self.get("placement", "/resource_providers", "1.10")["resource_providers"]}
        except (exceptions.ClientException, KeyError) as error:
            return [f"an answer ({error})"]
        missing = [
            name for name, program in AGENTS.items()
            if name not in agents or not agents[name]["alive"] or not fresh(program, agents[name]["heartbeat_timestamp"])
        ]
        for device in devices:
            service = services.get(device, {})
            if service.get("state") != "up" or not fresh(f"zun-compute-{device}", service.get("last_seen_up")) or device not in providers:
                missing.append(device)
        return missing


def wait(ask, what: str, timeout: float) -> None:
    deadline = time.monotonic() + timeout
    while missing := ask():
        if time.monotonic() > deadline:
            raise SystemExit(f"After {timeout:g} seconds {what}: {', '.join(missing)}.")
        time.sleep(POLL)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("directory", type=pathlib.Path)
    parser.add_argument("what", choices=("apis", "agents"))
    parser.add_argument("subjects", nargs="+")
    parser.add_argument("--timeout", type=float, required=True)
    arguments = parser.parse_args()
    cloud = Cloud(arguments.directory)
    if arguments.what == "apis":
        wait(lambda: cloud.silent(arguments.subjects), "there is no answer from", arguments.timeout)
    else:
        auth_url, *devices = arguments.subjects
        cloud.connect(auth_url)
        wait(lambda: cloud.dead(devices), "these give no sign of life", arguments.timeout)


main()
