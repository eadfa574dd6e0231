# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to the collection: not an interface for others.
"""Times and durations: what a user may write, and what Blazar writes and reads (contract 2.3, A.3).

All moments here are in UTC and know it. Blazar's requests have whole minutes, so ours have too.
"""

from __future__ import annotations

import re
import typing as t
from datetime import date, datetime, timedelta, timezone

from ._errors import EdgeError

# No lease lasts longer or is later, and what is within both can be added without going beyond Python's last year.
LONGEST = timedelta(days=36500)
LAST_YEAR = 9000

UNITS = {"w": timedelta(weeks=1), "d": timedelta(days=1), "h": timedelta(hours=1), "m": timedelta(minutes=1)}

_DURATION = re.compile(r"(?:\d+[wdhm])+", re.ASCII)
_PART = re.compile(r"(\d+)([wdhm])", re.ASCII)
_ZONE = re.compile(r"(?<=\d)\s*(?:(?P<utc>Z|UTC)|(?P<hours>[+-]\d\d):?(?P<minutes>\d\d)?)$", re.IGNORECASE)


class Moment(t.NamedTuple):
    """A time that the user asked for.

    :param at: in UTC, without seconds.
    :param is_absolute: given as a date; what is relative to now means another time in every run.
    """

    at: datetime
    is_absolute: bool


def now() -> datetime:
    """The present time in UTC."""
    return datetime.now(timezone.utc)


def minute(at: datetime) -> datetime:
    """The beginning of the minute, as Blazar sees any time."""
    return at.replace(second=0, microsecond=0)


def read_duration(text: str, option: str) -> timedelta:
    """A duration such as C(4h), C(1d12h), C(90m) or C(2w).

    :param option: its name, for the message.
    :raises EdgeError: for anything else, and for nothing at all.
    """
    compact = re.sub(r"\s", "", str(text)).lower()
    try:
        length = sum((int(number) * UNITS[unit] for number, unit in _PART.findall(compact)), timedelta())
        is_good = bool(_DURATION.fullmatch(compact)) and timedelta() < length <= LONGEST
    except (OverflowError, ValueError):  # of a number with more digits than Python reads
        is_good = False
    if not is_good:
        raise EdgeError(f'{option} "{text}" is not a duration. Write it in weeks, days, hours and minutes: 90m, 4h, 1d12h, 2w.')
    return length


def read_moment(text: str, option: str, present: datetime) -> Moment:
    """What a user writes for a time: C(now), an offset from now such as C(+2h), or an ISO date with or without zone.

    :param option: its name, for the message.
    :param present: what C(now) means.
    :raises EdgeError: for anything else.
    """
    plain = str(text).strip()
    if plain.lower() == "now":
        return Moment(minute(present), False)
    try:
        if plain.startswith("+"):
            return Moment(minute(present + read_duration(plain[1:], option)), False)
        return Moment(minute(_read_date(plain)), True)
    except (EdgeError, ValueError, OverflowError) as exc:
        raise EdgeError(
            f'{option} "{text}" is not a time. Write "now", an offset from now such as "+2h", or a date such as '
            '"2027-01-31 15:00" (UTC) or "2027-01-31T15:00+01:00".'
        ) from exc


def read_past(text: str, option: str, present: datetime) -> datetime:
    """What a user writes for a time that has passed: a duration such as C(10m), counted back from now, or an ISO date.

    :param option: its name, for the message.
    :param present: what is now.
    :raises EdgeError: for anything else, and for a time to come.
    """
    try:
        at = _read_date(str(text).strip()) if re.search(r"[:-]", str(text)) else present - read_duration(text, option)
    except (EdgeError, ValueError, OverflowError) as exc:
        raise EdgeError(
            f'{option} "{text}" is not a time. Write how long ago it was, such as 10m, 4h or 1d12h, or a date such as '
            '"2027-01-31 15:00" (UTC) or "2027-01-31T15:00+01:00".'
        ) from exc
    if at > present:
        raise EdgeError(f'{option} "{text}" is yet to come.')
    return at


def from_service(text: str | None) -> datetime | None:
    """What Blazar writes, in any of its shapes; None stays None."""
    return _read_date(text) if text else None


def on_wire(at: datetime) -> str:
    """As Blazar's requests have it."""
    return at.strftime("%Y-%m-%d %H:%M")


def iso(at: datetime) -> str:
    """As our results have it: C(2027-01-31T15:00:00Z)."""
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def exact(at: datetime) -> str:
    """As M(iso), to the microsecond."""
    return at.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def in_words(at: datetime) -> str:
    """As our messages have it: C(2027-01-31 15:00 UTC)."""
    return f"{on_wire(at)} UTC"


def span_in_words(start: datetime, end: datetime, joint: str = "to") -> str:
    """C(2027-01-31 15:00 to 19:00 UTC), with the second date only if it is another.

    :param joint: the word between the two.
    """
    second = end.strftime("%H:%M") if start.date() == end.date() else on_wire(end)
    return f"{on_wire(start)} {joint} {second} UTC"


def length_in_words(length: timedelta) -> str:
    """As a user would write it: C(1d12h)."""
    left = int(length.total_seconds() // 60)
    text = ""
    for unit, size in (("d", 1440), ("h", 60), ("m", 1)):
        count, left = divmod(left, size)
        if count:
            text += f"{count}{unit}"
    return text or "0m"


def _read_date(text: str) -> datetime:
    """An ISO date, in UTC if it names no zone. Older Pythons read neither C(Z) nor C(+0100), so these are put right."""
    zone = _ZONE.search(text) if ":" in text else None
    if zone:
        offset = "+00:00" if zone["utc"] else f"{zone['hours']}:{zone['minutes'] or '00'}"
        text = text[: zone.start()] + offset
    elif re.fullmatch(r"\d{4}-\d{1,2}-\d{1,2}", text):
        year, month, day = (int(part) for part in text.split("-"))
        text = f"{date(year, month, day).isoformat()} 00:00"
    elif ":" not in text:
        raise ValueError(text)
    at = datetime.fromisoformat(text)
    if at.year > LAST_YEAR:
        raise ValueError(text)
    return at.replace(tzinfo=timezone.utc) if at.tzinfo is None else at.astimezone(timezone.utc)
