# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to the collection: not an interface for others.
"""Each device with its properties and its calendar, as far as the site tells of them (contract 2.1, 2.6, 2.8)."""

from __future__ import annotations

import typing as t
from datetime import datetime, timedelta

from . import _device_filter, _times
from ._calendar import Calendar, Device, Slot, is_open_to
from ._errors import EdgeError
from ._free_time import Opening, first_opening, next_gap
from ._reservation import Lease

# A lease has whole minutes.
SHORTEST = timedelta(minutes=1)


class Survey(t.NamedTuple):
    """What the site tells.

    :ivar devices: None if we may not see them. :ivar calendar: likewise.
    :ivar leases: our own, by their ids. :ivar project_id: ours.
    """

    devices: list[Device] | None
    calendar: Calendar | None
    leases: t.Mapping[str, Lease]
    project_id: str

    def matching(self, expression: _device_filter.Expression) -> list[Device]:
        """The devices that match, by name. Without their list they are known by nothing but the ids in the calendar.

        :raises EdgeError: for a property that no device has, and for any filter if we may not see the devices.
        """
        if self.devices is None:
            if expression:
                raise EdgeError(
                    "This site does not tell its users of its devices, so they cannot be chosen by their properties. "
                    "Without a filter their calendar is returned, by their ids."
                )
            return [{"id": device_id, "name": None, "reservable": None} for device_id in sorted(self._slots)]
        _require_properties(expression, self.devices)
        return sorted(
            (device for device in self.devices if _device_filter.matches(expression, device)),
            key=lambda device: str(device["name"]),
        )

    def view(self, device: Device, start: datetime, length: timedelta) -> Device:
        """A device with all that is known of it.

        :param start: from when on it is to be free. :param length: for how long.
        """
        view = {**device, "authorized": self.is_authorized(device), "free": None, "busy": None, "next_free": None}
        if self.calendar is None:
            return view
        slots, now = self._slots.get(device["id"], []), _times.now()
        view["free"] = not any(slot.start <= now < slot.end for slot in slots)
        view["busy"] = [self._busy_view(slot) for slot in sorted(slots, key=lambda slot: slot.start)]
        if self.is_leasable(device):
            gap = next_gap(slots, start, length)
            view["next_free"] = {"start_date": _times.iso(gap.start), "end_date": _times.iso(gap.end) if gap.end else None}
        return view

    def opening(self, devices: list[Device], count: int, start: datetime, length: timedelta) -> Opening | None:
        """The first time in which I(count) of the devices that we may lease are free for so long; None if there is none."""
        leasable = [device["id"] for device in devices if self.is_leasable(device)]
        return first_opening(self.calendar, leasable, count, start, length) if self.calendar else None

    def is_authorized(self, device: Device) -> bool | None:
        """Whether the device is for our project too; None if the site does not tell us of the device."""
        if self.devices is None:
            return None
        return is_open_to(device, self.project_id)

    def is_leasable(self, device: Device) -> bool:
        """Whether nothing but other leases is known to be in the way."""
        return device.get("reservable") is not False and self.is_authorized(device) is not False

    @property
    def _slots(self) -> dict[str, list[Slot]]:
        return self.calendar.slots if self.calendar else {}

    def _busy_view(self, slot: Slot) -> dict[str, t.Any]:
        ours = self.leases.get(slot.lease_id or "")
        return {
            "start_date": _times.iso(slot.start),
            "end_date": _times.iso(slot.end),
            "reservation_id": slot.reservation_id,
            "lease_id": slot.lease_id,
            "lease_name": ours["name"] if ours else None,
            "ours": ours is not None,
        }


def _require_properties(expression: _device_filter.Expression, devices: list[Device]) -> None:
    known = sorted({key for device in devices for key in device} | _device_filter.COLUMNS)
    unknown = sorted({name for _comparison, name, _value in _device_filter.conditions(expression)} - set(known))
    if unknown:
        raise EdgeError(f"No device of this site has a property {', '.join(unknown)}; a filter can name {', '.join(known)}.")
