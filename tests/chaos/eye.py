# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An independent eye: what the services hold, read with openstacksdk alone, past our own code and past the proxy."""

from __future__ import annotations

import typing as t
from datetime import datetime, timedelta, timezone
from urllib.parse import urlsplit

import openstack

# What comes and goes by itself, or counts what happens elsewhere.
_RESTLESS = {"updated_at", "revision_number", "status_reason", "started_at", "remaining", "degraded"}


class Eye:
    """Looks at a project of the cloud."""

    def __init__(self, cloud: str = "edge") -> None:
        self._connection = openstack.connect(cloud=cloud)

    def close(self) -> None:
        self._connection.close()

    def ask(self, service: str, path: str, method: str = "GET", **options: t.Any) -> t.Any:
        """The JSON that a service answers, or None for what is not there."""
        where = {"service_type": service}
        answer = self._connection.session.request(path, method, endpoint_filter=where, raise_exc=False, **options)
        if answer.status_code == 404:  # gone since it was listed
            return None
        answer.raise_for_status()
        return answer.json() if answer.content else None

    @property
    def project_id(self) -> str:
        return self._connection.session.get_project_id()

    def port_of(self, service: str) -> int:
        """The port that a service listens on."""
        return int(urlsplit(self._connection.session.get_endpoint(service_type=service)).port or 0)

    def leases(self, name: str = "") -> list[dict]:
        return [lease for lease in self.ask("reservation", "/leases")["leases"] if lease["name"].startswith(name)]

    def containers(self, name: str = "") -> list[dict]:
        listed = self.ask("container", "/containers", headers={"OpenStack-API-Version": "container 1.40"})["containers"]
        return [item for item in listed if item["name"].startswith(name) and item["status"] != "Deleted"]

    def container(self, uuid: str) -> dict | None:
        return self.ask("container", f"/containers/{uuid}", headers={"OpenStack-API-Version": "container 1.40"})

    def addresses(self) -> list[dict]:
        return self.ask("network", "/v2.0/floatingips")["floatingips"]

    def ports(self) -> list[dict]:
        return self.ask("network", "/v2.0/ports")["ports"]

    def groups(self) -> list[dict]:
        return self.ask("network", "/v2.0/security-groups")["security_groups"]

    def network(self, name: str) -> str:
        """A network's id."""
        (found,) = self.ask("network", f"/v2.0/networks?name={name}")["networks"]
        return found["id"]

    def free_addresses(self, network: str) -> int:
        """How many addresses a network still has, as only an administrator sees."""
        known = self.ask("network", f"/v2.0/network-ip-availabilities/{network}")["network_ip_availability"]
        return known["total_ips"] - known["used_ips"]

    def free_devices(self, hours: int = 2) -> list[str]:
        """The names of the devices that nobody has, now and for so many hours."""
        until = (datetime.now(timezone.utc) + timedelta(hours=hours)).strftime("%Y-%m-%dT%H:%M")
        taken = {
            entry["resource_id"]
            for entry in self.ask("reservation", "/devices/allocations")["allocations"]
            if any(reservation["start_date"] < until for reservation in entry["reservations"])
        }
        return [item["name"] for item in self.ask("reservation", "/devices")["devices"] if item["id"] not in taken]

    # -- judging -------------------------------------------------------------------------------------------------------

    def faults_of(self, name: str, containers: list[str], environment: dict[str, str]) -> list[str]:
        """What is not as a provision of these containers has to leave it. Empty if all is."""
        found = []
        leases = self.leases(name)
        if [lease["status"] for lease in leases] != ["ACTIVE"]:
            found.append(f"leases: {[(lease['name'], lease['status']) for lease in leases]}")
        there = self.containers(name)
        if sorted(item["name"] for item in there) != sorted(containers):
            found.append(f"containers: {[(item['name'], item['status']) for item in there]}")
        for item in there:
            if item["status"] != "Running":
                found.append(f"{item['name']} is {item['status']}: {item['status_reason']}")
            known = (self.container(item["uuid"]) or {}).get("environment") or {}
            if {key: known.get(key) for key in environment} != environment:
                found.append(f"{item['name']} has another environment: {known}")
            own = [port["id"] for port in self.ports() if port["device_id"] == item["uuid"]]
            if len(own) != 1:
                found.append(f"{item['name']} has {len(own)} ports")
            bound = [address for address in self.addresses() if address["port_id"] in own]
            if [address["status"] for address in bound] != ["ACTIVE"]:
                found.append(f"{item['name']} has the addresses {[(a['floating_ip_address'], a['status']) for a in bound]}")
        marked = [a for a in self.addresses() if f" {name}" in a["description"]]
        if len(marked) != len(containers):
            found.append(f"{len(marked)} addresses bear the name, of {len(containers)}")
        return found

    def remains_of(self, name: str) -> list[str]:
        """What there still is of a provision that was taken down."""
        found = [f"lease {lease['status']}" for lease in self.leases(name)]
        found += [f"container {item['name']} {item['status']}" for item in self.containers(name)]
        found += [f"address {a['floating_ip_address']}" for a in self.addresses() if f" {name}" in a["description"]]
        return found + [f"group {group['name']}" for group in self.groups() if name in group["name"]]

    def holdings(self) -> dict[str, dict]:
        """All that the project has, field by field, without what is restless by itself."""
        return {
            kind: {item.get("id") or item["uuid"]: _calm(item) for item in listed}
            for kind, listed in {
                "leases": self.leases(),
                "containers": self.containers(),
                "addresses": self.addresses(),
                "ports": self.ports(),
                "groups": self.groups(),
            }.items()
        }


def _calm(value: t.Any) -> t.Any:
    if isinstance(value, dict):
        return {key: _calm(item) for key, item in value.items() if key not in _RESTLESS}
    if isinstance(value, list):
        return sorted((_calm(item) for item in value), key=str)
    return value
