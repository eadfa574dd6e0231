# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who may run a container where: the rules alone, without Zun and without HTTP.

The times and dictionaries are Blazar's: times are text in UTC such as `2026-06-24T15:45:00.000000`.
"""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Iterable, Mapping

HINT = "reservation"

# Zun keeps the text in container.status_detail, a column of 50 characters.
LONGEST_REFUSAL = 50


class Refused(Exception):
    """A container may not be placed. The text tells its user why, in at most 50 characters."""


def requested(hints: Mapping[str, object] | None) -> str | None:
    """Return the id of the reservation that the scheduler hints name, or None if they name none.

    An empty hint counts as none. Raises Refused if the hint cannot be an id.
    """
    hint = (hints or {}).get(HINT)
    if hint is None or hint == "":
        return None
    try:
        return str(uuid.UUID(hint))
    except (AttributeError, TypeError, ValueError):
        raise Refused('The hint "reservation" is not a UUID') from None


def devices(reservation: Mapping | None, project_id: str) -> frozenset[str]:
    """Return the names of the devices on which the project may run containers by this reservation.

    reservation is Blazar's answer for it, or None if it knows no such device reservation.
    Raises Refused unless it is active and the project's own. A foreign one reads as an unknown one:
    nobody learns which ids exist.
    """
    if reservation is None or reservation["project_id"] != project_id:
        raise Refused("Reservation not found in this project")
    status = reservation["status"]
    if status == "pending":
        raise Refused(f"Reservation begins {_minute(reservation['start_date'])}")
    if status == "deleted":
        raise Refused(f"Reservation ended {_minute(reservation['end_date'])}")
    if status != "active":
        raise Refused(f"Reservation is in status {status}"[:LONGEST_REFUSAL])
    return frozenset(device["name"] for device in reservation["devices"])


def held(devices_known: Iterable[Mapping], allocations: Iterable[Mapping], now: datetime.datetime) -> frozenset[str]:
    """Return the names of the devices that somebody's reservation covers now.

    devices_known and allocations are Blazar's lists of its devices and of its calendar; now is in UTC, without zone.
    """
    moment = now.isoformat(timespec="microseconds")
    busy = {
        allocation["resource_id"]
        for allocation in allocations
        if any(each["start_date"] <= moment < each["end_date"] for each in allocation["reservations"])
    }
    return frozenset(device["name"] for device in devices_known if device["id"] in busy)


def _minute(time: str) -> str:
    return f"{time[:16].replace('T', ' ')} UTC"
