# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to the collection: not an interface for others.
"""Runs that make a lease of one name at the same time agree on one of them.

Blazar lets several leases have one name, so each run may find none and make one (contract 2.4). The oldest is the one that all go
on with; whoever has made another deletes it again.
"""

from __future__ import annotations

import time
import typing as t
from datetime import timedelta

from . import _lease, _reservation
from ._reservation import Lease
from ._waiter import clock

if t.TYPE_CHECKING:
    from ._cloud import Cloud

# Blazar's dates of creation have whole seconds. Who looks so many seconds after its own was answered sees all that are as old.
_SETTLED = 1.2

# Leases of one name that were made so shortly after each other were made by runs that did not know of each other.
_TOGETHER = timedelta(seconds=60)

# Seconds within which runs have agreed, or Blazar has given up a lease that it was still making.
_AGREEING = 20.0


def elected(cloud: Cloud, made: Lease, known: t.Collection[str], answered: float, patience: _lease.Patience) -> Lease:
    """The lease that all go on with. If it is another than ours, ours is deleted.

    :param made: ours. :param known: the ids of those that were there before.
    :param answered: when its creation was answered, by the monotonic clock.
    """
    time.sleep(max(0.0, answered + _SETTLED - time.monotonic()))
    for _elapsed in clock(_AGREEING, patience["interval"]):
        first = _oldest(cloud, str(made["name"]), known)
        if first is None or first["id"] == made["id"]:
            break
        if first["status"] != "CREATING":  # or it may still come to nothing
            _lease.delete_lease(cloud, made, patience)
            return first
    return made


def made_by_another(cloud: Cloud, name: str, known: t.Collection[str]) -> Lease | None:
    """The lease of this name that another run has made since we looked, if any."""
    return _oldest(cloud, name, known)


def agreed(cloud: Cloud, leases: list[Lease], name: str, patience: _lease.Patience) -> list[Lease]:
    """The project's leases, when those who have made several of this name at the same time have agreed on one.

    :param leases: as they are. If no such agreement is under way, they are returned.
    """
    ticks = clock(_AGREEING, patience["interval"])
    next(ticks)  # this look is the caller's
    while _disagree(leases, name) and next(ticks, None) is not None:
        leases = _reservation.list_leases(cloud)
    return leases


def _disagree(leases: list[Lease], name: str) -> bool:
    born = [_reservation.date_of(lease, "created_at") for lease in leases if _is_candidate(lease, name)]
    return len(born) > 1 and max(born) - min(born) < _TOGETHER


def _oldest(cloud: Cloud, name: str, known: t.Collection[str]) -> Lease | None:
    found = [lease for lease in _reservation.list_leases(cloud) if _is_candidate(lease, name) and lease["id"] not in known]
    return min(found, key=lambda lease: (str(lease["created_at"]), str(lease["id"])), default=None)


def _is_candidate(lease: Lease, name: str) -> bool:
    return bool(lease["name"] == name and lease["created_at"] and _reservation.is_live(lease))
