# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Times and durations, as users write them and as Blazar does."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest
from ansible_collections.chi.edge.plugins.module_utils import _times
from ansible_collections.chi.edge.plugins.module_utils._errors import EdgeError

PRESENT = datetime(2027, 1, 31, 15, 0, 40, tzinfo=timezone.utc)


def at(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=timezone.utc)


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("90m", timedelta(minutes=90)),
        ("4h", timedelta(hours=4)),
        ("1d12h", timedelta(hours=36)),
        ("1d 12H", timedelta(hours=36)),
        ("2w", timedelta(days=14)),
        ("1w1d1h1m", timedelta(days=8, hours=1, minutes=1)),
    ],
)
def test_durations(text, length):
    assert _times.read_duration(text, "duration") == length


@pytest.mark.parametrize("text", ["", "4", "h", "4 hours", "30s", "-4h", "0h", "4h-1m", "1.5h", "99999999999w", "٤h"])
def test_what_is_no_duration(text):
    with pytest.raises(EdgeError) as caught:
        _times.read_duration(text, "duration")
    assert caught.value.message == (
        f'duration "{text}" is not a duration. Write it in weeks, days, hours and minutes: 90m, 4h, 1d12h, 2w.'
    )


@pytest.mark.parametrize(
    ("text", "moment", "is_absolute"),
    [
        ("now", at(2027, 1, 31, 15, 0), False),
        ("NOW", at(2027, 1, 31, 15, 0), False),
        ("+2h", at(2027, 1, 31, 17, 0), False),
        ("+1d 30m", at(2027, 2, 1, 15, 30), False),
        ("2027-02-01 15:00", at(2027, 2, 1, 15, 0), True),
        ("2027-02-01 15:00:59", at(2027, 2, 1, 15, 0), True),
        ("2027-02-01T15:00:00Z", at(2027, 2, 1, 15, 0), True),
        ("2027-02-01 15:00 utc", at(2027, 2, 1, 15, 0), True),
        ("2027-02-01T15:00:00.000000", at(2027, 2, 1, 15, 0), True),
        ("2027-02-01T15:00+01:00", at(2027, 2, 1, 14, 0), True),
        ("2027-02-01 15:00 -0530", at(2027, 2, 1, 20, 30), True),
        ("2027-02-01T15:00-05", at(2027, 2, 1, 20, 0), True),
        ("2027-02-01", at(2027, 2, 1), True),
    ],
)
def test_moments(text, moment, is_absolute):
    assert _times.read_moment(text, "start", PRESENT) == _times.Moment(moment, is_absolute)


@pytest.mark.parametrize(
    "text", ["", "tomorrow", "15:00", "2027-02-30", "2027-13-01 10:00", "2027/02/01 10:00", "+2x", "2h", "20270201"]
)
def test_what_is_no_moment(text):
    with pytest.raises(EdgeError) as caught:
        _times.read_moment(text, "end", PRESENT)
    assert caught.value.message == (
        f'end "{text}" is not a time. Write "now", an offset from now such as "+2h", or a date such as '
        '"2027-01-31 15:00" (UTC) or "2027-01-31T15:00+01:00".'
    )


def test_both_shapes_of_the_service_are_read():
    assert _times.from_service("2027-01-31T15:45:00.000000") == at(2027, 1, 31, 15, 45)
    assert _times.from_service("2027-01-31 15:43:36") == at(2027, 1, 31, 15, 43, 36)
    assert _times.from_service(None) is None


def test_what_is_written():
    assert _times.on_wire(at(2027, 1, 31, 5, 4)) == "2027-01-31 05:04"
    assert _times.iso(at(2027, 1, 31, 5, 4, 3)) == "2027-01-31T05:04:03Z"
    assert _times.in_words(at(2027, 1, 31, 5, 4)) == "2027-01-31 05:04 UTC"
    assert _times.span_in_words(at(2027, 1, 31, 5), at(2027, 1, 31, 6)) == "2027-01-31 05:00 to 06:00 UTC"
    assert _times.span_in_words(at(2027, 1, 31, 5), at(2027, 2, 1, 6), "and") == "2027-01-31 05:00 and 2027-02-01 06:00 UTC"
    assert _times.length_in_words(timedelta(days=1, hours=12)) == "1d12h"
    assert _times.length_in_words(timedelta(minutes=90)) == "1h30m"
    assert _times.length_in_words(timedelta()) == "0m"
