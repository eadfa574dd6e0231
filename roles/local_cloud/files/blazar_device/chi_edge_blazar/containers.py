# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""At the end of a lease its containers go (contract 2.4)."""
from __future__ import annotations

import time
from typing import Any, Collection

from blazar.utils.openstack import base
from keystoneauth1 import adapter
from keystoneauth1 import exceptions as keystone_ex
from oslo_log import log as logging

LOG = logging.getLogger(__name__)

MICROVERSION = "1.39"
REQUEST_TIMEOUT = 10
POLL_INTERVAL = 1


def delete_all(project_id: str, hosts: Collection[str], timeout: int) -> None:
    """Delete every container that the project has on these hosts of Zun, and wait until they are gone.

    A device is leased as a whole, so during a lease its project is alone on it. Faults are logged and tried again until
    `timeout` seconds are over; then the lease ends all the same.
    """
    zun = _Zun()
    deadline = time.monotonic() + timeout
    while True:
        try:
            left = zun.containers(project_id, hosts)
            for container in left:
                zun.delete(container)
        except keystone_ex.EndpointNotFound:
            LOG.info("No container service in the catalog: nothing to clean up")
            return
        except keystone_ex.ClientException as exc:
            left = None
            LOG.warning("Zun on %s: %s", ", ".join(sorted(hosts)), exc)
        if left == []:
            return
        if time.monotonic() > deadline:
            LOG.error("Containers of project %s on %s are not gone after %d s", project_id, sorted(hosts), timeout)
            return
        time.sleep(POLL_INTERVAL)


class _Zun:
    """The few requests to Zun that we need, as Blazar's own service user."""

    def __init__(self):
        arguments = base.client_kwargs()
        self._zun = adapter.Adapter(
            arguments["session"],
            service_type="container",  # Zun accepts only this word in the header of the version (contract 1.2)
            region_name=arguments["region_name"],
            interface="public",
            default_microversion=MICROVERSION,
        )
        self._asked: set[str] = set()

    def containers(self, project_id: str, hosts: Collection[str]) -> list[dict[str, Any]]:
        answer = self._zun.get(
            "/containers", params={"all_projects": "true", "project_id": project_id}, timeout=REQUEST_TIMEOUT
        )
        return [entry for entry in answer.json()["containers"] if entry["host"] in hosts and entry["status"] != "Deleted"]

    def delete(self, container: dict[str, Any]) -> None:
        """Ask for the deletion, once; Zun refuses it for a paused container."""
        if container["uuid"] in self._asked:
            return
        path, everyones = f"/containers/{container['uuid']}", {"all_projects": "true"}
        try:
            if container["status"] == "Paused":
                self._zun.post(f"{path}/unpause", params=everyones, timeout=REQUEST_TIMEOUT)
                return
            LOG.info("Deleting container %s (%s) on %s", container["uuid"], container["name"], container["host"])
            self._zun.delete(path, params={"force": "true", **everyones}, timeout=REQUEST_TIMEOUT)
        except keystone_ex.NotFound:
            pass
        except keystone_ex.Conflict as exc:
            LOG.warning("Container %s: %s", container["uuid"], exc)
            return
        self._asked.add(container["uuid"])
