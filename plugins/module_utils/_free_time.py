# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to the collection: not an interface for others.
"""When devices are free: arithmetic on the intervals of a calendar. Knows no service (contract 2.6).

Intervals begin with their start and end before their end, so one lease may start in the minute in which another ends.
"""

from __future__ import annotations

import typing as t
from datetime import datetime, timedelta

if t.TYPE_CHECKING:
    from ._calendar import Calendar, Slot


class Gap(t.NamedTuple):
    """A time in which nobody has a device. :ivar end: None if nothing comes after it."""

    start: datetime
    end: datetime | None

    def holds(self, length: timedelta) -> bool:
        """Whether it is at least as long."""
        return self.end is None or self.end - self.start >= length


def gaps(slots: t.Iterable[Slot], start: datetime) -> list[Gap]:
    """All the times from I(start) on in which a device with these slots is free. There always is a last one without end.

    :param slots: in any order; they may overlap.
    """
    found = []
    free_from = start
    for slot in sorted(slots, key=lambda slot: slot.start):
        if slot.start > free_from:
            found.append(Gap(free_from, slot.start))
        free_from = max(free_from, slot.end)
    return [*found, Gap(free_from, None)]


def next_gap(slots: t.Iterable[Slot], start: datetime, length: timedelta) -> Gap:
    """The first gap that is long enough."""
    return next(gap for gap in gaps(slots, start) if gap.holds(length))


class Opening(t.NamedTuple):
    """A time in which enough devices are free at once. :ivar device_ids: all that are."""

    start: datetime
    end: datetime
    device_ids: list[str]


def first_opening(
    calendar: Calendar, device_ids: t.Sequence[str], count: int, start: datetime, length: timedelta
) -> Opening | None:
    """The earliest time, from I(start) on, in which I(count) of the devices are free for as long; None if there are fewer."""
    if len(device_ids) < count:
        return None
    at = calendar.first_start(device_ids, count, start, start + length)
    return Opening(at, at + length, [item for item in device_ids if calendar.is_free(item, at, at + length)])


def first_common_start(
    calendar: Calendar, wishes: t.Sequence[tuple[t.Sequence[str], int]], start: datetime, length: timedelta
) -> datetime | None:
    """The earliest start, from I(start) on, with which every wish gets its devices for so long, none of them twice.

    :param wishes: for each the ids of the devices that would do, and how many of them it takes.
    :returns: None if there are not enough at any time.
    """
    wanted = {device_id for device_ids, _count in wishes for device_id in device_ids}
    ends = {slot.end for device_id in wanted for slot in calendar.slots.get(device_id, []) if slot.end > start}
    for at in (start, *sorted(ends)):
        free = {device_id for device_id in wanted if calendar.is_free(device_id, at, at + length)}
        if _can_be_shared_out([free.intersection(device_ids) for device_ids, count in wishes for _number in range(count)]):
            return at
    return None


def _can_be_shared_out(choices: list[set[str]]) -> bool:
    """Whether each can get one of its choices of its own: whoever finds all taken asks the others to take another."""
    taken: dict[str, int] = {}

    def gets(who: int, asked: set[str]) -> bool:
        for item in sorted(choices[who] - asked):
            asked.add(item)
            if item not in taken or gets(taken[item], asked):
                taken[item] = who
                return True
        return False

    return all(gets(who, set()) for who in range(len(choices)))
