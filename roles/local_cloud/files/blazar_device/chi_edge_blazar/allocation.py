# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Hands devices out to reservations. Whatever changes an allocation does so under the lock of `store.lock_devices`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timezone
from typing import Any

from blazar import status
from blazar.db.sqlalchemy import facade_wrapper
from blazar.db.sqlalchemy import models as blazar_models
from sqlalchemy import orm

from chi_edge_blazar import errors, expressions, models, parameters, store
from chi_edge_blazar.inventory import Inventory


def held_by(reservation_id: str | None) -> list[str] | None:
    """Ids of the devices that a reservation holds; None if there is no such reservation."""
    with facade_wrapper.session_for_read() as session:
        if reservation_id is None or not session.get(blazar_models.Reservation, reservation_id):
            return None
        return [allocation.device_id for allocation in _allocations(session, reservation_id)]


def candidates(values: Mapping[str, Any], project_id: str) -> list[str]:
    """Ids of devices that would serve a new reservation just now; nothing is promised.

    :raises errors.DeviceError: if the reservation is malformed or too few devices are free
    """
    wanted = parameters.check(values)
    with facade_wrapper.session_for_read() as session:
        inventory = store.inventory(session)
    return inventory.pick(_enough(inventory, wanted, values, project_id), wanted.maximum)


def reserve(reservation_id: str, values: Mapping[str, Any]) -> str:
    """Give a new reservation its devices.

    :returns: the `resource_id` of the reservation
    :raises errors.NotEnoughDevices: without a query, as Chameleon's service does at this point
    """
    wanted = parameters.check(values)
    start, end = values["start_date"], values["end_date"]
    with facade_wrapper.session_for_write() as session:
        store.lock_devices(session)
        inventory = store.inventory(session)
        project_id = session.get(blazar_models.Reservation, reservation_id).lease.project_id
        free = inventory.candidates(wanted.terms, project_id, start, end)
        if len(free) < wanted.minimum:
            raise errors.NotEnoughDevices()
        record = models.DeviceReservation(
            reservation_id=reservation_id,
            min=wanted.minimum,
            max=wanted.maximum,
            resource_properties=wanted.expression,
            before_end=wanted.before_end,
        )
        session.add(record)
        _add(session, reservation_id, inventory.pick(free, wanted.maximum), start, end)
        session.flush()
        return record.id


def update(reservation_id: str, values: Mapping[str, Any]) -> None:
    """Fit a reservation to new dates of its lease and, where the client sent it along, to new wishes (contract 2.5).

    A device is kept if it still fits and nobody else holds it in the new time; otherwise another one takes its place,
    unless the reservation is active: then it may not lose a device.

    :param values: start_date, end_date and, if the client sent this reservation, its id, min, max, ...
    :raises errors.DeviceError: the reservation stays as it was
    """
    with facade_wrapper.session_for_write() as session:
        store.lock_devices(session)
        inventory = store.inventory(session)
        reservation = session.get(blazar_models.Reservation, reservation_id)
        if "id" in values:
            _change_wishes(reservation, values, inventory)
        if reservation.status != status.reservation.DELETED:
            _move(session, reservation, inventory, values["start_date"], values["end_date"])


def reallocate(device_id: str, lease_id: str | None = None, reservation_id: str | None = None) -> None:
    """Take a device away from the reservations that hold it and give them another one, if there is one.

    As after the failure of a device (contract 2.4): the lease is `degraded`, an active reservation says
    `resources_changed`, one that got no other device `missing_resources`.
    """
    with facade_wrapper.session_for_write() as session:
        store.lock_devices(session)
        held = store.live_allocations(session).filter(models.DeviceAllocation.device_id == device_id)
        if lease_id:
            held = held.filter(blazar_models.Reservation.lease_id == lease_id)
        if reservation_id:
            held = held.filter(blazar_models.Reservation.id == reservation_id)
        for allocation in held.all():
            _replace(session, allocation)


def _enough(inventory: Inventory, wanted: parameters.Wanted, values: Mapping[str, Any], project_id: str) -> list[str]:
    """Free devices for a reservation, or an error that repeats what was asked for."""
    free = inventory.candidates(wanted.terms, project_id, values["start_date"], values["end_date"])
    if len(free) < wanted.minimum:
        raise errors.NotEnoughDevices(parameters.as_query(values, wanted, project_id))
    return free


def _change_wishes(reservation: blazar_models.Reservation, values: Mapping[str, Any], inventory: Inventory) -> None:
    """Chameleon's service asks for `min` free devices beside those that the reservation holds already.

    So a reservation that is pinned to its only device cannot be changed (contract 2.5).
    """
    wanted = parameters.check(values, expression_required=False)
    _enough(inventory, wanted, values, reservation.lease.project_id)
    record = reservation.device_reservation
    record.min, record.max = wanted.minimum, wanted.maximum
    record.resource_properties = values.get("resource_properties", record.resource_properties)
    record.before_end = values.get("before_end", record.before_end)


def _move(
    session: orm.Session,
    reservation: blazar_models.Reservation,
    inventory: Inventory,
    start: datetime,
    end: datetime,
) -> None:
    record, lease = reservation.device_reservation, reservation.lease
    terms = expressions.parse(record.resource_properties)
    fitting = {device["id"] for device in inventory.matching(terms)}
    held = _allocations(session, reservation.id)
    kept = [
        allocation
        for allocation in held
        if allocation.device_id in fitting and inventory.is_free(allocation.device_id, start, end, ignoring=reservation.id)
    ][: record.max]
    if len(kept) < len(held) and reservation.status == status.reservation.ACTIVE:
        raise errors.NotEnoughDevices()

    mine = {allocation.device_id for allocation in held}
    # A new device must be free in the old time as well: the update may yet fail, and then the old dates stay.
    others = [
        device_id
        for device_id in inventory.candidates(terms, lease.project_id, start, end)
        if device_id not in mine and inventory.is_free(device_id, lease.start_date, lease.end_date)
    ]
    more = inventory.pick(others, record.max - len(kept))
    if len(kept) + len(more) < record.min:
        raise errors.NotEnoughDevices()

    for allocation in held:
        if allocation in kept:
            allocation.start_date, allocation.end_date = start, end
        else:
            session.delete(allocation)
    _add(session, reservation.id, more, start, end)


def _replace(session: orm.Session, allocation: models.DeviceAllocation) -> None:
    inventory = store.inventory(session)
    reservation = session.get(blazar_models.Reservation, allocation.reservation_id)
    lease = reservation.lease
    start = max(lease.start_date, datetime.now(timezone.utc).replace(tzinfo=None))
    terms = expressions.parse(reservation.device_reservation.resource_properties)
    mine = {held.device_id for held in _allocations(session, reservation.id)}
    free = [entry for entry in inventory.candidates(terms, lease.project_id, start, lease.end_date) if entry not in mine]
    others = inventory.pick(free, 1)
    session.delete(allocation)
    _add(session, reservation.id, others, lease.start_date, lease.end_date)
    reservation.missing_resources = reservation.missing_resources or not others
    if others and reservation.status == status.reservation.ACTIVE:
        reservation.resources_changed = True
    lease.degraded = lease.degraded or not others or reservation.resources_changed
    session.flush()


def _allocations(session: orm.Session, reservation_id: str) -> list[models.DeviceAllocation]:
    return session.query(models.DeviceAllocation).filter_by(reservation_id=reservation_id).all()


def _add(session: orm.Session, reservation_id: str, device_ids: list[str], start: datetime, end: datetime) -> None:
    session.add_all(
        models.DeviceAllocation(device_id=device_id, reservation_id=reservation_id, start_date=start, end_date=end)
        for device_id in device_ids
    )
