# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to the collection: not an interface for others.
"""The first time in which all devices of a wish are free at once (contract 2.6)."""

from __future__ import annotations

import typing as t
from datetime import datetime, timedelta

from . import _calendar, _device_filter, _lease_checks
from ._errors import EdgeError
from ._free_time import first_common_start

if t.TYPE_CHECKING:
    from ._cloud import Cloud
    from ._reservation_request import ReservationRequest


def first_start(cloud: Cloud, name: str, wanted: t.Sequence[ReservationRequest], start: datetime, length: timedelta) -> datetime:
    """The earliest start, from I(start) on, with which these reservations can be had for so long.

    :param name: the lease's, for messages.
    :raises EdgeError: where the site does not tell, and where there are too few such devices at any time.
    """
    of_devices = [request for request in wanted if request.is_of_devices]
    if not of_devices:
        return start
    devices = _calendar.list_devices(cloud)
    calendar = _calendar.read_calendar(cloud) if devices is not None else None
    if devices is None or calendar is None:
        raise EdgeError(
            f'Could not find the first free start of lease "{name}": this site keeps its calendar from its users. '
            "Give start a date."
        )
    usable = [device for device in devices if not _lease_checks.why_closed(device, cloud.project_id)]
    wishes = [
        ([device["id"] for device in usable if _device_filter.matches(request.expression, device)], request.minimum)
        for request in of_devices
    ]
    found = first_common_start(calendar, wishes, start, length)
    if found is None:
        reason = _lease_checks.explain_shortage(cloud, wanted, start, start + length)
        raise EdgeError(f'Could not create lease "{name}": {reason}.')
    return found
