# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Faults on the way of a lease's change. The client is a fake, since a real Blazar loses no answers on demand."""

from __future__ import annotations

from datetime import timedelta

import pytest
from ansible_collections.chi.edge.plugins.module_utils import _lease, _reservation
from ansible_collections.chi.edge.plugins.module_utils._errors import EdgeError, ServiceError, WaitTimeout
from ansible_collections.chi.edge.tests.unit.module_utils.leases import FakeCloud, raw_lease, raw_reservation

blazar_errors = pytest.importorskip("blazarclient.exception")
keystone_errors = pytest.importorskip("keystoneauth1.exceptions")

PATIENCE = {"timeout": 30, "interval": 1}

pytestmark = pytest.mark.usefixtures("time_flies")


def refused(code: int, words: str) -> Exception:
    return blazar_errors.BlazarClientException(f"ERROR: {words}", code=code)


LOST = keystone_errors.ConnectFailure("Remote end closed connection without response")
GATEWAY = refused(504, "<html><body>Gateway Time-out</body></html>")
BUSY = refused(500, "Invalid lease status.")
GONE = refused(404, "Object with {'lease_id': 'lease-1'} not found")


def view(**more):
    return _reservation.lease_view(raw_lease(**more))


def request(**more):
    return {
        "name": "rpi",
        "start": "now",
        "end": _reservation.on_wire(view(), "end_date"),
        "reservations": [],
        "events": [],
        "before_end": None,
        **more,
    }


# -- create --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("fault", [LOST, GATEWAY])
def test_after_a_lost_answer_the_lease_is_looked_for_and_never_asked_for_again(fault):
    older = raw_lease("older")
    cloud = FakeCloud(create=[fault], list=[GATEWAY, [older], [older, raw_lease("ours", status="PENDING")]])
    made = _lease.create_lease(cloud, request(), known={"older"})
    assert made["id"] == "ours"
    assert cloud.blazar.names().count("create") == 1


def test_a_lease_of_that_name_with_other_dates_is_not_ours(time_flies):
    other = raw_lease("other", end=timedelta(hours=7))
    cloud = FakeCloud(create=[LOST], list=[[other]])
    with pytest.raises(ServiceError) as caught:
        _lease.create_lease(cloud, request(), known=set())
    assert caught.value.message == (
        'Could not create lease "rpi": Remote end closed connection without response. The answer was lost, and no such lease '
        "has appeared within 15 s. Run this again: a lease that appears later is then found by its name."
    )
    assert cloud.blazar.names().count("create") == 1
    assert time_flies[0] == pytest.approx(15)


def test_a_refusal_is_not_looked_into():
    cloud = FakeCloud(create=[refused(500, "Not enough resources available with query {}")])
    with pytest.raises(ServiceError) as caught:
        _lease.create_lease(cloud, request(), known=set())
    assert caught.value.message.startswith(
        'Could not create lease "rpi": Not enough resources available with query {} (HTTP 500).'
    )
    assert caught.value.result["failure"]["message"] == "Not enough resources available with query {}"
    assert cloud.blazar.names() == ["create"]


# -- update --------------------------------------------------------------------------------------------------------


def test_an_update_is_tried_again_while_blazar_starts_the_lease():
    cloud = FakeCloud(put=[BUSY, BUSY, (None, {})], get=[raw_lease()])
    assert _lease.update_lease(cloud, view(), {"name": "other"}, PATIENCE)["id"] == "lease-1"
    assert cloud.blazar.names() == ["put", "put", "put", "get"]
    assert cloud.blazar.calls[0] == ("put", "/leases/lease-1", {"name": "other"})


def test_but_not_for_ever(time_flies):
    cloud = FakeCloud(put=[BUSY], get=[raw_lease()])
    with pytest.raises(ServiceError) as caught:
        _lease.update_lease(cloud, view(), {"name": "other"}, {"timeout": 600, "interval": 1})
    assert time_flies[0] == pytest.approx(60)
    assert caught.value.message == (
        'Could not update lease "rpi" (lease-1): Invalid lease status (HTTP 500). '
        "The lease is in the middle of starting, ending or changing; that lasts seconds, so run this again."
    )


def test_an_update_whose_answer_was_lost_may_have_been_made():
    after = raw_lease(end=timedelta(hours=5))
    changes = {"end_date": _reservation.on_wire(_reservation.lease_view(after), "end_date")}
    cloud = FakeCloud(put=[LOST, refused(400, "Lease can only be extended within 172800 seconds")], get=[after])
    seen = _lease.update_lease(cloud, view(), changes, PATIENCE)
    assert _reservation.on_wire(seen, "end_date") == changes["end_date"]


def test_an_end_whose_answer_was_lost_may_have_been_made():
    cloud = FakeCloud(put=[LOST, refused(400, "Terminated leases can only be renamed")], get=[raw_lease(end=timedelta())])
    assert _reservation.has_ended(_lease.update_lease(cloud, view(), {"end_date": "now"}, PATIENCE))


def test_a_refusal_that_leaves_the_lease_alone():
    cloud = FakeCloud(put=[refused(400, "Lease can only be extended within 172800 seconds")], get=[raw_lease()])
    with pytest.raises(ServiceError, match="run this again nearer to the end of the lease"):
        _lease.update_lease(cloud, view(), {"end_date": "2127-01-01 10:00"}, PATIENCE)
    assert cloud.blazar.names() == ["put", "get"]


def test_a_refusal_that_poisons_the_lease_is_made_good():
    cloud = FakeCloud(
        put=[refused(403, "Datetime is out of lease limits"), (None, {})], get=[raw_lease(status="ERROR"), raw_lease()]
    )
    with pytest.raises(ServiceError) as caught:
        _lease.update_lease(cloud, view(), {"before_end_date": "2127-01-01 10:00"}, PATIENCE)
    assert caught.value.message == (
        'Could not update lease "rpi" (lease-1): Datetime is out of lease limits (HTTP 403). '
        "That had left the lease in ERROR; it has been brought back and is ACTIVE."
    )
    assert caught.value.status == 403
    assert cloud.blazar.calls[2] == ("put", "/leases/lease-1", {"name": "rpi"})


def test_a_poisoned_lease_that_stays_so():
    cloud = FakeCloud(put=[refused(500, "Internal Server Error"), (None, {})], get=[raw_lease(status="ERROR")])
    with pytest.raises(ServiceError, match="That has left the lease in ERROR. What it holds goes on until its end"):
        _lease.update_lease(cloud, view(), {"name": "other"}, PATIENCE)


def test_which_leases_can_be_brought_back():
    assert _lease.is_repairable(view(status="ERROR"))
    assert not _lease.is_repairable(view(status="ACTIVE"))
    assert not _lease.is_repairable(view(status="ERROR", reservations=[raw_reservation(status="error")]))
    assert _lease.status_after_repair(view(status="ERROR")) == "ACTIVE"
    assert _lease.status_after_repair(view(status="PENDING")) == "PENDING"


# -- delete --------------------------------------------------------------------------------------------------------


def test_a_delete_is_tried_again_while_blazar_starts_the_lease_and_after_a_lost_answer():
    cloud = FakeCloud(delete=[BUSY, LOST, GATEWAY, GONE])
    _lease.delete_lease(cloud, view(), PATIENCE)
    assert cloud.blazar.names() == ["delete"] * 4


def test_a_delete_that_is_refused():
    cloud = FakeCloud(delete=[refused(403, "Policy doesn't allow blazar:leases:delete to be performed")])
    with pytest.raises(ServiceError, match=r'Could not delete lease "rpi" \(lease-1\): Policy'):
        _lease.delete_lease(cloud, view(), PATIENCE)


def test_waiting_until_a_lease_is_gone():
    cloud = FakeCloud(get=[raw_lease(status="DELETING"), raw_lease(status="DELETING"), GONE])
    _lease.wait_until_gone(cloud, view(), PATIENCE, None)
    assert cloud.blazar.names() == ["get"] * 3


# -- waiting -------------------------------------------------------------------------------------------------------


def test_waiting_needs_no_look_if_it_is_so_already():
    assert _lease.wait_for_status(FakeCloud(), view(), ("ACTIVE",), PATIENCE, None)["id"] == "lease-1"


def test_waiting_bears_a_gateways_fault():
    cloud = FakeCloud(get=[raw_lease(status="STARTING"), GATEWAY, raw_lease()])
    seen = []
    lease = _lease.wait_for_status(
        cloud, view(status="PENDING"), ("ACTIVE",), PATIENCE, lambda state, elapsed, timeout: seen.append(state)
    )
    assert lease["status"] == "ACTIVE"
    assert seen == ["STARTING", "ACTIVE"]


def test_waiting_ends_at_once_when_the_start_fails(time_flies):
    failed = raw_lease(status="ERROR", reservations=[raw_reservation(status="error")])
    cloud = FakeCloud(get=[failed])
    with pytest.raises(EdgeError) as caught:
        _lease.wait_for_status(cloud, view(status="PENDING"), ("ACTIVE",), PATIENCE, None)
    assert caught.value.message == 'Lease "rpi" (lease-1) went into ERROR: its device reservation reservation-1 failed.'
    assert caught.value.result["lease"]["status"] == "ERROR"
    assert time_flies[0] == 0


def test_waiting_has_an_end():
    cloud = FakeCloud(get=[raw_lease(status="PENDING")])
    with pytest.raises(WaitTimeout) as caught:
        _lease.wait_for_status(cloud, view(status="PENDING"), ("ACTIVE",), PATIENCE, None)
    assert caught.value.message == (
        'Waited 30 s for lease "rpi" (lease-1) to become ACTIVE, but it is PENDING. Raise wait_timeout if that is only slow.'
    )
    assert caught.value.result["lease"]["id"] == "lease-1"
