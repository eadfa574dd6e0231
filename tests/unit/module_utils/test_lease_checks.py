# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The calendar, and what is said from it when a lease cannot be had."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest
from ansible_collections.chi.edge.plugins.module_utils import _calendar, _lease_checks, _reservation
from ansible_collections.chi.edge.plugins.module_utils._calendar import Calendar, Slot
from ansible_collections.chi.edge.plugins.module_utils._errors import EdgeError
from ansible_collections.chi.edge.plugins.module_utils._reservation_request import ReservationRequest
from ansible_collections.chi.edge.tests.unit.module_utils.leases import NOW, FakeCloud, raw_lease

blazar_errors = pytest.importorskip("blazarclient.exception")

MIDNIGHT = datetime(2027, 1, 31, tzinfo=timezone.utc)
FORBIDDEN = blazar_errors.BlazarClientException("ERROR: Policy doesn't allow blazar:devices:get to be performed", code=403)
HIDDEN = {"/devices": [FORBIDDEN], "/devices/allocations": [FORBIDDEN], "/devices/properties?detail=True&all=True": [FORBIDDEN]}


def at(hour: int) -> datetime:
    return MIDNIGHT + timedelta(hours=hour)


def device(number: int, **more):
    return {
        "id": f"d{number}",
        "name": f"iot-rpi4-0{number}",
        "created_at": "2026-11-21 15:43:36",
        "reservable": True,
        "machine_name": "raspberrypi4-64",
        **more,
    }


def allocations(*leased: tuple[str, int, int, str]):
    """Devices d1 and d2, and who has them from which hour to which."""
    return {
        "allocations": [
            {
                "resource_id": device_id,
                "reservations": [
                    {
                        "id": f"reservation-of-{lease_id}",
                        "lease_id": lease_id,
                        "start_date": at(start).strftime("%Y-%m-%dT%H:%M:%S.%f"),
                        "end_date": at(end).strftime("%Y-%m-%dT%H:%M:%S.%f"),
                    }
                    for owner, start, end, lease_id in leased
                    if owner == device_id
                ],
            }
            for device_id in ("d1", "d2")
        ]
    }


def cloud_with(devices, *leased):
    return FakeCloud(**{"/devices": [{"devices": devices}], "/devices/allocations": [allocations(*leased)]})


def wanted(expression=None, minimum=1):
    return [ReservationRequest("device", {"min": minimum, "max": minimum}, {}, expression)]


# -- the calendar --------------------------------------------------------------------------------------------------


def test_back_to_back_is_free():
    calendar = Calendar({"d1": [Slot(at(10), at(12), "a")]})
    assert calendar.is_free("d1", at(8), at(10))
    assert calendar.is_free("d1", at(12), at(14))
    assert not calendar.is_free("d1", at(9), at(11))
    assert not calendar.is_free("d1", at(9), at(14))
    assert calendar.is_free("unknown", at(9), at(14))


@pytest.mark.parametrize(("count", "hours", "first"), [(1, 1, 10), (1, 3, 13), (2, 1, 13), (2, 9, 16)])
def test_the_first_free_slot(count, hours, first):
    slots = {
        "d1": [Slot(at(9), at(10), "a"), Slot(at(12), at(13), "b")],
        "d2": [Slot(at(8), at(13), "c"), Slot(at(15), at(16), "d")],
    }
    assert Calendar(slots).first_start(["d1", "d2"], count, at(9), at(9 + hours)) == at(first)


def test_who_is_in_the_way():
    calendar = Calendar({"d1": [Slot(at(9), at(10), "ours"), Slot(at(14), at(15), "c"), Slot(at(12), at(13), "b")], "d2": []})
    assert calendar.devices_of("ours") == ["d1"]
    assert calendar.clash("ours", at(9), at(12)) is None
    assert calendar.clash("ours", at(9), at(15)) == ("d1", Slot(at(12), at(13), "b"))


def test_a_site_that_keeps_its_calendar_to_itself():
    cloud = FakeCloud(**HIDDEN, **{"/leases/l/devices": [FORBIDDEN]})
    assert _calendar.list_devices(cloud) is None
    assert _calendar.read_calendar(cloud) is None
    assert _calendar.known_properties(cloud) is None
    assert _calendar.devices_of_lease(cloud, "l") is None
    assert _calendar.name_of_device(cloud, "d1") == "d1"


def test_the_devices_of_a_lease_where_only_the_calendar_tells():
    missing = blazar_errors.BlazarClientException("ERROR: not found", code=404)
    cloud = cloud_with([device(1), device(2)], ("d2", 1, 2, "ours"))
    cloud.blazar.answers["/leases/ours/devices"] = [missing]
    assert _calendar.devices_of_lease(cloud, "ours") == [
        {"id": "d2", "name": "iot-rpi4-02", "reservable": True, "machine_name": "raspberrypi4-64"}
    ]


# -- why a lease could not be had ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("devices", "leased", "request_", "said"),
    [
        (
            [device(1), device(2)],
            [],
            wanted(["==", "$machine_name", "jetson"]),
            "there is no device matching {machine_name: jetson}; machine_name can be raspberrypi4-64",
        ),
        (
            [device(number, uid=f"u{number:02}") for number in range(1, 14)],
            [],
            wanted(["==", "$uid", "x"]),
            "there is no device matching {uid: x}; uid can be u01, u02, u03, u04, u05, u06, u07, u08, u09, u10, and 3 more",
        ),
        ([], [], wanted(), "there is no device; this site has none"),
        (
            [device(1, reservable=False), device(2, authorized_projects="theirs,others")],
            [],
            wanted(["==", "$machine_name", "raspberrypi4-64"]),
            "no device matching {machine_name: raspberrypi4-64} can be leased, of 1 asked for: "
            "iot-rpi4-01 is not reservable at present, iot-rpi4-02 is not open to this project",
        ),
        ([device(1), device(2)], [], wanted(None, 3), "2 devices can be leased, of 3 asked for: there are no more"),
        (
            [device(1), device(2, authorized_projects="project")],
            [("d1", 8, 12, "a"), ("d2", 11, 14, "b")],
            wanted(["==", "$machine_name", "raspberrypi4-64"]),
            "no device matching {machine_name: raspberrypi4-64} is free between 2027-01-31 10:00 and 13:00 UTC, of 1 asked for; "
            "the first free slot of 3h is 2027-01-31 12:00 to 15:00 UTC (iot-rpi4-01)",
        ),
        (
            [device(1), device(2)],
            [("d1", 8, 12, "a")],
            wanted(None, 2),
            "1 device is free between 2027-01-31 10:00 and 13:00 UTC, of 2 asked for; "
            "the first free slot of 3h is 2027-01-31 12:00 to 15:00 UTC (iot-rpi4-01, iot-rpi4-02)",
        ),
        (
            [device(1)],
            [],
            wanted(),
            "the calendar shows enough free devices, so another lease may just have taken one; run this again",
        ),
        (
            [device(1)],
            [],
            wanted() + wanted(),
            "each of its reservations could be met alone, but not all of them together",
        ),
    ],
)
def test_why_not(devices, leased, request_, said):
    assert _lease_checks.explain_shortage(cloud_with(devices, *leased), request_, at(10), at(13)) == said


def test_no_reason_is_better_than_a_wrong_one():
    assert _lease_checks.explain_shortage(FakeCloud(**HIDDEN), wanted(), at(10), at(13)) is None
    floating_ips = [ReservationRequest("virtual:floatingip", {"amount": 1}, {})]
    assert _lease_checks.explain_shortage(FakeCloud(), floating_ips, at(10), at(13)) is None
    broken = blazar_errors.BlazarClientException("ERROR: Internal Server Error", code=500)
    assert _lease_checks.explain_shortage(FakeCloud(**{"/devices": [broken]}), wanted(), at(10), at(13)) is None


# -- what must be so -----------------------------------------------------------------------------------------------


def test_a_restricted_credential():
    cloud = FakeCloud()
    _lease_checks.require_power(cloud, "rpi")
    cloud.is_restricted = True
    with pytest.raises(EdgeError) as caught:
        _lease_checks.require_power(cloud, "rpi")
    assert caught.value.message == (
        'Could not create lease "rpi": the application credential of cloud "edge" is restricted, and a lease takes one '
        "that may make trusts. Make another: openstack application credential create --unrestricted NAME."
    )


def test_an_unknown_property():
    properties = {"resource_properties": [{"property": "vendor"}, {"property": "uid"}]}
    cloud = FakeCloud(**{"/devices/properties?detail=True&all=True": [properties]})
    _lease_checks.require_properties(cloud, "rpi", wanted(["==", "$Vendor", "a"]))
    with pytest.raises(EdgeError) as caught:
        _lease_checks.require_properties(cloud, "rpi", wanted(["and", ["==", "$vendor", "a"], ["==", "$colour", "red"]]))
    assert caught.value.message == (
        'Could not create lease "rpi": no device of this site has a property colour; '
        "a filter can name device_driver, device_type, id, name, reservable, uid, vendor."
    )


def test_columns_need_no_request():
    cloud = FakeCloud()
    _lease_checks.require_properties(cloud, "rpi", wanted(["==", "$name", "a"]))
    _lease_checks.require_properties(cloud, "rpi", wanted())
    assert cloud.blazar.calls == []
    _lease_checks.require_properties(FakeCloud(**HIDDEN), "rpi", wanted(["==", "$colour", "red"]))


def test_another_lease_in_the_way():
    ours = _reservation.lease_view(raw_lease("ours", start=at(1) - NOW, end=at(4) - NOW))
    cloud = cloud_with([device(1), device(2)], ("d1", 1, 4, "ours"), ("d1", 6, 8, "theirs"), ("d2", 4, 9, "elsewhere"))
    _lease_checks.require_free_devices(cloud, ours, at(1), at(6))
    with pytest.raises(EdgeError) as caught:
        _lease_checks.require_free_devices(cloud, ours, at(1), at(7))
    assert caught.value.message == (
        'Could not move lease "rpi" (ours) to 2027-01-31 01:00 to 07:00 UTC: another lease has device iot-rpi4-01 '
        "from 2027-01-31 06:00 to 08:00 UTC. It can be extended to 2027-01-31 06:00 UTC at the most."
    )
    _lease_checks.require_free_devices(FakeCloud(**HIDDEN), ours, at(1), at(7))


def test_what_chameleon_might_refuse():
    soon = _reservation.lease_view(raw_lease())
    late = _reservation.lease_view(raw_lease(end=timedelta(days=5)))
    week = timedelta(days=7)
    assert _lease_checks.doubts(None, NOW, NOW + week) == []
    assert _lease_checks.doubts(None, NOW, NOW + 2 * week) == ["This may be refused: 14d at once, and Chameleon allows 7 days."]
    assert _lease_checks.doubts(soon, NOW, NOW + week) == []
    assert _lease_checks.doubts(late, NOW, NOW + week)[0].startswith(
        "This may be refused: Chameleon extends a lease in its last 48 hours, so from "
    )
