# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to the collection: not an interface for others.
"""Which devices each of several leases has, by the calendar: two requests, however many leases there are (contract 2.6)."""

from __future__ import annotations

import typing as t

from . import _calendar
from ._device_filter import COLUMNS
from ._reservation import Lease, is_live

if t.TYPE_CHECKING:
    from ._cloud import Cloud


def with_devices(cloud: Cloud, leases: list[Lease]) -> list[Lease]:
    """The leases with their devices, as M(chi.edge.lease) returns them: null where that is not told, or over.

    :param leases: in the shape of M(_reservation.lease_view), which gives no devices. Asks only if one of them may have some.
    """
    holding = [lease for lease in leases if "device" in lease["reservation_ids"] and is_live(lease)]
    calendar = _calendar.read_calendar(cloud) if holding else None
    devices = _calendar.list_devices(cloud) if calendar else None
    return [{**lease, "devices": _devices_of(lease, calendar, devices)} for lease in leases]


def _devices_of(
    lease: Lease, calendar: _calendar.Calendar | None, devices: list[_calendar.Device] | None
) -> list[_calendar.Device] | None:
    if "device" not in lease["reservation_ids"]:
        return []
    if calendar is None or devices is None or not is_live(lease):
        return None
    held = calendar.devices_of(lease["id"])
    # the service tells no more than the columns of one lease's devices
    return [{key: device[key] for key in device if key in COLUMNS} for device in devices if device["id"] in held]
