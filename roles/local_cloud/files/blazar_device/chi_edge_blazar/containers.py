# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""At the end of a lease its containers go (contract 2.4)."""

from __future__ import annotations

import logging
import time
from collections.abc import Collection
from typing import Any

from keystoneauth1 import adapter, session
from keystoneauth1 import exceptions as keystone_ex

LOG = logging.getLogger(__name__)

MICROVERSION = "1.39"
REQUEST_TIMEOUT = 10
POLL_INTERVAL = 1


class Cleaner:
    """Deletes containers in Zun, as an admin."""

    def __init__(self, admin: session.Session, region_name: str | None):
        self._zun = adapter.Adapter(
            admin,
            service_type="container",  # Zun accepts only this word in the header of the version (contract 1.2)
            region_name=region_name,
            interface="public",
            default_microversion=MICROVERSION,
        )

    def delete_all(self, project_id: str, hosts: Collection[str], timeout: float) -> bool:
        """Delete every container that the project has on these hosts of Zun, and wait until they are gone.

        A device is leased as a whole, so during a lease its project is alone on it. Faults are logged and tried again
        until `timeout` seconds are over.

        :returns: True if nothing is left
        """
        deadline = time.monotonic() + timeout
        asked: set[str] = set()
        while True:
            try:
                left = self._containers(project_id, hosts)
                asked.update(entry["uuid"] for entry in left if entry["uuid"] not in asked and self._delete(entry))
                if not left:
                    return True
            except keystone_ex.EndpointNotFound:
                LOG.info("No container service in the catalog: nothing to clean up")
                return True
            except keystone_ex.ClientException as exc:
                LOG.warning("Zun, about the containers on %s: %s", sorted(hosts), exc)
            if time.monotonic() > deadline:
                LOG.error("After %s s the project %s still has containers on %s", timeout, project_id, sorted(hosts))
                return False
            time.sleep(POLL_INTERVAL)

    def _containers(self, project_id: str, hosts: Collection[str]) -> list[dict[str, Any]]:
        everyones = {"all_projects": "true", "project_id": project_id}
        found = self._zun.get("/containers", params=everyones, timeout=REQUEST_TIMEOUT).json()["containers"]
        return [entry for entry in found if entry["host"] in hosts and entry["status"] != "Deleted"]

    def _delete(self, container: dict[str, Any]) -> bool:
        """True if Zun has begun to delete the container; a paused one it first has to wake."""
        path, everyones = f"/containers/{container['uuid']}", {"all_projects": "true"}
        try:
            if container["status"] == "Paused":
                self._zun.post(f"{path}/unpause", params=everyones, timeout=REQUEST_TIMEOUT)
                return False
            LOG.info("Deleting container %s (%s) on %s", container["uuid"], container["name"], container["host"])
            self._zun.delete(path, params={"force": "true", **everyones}, timeout=REQUEST_TIMEOUT)
        except keystone_ex.NotFound:
            LOG.debug("Container %s is gone already", container["uuid"])
        except keystone_ex.Conflict as exc:
            LOG.warning("Container %s: %s", container["uuid"], exc)
            return False
        return True
