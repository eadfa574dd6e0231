# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The devices of a local cloud as Blazar knows them."""

from __future__ import annotations

import uuid

from administrator import Site
from keystoneauth1 import adapter, exceptions

# Of the properties that Blazar keeps for itself.
READ_ONLY = {"id", "created_at", "updated_at"}


class Devices:
    """Enrols, changes and forgets devices until they are as wanted; `changes` tells what it did."""

    def __init__(self, site: Site):
        connection = site.connect()
        self.projects = {project.name: project.id for project in connection.identity.projects()}
        # Not the SDK's own client: it asks the service for its versions and takes the newest, which is not the catalog's.
        self.blazar = adapter.Adapter(connection.session, service_type="reservation", region_name=site.region)
        self.changes: list[str] = []

    def reconcile(self, wanted: list[dict]) -> list[str]:
        have = {device["name"]: device for device in self.blazar.get("/devices").json()["devices"]}
        for device in map(self._as_blazar_has_it, wanted):
            known = have.pop(device["name"], None)
            if not known:
                self._call("POST", "/devices", device, f"enrol device {device['name']}")
            elif different := self._difference(known, device):
                self._call("PUT", f"/devices/{known['id']}", different, f"change device {device['name']}")
        for name, device in have.items():
            self._call("DELETE", f"/devices/{device['id']}", None, f"forget device {name}")
        return self.changes

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
        extra = set(known) - set(wanted) - READ_ONLY - {"device_type", "device_driver"}
        return {**changed, **{key: None for key in extra if known[key] is not None}}

    def _call(self, method: str, path: str, body: dict | None, what: str) -> None:
        try:
            self.blazar.request(path, method, json=body)
        except exceptions.HttpError as error:
            raise SystemExit(f"Could not {what}: {error.message or error}") from error
        self.changes.append(what)
