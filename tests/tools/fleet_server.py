# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A loopback server that answers with as many containers as a test wants, which no machine could run.

Its answers are those that a real cloud gave for one container, its floating IP, its device and its reservation; each further
container has ids and addresses of its own. Nothing else of the services is imitated.
"""

from __future__ import annotations

import ipaddress
import json
import typing as t
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ansible_collections.chi.edge.tests.tools.loopback import JsonHandler, keystone, listening, neutron

RECORDED = json.loads(Path(__file__).with_suffix(".json").read_text())
PROJECT = RECORDED["container"]["project_id"]

Answer = dict[str, t.Any]


def derive(count: int) -> dict[str, Answer]:
    """The four lists for so many containers, each on a device of its own."""
    answers: dict[str, list[Answer]] = {"containers": [], "floatingips": [], "devices": [], "allocations": []}
    for number in range(count):
        container, port, device, reservation = (str(uuid.uuid5(uuid.NAMESPACE_OID, f"{kind}{number}")) for kind in "cpdr")
        fixed = str(ipaddress.ip_address("10.20.0.10") + number)
        [(network, [address])] = RECORDED["container"]["addresses"].items()
        answers["containers"].append(
            RECORDED["container"]
            | {"uuid": container, "name": f"sensor-{number:03d}", "hostname": container[:12]}
            | {"addresses": {network: [address | {"addr": fixed, "port": port}]}}
            | {"labels": RECORDED["container"]["labels"] | {"chi-edge-reservation": reservation}}
        )
        floating = str(ipaddress.ip_address("172.24.4.10") + number)
        answers["floatingips"].append(
            RECORDED["floatingip"] | {"id": port, "port_id": port, "floating_ip_address": floating, "fixed_ip_address": fixed}
        )
        answers["devices"].append(RECORDED["device"] | {"id": device, "name": f"iot-rpi4-{number:03d}"})
        answers["allocations"].append({"resource_id": device, "reservations": [RECORDED["reservation"] | {"id": reservation}]})
    return {
        "/container/v1/containers": {"containers": answers["containers"], "next": None},
        "/network/v2.0/floatingips": {"floatingips": answers["floatingips"]},
        "/network/v2.0/networks": {"networks": RECORDED["networks"]},
        "/reservation/v1/devices": {"devices": answers["devices"]},
        "/reservation/v1/devices/allocations": {"allocations": answers["allocations"]},
    }


def token(url: str) -> Answer:
    """What Keystone says to an application credential."""
    paths = {"container": "/container/v1", "network": "/network", "reservation": "/reservation/v1", "image": "/image"}
    catalog = [
        {
            "type": service,
            "name": service,
            "id": service,
            "endpoints": [{"interface": "public", "region": "one", "region_id": "one", "id": service, "url": url + path}],
        }
        for service, path in {"identity": "/v3", **paths}.items()
    ]
    return {
        "token": {
            "methods": ["application_credential"],
            "expires_at": "2999-01-01T00:00:00.000000Z",
            "issued_at": "2026-11-22T00:00:00.000000Z",
            "user": {"id": "demo", "name": "demo", "domain": {"id": "default", "name": "Default"}},
            "project": {"id": PROJECT, "name": "demo", "domain": {"id": "default", "name": "Default"}},
            "roles": [{"id": "member", "name": "member"}],
            "catalog": catalog,
        }
    }


class Handler(JsonHandler):
    """Answers from I(answers), and notes what it was asked."""

    answers: t.ClassVar[dict[str, Answer]]
    asked: t.ClassVar[list[str]]

    def do_GET(self) -> None:
        url, path = f"http://{self.headers['Host']}", self.path.partition("?")[0].rstrip("/")
        self.asked.append(path)
        answers = {**self.answers, "/v3": keystone(url), "/network": neutron(url)}
        self.send(200 if path in answers else 404, answers.get(path, {"error": {"title": "Not Found", "message": f"no {path}"}}))

    def do_POST(self) -> None:
        self.sent()
        self.asked.append(self.path)
        self.send(201, token(f"http://{self.headers['Host']}"), {"X-Subject-Token": "token"})


@contextmanager
def serving(count: int) -> Iterator[tuple[str, list[str]]]:
    """A running server with so many containers: its Keystone's URL, and the paths that it was asked for."""
    asked: list[str] = []
    with listening(Handler, answers=derive(count), asked=asked) as url:
        yield f"{url}/v3", asked
