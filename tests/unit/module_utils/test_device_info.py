# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What device_info makes of a site that tells only part of it, and of what its users ask for.

The local cloud tells everything to everybody, so a stand-in refuses here.
"""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace

import pytest
from ansible_collections.chi.edge.plugins.module_utils import _device_survey, _times
from ansible_collections.chi.edge.plugins.module_utils._calendar import Calendar, Slot
from ansible_collections.chi.edge.plugins.module_utils._context import Context
from ansible_collections.chi.edge.plugins.module_utils._errors import EdgeError
from ansible_collections.chi.edge.plugins.module_utils._operations import device_info
from ansible_collections.chi.edge.tests.unit.module_utils.leases import raw_lease, stamp

DEVICES = [
    {"id": "d2", "name": "rpi-02", "reservable": True, "machine_name": "pi"},
    {"id": "d1", "name": "rpi-01", "reservable": True, "machine_name": "pi", "authorized_projects": "other, project"},
    {"id": "d3", "name": "rpi-03", "reservable": False, "machine_name": "pi"},
    {"id": "d4", "name": "nano-01", "reservable": True, "machine_name": "nano", "authorized_projects": "other"},
]


def allocation(device_id, start, end, lease_id="lease-1"):
    return {
        "resource_id": device_id,
        "reservations": [{"start_date": stamp(start), "end_date": stamp(end), "lease_id": lease_id}],
    }


CALENDAR = [
    allocation("d1", timedelta(hours=-1), timedelta(hours=3)),
    allocation("d2", timedelta(minutes=90), timedelta(hours=2), "foreign"),
    {"resource_id": "d3", "reservations": []},
    {"resource_id": "d4", "reservations": []},
]


class Refused(Exception):
    """As blazarclient says it."""

    kwargs = {"code": 403}


Refused.__module__ = "blazarclient.exception"


class Site(Context):
    """A site of those answers; None is a refusal."""

    def __init__(self, devices=None, calendar=None, **options):
        defaults = {name: spec.get("default") for name, spec in device_info.SPEC["argument_spec"].items()}
        super().__init__({**defaults, **options}, check_mode=False, diff=False)
        self.warnings = []
        self.asked = []
        self.answers = {"/devices": ("devices", devices), "/devices/allocations": ("allocations", calendar)}
        lease = SimpleNamespace(request_manager=SimpleNamespace(get=self.get), list=self.leases)
        self.cloud = SimpleNamespace(blazar=SimpleNamespace(lease=lease), project_id="project")

    def warn(self, message):
        self.warnings.append(message)

    def get(self, path):
        self.asked.append(path)
        key, answer = self.answers[path]
        if answer is None:
            raise Refused("Policy doesn't allow it")
        return None, {key: answer}

    def leases(self):
        self.asked.append("/leases")
        return [raw_lease()]

    def run(self):
        return device_info.run(self)


def test_devices_come_with_their_properties_and_their_calendar():
    site = Site(DEVICES, CALENDAR)
    found = {device["name"]: device for device in site.run()["devices"]}
    assert list(found) == ["nano-01", "rpi-01", "rpi-02", "rpi-03"]
    assert [device["free"] for device in found.values()] == [True, False, True, True]
    assert [device["authorized"] for device in found.values()] == [False, True, True, True]
    assert found["rpi-01"]["machine_name"] == "pi"
    [busy] = found["rpi-01"]["busy"]
    assert (busy["lease_id"], busy["lease_name"], busy["ours"]) == ("lease-1", "rpi", True)
    assert found["rpi-01"]["next_free"] == {"start_date": busy["end_date"], "end_date": None}
    [busy] = found["rpi-02"]["busy"]
    assert (busy["lease_id"], busy["lease_name"], busy["ours"]) == ("foreign", None, False)
    assert found["rpi-02"]["next_free"]["end_date"] == busy["start_date"]
    assert found["rpi-03"]["next_free"] is None, "it cannot be leased"
    assert found["nano-01"]["next_free"] is None, "it is not for us"
    assert site.asked == ["/devices", "/devices/allocations", "/leases"]


def test_an_empty_calendar_needs_no_leases():
    site = Site(DEVICES, [])
    assert all(device["free"] for device in site.run()["devices"])
    assert site.asked == ["/devices", "/devices/allocations"]


def test_a_slot_that_begins_now_is_leased_by_that_word():
    slot = Site(DEVICES, CALENDAR, duration="1h").run()["slot"]
    assert slot["start"] == "now"
    assert slot["devices"] == ["rpi-02"]


def test_a_later_slot_is_leased_by_its_date():
    slot = Site(DEVICES, CALENDAR, duration="4h", count=2).run()["slot"]
    assert slot["start"] == slot["start_date"] == _times.iso(_times.from_service(stamp(timedelta(hours=3))))
    assert slot["devices"] == ["rpi-01", "rpi-02"]


def test_what_cannot_be_leased_is_in_no_slot():
    site = Site(DEVICES, CALENDAR, duration="1h", count=3)
    assert site.run()["slot"] is None
    assert site.warnings == ["There is no slot for 3 devices, since only 2 that match can be leased."]


def test_a_slot_after_the_deadline_is_none_and_the_user_is_told_when_it_is():
    site = Site(DEVICES, CALENDAR, duration="4h", count=2, deadline="+5h")
    assert site.run()["slot"] is None
    assert site.warnings[0].startswith("There is no slot that ends by the deadline, ")
    assert "The first is " in site.warnings[0]


def test_without_the_devices_the_calendar_is_left():
    site = Site(None, CALENDAR, duration="1h")
    result = site.run()
    assert [device["id"] for device in result["devices"]] == ["d1", "d2", "d3", "d4"]
    assert {device["name"] for device in result["devices"]} == {None}
    assert [device["free"] for device in result["devices"]] == [False, True, True, True]
    assert result["slot"]["devices"] == ["d2", "d3", "d4"]
    assert [warning.partition(";")[0] for warning in site.warnings] == ["This site does not tell its users of its devices"]


def test_without_the_devices_none_can_be_chosen():
    with pytest.raises(EdgeError, match="cannot be chosen by their properties"):
        Site(None, CALENDAR, device={"machine_name": "pi"}).run()


def test_without_the_calendar_the_devices_are_left():
    site = Site(DEVICES, None, duration="1h", device={"machine_name": "pi"})
    result = site.run()
    assert [device["name"] for device in result["devices"]] == ["rpi-01", "rpi-02", "rpi-03"]
    assert {(device["free"], device["busy"], device["next_free"]) for device in result["devices"]} == {(None, None, None)}
    assert result["slot"] is None
    assert len(site.warnings) == 1
    assert "/leases" not in site.asked


def test_a_site_that_tells_nothing_gives_nothing():
    site = Site(None, None)
    assert site.run()["devices"] == []
    assert len(site.warnings) == 2


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"device": {"machine": "pi"}}, "No device of this site has a property machine; a filter can name authorized_projects, "),
        ({"device": ["rpi"]}, "device must be the name of a device"),
        ({"resource_properties": "[1]"}, "resource_properties [1] is malformed"),
        ({"duration": "long"}, 'duration "long" is not a duration'),
        ({"duration": "1h", "count": 0}, "count must be at least 1, not 0."),
        ({"duration": "1d", "deadline": "+3h"}, "A slot of 1d from "),
        ({"start": "soon"}, 'start "soon" is not a time'),
    ],
)
def test_bad_input_is_told(options, message):
    with pytest.raises(EdgeError) as caught:
        Site(DEVICES, CALENDAR, **options).run()
    assert caught.value.message.startswith(message)


@pytest.mark.parametrize(
    ("projects", "expected"),
    [("all", True), (["all"], True), ("a,project", True), (["a", "project"], True), ("", False), ("a", False), ([], False)],
)
def test_devices_may_be_for_some_projects_only(projects, expected):
    survey = _device_survey.Survey([], Calendar({"d": [Slot(_times.now(), _times.now(), None)]}), {}, "project")
    assert survey.is_authorized({"authorized_projects": projects}) is expected
