# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to the collection: not an interface for others.
"""Blazar's leases and their reservations as they are: found, and in the one shape that all results have (contract 2.3, 2.4)."""

from __future__ import annotations

import json
import typing as t
from datetime import datetime

from . import _shape, _times
from ._errors import AmbiguousError, EdgeError, NotFoundError, attempt, is_missing
from ._waiter import patiently

if t.TYPE_CHECKING:
    from ._cloud import Cloud

Lease = dict[str, t.Any]

FAILED = "ERROR"
# A lease in one of these holds nothing for its user any more, or is about to let go of it.
_OVER = frozenset({"TERMINATING", "TERMINATED", "DELETING", FAILED})
_RESERVATION_KEYS = ("id", "lease_id", "resource_id", "resource_type", "status", "created_at", "updated_at")
_TIMES = ("start_date", "end_date", "created_at", "updated_at", "time")

_RESERVATION_SHAPE = _shape.fields(
    id=_shape.identity,
    resource_type=_shape.text,
    status=_shape.maybe(_shape.text),
    start_date=_shape.maybe(_shape.moment),
    end_date=_shape.maybe(_shape.moment),
    created_at=_shape.maybe(_shape.moment),
    updated_at=_shape.maybe(_shape.moment),
    time=_shape.maybe(_shape.moment),
)
_LEASE_SHAPE = _shape.fields(
    id=_shape.identity,
    name=_shape.text,
    status=_shape.text,
    project_id=_shape.maybe(_shape.text),
    start_date=_shape.moment,
    end_date=_shape.moment,
    created_at=_shape.maybe(_shape.moment),
    updated_at=_shape.maybe(_shape.moment),
    reservations=_shape.maybe(_shape.each(_RESERVATION_SHAPE)),
    events=_shape.maybe(_shape.each(_shape.fields(event_type=_shape.text, time=_shape.moment, status=_shape.maybe(_shape.text)))),
)


# -- finding -------------------------------------------------------------------------------------------------------


def list_leases(cloud: Cloud) -> list[Lease]:
    """All leases of the project, ended ones included, in the shape of M(lease_view)."""
    with attempt("list the leases"):
        found = _shape.require(patiently(cloud.blazar.lease.list), _shape.each(_LEASE_SHAPE), "leases")
    # an administrator may be shown those of all projects
    return [lease_view(raw) for raw in found if raw.get("project_id") in (None, cloud.project_id)]


def get_lease(cloud: Cloud, lease_id: str) -> Lease:
    """One lease by its id, in the shape of M(lease_view).

    :raises NotFoundError: when it is gone.
    """
    try:
        with attempt(f"read lease {lease_id}"):
            return answered_lease(patiently(lambda: cloud.blazar.lease.get(lease_id)))
    except EdgeError as exc:
        if is_missing(exc):
            raise NotFoundError(f"There is no lease {lease_id}.") from exc
        raise


def find_lease(cloud: Cloud, name_or_id: str) -> Lease | None:
    """The lease of this id, whatever its status, or the live one of this name, or None. One request.

    :returns: in the shape of M(lease_view), but without its devices.
    :raises AmbiguousError: when several live leases bear the name.
    """
    leases = list_leases(cloud)
    return next((lease for lease in leases if lease["id"] == name_or_id), None) or live_lease(leases, name_or_id)


def live_lease(leases: t.Iterable[Lease], name: str) -> Lease | None:
    """The one of these leases that bears the name and is live, or None. Blazar lets several bear one name.

    :raises AmbiguousError: when several do.
    """
    live = [lease for lease in leases if lease["name"] == name and is_live(lease)]
    if len(live) > 1:
        listed = "; ".join(in_words(lease) for lease in sorted(live, key=lambda lease: lease["start_date"]))
        raise AmbiguousError(f'There are {len(live)} live leases named "{name}": {listed}. Give the id of the one that is meant.')
    return live[0] if live else None


# -- judging -------------------------------------------------------------------------------------------------------


def is_live(lease: Lease) -> bool:
    """Whether the lease runs, or is still to run. Past its end it does not, even before Blazar has noticed."""
    return lease["status"] not in _OVER and not has_ended(lease)


def has_ended(lease: Lease) -> bool:
    """Whether the end of the lease has passed."""
    return date_of(lease, "end_date") <= _times.now()


def has_started(lease: Lease) -> bool:
    """Whether the start of the lease has passed; its status may lag behind by some seconds."""
    return date_of(lease, "start_date") <= _times.now()


def failure_of(lease: Lease) -> str:
    """Why a lease is in C(ERROR), as far as Blazar lets its users know."""
    said = [f"its {event['event_type']} event failed" for event in lease["events"] if event["status"] == "ERROR"]
    failed = [item for item in lease["reservations"] if item["status"] == "error"]
    said += [f"its {item['resource_type']} reservation {item['id']} failed" for item in failed]
    return " and ".join(said) or "none of its events failed, so it was an update that Blazar could not carry out"


def title(lease: Lease) -> str:
    """Name and id, for messages about one lease."""
    return f'"{lease["name"]}" ({lease["id"]})'


def state_in_words(lease: Lease) -> str:
    """Status and dates."""
    return f"{lease['status']}, {_times.span_in_words(date_of(lease, 'start_date'), date_of(lease, 'end_date'))}"


def in_words(lease: Lease) -> str:
    """The lease in a list of several: id, status, dates."""
    return f"{lease['id']} ({state_in_words(lease)})"


def date_of(lease: Lease, key: str) -> datetime:
    """One of the lease's dates."""
    return t.cast(datetime, _times.from_service(lease[key]))


def on_wire(lease: Lease, key: str) -> str:
    """One of the lease's dates as Blazar's requests have it."""
    return _times.on_wire(date_of(lease, key))


def device_reservation(lease: Lease, chosen: str | None = None) -> dict[str, t.Any]:
    """The device reservation of a lease; its C(id) is what a container is given as its hint.

    :param chosen: the id of one, where the lease has several.
    :raises EdgeError: when there is none, or not the chosen one.
    :raises AmbiguousError: when there are several and none is chosen.
    """
    of_devices = [item for item in lease["reservations"] if item["resource_type"] == "device"]
    subject = f"Lease {title(lease)}"
    if not of_devices:
        others = ", ".join(sorted({item["resource_type"] for item in lease["reservations"]})) or "nothing"
        raise EdgeError(f"{subject} has no reservation of a device; it reserves {others}.")
    if chosen:
        of_devices = [item for item in of_devices if item["id"] == chosen]
        if not of_devices:
            raise EdgeError(f"{subject} has no device reservation {chosen}.")
    if len(of_devices) > 1:
        listed = "; ".join(f"{item['id']} {json.dumps(item.get('resource_properties'))}" for item in of_devices)
        raise AmbiguousError(
            f"{subject} has {len(of_devices)} device reservations: {listed}. Give the id of the one that is meant."
        )
    return of_devices[0]


# -- shaping -------------------------------------------------------------------------------------------------------


def answered_lease(raw: t.Any) -> Lease:
    """As M(lease_view), of what Blazar has answered. :raises Misshapen: when that is no lease."""
    return lease_view(_shape.require(raw, _LEASE_SHAPE, "lease"))


def lease_view(raw: t.Mapping[str, t.Any], devices: list[dict[str, t.Any]] | None = None) -> Lease:
    """A lease as every result has it: times in ISO with C(Z), reservations with their fields parsed.

    :param raw: as Blazar answers; a view again is taken too.
    :param devices: those allotted, or None if that is not known.
    """
    # Blazar gives both in any order
    reservations = sorted(
        map(_reservation_view, raw.get("reservations") or []), key=lambda item: (str(item["created_at"]), str(item["id"]))
    )
    events = sorted(map(_event_view, raw.get("events") or []), key=lambda event: (event["time"], event["event_type"]))
    ids: dict[str, list[str | None]] = {}
    for item in reservations:
        ids.setdefault(item["resource_type"], []).append(item["id"])
    return {
        "id": raw.get("id"),
        "name": raw.get("name"),
        "status": raw.get("status"),
        "degraded": bool(raw.get("degraded")),
        "project_id": raw.get("project_id"),
        "user_id": raw.get("user_id"),
        **_parse_times({key: raw.get(key) for key in ("start_date", "end_date", "created_at", "updated_at")}),
        "before_end_date": next((event["time"] for event in events if event["event_type"] == "before_end_lease"), None),
        "reservations": reservations,
        "reservation_ids": ids,
        "events": events,
        "devices": devices if devices is not None else raw.get("devices"),
    }


def _reservation_view(raw: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    view = _parse_times({**dict.fromkeys(_RESERVATION_KEYS), **raw})
    for key in ("min", "max", "amount"):
        if isinstance(view.get(key), str) and view[key].isdecimal():
            view[key] = int(view[key])
    for key in ("resource_properties", "hypervisor_properties"):
        if isinstance(view.get(key), str):
            view[key] = _parse_expression(view[key])
    return view


def _event_view(raw: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    return _parse_times({key: raw.get(key) for key in ("event_type", "time", "status")})


def _parse_times(fields: dict[str, t.Any]) -> dict[str, t.Any]:
    for key in _TIMES:
        at = _times.from_service(fields.get(key))
        if at:
            fields[key] = _times.iso(at)
    return fields


def _parse_expression(text: str) -> t.Any:
    """A filter is JSON inside a string; an empty one means any device. What is no JSON stays as it is."""
    try:
        return json.loads(text) or None
    except (ValueError, RecursionError):
        return text or None
