# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The cloud under test: plain HTTP to its Blazar, and devices that belong to one story alone."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from typing import Any

import openstack
import requests

from tenants import Tenants

ADMIN = "edge-admin"
# In the name of each of our devices, and the property by which "any of ours" is said.
POOL = "conformance"
TIMEOUT = 70


@dataclass(frozen=True)
class Answer:
    """A status and the body, decoded if it is JSON."""

    status: int
    body: Any

    @property
    def error(self) -> str:
        return self.body.get("error_message", "") if isinstance(self.body, dict) else ""


class Site:
    """Speaks to Blazar as each of the recorded actors."""

    def __init__(self):
        admin = openstack.connect(cloud=ADMIN)
        self._tenants = Tenants(admin)
        self._connections = self._tenants.connections
        self.url = admin.session.get_endpoint(service_type="reservation")

    def project_id(self, actor: str) -> str:
        return self._connections[actor].session.get_project_id()

    def projects(self) -> list[str]:
        """The projects that may lease our devices."""
        return [self.project_id(actor) for actor in ("member", "other", "admin")]

    def user_id(self, actor: str) -> str:
        return self._connections[actor].session.get_user_id()

    def ask(self, actor: str, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None) -> Answer:
        """Send a request; `body` is sent as JSON, a text as it stands. An empty header is not sent."""
        sent = {"Accept": "application/json", **self._token(actor)}
        if body is not None:
            sent["Content-Type"] = "application/json"
        sent.update(headers or {})
        sent = {key: value for key, value in sent.items() if value}
        data = body if isinstance(body, str) or body is None else json.dumps(body)
        answer = requests.request(method, self.url + path, headers=sent, data=data and data.encode(), timeout=TIMEOUT)
        try:
            return Answer(answer.status_code, answer.json())
        except ValueError:
            return Answer(answer.status_code, answer.text)

    def _token(self, actor: str) -> dict[str, str]:
        if actor == "none":
            return {}
        return {"X-Auth-Token": "bad" if actor == "bad" else self._connections[actor].session.get_token()}

    # What a run needs, and leaves behind

    def prepare(self) -> None:
        """Make the actors, and take away what a killed run left."""
        self.clear()
        self._tenants.create()

    def clear(self) -> None:
        """Take away what this or a killed run made: the actors with their leases, our devices with theirs."""
        projects = self._tenants.project_ids()
        devices = self.ask("admin", "GET", "/devices").body["devices"]
        ours = {device["id"] for device in devices if POOL in device["name"]}
        leases = {lease["id"] for lease in self.ask("admin", "GET", "/leases").body["leases"] if lease["project_id"] in projects}
        for entry in self.ask("admin", "GET", "/devices/allocations").body["allocations"]:
            if entry["resource_id"] in ours:
                leases.update(reservation["lease_id"] for reservation in entry["reservations"])
        for lease_id in leases:
            self.delete_lease(lease_id)
        for device_id in ours:
            self.ask("admin", "DELETE", f"/devices/{device_id}")
        self._tenants.remove()

    def delete_lease(self, lease_id: str, patience: float = 90) -> None:
        """Delete a lease as admin, also one that is just starting or ending."""
        end = time.monotonic() + patience
        while True:
            answer = self.ask("admin", "DELETE", f"/leases/{lease_id}")
            if answer.status in (200, 204, 404):
                return
            if time.monotonic() > end:
                raise AssertionError(f"lease {lease_id} stays: {answer}")
            time.sleep(1)


class Devices:
    """The four devices of the recording under names of their own, so that no story meets another or the cloud's own.

    The names, and the values by which devices are chosen, begin with `prefix`; "any device" is said as "any of ours".
    """

    WORDS = ("iot-", "Raspberry Pi", "Nvidia", "raspberrypi4-64", "jetson-nano", "coral-dev", "11111111-aaaa")

    def __init__(self, site: Site, prefix: str):
        self.site = site
        self.prefix = prefix
        self.words = {word: prefix + word for word in self.WORDS}
        self.any = json.dumps(["==", f"${POOL}", prefix])
        self.ids: dict[str, str] = {}

    def enrol(self) -> None:
        board = {"vendor": "Raspberry Pi", "model": "4 Model B", "machine_name": "raspberrypi4-64"}
        jetson = {"vendor": "Nvidia", "model": "Jetson Nano", "machine_name": "jetson-nano"}
        self._enrol(1, "iot-rpi4-01", **board)
        self._enrol(2, "iot-rpi4-02", **board)
        self._enrol(3, "iot-jetson04", authorized_projects=self.site.project_id("admin"), **jetson)
        self._enrol(4, "iot-off-01", reservable=False, **board)

    def remove(self) -> None:
        """Forget them, and whatever else was enrolled under our prefix."""
        for device in self.site.ask("admin", "GET", "/devices").body["devices"]:
            if device["name"].startswith(self.prefix):
                self.site.ask("admin", "DELETE", f"/devices/{device['id']}")

    def _enrol(self, number: int, name: str, **properties: Any) -> None:
        values = {"name": name, "device_driver": "k8s", "uid": f"11111111-aaaa-4aaa-8aaa-{number:012d}", **properties}
        body = {key: self._ours(value) if isinstance(value, str) else value for key, value in values.items()}
        answer = self.site.ask(
            "admin", "POST", "/devices", {"authorized_projects": self.site.projects(), POOL: self.prefix, **body}
        )
        assert answer.status == 201, answer
        self.ids[name] = answer.body["device"]["id"]

    def _ours(self, text: str) -> str:
        for word, ours in self.words.items():
            text = text.replace(word, ours)
        return text
