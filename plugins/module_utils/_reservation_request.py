# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to the collection: not an interface for others.
"""What a user asks of a lease's reservations, checked, in Blazar's terms. Pure (contract 2.2, 2.10)."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from . import _device_filter
from ._errors import EdgeError

# What Blazar wants with a reservation of each type, and takes if the user says nothing.
DEFAULTS: dict[str, dict[str, t.Any]] = {
    "device": {"min": 1, "max": 1, "resource_properties": ""},
    "physical:host": {"min": 1, "max": 1, "hypervisor_properties": "", "resource_properties": ""},
    "network": {"network_description": "", "network_properties": "", "resource_properties": ""},
    "virtual:floatingip": {"amount": 1, "required_floatingips": []},
    "flavor:instance": {"amount": 1, "affinity": None},
    "virtual:instance": {"amount": 1, "affinity": None, "resource_properties": ""},
}

SPEC: dict[str, t.Any] = {
    "resource_type": {"type": "str", "default": "device"},
    "min": {"type": "int"},
    "max": {"type": "int"},
    "amount": {"type": "int"},
    "device": {"type": "raw"},
    "resource_properties": {"type": "raw"},
    "network": {"type": "str"},
    "before_end": {"type": "str"},
    "extra": {"type": "dict"},
}


@dataclass(frozen=True)
class ReservationRequest:
    """One reservation.

    :param resource_type: Blazar's name of the type.
    :param given: the numbers that the user said, in Blazar's keys; only they are held against an existing reservation.
    :param extra: further keys that are passed on as they are.
    :param expression: the filter on devices or hosts; None takes any.
    :param network: name or id of the external network that floating IPs come from, still to be looked up.
    """

    resource_type: str
    given: dict[str, t.Any]
    extra: dict[str, t.Any]
    expression: _device_filter.Expression = None
    network: str | None = None

    @property
    def body(self) -> dict[str, t.Any]:
        """As Blazar takes it, but for the network."""
        body = {"resource_type": self.resource_type, **DEFAULTS.get(self.resource_type, {}), **self.given}
        if self.expression:
            body["resource_properties"] = _device_filter.on_wire(self.expression)
        return {**body, **self.extra}

    @property
    def minimum(self) -> int:
        """How many devices it must have."""
        least = self.body.get("min", 1)
        # extra hands on anything, and Blazar will tell
        return int(least) if str(least).isdecimal() else 1

    @property
    def is_of_devices(self) -> bool:
        return self.resource_type == "device"

    @property
    def device_name(self) -> str | None:
        """The device's name if the filter gives it."""
        names = [
            value for comparison, key, value in _device_filter.conditions(self.expression) if (comparison, key) == ("==", "name")
        ]
        return names[0] if self.is_of_devices and len(names) == 1 else None

    def is_met_by(self, reservation: dict[str, t.Any]) -> bool:
        """Whether an existing reservation, as M(lease_view) has it, is what was asked for. What Blazar does not tell is."""
        if reservation["resource_type"] != self.resource_type:
            return False
        if any(reservation.get(key, value) != value for key, value in self.given.items()):
            return False
        present = reservation.get("resource_properties")
        return not (self.expression and isinstance(present, list)) or _device_filter.is_same(present, self.expression)

    def in_words(self) -> str:
        """For messages: C(device {name: rpi})."""
        return f"{self.resource_type} {_device_filter.in_words(self.expression)}" if self.expression else self.resource_type


def read_reservations(options: dict[str, t.Any]) -> list[ReservationRequest] | None:
    """The reservations in the module's options: a list of them, or the short form for devices of one kind.

    :returns: None if the user named none.
    :raises EdgeError: for what Blazar would refuse.
    """
    if options["device"] is not None:
        return [_read({"device": options["device"], "min": options["count"], "max": options["count"]}, "", "count")]
    if options["reservations"] is None:
        return None
    return [_read(item, f"reservations[{index}].") for index, item in enumerate(options["reservations"])]


def _read(item: dict[str, t.Any], where: str, counted_as: str = "min") -> ReservationRequest:
    """:param where: put before an option's name in messages. :param counted_as: the option that gave C(min)."""
    resource_type = item.get("resource_type", "device")
    given = {key: item[key] for key in ("min", "max", "amount", "before_end") if item.get(key) is not None}
    defaults = DEFAULTS.get(resource_type)
    misplaced = [key for key in ("min", "max", "amount") if defaults and key in given and key not in defaults]
    if misplaced:
        right = " and ".join(key for key in ("min", "max", "amount") if key in (defaults or {})) or "none of them"
        raise EdgeError(f"{where}{misplaced[0]} does not apply to {resource_type}, which takes {right}.")
    for key in ("min", "max", "amount"):
        if given.get(key, 1) < 1:
            raise EdgeError(f"{where}{counted_as if key == 'min' else key} must be at least 1, not {given[key]}.")
    if "min" in given:
        given.setdefault("max", given["min"])
    if given.get("max", 1) < given.get("min", 1):
        raise EdgeError(f"{where}max ({given['max']}) must not be less than min ({given['min']}).")
    return ReservationRequest(
        resource_type,
        given,
        item.get("extra") or {},
        _expression(item, resource_type, where),
        _network(item, resource_type, where),
    )


def _expression(item: dict[str, t.Any], resource_type: str, where: str) -> _device_filter.Expression:
    device, raw = item.get("device"), item.get("resource_properties")
    if device is None:
        return _device_filter.from_expression(raw, f"{where}resource_properties") if raw is not None else None
    if resource_type != "device":
        raise EdgeError(f"{where}device does not apply to {resource_type}; give resource_properties.")
    if raw is not None:
        raise EdgeError(f"{where}device and {where}resource_properties exclude each other.")
    return _device_filter.from_device(device, f"{where}device")


def _network(item: dict[str, t.Any], resource_type: str, where: str) -> str | None:
    network: str | None = item.get("network")
    if resource_type == "virtual:floatingip":
        if not network and "network_id" not in (item.get("extra") or {}):
            raise EdgeError(f"{where}network is needed for {resource_type}: the name or id of the external network.")
    elif network:
        raise EdgeError(f"{where}network does not apply to {resource_type}.")
    return network
