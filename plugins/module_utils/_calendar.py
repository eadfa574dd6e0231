# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to the collection: not an interface for others.
"""Blazar's devices and its calendar: who has what when, and what is free next (contract 2.1, 2.6).

A site may keep all of this for its administrators; whoever asks must be able to go on without an answer.
"""

from __future__ import annotations

import typing as t
from datetime import datetime

from . import _shape, _times
from ._errors import ServiceError, attempt
from ._waiter import patiently

if t.TYPE_CHECKING:
    from ._cloud import Cloud

Device = dict[str, t.Any]

# The policy says no, or the site has no devices at all.
_NOT_FOR_US = frozenset({403, 404})

_DEVICES = _shape.fields(devices=_shape.each(_shape.fields(id=_shape.identity, name=_shape.text)))
_SLOT = _shape.fields(
    id=_shape.maybe(_shape.text), lease_id=_shape.maybe(_shape.text), start_date=_shape.moment, end_date=_shape.moment
)
_ALLOCATIONS = _shape.fields(allocations=_shape.each(_shape.fields(resource_id=_shape.identity, reservations=_shape.each(_SLOT))))
_PROPERTIES = _shape.fields(resource_properties=_shape.each(_shape.fields(property=_shape.text)))


class Slot(t.NamedTuple):
    """A time in which a device is leased."""

    start: datetime
    end: datetime
    lease_id: str | None
    reservation_id: str | None = None

    def overlaps(self, start: datetime, end: datetime) -> bool:
        return self.start < end and start < self.end


class Calendar(t.NamedTuple):
    """The present and future slots of each device, by the device's id."""

    slots: dict[str, list[Slot]]

    def is_free(self, device_id: str, start: datetime, end: datetime) -> bool:
        """Whether nobody has the device at any time in between."""
        return not any(slot.overlaps(start, end) for slot in self.slots.get(device_id, []))

    def first_start(self, device_ids: t.Sequence[str], count: int, start: datetime, end: datetime) -> datetime:
        """The earliest start, not before I(start), from which I(count) of the devices are free for as long as asked.

        There always is one, since every slot has an end, if there are as many devices.
        """
        length = end - start
        ends = sorted({slot.end for device_id in device_ids for slot in self.slots.get(device_id, []) if slot.end > start})
        for candidate in (start, *ends):
            if sum(self.is_free(device_id, candidate, candidate + length) for device_id in device_ids) >= count:
                return candidate
        raise ValueError("fewer devices than asked for")

    def devices_of(self, lease_id: str) -> list[str]:
        """The ids of the devices that a lease has."""
        return [device_id for device_id, slots in self.slots.items() if any(slot.lease_id == lease_id for slot in slots)]

    def clash(self, lease_id: str, start: datetime, end: datetime) -> tuple[str, Slot] | None:
        """The first slot of another lease that is in the way if this lease is to have its devices in between."""
        found = [
            (device_id, slot)
            for device_id in self.devices_of(lease_id)
            for slot in self.slots[device_id]
            if slot.lease_id != lease_id and slot.overlaps(start, end)
        ]
        return min(found, key=lambda pair: pair[1].start) if found else None


# -- asking --------------------------------------------------------------------------------------------------------


def list_devices(cloud: Cloud) -> list[Device] | None:
    """All devices with their properties, or None if we may not see them."""
    found = _ask(cloud, "/devices", "list the devices", _DEVICES)
    return None if found is None else [_device_view(raw) for raw in found["devices"]]


def read_calendar(cloud: Cloud) -> Calendar | None:
    """The calendar of all devices, or None if we may not see it."""
    found = _ask(cloud, "/devices/allocations", "read the calendar of the devices", _ALLOCATIONS)
    if found is None:
        return None
    return Calendar(
        {
            entry["resource_id"]: [
                Slot(
                    _times.from_service(item["start_date"]),  # type: ignore[arg-type]
                    _times.from_service(item["end_date"]),  # type: ignore[arg-type]
                    item.get("lease_id"),
                    item.get("id"),
                )
                for item in entry["reservations"]
            ]
            for entry in found["allocations"]
        }
    )


def known_properties(cloud: Cloud) -> list[str] | None:
    """The properties that this site's devices have besides the columns, or None if we may not see them."""
    found = _ask(cloud, "/devices/properties?detail=True&all=True", "list the properties of the devices", _PROPERTIES)
    return None if found is None else sorted(item["property"] for item in found["resource_properties"])


def devices_of_lease(cloud: Cloud, lease_id: str) -> list[Device] | None:
    """The devices that a lease has been allotted, or None if that is not for us to know.

    Chameleon answers this in one request; elsewhere it takes the calendar and the list.
    """
    found = _ask(cloud, f"/leases/{lease_id}/devices", f"list the devices of lease {lease_id}", _DEVICES)
    if found is not None:
        return [_device_view(raw) for raw in found["devices"]]
    calendar = read_calendar(cloud)
    devices = list_devices(cloud) if calendar else None
    if calendar is None or devices is None:
        return None
    return [device for device in devices if device["id"] in calendar.devices_of(lease_id)]


def name_of_device(cloud: Cloud, device_id: str) -> str:
    """A device's name, or its id if we may not see the name."""
    return next((device["name"] for device in list_devices(cloud) or [] if device["id"] == device_id), device_id)


def is_open_to(device: Device, project_id: str) -> bool:
    """Whether a device is for that project, as far as it tells (contract 2.8)."""
    allowed = device.get("authorized_projects")
    names = allowed.split(",") if isinstance(allowed, str) else allowed if isinstance(allowed, list) else ["all"]
    return not {"all", project_id}.isdisjoint(str(name).strip() for name in names)


def _ask(cloud: Cloud, path: str, what: str, shape: _shape.Check) -> t.Any:
    try:
        with attempt(what):
            _response, body = patiently(lambda: cloud.blazar.lease.request_manager.get(path))
            return _shape.require(body, shape, "answer")
    except ServiceError as exc:
        if exc.status in _NOT_FOR_US:
            return None
        raise


def _device_view(raw: t.Mapping[str, t.Any]) -> Device:
    return {key: value for key, value in raw.items() if key not in ("created_at", "updated_at")}
