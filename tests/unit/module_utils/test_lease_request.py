# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a user asks of a lease, checked and held against one that is there."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest
from ansible_collections.chi.edge.plugins.module_utils import _lease_request, _reservation, _times
from ansible_collections.chi.edge.plugins.module_utils._errors import EdgeError
from ansible_collections.chi.edge.plugins.module_utils._lease_request import LeaseRequest
from ansible_collections.chi.edge.tests.unit.module_utils.leases import NOW, raw_lease, raw_reservation

HOUR = timedelta(hours=1)
UNSET = dict.fromkeys(
    ("name", "end", "duration", "before_end_date", "minimum_remaining", "device", "count", "reservations"),
)


@pytest.fixture(autouse=True)
def stopped_clock(monkeypatch):
    monkeypatch.setattr(_times, "now", lambda: NOW + timedelta(seconds=20))


def read(**options):
    return LeaseRequest.read({**UNSET, "name": "rpi", "state": "present", "start": "now", **options})


def written(offset: timedelta) -> str:
    return (NOW + offset).strftime("%Y-%m-%d %H:%M")


def lease(**more):
    return _reservation.lease_view(raw_lease(**more))


def refusal(call, *args, **kwargs) -> str:
    with pytest.raises(EdgeError) as caught:
        call(*args, **kwargs)
    return caught.value.message


# -- a new lease ---------------------------------------------------------------------------------------------------


def test_the_common_case_on_the_wire():
    request = read(device={"machine_name": "raspberrypi4-64"}, duration="4h")
    bodies = [item.body for item in request.reservations]
    assert request.on_wire(bodies) == {
        "name": "rpi",
        "start": "now",
        "end": written(4 * HOUR),
        "reservations": [
            {"resource_type": "device", "min": 1, "max": 1, "resource_properties": '["==", "$machine_name", "raspberrypi4-64"]'}
        ],
        "events": [],
        "before_end": None,
    }


def test_dates_of_a_lease_to_come():
    request = read(device={}, start="+1d", end=written(26 * HOUR), before_end_date=written(25 * HOUR), count=2)
    sent = request.on_wire([item.body for item in request.reservations])
    assert (sent["start"], sent["end"], sent["before_end"]) == (written(24 * HOUR), written(26 * HOUR), written(25 * HOUR))
    assert (sent["reservations"][0]["min"], sent["reservations"][0]["max"]) == (2, 2)


def test_what_check_mode_shows_has_the_keys_of_a_real_lease():
    predicted = read(device="iot-rpi4-01", duration="4h").predicted("project")
    real = lease()
    assert predicted.keys() == real.keys()
    assert predicted["id"] is None
    assert predicted["status"] == "PENDING"
    assert predicted["reservation_ids"] == {"device": [None]}
    assert predicted["devices"] == [{"id": None, "name": "iot-rpi4-01"}]
    assert [event["event_type"] for event in predicted["events"]] == ["start_lease", "end_lease"]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"name": " "}, "name is empty."),
        ({"name": "x" * 81}, 'name "xxxxxxxxxxxxxxxxxxxx..." has 81 characters; a lease\'s name has 80 at the most.'),
        ({"name": "x" * 81, "state": "absent"}, "has 81 characters"),
        ({"duration": "0m"}, 'duration "0m" is not a duration.'),
        ({"start": "soon"}, 'start "soon" is not a time.'),
        (
            {"start": "2027-01-31 15:00", "end": "2027-01-31 16:00 +0200"},
            "end (2027-01-31 14:00 UTC) must be later than start (2027-01-31 15:00 UTC).",
        ),
        (
            {"minimum_remaining": "1d", "duration": "12h"},
            "duration (12h) is shorter than minimum_remaining (1d), so a new lease would have to be extended at once.",
        ),
    ],
)
def test_bad_options_need_no_cloud(options, said):
    assert said in refusal(read, **options)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({}, 'There is no live lease "rpi", and to make one takes end or duration.'),
        ({"duration": "1h"}, 'There is no live lease "rpi", and to make one takes device or reservations.'),
        ({"device": {}, "end": "now"}, "must be later than start"),
        ({"device": {}, "start": "2020-01-01 10:00", "duration": "4h"}, "start (2020-01-01 10:00 UTC) is in the past; it is "),
        ({"device": {}, "end": "2020-01-01 10:00"}, "end (2020-01-01 10:00 UTC) must be later than start"),
        ({"device": {}, "duration": "2h", "before_end_date": "+3h"}, "must lie between"),
        ({"device": {}, "duration": "2h", "before_end_date": "now"}, "must lie between"),
    ],
)
def test_what_a_new_lease_cannot_have(options, said):
    assert said in refusal(read(**options).new_dates)


def test_the_running_minute_is_not_the_past():
    start, _end = read(device={}, start=written(timedelta()), duration="1h").new_dates()
    assert start == NOW


# -- reservations --------------------------------------------------------------------------------------------------


def test_every_kind_of_reservation():
    request = read(
        duration="1h",
        reservations=[
            {"resource_type": "device", "device": "a", "min": 1, "max": 3, "before_end": "email"},
            {"resource_type": "virtual:floatingip", "amount": 2, "network": "public"},
            {"resource_type": "physical:host", "resource_properties": ["==", "$node_type", "x"]},
            {"resource_type": "network", "extra": {"network_name": "n"}},
            {"resource_type": "flavor:instance", "extra": {"flavor_id": "f"}},
            {"resource_type": "new:thing", "min": 2, "extra": {"colour": "red"}},
        ],
    )
    assert [item.body for item in request.reservations] == [
        {"resource_type": "device", "min": 1, "max": 3, "resource_properties": '["==", "$name", "a"]', "before_end": "email"},
        {"resource_type": "virtual:floatingip", "amount": 2, "required_floatingips": []},
        {
            "resource_type": "physical:host",
            "min": 1,
            "max": 1,
            "hypervisor_properties": "",
            "resource_properties": '["==", "$node_type", "x"]',
        },
        {
            "resource_type": "network",
            "network_name": "n",
            "network_description": "",
            "network_properties": "",
            "resource_properties": "",
        },
        {"resource_type": "flavor:instance", "amount": 1, "affinity": None, "flavor_id": "f"},
        {"resource_type": "new:thing", "min": 2, "max": 2, "colour": "red"},
    ]
    assert request.reservations[1].network == "public"


@pytest.mark.parametrize(
    ("item", "said"),
    [
        ({"min": 0}, "reservations[0].min must be at least 1, not 0."),
        ({"min": 3, "max": 2}, "reservations[0].max (2) must not be less than min (3)."),
        ({"amount": 2}, "reservations[0].amount does not apply to device, which takes min and max."),
        (
            {"resource_type": "virtual:floatingip", "network": "public", "min": 1},
            "reservations[0].min does not apply to virtual:floatingip, which takes amount.",
        ),
        (
            {"resource_type": "virtual:floatingip"},
            "reservations[0].network is needed for virtual:floatingip: the name or id of the external network.",
        ),
        ({"network": "public"}, "reservations[0].network does not apply to device."),
        (
            {"device": "a", "resource_properties": ["==", "$name", "a"]},
            "reservations[0].device and reservations[0].resource_properties exclude each other.",
        ),
        ({"resource_type": "physical:host", "device": "a"}, "reservations[0].device does not apply to physical:host"),
        ({"resource_properties": ["=="]}, 'reservations[0].resource_properties ["=="] is malformed'),
    ],
)
def test_bad_reservations(item, said):
    assert said in refusal(read, reservations=[{"resource_type": "device", **item}])


def test_bad_count():
    assert refusal(read, device={}, count=0) == "count must be at least 1, not 0."


# -- a lease that is there -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "options",
    [
        {"duration": "9h"},
        {"start": "+1h", "duration": "9h"},
        {"end": "+9h"},
        {"end": written(3 * HOUR)},
        {"start": written(-HOUR), "end": written(3 * HOUR)},
        {"before_end_date": written(2 * HOUR)},
        {"before_end_date": "+90m"},
        {"minimum_remaining": "3h"},
        {"minimum_remaining": "3h", "duration": "7d"},
    ],
)
def test_what_leaves_a_lease_alone(options):
    assert read(**options).changes(lease()) == {}
    assert read(**options).hindrances(lease()) == []


@pytest.mark.parametrize(
    ("options", "changes"),
    [
        ({"end": written(5 * HOUR)}, {"end_date": 5 * HOUR}),
        ({"end": written(HOUR)}, {"end_date": HOUR}),
        ({"minimum_remaining": "4h"}, {"end_date": 4 * HOUR}),
        ({"minimum_remaining": "4h", "duration": "7d"}, {"end_date": timedelta(days=7)}),
        ({"before_end_date": written(timedelta(minutes=30))}, {"before_end_date": timedelta(minutes=30)}),
        # Blazar moves what comes before the end along with the end, so it is put back in the same request
        ({"end": written(5 * HOUR), "before_end_date": written(2 * HOUR)}, {"end_date": 5 * HOUR, "before_end_date": 2 * HOUR}),
    ],
)
def test_what_changes_a_running_lease(options, changes):
    assert read(**options).changes(lease()) == {key: NOW + offset for key, offset in changes.items()}


def test_a_lease_to_come_can_be_moved():
    future = lease(status="PENDING", start=HOUR, end=3 * HOUR)
    assert read(start=written(2 * HOUR)).changes(future) == {"start_date": NOW + 2 * HOUR}
    assert read(start=written(2 * HOUR), duration="4h").changes(future) == {
        "start_date": NOW + 2 * HOUR,
        "end_date": NOW + 6 * HOUR,
    }
    assert "must be later than start" in refusal(read(start=written(4 * HOUR)).changes, future)
    assert "is in the past" in refusal(read(start="2020-01-01 10:00").changes, future)


def test_what_must_remain_of_a_lease_to_come_counts_from_its_start():
    future = lease(status="PENDING", start=HOUR, end=3 * HOUR)
    assert read(minimum_remaining="2h").changes(future) == {}
    assert read(minimum_remaining="3h").changes(future) == {"end_date": NOW + 4 * HOUR}


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"end": "2020-01-01 10:00"}, "end (2020-01-01 10:00 UTC) is in the past; it is "),
        ({"before_end_date": written(3 * HOUR)}, "must lie between"),
        ({"end": written(HOUR), "before_end_date": written(2 * HOUR)}, "must lie between"),
    ],
)
def test_dates_that_would_harm_a_lease(options, said):
    assert said in refusal(read(**options).changes, lease())


def test_what_cannot_be_changed_is_said():
    moved = read(start=written(HOUR))
    assert moved.changes(lease()) == {}
    assert moved.hindrances(lease())[0].startswith("has started already, so its start is not moved to ")
    without_event = lease(events=[])
    assert read(before_end_date=written(HOUR)).changes(without_event) == {}
    assert "was made without an event before its end" in read(before_end_date=written(HOUR)).hindrances(without_event)[0]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"device": "iot-rpi4-01"}, ""),
        ({"device": {}}, ""),
        ({"device": "iot-rpi4-01", "count": 1}, ""),
        ({"reservations": [{"resource_type": "device", "device": "iot-rpi4-01"}]}, ""),
        ({"device": "iot-rpi4-02"}, "does not reserve device {name: iot-rpi4-02} as asked."),
        ({"device": {}, "count": 2}, "does not reserve device as asked."),
        ({"reservations": []}, "reserves 1 more than asked."),
        ({"reservations": [{"resource_type": "device"}, {"resource_type": "device"}]}, "does not reserve device as asked."),
    ],
)
def test_other_reservations_are_said(options, said):
    hindrances = read(**options).hindrances(lease())
    assert hindrances == [] if not said else hindrances[0].startswith(said)


def test_what_a_site_does_not_tell_of_a_reservation_is_no_difference():
    bare = {"id": "r", "resource_type": "device", "status": "active"}
    assert read(device="iot-rpi4-02", count=2).hindrances(lease(reservations=[bare])) == []
    fips = raw_reservation(resource_type="virtual:floatingip", amount="2")
    wanted = [{"resource_type": "virtual:floatingip", "network": "public", "amount": 2}]
    assert read(reservations=wanted).hindrances(lease(reservations=[fips])) == []


def test_the_length_of_a_name_is_blazars():
    assert _lease_request.NAME_LENGTH == 80
    assert read(name="x" * 80).name == "x" * 80


def test_a_zone_is_taken_off():
    request = read(device={}, start="2127-01-31T15:00+01:00", duration="1h")
    assert request.new_dates()[0] == datetime(2127, 1, 31, 14, 0, tzinfo=timezone.utc)
