# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to the collection: not an interface for others.
"""The project's containers with what the other services know of them, in a few requests, however many there are.

Zun knows neither the floating IP of a container nor its device (contract 3.3, 4): the first is found by the port, the second
through the reservation in Blazar's calendar.
"""

from __future__ import annotations

import typing as t

from . import _times
from ._address import project_addresses
from ._calendar import Calendar, Device, Slot, list_devices, read_calendar
from ._container import View, container_view
from ._container_choice import list_containers
from ._reservation import Lease, list_leases

if t.TYPE_CHECKING:
    from ._cloud import Cloud

Member = dict[str, t.Any]

# What can be found out besides what Zun tells: the floating IP and the lease take a request each, the device takes two.
DETAILS = ["device", "floating_ip", "lease"]


class Knowledge(t.NamedTuple):
    """What the other services have told; None is what they were not asked for, or do not tell us."""

    addresses: t.Mapping[str, str] | None = None
    calendar: Calendar | None = None
    devices: t.Mapping[str, Device] | None = None
    leases: t.Mapping[str, Lease] | None = None


def fleet(cloud: Cloud, details: t.Collection[str]) -> list[Member]:
    """All containers, each in the shape of M(member)."""
    views = [container_view(raw) for raw in list_containers(cloud)]
    knowledge = _ask(cloud, details) if views else Knowledge()
    return [member(view, knowledge) for view in views]


def member(view: View, knowledge: Knowledge) -> Member:
    """A container as M(_container.container_view) has it, and beside it what else is known.

    C(lease_id) is completed where only the reservation was noted at the container. C(device) is null if the reservation is of
    several devices, since nobody tells then which of them it is.
    """
    held = _held(view, knowledge.calendar)
    lease = _lease_of(view, knowledge.leases)
    return {
        **view,
        "floating_ip": (knowledge.addresses or {}).get(view["port_id"]),
        "device": _device(held[0][0], knowledge.devices) if len(held) == 1 else None,
        "lease_id": view["lease_id"] or next((slot.lease_id for _device_id, slot in held), lease and lease["id"]),
        "lease_name": lease["name"] if lease else None,
        "lease_end": lease["end_date"] if lease else next((_times.iso(slot.end) for _device_id, slot in held), None),
    }


def _ask(cloud: Cloud, details: t.Collection[str]) -> Knowledge:
    addresses = calendar = devices = leases = None
    if "floating_ip" in details:
        addresses = {item["port_id"]: item["address"] for item in project_addresses(cloud) if item["port_id"]}
    if "device" in details:
        calendar = read_calendar(cloud)
        devices = {device["id"]: device for device in list_devices(cloud) or []} if calendar else None
    if "lease" in details:
        leases = {lease["id"]: lease for lease in list_leases(cloud)}
    return Knowledge(addresses, calendar, devices, leases)


def _held(view: View, calendar: Calendar | None) -> list[tuple[str, Slot]]:
    """The devices that the container may be on, each with the time for which its lease has it."""
    of_all = [(device_id, slot) for device_id, slots in (calendar.slots if calendar else {}).items() for slot in slots]
    if view["reservation_id"]:
        return [item for item in of_all if item[1].reservation_id == view["reservation_id"]]
    return [item for item in of_all if view["lease_id"] and item[1].lease_id == view["lease_id"]]


def _device(device_id: str, devices: t.Mapping[str, Device] | None) -> Device:
    return (devices or {}).get(device_id) or {"id": device_id, "name": None}


def _lease_of(view: View, leases: t.Mapping[str, Lease] | None) -> Lease | None:
    if view["lease_id"]:
        return (leases or {}).get(view["lease_id"])
    reserved = view["reservation_id"]
    return next(
        (lease for lease in (leases or {}).values() if reserved and reserved in (item["id"] for item in lease["reservations"])),
        None,
    )
