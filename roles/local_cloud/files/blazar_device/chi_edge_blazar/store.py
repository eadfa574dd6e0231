# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads the inventory from the database, and locks it while devices are handed out."""

from __future__ import annotations

from typing import Any

from blazar import status
from blazar.db.sqlalchemy import models as blazar_models
from sqlalchemy import orm

from chi_edge_blazar import models
from chi_edge_blazar.inventory import Hold, Inventory


def lock_devices(session: orm.Session) -> None:
    """Wait until no other transaction hands devices out, in whatever process, and keep all others waiting.

    Must be the first statement of its transaction: the database shows a transaction the state of its first plain read.
    """
    session.query(models.Device.id).order_by(models.Device.id).with_for_update().all()


def inventory(session: orm.Session) -> Inventory:
    """All devices, and what is held by reservations that have not ended."""
    lease = blazar_models.Lease
    rows = live_allocations(session).with_entities(models.DeviceAllocation, lease.start_date, lease.end_date, lease.status).all()
    return Inventory(
        devices=[as_dict(device) for device in session.query(models.Device).order_by(models.Device.name)],
        holds=[_hold(*row) for row in rows],
    )


def live_allocations(session: orm.Session) -> orm.Query:
    """Allocations of reservations that have not ended, joined with their reservation and lease."""
    return (
        session.query(models.DeviceAllocation)
        .join(blazar_models.Reservation, blazar_models.Reservation.id == models.DeviceAllocation.reservation_id)
        .join(blazar_models.Lease, blazar_models.Lease.id == blazar_models.Reservation.lease_id)
        .filter(blazar_models.Reservation.status != status.reservation.DELETED)
    )


def as_dict(device: models.Device, private: bool = True) -> dict[str, Any]:
    """A device with its extra properties flattened in; without the private ones if `private` is false."""
    shown = (entry for entry in device.properties if private or not entry.property.private)
    return {**device.to_dict(), **{entry.property.property_name: entry.value for entry in shown}}


def _hold(allocation: models.DeviceAllocation, start, end, lease_status: str) -> Hold:
    """While a lease is being updated its device is held for both the old dates and the new ones.

    Afterwards the lease's dates count: they are the old ones again if the update failed.
    """
    if lease_status == status.lease.UPDATING:
        start, end = min(start, allocation.start_date), max(end, allocation.end_date)
    return Hold(allocation.device_id, allocation.reservation_id, start, end)
