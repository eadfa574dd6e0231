# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who holds which device when, for those who ask (contract 2.6)."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

from blazar.db.sqlalchemy import facade_wrapper
from blazar.db.sqlalchemy import models as blazar_models
from blazar.utils.openstack import keystone
from keystoneauth1 import exceptions as keystone_ex
from oslo_log import log as logging

from chi_edge_blazar import models, store

LOG = logging.getLogger(__name__)

PUBLIC = ("id", "lease_id", "start_date", "end_date")
DETAIL = PUBLIC + ("status", "lease_name", "project_id")

_user_names: dict[str, str] = {}


def allocations(
    lease_id: str | None = None, reservation_id: str | None = None, detail: bool = False, user_names: bool = False
) -> list[dict[str, Any]]:
    """One entry for each device, with the present and future reservations that hold it.

    :param detail: with project, lease name and status, for admins
    :param user_names: with the owner's name as `extras.user_name`
    """
    by_device = _by_device(lease_id, reservation_id)
    with facade_wrapper.session_for_read() as session:
        device_ids = [row.id for row in session.query(models.Device.id).order_by(models.Device.name)]
    return [
        {
            "resource_id": device_id,
            "reservations": [_shown(entry, detail, user_names) for entry in by_device.get(device_id, [])],
        }
        for device_id in device_ids
    ]


def devices_of_lease(lease_id: str) -> list[dict[str, Any]]:
    """The devices that a lease holds, or held at its end, without their extra properties."""
    with facade_wrapper.session_for_read() as session:
        devices = (
            session.query(models.Device)
            .join(models.DeviceAllocation, models.DeviceAllocation.device_id == models.Device.id)
            .join(blazar_models.Reservation, blazar_models.Reservation.id == models.DeviceAllocation.reservation_id)
            .filter(blazar_models.Reservation.lease_id == lease_id)
            .order_by(models.Device.name)
        )
        return [device.to_dict() for device in devices]


def reservation(reservation_id: str) -> dict[str, Any] | None:
    """All that a scheduler of containers needs to know of a reservation; None if it is unknown or not of devices."""
    with facade_wrapper.session_for_read() as session:
        found = session.get(blazar_models.Reservation, reservation_id)
        if not found or not found.device_reservation:
            return None
        devices = (
            session.query(models.Device.id, models.Device.name)
            .join(models.DeviceAllocation, models.DeviceAllocation.device_id == models.Device.id)
            .filter(models.DeviceAllocation.reservation_id == reservation_id)
            .order_by(models.Device.name)
        )
        return {
            "id": found.id,
            "lease_id": found.lease.id,
            "lease_name": found.lease.name,
            "project_id": found.lease.project_id,
            "status": found.status,
            "lease_status": found.lease.status,
            "start_date": found.lease.start_date,
            "end_date": found.lease.end_date,
            "devices": [{"id": device.id, "name": device.name} for device in devices],
        }


def _by_device(lease_id: str | None, reservation_id: str | None) -> dict[str, list[dict[str, Any]]]:
    lease, reserved = blazar_models.Lease, blazar_models.Reservation
    with facade_wrapper.session_for_read() as session:
        query = store.live_allocations(session)
        if lease_id:
            query = query.filter(reserved.lease_id == lease_id)
        if reservation_id:
            query = query.filter(reserved.id == reservation_id)
        if not (lease_id or reservation_id):
            query = query.filter(lease.end_date >= datetime.now(timezone.utc).replace(tzinfo=None))
        rows = query.order_by(lease.start_date).with_entities(
            models.DeviceAllocation.device_id,
            reserved.id,
            reserved.status,
            reserved.lease_id,
            lease.start_date,
            lease.end_date,
            lease.name.label("lease_name"),
            lease.project_id,
            lease.user_id,
        )
        found: dict[str, list[dict[str, Any]]] = {}
        for row in rows:
            found.setdefault(row.device_id, []).append(dict(row._mapping))
        return found


def _shown(entry: dict[str, Any], detail: bool, user_names: bool) -> dict[str, Any]:
    shown = {key: entry[key] for key in (DETAIL if detail else PUBLIC)}
    shown["extras"] = {"user_name": _user_name(entry["user_id"])} if user_names else {}
    return shown


def _user_name(user_id: str) -> str:
    """The name from Keystone, asked for once; the id if Keystone does not know it."""
    if user_id not in _user_names:
        try:
            _user_names[user_id] = keystone.BlazarKeystoneClient().users.get(user_id).name
        except keystone_ex.ClientException as exc:
            LOG.warning("No name for user %s: %s", user_id, exc)
            return user_id
    return _user_names[user_id]
