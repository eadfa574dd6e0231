# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to the collection: not an interface for others.
"""What M(chi.edge.device_info) does (contract 2.1, 2.6)."""

from __future__ import annotations

import typing as t

from .. import _calendar, _device_filter, _reservation, _times
from .._cloud import AUTH_SPEC
from .._context import Context
from .._device_survey import SHORTEST, Survey
from .._errors import EdgeError

SPEC: dict[str, t.Any] = {
    "argument_spec": {
        **AUTH_SPEC,
        "device": {"type": "raw", "aliases": ["name"]},
        "resource_properties": {"type": "raw"},
        "start": {"type": "str", "default": "now", "aliases": ["start_date"]},
        "duration": {"type": "str"},
        "count": {"type": "int", "default": 1},
        "deadline": {"type": "str"},
    },
    "mutually_exclusive": [("device", "resource_properties")],
    "required_by": {"deadline": ("duration",)},
    "supports_check_mode": True,
}


def run(context: Context) -> dict[str, t.Any]:
    """Describe the devices that match, and find when enough of them are free."""
    wish = Wish(context.params)  # what is wrong with the options needs no connection
    survey = _survey(context)
    devices = survey.matching(wish.expression)
    result = {"changed": False, "devices": [survey.view(device, wish.start, wish.length) for device in devices]}
    if wish.wants_slot:
        result["slot"] = _slot(context, survey, devices, wish)
    return result


class Wish:
    """What the user asked for.

    :raises EdgeError: for what cannot be.
    """

    def __init__(self, params: dict[str, t.Any]) -> None:
        self.now = _times.minute(_times.now())
        self.expression = (
            _device_filter.from_expression(params["resource_properties"])
            if params["device"] in (None, "")
            else _device_filter.from_device(params["device"])
        )
        self.start = max(self.now, _times.read_moment(params["start"], "start", self.now).at)
        self.wants_slot = bool(params["duration"])
        self.length = _times.read_duration(params["duration"], "duration") if self.wants_slot else SHORTEST
        self.deadline = _times.read_moment(params["deadline"], "deadline", self.now).at if params["deadline"] else None
        self.count = params["count"]
        if self.count < 1:
            raise EdgeError(f"count must be at least 1, not {self.count}.")
        if self.deadline and self.start + self.length > self.deadline:
            raise EdgeError(
                f"A slot of {_times.length_in_words(self.length)} from {_times.in_words(self.start)} on cannot end by the "
                f"deadline, {_times.in_words(self.deadline)}."
            )


def _survey(context: Context) -> Survey:
    cloud = context.cloud
    devices, calendar = _calendar.list_devices(cloud), _calendar.read_calendar(cloud)
    if devices is None:
        context.warn("This site does not tell its users of its devices; they are known by nothing but the ids in the calendar.")
    if calendar is None:
        context.warn("This site does not show its users the calendar of the devices, so it is not known when they are free.")
    is_in_use = calendar and any(calendar.slots.values())
    leases = {lease["id"]: lease for lease in _reservation.list_leases(cloud)} if is_in_use else {}
    return Survey(devices, calendar, leases, cloud.project_id)


def _slot(context: Context, survey: Survey, devices: list[_calendar.Device], wish: Wish) -> dict[str, t.Any] | None:
    """The first slot as the result has it; if there is none, the user is told why."""
    opening = survey.opening(devices, wish.count, wish.start, wish.length)
    if opening is None:
        leasable = sum(survey.is_leasable(device) for device in devices)
        if survey.calendar:
            context.warn(f"There is no slot for {wish.count} devices, since only {leasable} that match can be leased.")
        return None
    if wish.deadline and opening.end > wish.deadline:
        context.warn(
            f"There is no slot that ends by the deadline, {_times.in_words(wish.deadline)}. "
            f"The first is {_times.span_in_words(opening.start, opening.end)}."
        )
        return None
    names = {device["id"]: device["name"] or device["id"] for device in devices}
    return {
        # Blazar refuses the present minute as a date, and takes it as now
        "start": "now" if opening.start == wish.now else _times.iso(opening.start),
        "start_date": _times.iso(opening.start),
        "end_date": _times.iso(opening.end),
        "devices": [names[device_id] for device_id in opening.device_ids],
    }
