# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to the collection: not an interface for others.
"""What a user asks of a lease, checked, and held against a lease that is there. Pure: no service is asked (contract 2.2, 2.5)."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from . import _times
from ._errors import EdgeError
from ._reservation import Lease, date_of, has_started, lease_view
from ._reservation_request import ReservationRequest, read_reservations

NAME_LENGTH = 80

# A start that the calendar has to tell.
FIRST_FREE = "first_free"


@dataclass(frozen=True)
class LeaseRequest:
    """The wish. Dates are held against an existing lease only if they are absolute; all else is for a new one.

    :param read_at: the minute in which the wish was read.
    :param seeks_start: whether a new lease starts as soon as its devices are free; I(start) is then the earliest.
    :param reservations: None if the user named none, which is not the same as an empty list.
    """

    name: str | None
    read_at: datetime
    start: _times.Moment
    end: _times.Moment | None = None
    duration: timedelta | None = None
    before_end: _times.Moment | None = None
    minimum_remaining: timedelta | None = None
    reservations: list[ReservationRequest] | None = None
    seeks_start: bool = False

    @classmethod
    def read(cls, options: dict[str, t.Any]) -> LeaseRequest:
        """Read the module's options, and check what can be checked without any service.

        :raises EdgeError: for what cannot be.
        """
        present = _times.minute(_times.now())
        name = options["name"]
        if name is not None and not name.strip():
            raise EdgeError("name is empty.")
        if name and len(name) > NAME_LENGTH:
            raise EdgeError(f'name "{name[:20]}..." has {len(name)} characters; a lease\'s name has {NAME_LENGTH} at the most.')
        if options["state"] != "present":
            return cls(name, present, _times.Moment(present, False))
        seeks_start = str(options["start"]).strip().lower() == FIRST_FREE
        if seeks_start and options["end"] is not None:
            raise EdgeError(f"start={FIRST_FREE} takes duration, and not end: until when is only known with the start.")
        request = cls(
            name,
            present,
            _times.Moment(present, False) if seeks_start else _times.read_moment(options["start"], "start", present),
            _optional(options, "end", lambda text, option: _times.read_moment(text, option, present)),
            _optional(options, "duration", _times.read_duration),
            _optional(options, "before_end_date", lambda text, option: _times.read_moment(text, option, present)),
            _optional(options, "minimum_remaining", _times.read_duration),
            read_reservations(options),
            seeks_start,
        )
        request._check()
        return request

    def _check(self) -> None:
        if self.end and self.start.is_absolute and self.end.is_absolute:
            _in_order(self.start.at, self.end.at)
        if self.minimum_remaining and self.duration and self.duration < self.minimum_remaining:
            raise EdgeError(
                f"duration ({_times.length_in_words(self.duration)}) is shorter than minimum_remaining "
                f"({_times.length_in_words(self.minimum_remaining)}), so a new lease would have to be extended at once."
            )

    # -- a new lease -----------------------------------------------------------------------------------------------

    def new_dates(self) -> tuple[datetime, datetime]:
        """Start and end of a new lease.

        :raises EdgeError: for dates that Blazar would refuse, and when something is missing that a new lease needs.
        """
        start = self.start.at
        if self.end:
            end = self.end.at
        elif self.duration:
            end = start + self.duration
        else:
            raise EdgeError(f'There is no live lease "{self.name}", and to make one takes end or duration.')
        if self.reservations is None:
            raise EdgeError(f'There is no live lease "{self.name}", and to make one takes device or reservations.')
        if start < self.read_at:
            raise EdgeError(f"start ({_times.in_words(start)}) is in the past; it is {_times.in_words(self.read_at)}.")
        _in_order(start, end)
        if self.before_end:
            _within(self.before_end.at, start, end)
        return start, end

    def starting(self, at: datetime) -> LeaseRequest:
        """The same wish with a start that was found in the calendar."""
        return replace(self, start=_times.Moment(at, False))

    def on_wire(self, bodies: list[dict[str, t.Any]]) -> dict[str, t.Any]:
        """A new lease as the client's C(create) takes it. A start that is due goes as C(now), or the minute may have passed."""
        start, end = self.new_dates()
        return {
            "name": self.name,
            "start": "now" if start == self.read_at else _times.on_wire(start),
            "end": _times.on_wire(end),
            "reservations": bodies,
            "events": [],
            "before_end": _times.on_wire(self.before_end.at) if self.before_end else None,
        }

    def predicted(self, project_id: str) -> Lease:
        """What a new lease will look like, as far as that can be known: no ids yet."""
        start, end = self.new_dates()
        reservations = self.reservations or []
        events = {"start_lease": start, "before_end_lease": self.before_end and self.before_end.at, "end_lease": end}
        lease = lease_view(
            {
                "name": self.name,
                "status": "PENDING",
                "project_id": project_id,
                "start_date": _times.iso(start),
                "end_date": _times.iso(end),
                "reservations": [{**item.body, "status": "pending"} for item in reservations],
                "events": [{"event_type": kind, "time": _times.iso(at), "status": "UNDONE"} for kind, at in events.items() if at],
            }
        )
        devices: list[dict[str, str | None]] = []
        for item in reservations:
            if item.is_of_devices:
                devices += [{"id": None, "name": item.device_name}] * item.minimum
        return {**lease, "devices": devices}

    # -- a lease that is there -------------------------------------------------------------------------------------

    def changes(self, lease: Lease) -> dict[str, datetime]:
        """The dates of the lease that are to become others, under Blazar's names.

        :raises EdgeError: for dates that Blazar would refuse; some of them would leave the lease in C(ERROR).
        """
        start, end = date_of(lease, "start_date"), date_of(lease, "end_date")
        before_end = _times.from_service(lease["before_end_date"])
        changes: dict[str, datetime] = {}
        if self._moves_start(lease) and not has_started(lease):
            if self.start.at < self.read_at:
                raise EdgeError(
                    f"start ({_times.in_words(self.start.at)}) is in the past; it is {_times.in_words(self.read_at)}."
                )
            changes["start_date"] = start = self.start.at
        wanted_end = self._wanted_end(start, start + self.duration if changes and self.duration else end)
        if wanted_end != end:
            changes["end_date"] = end = wanted_end
        if self.before_end and self.before_end.is_absolute and before_end and (changes or self.before_end.at != before_end):
            _within(self.before_end.at, start, end)
            changes["before_end_date"] = self.before_end.at
        if changes:
            _in_order(start, end)
        return changes

    def hindrances(self, lease: Lease) -> list[str]:
        """What was asked and cannot be changed in a lease that is there, in sentences without their subject."""
        said = []
        if self._moves_start(lease) and has_started(lease):
            said.append(f"has started already, so its start is not moved to {_times.in_words(self.start.at)}.")
        if self.before_end and self.before_end.is_absolute and not lease["before_end_date"]:
            said.append("was made without an event before its end, and before_end_date cannot give it one.")
        drift = self._drift(lease)
        if drift:
            said.append(
                f"{drift}. The reservations of a lease cannot be changed, and to make it anew would end what runs in it: "
                "give another name, or first delete it with state=absent."
            )
        return said

    # -- inside ----------------------------------------------------------------------------------------------------

    def _moves_start(self, lease: Lease) -> bool:
        return self.start.is_absolute and self.start.at != date_of(lease, "start_date")

    def _drift(self, lease: Lease) -> str:
        """How the lease's reservations differ from those asked for, in words; empty if they do not."""
        if self.reservations is None:
            return ""
        left = list(lease["reservations"])
        missing = []
        for wanted in self.reservations:
            match = next((item for item in left if wanted.is_met_by(item)), None)
            if match:
                left.remove(match)
            else:
                missing.append(wanted.in_words())
        said = [f"does not reserve {', '.join(missing)} as asked"] if missing else []
        said += [f"reserves {len(left) - len(missing)} more than asked"] if len(left) > len(missing) else []
        return " and ".join(said)

    def _wanted_end(self, start: datetime, end: datetime) -> datetime:
        if self.end and self.end.is_absolute and self.end.at != end:
            if self.end.at <= self.read_at:
                raise EdgeError(
                    f"end ({_times.in_words(self.end.at)}) is in the past; it is {_times.in_words(self.read_at)}. "
                    "state=ended ends a lease now."
                )
            return self.end.at
        if self.minimum_remaining:
            since = max(self.read_at, start)
            if end - since < self.minimum_remaining:
                return since + max(self.minimum_remaining, self.duration or self.minimum_remaining)
        return end


def _optional(options: dict[str, t.Any], name: str, read: t.Callable[[str, str], t.Any]) -> t.Any:
    return None if options[name] is None else read(options[name], name)


def _in_order(start: datetime, end: datetime) -> None:
    if end <= start:
        raise EdgeError(f"end ({_times.in_words(end)}) must be later than start ({_times.in_words(start)}).")


def _within(before_end: datetime, start: datetime, end: datetime) -> None:
    if not start < before_end < end:
        raise EdgeError(
            f"before_end_date ({_times.in_words(before_end)}) must lie between {_times.span_in_words(start, end, 'and')}."
        )
