# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to the collection: not an interface for others.
"""What must be so before a lease is made or changed, and why it could not be (contract 1.4, 2.2, 2.5 to 2.8).

All of it only reads. What a site keeps from its users is left to the service to judge.
"""

from __future__ import annotations

import typing as t
from datetime import datetime, timedelta

from . import _calendar, _device_filter, _reservation, _times
from ._errors import EdgeError, attempt
from ._reservation import Lease
from ._waiter import patiently

if t.TYPE_CHECKING:
    from ._cloud import Cloud
    from ._reservation_request import ReservationRequest

# Chameleon's limits. Other sites have others, so they are no reason to refuse anything.
LONGEST = timedelta(days=7)
WINDOW = timedelta(hours=48)


# -- a new lease ---------------------------------------------------------------------------------------------------


def require_power(cloud: Cloud, name: str) -> None:
    """Blazar makes a trust with the caller's token, and answers a bare 500 where that is not allowed.

    :raises EdgeError: when the credential cannot make leases.
    """
    if cloud.is_restricted:
        raise EdgeError(
            f'Could not create lease "{name}": the application credential of {cloud.label} is restricted, and a lease takes one '
            "that may make trusts. Make another: openstack application credential create --unrestricted NAME."
        )


def require_properties(cloud: Cloud, name: str, wanted: t.Iterable[ReservationRequest]) -> None:
    """Blazar answers a 500 for a property that no device has. Asked only if a filter names more than the columns.

    :raises EdgeError: for such a property.
    """
    expressions = [request.expression for request in wanted if request.is_of_devices]
    asked = {condition[1] for expression in expressions for condition in _device_filter.conditions(expression)}
    known = _calendar.known_properties(cloud) if asked - _device_filter.COLUMNS else None
    if known is None:
        return
    there = {item.lower() for item in (*known, *_device_filter.COLUMNS)}
    unknown = sorted(item for item in asked if item.lower() not in there)
    if unknown:
        raise EdgeError(
            f'Could not create lease "{name}": no device of this site has a property {", ".join(unknown)}; '
            f"a filter can name {', '.join(sorted(there))}."
        )


def body_of(cloud: Cloud, request: ReservationRequest) -> dict[str, t.Any]:
    """The reservation as Blazar takes it; a network that was named is looked up.

    :raises EdgeError: when there is no such network.
    """
    if not request.network:
        return request.body
    with attempt(f'find network "{request.network}"'):
        network = patiently(lambda: cloud.network.find_network(request.network, ignore_missing=True))
    if network is None:
        raise EdgeError(f'There is no network "{request.network}" to reserve floating IPs of.')
    return {**request.body, "network_id": network.id}


# -- other dates ---------------------------------------------------------------------------------------------------


def require_free_devices(cloud: Cloud, lease: Lease, start: datetime, end: datetime) -> None:
    """Blazar may give a device to two leases when one of them is moved or extended over the other (contract 2.5).

    :param start: the start that the lease is to have. :param end: likewise.
    :raises EdgeError: when a device of the lease is someone else's in that time.
    """
    calendar = _calendar.read_calendar(cloud)
    clash = calendar.clash(lease["id"], start, end) if calendar else None
    if not clash:
        return
    device_id, slot = clash
    advice = ""
    if end > _end(lease):
        until = f"to {_times.in_words(slot.start)} at the most" if slot.start > _end(lease) else "no further"
        advice = f" It can be extended {until}."
    raise EdgeError(
        f"Could not move lease {_reservation.title(lease)} to {_times.span_in_words(start, end)}: another lease has device "
        f"{_calendar.name_of_device(cloud, device_id)} from {_times.span_in_words(slot.start, slot.end)}.{advice}"
    )


def doubts(lease: Lease | None, start: datetime, end: datetime) -> list[str]:
    """What Chameleon might refuse, for check mode, which cannot ask.

    :param lease: as it is, or None for a new one. :param end: the end that it is to have.
    """
    since = _end(lease) if lease else start
    said = []
    if end - since > LONGEST:
        said.append(f"This may be refused: {_times.length_in_words(end - since)} at once, and Chameleon allows 7 days.")
    if lease and end > since and since - _times.now() > WINDOW:
        said.append(
            f"This may be refused: Chameleon extends a lease in its last 48 hours, so from {_times.in_words(since - WINDOW)}."
        )
    return said


def _end(lease: Lease) -> datetime:
    return _reservation.date_of(lease, "end_date")


# -- why not -------------------------------------------------------------------------------------------------------


def explain_shortage(cloud: Cloud, wanted: t.Iterable[ReservationRequest], start: datetime, end: datetime) -> str | None:
    """Why these reservations cannot be had in that time, and when they can, in words for after a colon.

    :returns: None if we may not see enough to tell.
    """
    requests = [request for request in wanted if request.is_of_devices]
    try:
        devices = _calendar.list_devices(cloud) if requests else None
        calendar = _calendar.read_calendar(cloud) if devices is not None else None
    except EdgeError:  # the refusal itself is what the user must hear of
        return None
    if devices is None or calendar is None:
        return None
    shortages = (_shortage(request, devices, calendar, cloud.project_id, start, end) for request in requests)
    found = next(filter(None, shortages), None)
    if found or len(requests) > 1:
        return found or "each of its reservations could be met alone, but not all of them together"
    return "the calendar shows enough free devices, so another lease may just have taken one; run this again"


def _shortage(
    request: ReservationRequest,
    devices: list[_calendar.Device],
    calendar: _calendar.Calendar,
    project_id: str,
    start: datetime,
    end: datetime,
) -> str | None:
    kind = f" matching {_device_filter.in_words(request.expression)}" if request.expression else ""
    wanted = request.minimum
    matching = [device for device in devices if _device_filter.matches(request.expression, device)]
    if not matching:
        return f"there is no device{kind}; {_on_offer(request.expression, devices)}"
    usable = [device for device in matching if not why_closed(device, project_id)]
    if len(usable) < wanted:
        closed = [f"{device['name']} {reason}" for device in matching if (reason := why_closed(device, project_id))]
        return f"{_counted(usable, kind)} can be leased, of {wanted} asked for: {_some(closed) or 'there are no more'}"
    free = _free_names(calendar, usable, start, end)
    if len(free) >= wanted:
        return None
    first = calendar.first_start([device["id"] for device in usable], wanted, start, end)
    until = first + (end - start)
    return (
        f"{_counted(free, kind)} {'are' if len(free) > 1 else 'is'} free between {_times.span_in_words(start, end, 'and')}, "
        f"of {wanted} asked for; "
        f"the first free slot of {_times.length_in_words(end - start)} is {_times.span_in_words(first, until)} "
        f"({', '.join(_free_names(calendar, usable, first, until))})"
    )


def _some(items: t.Sequence[str], limit: int = 10) -> str:
    more = [f"and {len(items) - limit} more"] if len(items) > limit else []
    return ", ".join([*items[:limit], *more])


def _counted(devices: t.Sequence[t.Any], kind: str) -> str:
    return f"{len(devices) or 'no'} device{'s' if len(devices) > 1 else ''}{kind}"


def _free_names(calendar: _calendar.Calendar, devices: list[_calendar.Device], start: datetime, end: datetime) -> list[str]:
    return [device["name"] for device in devices if calendar.is_free(device["id"], start, end)]


def why_closed(device: _calendar.Device, project_id: str) -> str:
    """Why a device cannot be leased at all, or an empty string. Blazar does not tell that from having none (contract 2.8)."""
    if not device.get("reservable", True):
        return "is not reservable at present"
    return "" if _calendar.is_open_to(device, project_id) else "is not open to this project"


def _on_offer(expression: _device_filter.Expression, devices: list[_calendar.Device]) -> str:
    """What the devices of the site have in the properties that the filter speaks of."""
    said = []
    for name in dict.fromkeys(condition[1] for condition in _device_filter.conditions(expression)):
        values = sorted({str(device[name]) for device in devices if name in device})
        said.append(f"{name} can be {_some(values)}" if values else f"no device has {name}")
    return " and ".join(said) or "this site has none"
