# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The devices of a local cloud as Blazar knows them."""

from __future__ import annotations

import json
import uuid

from keystoneauth1 import adapter

from administrator import Site

# Of what Blazar tells about a device, what is not for the role to say.
NOT_OURS = {"id", "created_at", "updated_at", "device_type", "device_driver"}


class Devices:
    """Enrols and changes devices until they are as wanted; `changes` tells what it did.

    A device that is wanted no more is forgotten if the role had enrolled it; those that others have enrolled are theirs.
    """

    def __init__(self, site: Site):
        connection = site.connect()
        self.projects = {project.name: project.id for project in connection.identity.projects(domain_id="default")}
        # Not the SDK's own client: it asks the service for its versions and takes the newest, which is not the catalog's.
        self.blazar = adapter.Adapter(connection.session, service_type="reservation", region_name=site.region)
        self.session = connection.session
        self.record = site.directory / "var" / "devices.json"
        self.changes: list[str] = []

    def reconcile(self, wanted: list[dict]) -> list[str]:
        have = {device["name"]: device for device in self._call("GET", "/devices", "list the devices")["devices"]}
        enrolled = set(json.loads(self.record.read_text())) if self.record.exists() else set()
        names = {device["name"] for device in wanted}
        self._note(enrolled | names)
        for device in map(self._as_blazar_has_it, wanted):
            known = have.get(device["name"])
            if not known:
                self._change("POST", "/devices", f"enrol device {device['name']}", device)
            elif different := self._difference(known, device):
                self._change("PUT", f"/devices/{known['id']}", f"change device {device['name']}", different)
        for name in sorted((enrolled - names) & set(have)):
            self._change("DELETE", f"/devices/{have[name]['id']}", f"forget device {name}")
            # Its process is gone already; Zun would list it as down for ever.
            self.session.delete(f"/services?binary=zun-compute&host={name}", endpoint_filter={"service_type": "container"})
        self._note(names)
        return self.changes

    def _note(self, names: set[str]) -> None:
        self.record.write_text(json.dumps(sorted(names)) + "\n")

    def _as_blazar_has_it(self, device: dict) -> dict:
        """What the user wrote, complete, and in the form in which Blazar gives it back: properties are texts."""
        full = {"uid": str(uuid.uuid5(uuid.NAMESPACE_DNS, device["name"])), "architecture": "aarch64", **device}
        projects = full.pop("authorized_projects", None)
        if projects:
            full["authorized_projects"] = ",".join(self.projects.get(project, project) for project in projects)
        reservable = full.pop("reservable", True)
        return {**{key: str(value) for key, value in full.items() if value is not None}, "reservable": reservable}

    @staticmethod
    def _difference(known: dict, wanted: dict) -> dict:
        """What to send to make the one the other; null takes a property away that is wanted no more."""
        changed = {key: value for key, value in wanted.items() if known.get(key) != value}
        extra = set(known) - set(wanted) - NOT_OURS
        return {**changed, **{key: None for key in extra if known[key] is not None}}

    def _change(self, method: str, path: str, what: str, body: dict | None = None) -> None:
        self._call(method, path, what, body)
        self.changes.append(what)

    def _call(self, method: str, path: str, what: str, body: dict | None = None) -> dict:
        answer = self.blazar.request(path, method, json=body, raise_exc=False)
        if answer.status_code >= 400:
            raise SystemExit(f"Could not {what}: Blazar answered {answer.status_code}, {_words(answer)}")
        return answer.json() if answer.content else {}


def _words(answer) -> str:
    try:
        return answer.json()["error_message"]
    except (ValueError, KeyError):
        return answer.text[:500]
