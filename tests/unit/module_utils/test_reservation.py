# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Leases as they are: the shape of results, and which of several is meant."""

from __future__ import annotations

from datetime import timedelta

import pytest
from ansible_collections.chi.edge.plugins.module_utils import _reservation
from ansible_collections.chi.edge.plugins.module_utils._errors import AmbiguousError, EdgeError
from ansible_collections.chi.edge.tests.unit.module_utils.leases import FakeCloud, raw_lease, raw_reservation

HOUR = timedelta(hours=1)


def test_the_shape_of_a_lease():
    view = _reservation.lease_view(raw_lease(created_at="2026-11-21 15:43:36"))
    assert view["created_at"] == "2026-11-21T15:43:36Z"
    assert view["updated_at"] is None
    assert view["start_date"].endswith(":00Z")
    assert [event["event_type"] for event in view["events"]] == ["start_lease", "before_end_lease", "end_lease"]
    assert view["before_end_date"] == view["events"][1]["time"]
    assert view["reservation_ids"] == {"device": ["reservation-1"]}
    reservation = view["reservations"][0]
    assert (reservation["min"], reservation["max"]) == (1, 1)
    assert reservation["resource_properties"] == ["==", "$name", "iot-rpi4-01"]
    assert reservation["created_at"] == "2026-11-21T15:43:36Z"
    assert view["devices"] is None
    assert "trust_id" not in view
    assert _reservation.lease_view(view) == view


@pytest.mark.parametrize(("stored", "shown"), [("", None), ("[]", None), (None, None), ("not json", "not json")])
def test_filters_of_any_kind_are_shown(stored, shown):
    view = _reservation.lease_view(raw_lease(reservations=[raw_reservation(resource_properties=stored)]))
    assert view["reservations"][0]["resource_properties"] == shown


@pytest.mark.parametrize(
    ("status", "is_live"),
    [
        ("CREATING", True),
        ("PENDING", True),
        ("STARTING", True),
        ("ACTIVE", True),
        ("UPDATING", True),
        ("TERMINATING", False),
        ("TERMINATED", False),
        ("DELETING", False),
        ("ERROR", False),
    ],
)
def test_which_leases_are_live(status, is_live):
    lease = _reservation.lease_view(raw_lease(status=status))
    assert _reservation.is_live(lease) is is_live


def test_past_its_end_a_lease_is_not_live_though_blazar_has_not_noticed():
    lease = _reservation.lease_view(raw_lease(status="ACTIVE", end=timedelta()))
    assert not _reservation.is_live(lease)


def test_only_the_live_one_of_a_name_is_found_but_any_by_its_id():
    cloud = FakeCloud(
        list=[
            [
                raw_lease("dead", status="TERMINATED"),
                raw_lease("failed", status="ERROR"),
                raw_lease("live"),
                raw_lease("foreign", name="other", project_id="theirs"),
            ]
        ]
    )
    assert _reservation.find_lease(cloud, "rpi")["id"] == "live"
    assert _reservation.find_lease(cloud, "dead")["status"] == "TERMINATED"
    assert _reservation.find_lease(cloud, "other") is None
    assert cloud.blazar.names() == ["list"] * 3


def test_two_live_ones_are_listed():
    cloud = FakeCloud(list=[[raw_lease("two", status="PENDING", start=HOUR), raw_lease("one")]])
    with pytest.raises(AmbiguousError) as caught:
        _reservation.find_lease(cloud, "rpi")
    assert caught.value.message.startswith('There are 2 live leases named "rpi": one (ACTIVE, 20')
    assert "; two (PENDING, 20" in caught.value.message
    assert caught.value.message.endswith("Give the id of the one that is meant.")


def test_the_cause_of_an_error():
    failed_start = raw_lease(
        status="ERROR",
        reservations=[raw_reservation(status="error")],
        events=[{"event_type": "start_lease", "time": "2026-11-21T15:45:00.000000", "status": "ERROR"}],
    )
    assert _reservation.failure_of(_reservation.lease_view(failed_start)) == (
        "its start_lease event failed and its device reservation reservation-1 failed"
    )
    assert "it was an update" in _reservation.failure_of(_reservation.lease_view(raw_lease(status="ERROR")))


def test_the_device_reservation():
    lease = _reservation.lease_view(raw_lease(reservations=[raw_reservation("a"), raw_reservation("b", resource_type="network")]))
    assert _reservation.device_reservation(lease)["id"] == "a"
    with pytest.raises(EdgeError, match=r'Lease "rpi" \(lease-1\) has no device reservation b.'):
        _reservation.device_reservation(lease, "b")


def test_none_or_several_device_reservations():
    none = _reservation.lease_view(raw_lease(reservations=[raw_reservation(resource_type="virtual:floatingip")]))
    with pytest.raises(EdgeError, match="has no reservation of a device; it reserves virtual:floatingip"):
        _reservation.device_reservation(none)
    two = _reservation.lease_view(raw_lease(reservations=[raw_reservation("a"), raw_reservation("b")]))
    with pytest.raises(AmbiguousError, match="has 2 device reservations: a .*; b .*Give the id"):
        _reservation.device_reservation(two)
    assert _reservation.device_reservation(two, "b")["id"] == "b"
