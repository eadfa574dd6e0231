# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Wait until a local cloud can be used.

    ready.py --timeout SECONDS DIRECTORY apis URL ...                   every service answers
    ready.py --timeout SECONDS DIRECTORY agents AUTH_URL DEVICE ...     the network agents live, each device takes containers

A program that supervisor has given up ends the wait at once, with the end of its log.
"""

from __future__ import annotations

import argparse
import datetime
import json
import pathlib
import time
from collections.abc import Callable

from keystoneauth1 import exceptions, session
from keystoneauth1.identity import v3
from supervisor.states import ProcessStates

from supervision import Supervisor
from waiting import answers

POLL = 0.5  # seconds
LOG_LINES = 15
AGENTS = {"neutron-linuxbridge-agent": "neutron-linuxbridge", "neutron-l3-agent": "neutron-l3"}


class Programs:
    """Supervisor's view of the programs."""

    def __init__(self, directory: pathlib.Path):
        self.logs = directory / "log"
        self.supervisor = Supervisor(directory)

    def starts(self) -> dict[str, int]:
        """When each program was started, in seconds of the epoch; having made sure that none has been given up."""
        programs = self.supervisor.calls.getAllProcessInfo()
        for program in programs:
            if program["state"] == ProcessStates.FATAL:
                log = self.logs / f"{program['name']}.log"
                tail = "\n".join(log.read_text(errors="replace").splitlines()[-LOG_LINES:])
                raise SystemExit(f"{program['name']} does not stay alive. The end of {log}:\n{tail}")
        return {program["name"]: program["start"] for program in programs}


class Services:
    """What the services tell the administrator about their agents."""

    def __init__(self, auth_url: str, password: str):
        user = {"username": "admin", "password": password, "user_domain_id": "default"}
        self.session = session.Session(v3.Password(auth_url, **user, project_name="admin", project_domain_id="default"))

    def get(self, kind: str, path: str, **options) -> dict:
        return self.session.get(path, endpoint_filter={"service_type": kind}, **options).json()

    def agents(self) -> dict[str, str]:
        """Agent -> when it was last heard of, for those that Neutron thinks alive."""
        agents = self.get("network", "/v2.0/agents")["agents"]
        return {agent["binary"]: agent["heartbeat_timestamp"] for agent in agents if agent["alive"]}

    def devices(self) -> dict[str, str]:
        """Device -> when it was last heard of, for those that Zun thinks up and that Placement has an inventory of."""
        headers = {"OpenStack-API-Version": "placement 1.10"}
        providers = self.get("placement", "/resource_providers", headers=headers)["resource_providers"]
        known = {provider["name"] for provider in providers}
        services = self.get("container", "/services")["services"]
        return {
            service["host"]: service["last_seen_up"]
            for service in services
            if service["state"] == "up" and service["host"] in known
        }


def silent(programs: Programs, urls: list[str]) -> list[str]:
    """Those of the services that do not answer."""
    programs.starts()
    return [url for url in urls if not answers(url)]


def lifeless(programs: Programs, services: Services, devices: list[str]) -> list[str]:
    """Agents and devices that have not been heard of since their process was started: an earlier life does not count."""
    starts = programs.starts()
    wanted = {**AGENTS, **{device: f"zun-compute-{device}" for device in devices}}
    try:
        heard = {**services.agents(), **services.devices()}
    except (exceptions.ClientException, KeyError) as error:
        return [f"{type(error).__name__}: {error}"]
    return [name for name, program in wanted.items() if not heard.get(name) or seconds(heard[name]) < starts[program]]


def seconds(moment: str) -> float:
    """The services' times are UTC, with a T or a blank, with a fraction or a zone or neither."""
    return datetime.datetime.fromisoformat(moment[:19] + "+00:00").timestamp()


def wait(missing: Callable[[], list[str]], complaint: str, timeout: float) -> None:
    deadline = time.monotonic() + timeout
    while found := missing():
        if time.monotonic() > deadline:
            raise SystemExit(f"After {timeout:g} seconds {complaint} {', '.join(found)}.")
        time.sleep(POLL)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--timeout", type=float, required=True)
    parser.add_argument("directory", type=pathlib.Path)
    parser.add_argument("what", choices=("apis", "agents"))
    parser.add_argument("subjects", nargs="+")
    arguments = parser.parse_args()
    programs = Programs(arguments.directory)
    if arguments.what == "apis":
        wait(lambda: silent(programs, arguments.subjects), "there is no answer from", arguments.timeout)
    else:
        auth_url, *devices = arguments.subjects
        passwords = json.loads((arguments.directory / "etc" / "passwords.json").read_text())
        services = Services(auth_url, passwords["user_admin"])
        wait(lambda: lifeless(programs, services, devices), "there is no sign of life of", arguments.timeout)


if __name__ == "__main__":
    main()
