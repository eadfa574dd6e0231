# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to the collection: not an interface for others.
"""What M(chi.edge.lease) does (contract 2)."""

from __future__ import annotations

import math
import re
import time
import typing as t
from datetime import datetime
from functools import partial

from .. import _calendar, _lease, _lease_checks, _lease_election, _reservation, _reservation_request, _times
from .._cloud import AUTH_SPEC
from .._context import Context
from .._difference import Difference
from .._errors import EdgeError, NotFoundError, ServiceError
from .._first_start import first_start
from .._lease_request import LeaseRequest
from .._reservation import FAILED, Lease
from .._resource import WAIT_SPEC, Resource

SPEC: dict[str, t.Any] = {
    "argument_spec": {
        **AUTH_SPEC,
        **WAIT_SPEC,
        "name": {"type": "str"},
        "id": {"type": "str"},
        "state": {"type": "str", "default": "present", "choices": ["present", "absent", "ended"]},
        "start": {"type": "str", "default": "now", "aliases": ["start_date"]},
        "end": {"type": "str", "aliases": ["end_date"]},
        "duration": {"type": "str"},
        "before_end_date": {"type": "str"},
        "minimum_remaining": {"type": "str"},
        "device": {"type": "raw"},
        "count": {"type": "int"},
        "reservations": {"type": "list", "elements": "dict", "options": _reservation_request.SPEC},
        "replace_failed": {"type": "bool", "default": False},
    },
    "required_one_of": [("name", "id")],
    "mutually_exclusive": [("end", "duration"), ("end", "minimum_remaining"), ("device", "reservations")],
    "required_by": {"count": ("device",)},
    "supports_check_mode": True,
}

# How often a start is looked for, when others take the devices that were free a moment ago.
ATTEMPTS = 8

_SHORTAGE = re.compile(r"not enough \w+ available", re.IGNORECASE)


def run(context: Context) -> dict[str, t.Any]:
    """Bring the lease into the wanted state."""
    request = LeaseRequest.read(context.params)  # what is wrong with the options needs no connection
    return LeaseResource(context, request).run()


class LeaseResource(Resource):
    """One lease: of that id, or the live one of that name."""

    noun = "lease"

    def __init__(self, context: Context, request: LeaseRequest) -> None:
        super().__init__(context)
        self.request = request
        self._begun = time.monotonic()
        self._leases = _reservation.list_leases(self.cloud)
        self._named = [lease for lease in self._leases if not self.params["id"] and lease["name"] == self.params["name"]]

    @property
    def patience(self) -> dict[str, float]:
        # several waits may follow each other, and the user has set one time-out
        left = self.params["wait_timeout"] - (time.monotonic() - self._begun)
        return {**super().patience, "timeout": max(1, math.ceil(left))}

    def _find(self) -> Lease | None:
        if self.params["id"]:
            return next((lease for lease in self._leases if lease["id"] == self.params["id"]), None)
        self._leases = _lease_election.agreed(self.cloud, self._leases, self.params["name"], self.patience)
        return _reservation.live_lease(self._leases, self.params["name"])

    # -- present ---------------------------------------------------------------------------------------------------

    def present(self) -> None:
        lease = self._find() or self._failed()
        if lease is None and self.params["id"]:
            raise NotFoundError(f"There is no lease {self.params['id']} in this project.")
        if lease and lease["status"] == FAILED:
            lease = self._repaired_or_removed(lease)
        lease = self._updated(lease) if lease else self._created()
        if self.waits and self._is_due(lease):
            lease = self._wait(lease, "ACTIVE")
        if lease["degraded"]:
            self.context.warn(
                f"Lease {_reservation.title(lease)} is degraded: a device has failed, and may not have been replaced."
            )
        if lease["id"]:
            has_devices = "device" in lease["reservation_ids"]
            lease["devices"] = _calendar.devices_of_lease(self.cloud, lease["id"]) if has_devices else []
        self.current = lease

    def _created(self) -> Lease:
        name, wanted = str(self.params["name"]), self.request.reservations or []
        start, end = self.request.new_dates()
        _lease_checks.require_power(self.cloud, name)
        _lease_checks.require_properties(self.cloud, name, wanted)
        bodies = [_lease_checks.body_of(self.cloud, item) for item in wanted]
        known = {lease["id"] for lease in self._leases}
        for _attempt in range(ATTEMPTS if self.request.seeks_start else 1):
            if self.request.seeks_start:
                self.request = self.request.starting(first_start(self.cloud, name, wanted, self.request.read_at, end - start))
                start, end = self.request.new_dates()
            try:
                return self._made(bodies, known)
            except ServiceError as exc:
                if not _SHORTAGE.search(exc.words):
                    raise
                refused = exc
            other = _lease_election.made_by_another(self.cloud, name, known)
            if other:
                return other
        reason = _lease_checks.explain_shortage(self.cloud, wanted, start, end)
        raise refused.reworded(f'Could not create lease "{name}": {reason}.') if reason else refused

    def _made(self, bodies: list[dict[str, t.Any]], known: set[str]) -> Lease:
        start, end = self.request.new_dates()
        self._warn_of_doubts(None, start, end)
        lease = self.change(
            lambda: _lease.create_lease(self.cloud, self.request.on_wire(bodies), known),
            self.request.predicted(self.cloud.project_id),
        )
        answered = time.monotonic()
        self.difference.note("start_date", None, _times.iso(start))
        self.difference.note("end_date", None, _times.iso(end))
        self.difference.note("reservations", None, [item.in_words() for item in self.request.reservations or []])
        if self.context.check_mode:
            return lease
        if self.waits and self._is_due(lease):  # it takes as long as others may need to show theirs
            lease = self._wait(lease, "ACTIVE")
        chosen = _lease_election.elected(self.cloud, lease, known, answered, self.patience)
        if chosen["id"] != lease["id"]:
            self.changed, self.difference = False, Difference()
        return chosen

    def _updated(self, lease: Lease) -> Lease:
        dates = self._wanted_dates(lease)
        changes = {key: _times.on_wire(at) for key, at in dates.items()}
        after = {key: _times.iso(at) for key, at in dates.items()}
        if self.params["id"] and self.params["name"] not in (None, lease["name"]):
            self._require_free_name(lease)
            changes["name"] = after["name"] = self.params["name"]
        for key, value in after.items():
            self.difference.compare(key, lease[key], value)
        if not changes:
            return lease
        return self.change(lambda: self._moved(lease, dates, changes), {**lease, **after})

    def _moved(self, lease: Lease, dates: dict[str, datetime], changes: dict[str, str]) -> Lease:
        """Change it, and take that back if a neighbour has come to have the device in the same moment."""
        updated = _lease.update_lease(self.cloud, lease, changes, self.patience)
        try:
            self._require_room(lease, dates)
        except EdgeError:
            before = {key: _times.on_wire(_reservation.date_of(lease, key)) for key in dates}
            _lease.update_lease(self.cloud, updated, before, self.patience)
            self.changed = False
            raise
        return updated

    def _wanted_dates(self, lease: Lease) -> dict[str, datetime]:
        """The dates to be changed; Blazar is asked first what stands in their way."""
        if not _reservation.is_live(lease):
            if self.request.end or self.request.minimum_remaining or not self.params["name"]:
                raise EdgeError(f"Lease {_reservation.title(lease)} has ended. A name without id makes a new one.", lease=lease)
            return {}
        for hindrance in self.request.hindrances(lease):
            self.context.warn(f"Lease {_reservation.title(lease)} {hindrance}")
        dates = self.request.changes(lease)
        if self._require_room(lease, dates):
            self._warn_of_doubts(lease, *_span(lease, dates))
        return dates

    def _require_room(self, lease: Lease, dates: dict[str, datetime]) -> bool:
        """Whether the lease grows, to where its devices are free. :raises EdgeError: when they are not."""
        start, end = _span(lease, dates)
        grows = start < _reservation.date_of(lease, "start_date") or end > _reservation.date_of(lease, "end_date")
        if grows:
            _lease_checks.require_free_devices(self.cloud, lease, start, end)
        return grows

    def _require_free_name(self, lease: Lease) -> None:
        other = _reservation.live_lease(self._leases, self.params["name"])
        if other and _reservation.is_live(lease):
            raise EdgeError(
                f"Lease {_reservation.title(lease)} cannot be renamed: there is a live lease of that name, "
                f"{_reservation.in_words(other)}."
            )

    def _warn_of_doubts(self, lease: Lease | None, start: datetime, end: datetime) -> None:
        for doubt in _lease_checks.doubts(lease, start, end) if self.context.check_mode else []:
            self.context.warn(doubt)

    def _is_due(self, lease: Lease) -> bool:
        """Whether the lease begins while we are ready to wait; one that begins when it is made does so by any clock."""
        start, made = _reservation.date_of(lease, "start_date"), _times.from_service(lease["created_at"])
        left = (start - _times.now()).total_seconds()
        is_soon = left <= self.patience["timeout"] or (made is not None and start <= made)
        return _reservation.is_live(lease) and is_soon

    # -- a lease in ERROR ------------------------------------------------------------------------------------------

    def _failed(self) -> Lease | None:
        """One of that name in ERROR whose time is not over; one that failed last week is history."""
        failed = [lease for lease in self._named if lease["status"] == FAILED and not _reservation.has_ended(lease)]
        return failed[0] if failed else None

    def _repaired_or_removed(self, lease: Lease) -> Lease | None:
        if _lease.is_repairable(lease):
            predicted = {**lease, "status": _lease.status_after_repair(lease)}
            self.difference.compare("status", FAILED, predicted["status"])
            repaired = self.change(lambda: _lease.repair_lease(self.cloud, lease), predicted)
            self.context.warn(f"Lease {_reservation.title(lease)} was in ERROR by a refused update, and is brought back.")
            return repaired
        if self.params["replace_failed"] and not self.params["id"]:
            self._remove([lease for lease in self._named if lease["status"] == FAILED])
            return None
        raise _in_error(lease)

    # -- absent, ended ---------------------------------------------------------------------------------------------

    def absent(self) -> None:
        found = self._find()
        # of the same name, what has failed or is just ending still holds something; what is through is but a record
        holding = [lease for lease in self._named if lease["status"] not in ("TERMINATED", "DELETING")]
        self._remove(holding or [lease for lease in [found] if lease])

    def ended(self) -> None:
        lease = self._find() or max(self._named, key=lambda item: str(item["end_date"]), default=None)
        self.current = lease
        if lease is None or _reservation.has_ended(lease) and lease["status"] == FAILED:
            return
        if lease["status"] == FAILED:
            raise _in_error(lease)
        if not _reservation.has_started(lease):
            self.context.warn(
                f"Lease {_reservation.title(lease)} had not started, so there is nothing to keep of it: it is deleted."
            )
            self._remove([lease])
            self.current = None
            return
        if _reservation.is_live(lease):
            lease = self._ended(lease)
        self.current = self._wait(lease, "TERMINATED") if self.waits else lease

    def _ended(self, lease: Lease) -> Lease:
        now = _times.iso(_times.minute(_times.now()))
        self.difference.note("end_date", lease["end_date"], now)
        # one that is just starting must not be given both events at once
        return self.change(
            lambda: _lease.update_lease(self.cloud, self._wait(lease, "ACTIVE"), {"end_date": "now"}, self.patience),
            {**lease, "end_date": now, "status": "TERMINATED"},
        )

    def _remove(self, leases: list[Lease]) -> None:
        for lease in leases:
            self.difference.note(lease["id"], _reservation.state_in_words(lease), "deleted")
            self.change(partial(self._delete, lease), None)

    def _delete(self, lease: Lease) -> None:
        _lease.delete_lease(self.cloud, lease, self.patience)
        if self.waits:
            _lease.wait_until_gone(self.cloud, lease, self.patience, self.context.watcher(f"lease {lease['name']}"))

    def _wait(self, lease: Lease, status: str) -> Lease:
        watch = self.context.watcher(f"lease {lease['name']}")
        return _lease.wait_for_status(self.cloud, lease, (status,), self.patience, watch)


def _span(lease: Lease, dates: dict[str, datetime]) -> tuple[datetime, datetime]:
    """Start and end of a lease, with these dates in the place of its own."""
    start, end = (dates.get(key) or _reservation.date_of(lease, key) for key in ("start_date", "end_date"))
    return start, end


def _in_error(lease: Lease) -> EdgeError:
    return EdgeError(
        f"Lease {_reservation.title(lease)} is in ERROR: {_reservation.failure_of(lease)}. "
        "Delete it with state=absent; state=present with replace_failed deletes it and makes another of its name.",
        lease=lease,
    )
