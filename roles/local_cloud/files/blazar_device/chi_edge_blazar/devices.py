# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Enrolment of devices and their properties (contract 2.1)."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from datetime import datetime, timezone
from typing import Any

from blazar.db import exceptions as blazar_db_ex
from blazar.db.sqlalchemy import api as db_api
from blazar.db.sqlalchemy import facade_wrapper
from blazar.db.sqlalchemy import models as blazar_models
from blazar.manager import exceptions as manager_ex
from oslo_db import exception as db_ex
from oslo_utils import strutils
from sqlalchemy import orm

from chi_edge_blazar import exceptions, expressions, models, store

RESOURCE_TYPE = "device"
SETTABLE = ("device_type", "device_driver", "reservable")
READ_ONLY = ("id", "created_at", "updated_at")
NAME_LENGTH = 64


def list_all(private: bool) -> list[dict[str, Any]]:
    """All devices with their extra properties, by name; `private`: with those that are hidden from members."""
    with facade_wrapper.session_for_read() as session:
        return [store.as_dict(device, private) for device in session.query(models.Device).order_by(models.Device.name)]


def get(device_id: str, private: bool = True) -> dict[str, Any] | None:
    with facade_wrapper.session_for_read() as session:
        device = session.get(models.Device, device_id)
        return store.as_dict(device, private) if device else None


def create(values: Mapping[str, Any]) -> dict[str, Any]:
    """Enrol a device: `name`, perhaps columns of `SETTABLE`; whatever else there is becomes an extra property."""
    columns, properties = _split(values)
    if not columns.get("name"):
        raise exceptions.name_missing(dict(values))
    _introduce(properties)
    try:
        with facade_wrapper.session_for_write() as session:
            device = models.Device(**columns)
            session.add(device)
            _set_properties(session, device, properties)
            session.flush()
            device_id = device.id
    except db_ex.DBDuplicateEntry as exc:
        raise exceptions.duplicate_name() from exc
    return get(device_id)


def update(device_id: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """Change columns and extra properties; null takes a property away.

    Refused, with nothing changed, for a property by which a live reservation of this device was chosen.
    """
    if "name" in values:
        raise manager_ex.CantUpdateParameter(param="name")
    columns, properties = _split(values)
    _introduce(properties)
    with facade_wrapper.session_for_write() as session:
        store.lock_devices(session)
        device = _existing(session, device_id)
        current = store.as_dict(device)
        changed = {name: value for name, value in {**columns, **properties}.items() if current.get(name) != value}
        needed = _needed_properties(session, device_id).intersection(changed).difference(["reservable"])
        if needed:
            raise exceptions.cannot_set(needed, device_id)
        device.update(columns)
        _set_properties(session, device, {name: value for name, value in properties.items() if name in changed})
    return get(device_id)


def delete(device_id: str) -> None:
    """Forget a device that no reservation holds or will hold."""
    with facade_wrapper.session_for_write() as session:
        store.lock_devices(session)
        device = _existing(session, device_id)
        if store.live_allocations(session).filter(models.DeviceAllocation.device_id == device_id).first():
            raise exceptions.reserved(device_id)
        session.delete(device)


def list_properties(detail: bool, private: bool) -> list[dict[str, Any]]:
    """The extra properties that devices have: their names or, in detail, their values as well."""
    entry, name = models.DeviceProperty, blazar_models.ResourceProperty
    with facade_wrapper.session_for_read() as session:
        rows = (
            session.query(name.property_name, name.private, entry.value)
            .join(entry, entry.property_id == name.id)
            .filter(name.resource_type == RESOURCE_TYPE)
            .order_by(name.property_name, entry.value)
            .distinct()
            .all()
        )
    found: dict[str, dict[str, Any]] = {}
    for row in rows:
        if private or not row.private:
            shown = {"property": row.property_name, "private": row.private, "values": [], "is_unique": False}
            found.setdefault(row.property_name, shown)["values"].append(row.value)
    return list(found.values()) if detail else [{"property": property_name} for property_name in found]


def set_visibility(name: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """Make a property private, that is shown to admins only, or public again."""
    with facade_wrapper.session_for_write() as session:
        found = _property(session, name)
        if not found:
            raise exceptions.unknown_property(name)
        found.private = _boolean("private", values.get("private", found.private))
        session.flush()
        return {**found.to_dict(), "is_unique": False}


def _existing(session: orm.Session, device_id: str) -> models.Device:
    device = session.get(models.Device, device_id)
    if not device:
        raise exceptions.not_found(device_id=device_id)
    return device


def _split(values: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, str | None]]:
    """A request's columns, and its extra properties as texts."""
    forbidden = [name for name in values if name in READ_ONLY]
    if forbidden:
        raise exceptions.cannot_set(forbidden, values.get("name", ""))
    columns = {name: values[name] for name in ("name", *SETTABLE) if values.get(name) is not None}
    if "reservable" in columns:
        columns["reservable"] = _boolean("reservable", columns["reservable"])
    properties = {name: _as_text(name, value) for name, value in values.items() if name not in ("name", *SETTABLE)}
    if any(len(name) > NAME_LENGTH for name in properties):
        raise manager_ex.ExtraCapabilityTooLong()
    return columns, properties


def _as_text(name: str, value: Any) -> str | None:
    """Properties are texts; a list, such as authorized_projects, becomes a comma-separated one."""
    if isinstance(value, list):
        return ",".join(str(entry) for entry in value)
    if isinstance(value, dict):
        raise manager_ex.MalformedParameter(param=name)
    return None if value is None else str(value)


def _boolean(name: str, value: Any) -> bool:
    try:
        return strutils.bool_from_string(value, strict=True)
    except ValueError as exc:
        raise manager_ex.MalformedParameter(param=name) from exc


def _property(session: orm.Session, name: str) -> blazar_models.ResourceProperty | None:
    return session.query(blazar_models.ResourceProperty).filter_by(resource_type=RESOURCE_TYPE, property_name=name).first()


def _introduce(properties: Mapping[str, str | None]) -> None:
    """Enter the names of properties, each for itself: another request may enter the same one at this moment."""
    for name in properties:
        if not db_api.resource_property_get(RESOURCE_TYPE, name):
            with contextlib.suppress(blazar_db_ex.BlazarDBDuplicateEntry):
                db_api.resource_property_create({"resource_type": RESOURCE_TYPE, "property_name": name})


def _set_properties(session: orm.Session, device: models.Device, properties: Mapping[str, str | None]) -> None:
    entries = {entry.property.property_name: entry for entry in device.properties}
    for name, value in properties.items():
        if value is None:
            if name in entries:
                device.properties.remove(entries[name])
        elif name in entries:
            entries[name].value = value
        else:
            device.properties.append(models.DeviceProperty(property=_property(session, name), value=value))


def _needed_properties(session: orm.Session, device_id: str) -> set[str]:
    """Names in the expressions of the reservations that hold the device now or later."""
    rows = (
        store.live_allocations(session)
        .filter(models.DeviceAllocation.device_id == device_id)
        .filter(blazar_models.Lease.end_date >= datetime.now(timezone.utc).replace(tzinfo=None))
        .join(
            models.DeviceReservation,
            models.DeviceReservation.reservation_id == models.DeviceAllocation.reservation_id,
        )
        .with_entities(models.DeviceReservation.resource_properties)
    )
    return {term.property for row in rows for term in expressions.parse(row.resource_properties)}
