# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What Blazar's manager calls: `BasePlugin`'s interface and, by RPC as "device:<method>", what the API offers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from blazar import context, status
from blazar.db.sqlalchemy import facade_wrapper
from blazar.plugins import base
from blazar.utils.openstack import base as openstack
from oslo_config import cfg
from oslo_log import log as logging

from chi_edge_blazar import (
    allocation,
    calendar,
    containers,
    devices,
    exceptions,
    lease_limits,
    models,
    reservation_fields,
)

LOG = logging.getLogger(__name__)
CONF = cfg.CONF

FILTERS = ("lease_id", "reservation_id")

OPTIONS = [
    cfg.IntOpt(
        "cleanup_timeout",
        default=30,
        min=0,
        # The deletion of a lease is one RPC call, which Blazar's API gives up after 60 s.
        max=50,
        help="Seconds to wait at the end of a lease until its containers are gone. "
        "Events of other leases that are due later wait as long.",
    ),
    cfg.BoolOpt(
        "calendar_user_names",
        default=True,
        help="Show everybody who may read the calendar the names of the users who hold devices.",
    ),
]


class DevicePlugin(base.BasePlugin):
    """Leases of whole edge devices."""

    resource_type = devices.RESOURCE_TYPE
    title = "Edge devices"
    description = "Leases edge devices as a whole and removes the containers on them when the lease ends."

    def get_plugin_opts(self) -> list[cfg.Opt]:
        return OPTIONS

    def setup(self, conf) -> None:
        models.create_tables()
        reservation_fields.install()
        lease_limits.install()

    # Leases

    def get(self, device_id: str) -> dict[str, Any] | None:
        return devices.get(device_id)

    @exceptions.in_blazars_words()
    def allocation_candidates(self, values: Mapping[str, Any]) -> list[str]:
        """Blazar asks before it creates a lease, and before an update with the reservation as it *was*.

        In the second case the answer only feeds the usage filters; `update_reservation` decides.
        """
        held = allocation.held_by(values.get("id"))
        return allocation.candidates(values, context.current().project_id) if held is None else held

    @exceptions.in_blazars_words()
    def reserve_resource(self, reservation_id: str, values: Mapping[str, Any]) -> str:
        return allocation.reserve(reservation_id, values)

    @exceptions.in_blazars_words()
    def update_reservation(self, reservation_id: str, values: Mapping[str, Any]) -> None:
        allocation.update(reservation_id, values)

    def list_allocations(self, query: Mapping[str, str] | None, detail: bool = False) -> list[dict[str, Any]]:
        return calendar.allocations(detail=detail, **_filters(query))

    def query_allocations(self, resource_id_list, lease_id=None, reservation_id=None) -> dict[str, list]:
        found = calendar.allocations(lease_id, reservation_id)
        return {entry["resource_id"]: entry["reservations"] for entry in found if entry["resource_id"] in resource_id_list}

    def on_start(self, resource_id: str) -> None:
        """Nothing to prepare: the container service asks `get_reservation` who may use a device."""

    def on_end(self, resource_id: str) -> None:
        """Remove the containers. The devices are free as soon as Blazar marks the reservation `deleted`.

        Only an active reservation is cleaned up: before its start the containers on its devices are another lease's.
        """
        with facade_wrapper.session_for_read() as session:
            record = session.get(models.DeviceReservation, resource_id)
            reservation = record and calendar.reservation(record.reservation_id)
        if not reservation or reservation["status"] != status.reservation.ACTIVE:
            return
        try:
            ours = openstack.client_kwargs()
            hosts = {device["name"] for device in reservation["devices"]}
            cleaner = containers.Cleaner(ours["session"], ours["region_name"])
            cleaner.delete_all(reservation["project_id"], hosts, CONF.device.cleanup_timeout)
        except Exception:
            # Whatever is wrong with the container service, the lease must end.
            LOG.exception("Clean-up after reservation %s failed", reservation["id"])

    # By RPC from the API

    def list_devices(self, private: bool) -> list[dict[str, Any]]:
        return devices.list_all(private)

    def get_device(self, device_id: str, private: bool) -> dict[str, Any] | None:
        return devices.get(device_id, private)

    def create_device(self, values: Mapping[str, Any]) -> dict[str, Any]:
        return devices.create(values)

    def update_device(self, device_id: str, values: Mapping[str, Any]) -> dict[str, Any]:
        return devices.update(device_id, values)

    def delete_device(self, device_id: str) -> None:
        devices.delete(device_id)

    def list_properties(self, detail: bool, private: bool) -> list[dict[str, Any]]:
        return devices.list_properties(detail, private)

    def set_visibility(self, property_name: str, values: Mapping[str, Any]) -> dict[str, Any]:
        return devices.set_visibility(property_name, values)

    def list_calendar(self, query: Mapping[str, str] | None, detail: bool) -> list[dict[str, Any]]:
        return calendar.allocations(detail=detail, user_names=CONF.device.calendar_user_names, **_filters(query))

    def get_calendar(self, device_id: str, query: Mapping[str, str] | None, detail: bool) -> dict[str, Any]:
        return next(entry for entry in self.list_calendar(query, detail) if entry["resource_id"] == device_id)

    def reallocate_device(self, device_id: str, query: Mapping[str, str], detail: bool) -> dict[str, Any]:
        allocation.reallocate(device_id, **_filters(query))
        return self.get_calendar(device_id, query, detail)

    def list_devices_of_lease(self, lease_id: str) -> list[dict[str, Any]]:
        return calendar.devices_of_lease(lease_id)

    def get_reservation(self, reservation_id: str) -> dict[str, Any] | None:
        return calendar.reservation(reservation_id)


def _filters(query: Mapping[str, str] | None) -> dict[str, str]:
    """Unknown filters are ignored, as Chameleon's service does."""
    return {key: value for key, value in (query or {}).items() if key in FILTERS}
