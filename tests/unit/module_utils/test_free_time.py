# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""When devices are free, held against a clock that is looked at minute by minute."""

from __future__ import annotations

import random
from datetime import datetime, timedelta, timezone

import pytest
from ansible_collections.chi.edge.plugins.module_utils._calendar import Calendar, Slot
from ansible_collections.chi.edge.plugins.module_utils._free_time import Gap, first_common_start, first_opening, gaps, next_gap

NOON = datetime(2027, 1, 31, 12, tzinfo=timezone.utc)


def at(minutes: int) -> datetime:
    return NOON + timedelta(minutes=minutes)


def slot(start: int, end: int) -> Slot:
    return Slot(at(start), at(end), None)


def span(gap: Gap) -> tuple[int, int | None]:
    """The gap in minutes after noon."""
    start, end = (None if moment is None else int((moment - NOON).total_seconds() // 60) for moment in gap)
    return start, end


def test_a_device_without_leases_is_free_for_ever():
    assert list(map(span, gaps([], NOON))) == [(0, None)]


def test_gaps_lie_between_leases_in_any_order_and_overlapping():
    slots = [slot(50, 60), slot(-10, 10), slot(20, 40), slot(30, 35), slot(40, 45)]
    assert list(map(span, gaps(slots, NOON))) == [(10, 20), (45, 50), (60, None)]


def test_what_is_past_does_not_count():
    assert list(map(span, gaps([slot(-20, -10)], NOON))) == [(0, None)]
    assert list(map(span, gaps([slot(-20, 0)], NOON))) == [(0, None)]


@pytest.mark.parametrize(("length", "expected"), [(1, (10, 20)), (10, (10, 20)), (11, (40, None))])
def test_the_next_gap_is_the_first_that_is_long_enough(length, expected):
    assert span(next_gap([slot(0, 10), slot(20, 40)], NOON, timedelta(minutes=length))) == expected


def test_an_opening_takes_as_many_devices_at_once():
    calendar = Calendar({"a": [slot(0, 30)], "b": [slot(10, 20)], "c": []})
    found = [first_opening(calendar, ["a", "b", "c"], count, NOON, timedelta(minutes=15)) for count in (1, 2, 3)]
    assert [(span(Gap(*opening[:2])), opening.device_ids) for opening in found] == [
        ((0, 15), ["c"]),
        ((20, 35), ["b", "c"]),
        ((30, 45), ["a", "b", "c"]),
    ]


def test_there_is_no_opening_for_more_devices_than_there_are():
    assert first_opening(Calendar({}), ["a"], 2, NOON, timedelta(hours=1)) is None


@pytest.mark.parametrize("seed", range(150))
def test_openings_and_gaps_are_those_that_a_look_at_every_minute_finds(seed):
    dice = random.Random(seed)
    slots = {
        name: [slot(start, start + dice.randint(1, 12)) for start in dice.sample(range(-5, 40), dice.randint(0, 4))]
        for name in "abcd"[: dice.randint(1, 4)]
    }
    length, count = dice.randint(1, 15), dice.randint(1, len(slots))
    busy = {name: {m for item in slots[name] for m in range(*span(Gap(item.start, item.end)))} for name in slots}

    def free(name: str, start: int) -> bool:
        return busy[name].isdisjoint(range(start, start + length))

    first = next(m for m in range(100) if sum(free(name, m) for name in slots) >= count)
    opening = first_opening(Calendar(slots), list(slots), count, NOON, timedelta(minutes=length))
    assert span(Gap(*opening[:2])) == (first, first + length)
    assert opening.device_ids == [name for name in slots if free(name, first)]
    for name in slots:
        in_gaps = {m for gap in gaps(slots[name], NOON) for m in range(span(gap)[0], span(gap)[1] or 100)}
        assert in_gaps == set(range(100)) - busy[name]
        assert span(next_gap(slots[name], NOON, timedelta(minutes=length)))[0] == next(m for m in range(100) if free(name, m))


# -- several wishes together ---------------------------------------------------------------------------------------


def common(slots, *wishes, length=15):
    found = first_common_start(Calendar(slots), wishes, NOON, timedelta(minutes=length))
    return None if found is None else int((found - NOON).total_seconds() // 60)


def test_what_is_free_now_is_had_now():
    assert common({}, (["a"], 1), (["b"], 1)) == 0


def test_wishes_wait_for_each_other():
    assert common({"a": [slot(0, 10)], "b": [slot(10, 30)]}, (["a"], 1), (["b"], 1)) == 30
    assert common({"a": [slot(0, 10)], "b": [slot(25, 30)]}, (["a"], 1), (["b"], 1)) == 10


def test_no_device_is_had_twice():
    assert common({"b": [slot(0, 20)]}, (["a", "b"], 1), (["a", "b"], 1)) == 20
    assert common({"b": [slot(0, 20)]}, (["a", "b"], 2)) == 20
    assert common({}, (["a"], 1), (["a"], 1)) is None


def test_who_has_a_choice_leaves_the_only_one_to_others():
    assert common({"c": [slot(0, 20)]}, (["a", "b"], 1), (["a"], 1)) == 0
    assert common({}, (["a", "b"], 1), (["a", "c"], 1), (["a"], 1)) == 0
    assert common({"c": [slot(0, 20)]}, (["a", "b"], 1), (["a", "c"], 1), (["a"], 1)) == 20


def test_too_few_devices_at_any_time():
    assert common({}, (["a"], 2)) is None
    assert common({}, ([], 1)) is None


def test_one_wish_is_met_as_by_the_search_for_one():
    lots = random.Random(6)
    for _round in range(200):
        slots = {name: [slot(at, at + lots.randrange(1, 40)) for at in lots.sample(range(0, 200, 7), 4)] for name in "abcd"}
        count = lots.randrange(1, 5)
        opening = first_opening(Calendar(slots), list("abcd"), count, NOON, timedelta(minutes=20))
        assert first_common_start(Calendar(slots), [("abcd", count)], NOON, timedelta(minutes=20)) == opening.start
