# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to the collection: not an interface for others.
"""Changing Blazar's leases, with what may go wrong on the way (contract 2.4, 2.5, 2.7)."""

from __future__ import annotations

import re
import typing as t

from ._errors import EdgeError, NotFoundError, ServiceError, attempt, is_garbled, is_missing, is_transient
from ._lease_rules import rules_told
from ._reservation import FAILED, Lease, answered_lease, failure_of, get_lease, has_ended, list_leases, on_wire, title
from ._waiter import Watch, clock, wait

if t.TYPE_CHECKING:
    from ._cloud import Cloud

T = t.TypeVar("T")
Patience = dict[str, float]

# Seconds within which Blazar is through with starting or ending a lease, or with a request whose answer was lost.
SETTLING = 60
LOOKING = 15

_IN_TRANSITION = re.compile("invalid lease status", re.IGNORECASE)


def create_lease(cloud: Cloud, request: dict[str, t.Any], known: t.Collection[str]) -> Lease:
    """Make a lease. A request whose answer is lost is never repeated: the lease is looked for instead.

    :param request: what the client's C(create) takes.
    :param known: the ids of the leases that were there before.
    :raises ServiceError: when Blazar refuses, or no such lease has turned up.
    """
    what = f'create lease "{request["name"]}"'
    try:
        with rules_told(), attempt(what):
            return answered_lease(cloud.blazar.lease.create(**request))
    except ServiceError as exc:
        if not _is_lost(exc) and not is_garbled(exc.__cause__):
            raise
        made = _look_for(cloud, request, known)
        if made:
            return made
        raise exc.reworded(
            f"Could not {what}: {exc.words.rstrip('.')}. The answer was lost, and no such lease has appeared within "
            f"{LOOKING} s. Run this again: a lease that appears later is then found by its name."
        ) from exc


def update_lease(cloud: Cloud, lease: Lease, changes: dict[str, str], patience: Patience) -> Lease:
    """Change a lease and read it again, since the answer shows it in the middle of the change.

    :param changes: Blazar's keys with values for the wire.
    :raises ServiceError: when Blazar refuses. Some refusals leave the lease in C(ERROR); then it is brought back.
    """
    try:
        _when_settled(lambda: _put(cloud, lease, changes), patience)
    except ServiceError as exc:
        seen = get_lease(cloud, lease["id"])
        if _holds(seen, changes):
            return seen
        if seen["status"] != FAILED or lease["status"] == FAILED:
            raise
        raise exc.reworded(f"{exc.message} {_undo_damage(cloud, seen)}") from exc
    return get_lease(cloud, lease["id"])


def repair_lease(cloud: Cloud, lease: Lease) -> Lease:
    """Bring a lease back that a refused update has left in C(ERROR): any good update does that, so it gets its own name.

    :raises EdgeError: when it stays in C(ERROR).
    """
    _put(cloud, lease, {"name": lease["name"]})
    seen = get_lease(cloud, lease["id"])
    if seen["status"] == FAILED:
        raise EdgeError(f"Could not bring lease {title(lease)} back from ERROR. Delete it with state=absent.", lease=seen)
    return seen


def is_repairable(lease: Lease) -> bool:
    """Whether only an update has failed, and neither its start nor its end, and none of its reservations."""
    decisive = [event for event in lease["events"] if event["event_type"] in ("start_lease", "end_lease")]
    return lease["status"] == FAILED and not any(
        item["status"] in ("ERROR", "error") for item in (*decisive, *lease["reservations"])
    )


def status_after_repair(lease: Lease) -> str:
    """What Blazar makes of a lease from its events alone."""
    begun = any(event["event_type"] == "start_lease" and event["status"] == "DONE" for event in lease["events"])
    return "ACTIVE" if begun else "PENDING"


def delete_lease(cloud: Cloud, lease: Lease, patience: Patience) -> None:
    """Delete a lease; one that is gone already is as good."""

    def delete() -> None:
        try:
            with attempt(f"delete lease {title(lease)}"):
                cloud.blazar.lease.delete(lease["id"])
        except ServiceError as exc:
            if not is_missing(exc):
                raise

    _when_settled(delete, patience)


# -- waiting -------------------------------------------------------------------------------------------------------


def wait_for_status(cloud: Cloud, lease: Lease, wanted: t.Collection[str], patience: Patience, watch: Watch | None) -> Lease:
    """Wait until the lease has one of the wanted statuses; no request if it has one now.

    :raises EdgeError: as soon as that cannot come any more.
    """
    if lease["status"] in wanted:
        return lease

    def is_done(seen: Lease) -> bool:
        if seen["status"] in wanted:
            return True
        if seen["status"] == FAILED:
            raise EdgeError(f"Lease {title(lease)} went into ERROR: {failure_of(seen)}.", lease=seen)
        if seen["status"] == "TERMINATED":
            raise EdgeError(f"Lease {title(lease)} has ended meanwhile.", lease=seen)
        return False

    return wait(
        lambda: get_lease(cloud, lease["id"]),
        is_done,
        lambda seen: str(seen["status"]),
        f"lease {title(lease)} to become {' or '.join(wanted)}",
        **patience,
        watch=watch,
        key="lease",
    )


def wait_until_gone(cloud: Cloud, lease: Lease, patience: Patience, watch: Watch | None) -> None:
    """Wait until Blazar no longer knows the lease."""

    def look() -> Lease | None:
        try:
            return get_lease(cloud, lease["id"])
        except NotFoundError:
            return None

    if look() is None:  # as a rule, and then there is nothing to tell of a wait
        return
    wait(
        look,
        lambda seen: seen is None,
        lambda seen: str(seen["status"]) if seen else "gone",
        f"lease {title(lease)} to be gone",
        **patience,
        watch=watch,
        key="lease",
    )


# -- inside --------------------------------------------------------------------------------------------------------


def _put(cloud: Cloud, lease: Lease, changes: dict[str, str]) -> None:
    """The client's own C(update) would read the lease first, and knows no C(before_end_date)."""
    with rules_told(lease), attempt(f"update lease {title(lease)}"):
        cloud.blazar.lease.request_manager.put(f"/leases/{lease['id']}", body=changes)


def _when_settled(call: t.Callable[[], T], patience: Patience) -> T:
    """Make a call that may be made twice, again while Blazar starts or ends the lease, and after a lost answer."""
    refused: ServiceError | None = None
    for _elapsed in clock(min(patience["timeout"], SETTLING), patience["interval"]):
        try:
            return call()
        except ServiceError as exc:
            if not _IN_TRANSITION.search(exc.words) and not _is_lost(exc):
                raise
            refused = exc
    raise t.cast(ServiceError, refused)


def _holds(lease: Lease, changes: dict[str, str]) -> bool:
    """Whether a change was made whose answer was lost, so that the same change was then refused."""

    def holds(key: str, value: str) -> bool:
        if key == "name":
            return bool(lease["name"] == value)
        return has_ended(lease) if value == "now" else lease[key] is not None and on_wire(lease, key) == value

    return lease["status"] != FAILED and all(holds(key, value) for key, value in changes.items())


def _is_lost(exc: ServiceError) -> bool:
    return is_transient(exc.__cause__ or exc)


def _look_for(cloud: Cloud, request: dict[str, t.Any], known: t.Collection[str]) -> Lease | None:
    """The lease that a request has made whose answer was lost, if it did."""
    for _elapsed in clock(LOOKING, 3):
        try:
            leases = list_leases(cloud)
        except ServiceError as exc:
            if not _is_lost(exc):
                raise
            continue
        ours = [
            lease
            for lease in leases
            if lease["id"] not in known
            and lease["name"] == request["name"]
            and on_wire(lease, "end_date") == request["end"]
            and request["start"] in ("now", on_wire(lease, "start_date"))
        ]
        if ours:
            return ours[0]
    return None


def _undo_damage(cloud: Cloud, lease: Lease) -> str:
    """Bring a lease back that a refused update has left in C(ERROR), and say how that went."""
    try:
        status = repair_lease(cloud, lease)["status"]
    except EdgeError:
        return "That has left the lease in ERROR. What it holds goes on until its end; state=absent deletes it."
    return f"That had left the lease in ERROR; it has been brought back and is {status}."
