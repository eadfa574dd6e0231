# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lease, from its first day to its last, and what goes wrong on the way."""

from __future__ import annotations

from datetime import timedelta

import pytest
from ansible_collections.chi.edge.tests.tools.small_cloud import at

LEASE = {"name": "rpi", "device": {"machine_name": "jetson-nano"}, "duration": "4h"}
QUICK = {"wait_interval": 0.1, "wait_timeout": 5}


@pytest.fixture
def lease(run, there):
    """One that runs, as Blazar keeps it."""
    run("lease", **LEASE)
    there.asked.clear()
    return next(iter(there.leases.values()))


# -- present -------------------------------------------------------------------------------------------------------


def test_a_new_lease_runs_and_has_its_device(run, there):
    result = run("lease", **LEASE)
    assert result["changed"]
    assert (result["lease"]["status"], [device["name"] for device in result["lease"]["devices"]]) == ("ACTIVE", ["iot-rpi4-01"])
    assert set(result["diff"]["after"]) == {"start_date", "end_date", "reservations"}
    assert run.writes == ["POST reservation leases"]


def test_check_mode_predicts_the_same_keys_and_asks_for_nothing(run, there):
    predicted = run("lease", check=True, **LEASE)
    assert predicted["changed"] and not run.writes and not there.leases
    assert predicted["lease"].keys() == run("lease", **LEASE)["lease"].keys()


def test_a_second_run_changes_nothing(run, lease):
    result = run("lease", **LEASE)
    assert not result["changed"] and not run.writes
    assert result["lease"]["id"] == lease["id"]


def test_a_lease_is_extended_when_little_is_left(run, there, lease):
    lease["end_date"] = at(timedelta(minutes=30))
    result = run("lease", name="rpi", minimum_remaining="2h")
    assert result["changed"] and run.writes == [f"PUT reservation leases/{lease['id']}"]
    assert result["lease"]["end_date"] == lease["end_date"][:19] + "Z" > at(timedelta(minutes=110))


def test_one_is_not_extended_over_another_lease_of_its_device(run, there, lease):
    other = dict(
        lease, id="other", name="other", start_date=at(timedelta(hours=5)), end_date=at(timedelta(hours=9)), status="PENDING"
    )
    there.leases["other"] = other
    told = run.fails("lease", name="rpi", minimum_remaining="8h").message
    assert "another lease has device iot-rpi4-01" in told and "It can be extended to" in told
    assert not run.writes


def test_who_grows_in_the_same_moment_as_a_neighbour_goes_back(run, there, lease, monkeypatch):
    later = {"start_date": at(timedelta(hours=12)), "end_date": at(timedelta(hours=14))}
    there.leases["other"] = dict(lease, id="other", name="other", status="PENDING", **later)
    change, before = there._changed, lease["end_date"]

    def both_change(changed, body):
        there.leases["other"]["start_date"] = at(timedelta(hours=5))
        return change(changed, body)

    monkeypatch.setattr(there, "_changed", both_change)
    error = run.fails("lease", name="rpi", minimum_remaining="8h")
    assert "another lease has device iot-rpi4-01" in error.message and not error.result["changed"]
    assert lease["end_date"] == before and len(run.writes) == 2


def test_a_shortage_says_when_there_is_enough(run, lease):
    told = run.fails("lease", name="two", device={}, count=2, duration="1h").message
    assert told.startswith('Could not create lease "two": 1 device is free between') and "the first free slot of 1h is" in told


def test_another_refusal_is_told_as_it_is(run, there):
    there.fault("POST reservation leases", 400, "Lease duration is too long")
    failed = run.fails("lease", **LEASE)
    assert "Lease duration is too long" in failed.message
    assert failed.result["changed"] is False and failed.result["failure"]["status"] == 400


def test_a_lease_whose_answer_was_lost_is_found(run, there):
    there.fault("POST reservation leases", 504, is_done=True)
    result = run("lease", **LEASE)
    assert result["changed"] and len(there.leases) == 1
    assert run.writes == ["POST reservation leases"]


def test_a_restricted_credential_is_told_before_blazar_fails(run, there):
    there.is_restricted = True
    assert "is restricted" in run.fails("lease", **LEASE).message
    assert not run.writes


def test_an_unknown_property_is_told_before_blazar_fails(run):
    assert "has a property colour" in run.fails("lease", name="a", duration="1h", device={"colour": "red"}).message
    assert not run.writes


def test_floating_ips_are_reserved_of_a_network_by_its_name(run, there):
    wish = {"resource_type": "virtual:floatingip", "network": "public"}
    result = run("lease", name="ip", duration="1h", reservations=[wish])
    assert result["lease"]["devices"] == []
    assert next(iter(there.leases.values()))["reservations"][0]["network_id"] == "net-2"
    assert "no network" in run.fails("lease", name="b", duration="1h", reservations=[wish | {"network": "nowhere"}]).message


def test_a_lease_is_renamed_by_its_id(run, there, lease):
    result = run("lease", id=lease["id"], name="sensor")
    assert result["changed"] and result["diff"]["after"] == {"name": "sensor"}
    run("lease", name="rpi", device={}, duration="1h")
    assert "cannot be renamed" in run.fails("lease", id=lease["id"], name="rpi").message


def test_an_id_that_is_not_there(run):
    assert run.fails("lease", id="nothing").message == "There is no lease nothing in this project."


def test_what_is_over_is_not_extended(run, lease):
    lease |= {"status": "TERMINATED", "end_date": at(timedelta(hours=-1))}
    assert "has ended" in run.fails("lease", id=lease["id"], minimum_remaining="1h").message


def test_a_degraded_lease_is_pointed_out(run, lease):
    lease["degraded"] = True
    run("lease", name="rpi")
    assert "is degraded" in run.told.warnings[0]


def test_one_that_begins_soon_is_waited_for(run, there):
    there.fault("GET reservation leases/", 503)  # a look that fails is as good as none
    run("lease", **LEASE, start="+1m", wait=False)
    lease = next(iter(there.leases.values()))
    assert lease["status"] == "PENDING"
    told = run.fails("lease", name="rpi", wait_timeout=90)
    assert told.message.startswith(f'Waited 90 s for lease "rpi" ({lease["id"]}) to become ACTIVE, but it is PENDING')
    assert told.result["lease"]["id"] == lease["id"]
    assert "lease rpi: PENDING" in run.told.states


def test_a_lease_that_begins_at_once_is_waited_for_by_a_clock_that_is_slow(run, lease):
    ahead = at(timedelta(minutes=10))
    lease |= {"status": "PENDING", "start_date": ahead}
    assert run("lease", **LEASE, **QUICK)["lease"]["status"] == "PENDING"
    lease["created_at"] = ahead
    assert "Waited 5 s for lease" in run.fails("lease", **LEASE, **QUICK).message


def test_check_mode_says_what_chameleon_may_refuse(run):
    run("lease", check=True, **LEASE | {"duration": "9d"})
    assert "This may be refused" in run.told.warnings[0]


# -- in ERROR ------------------------------------------------------------------------------------------------------


def test_an_update_that_leaves_the_lease_in_error_is_undone(run, there, lease):
    lease["end_date"] = at(timedelta(minutes=30))
    there.fault("PUT reservation leases/", 500, breaks={"status": "ERROR"})
    assert "brought back" in run.fails("lease", name="rpi", minimum_remaining="2h").message
    assert lease["status"] == "ACTIVE"


def test_a_lease_in_error_by_a_refused_update_is_brought_back(run, lease):
    lease["status"] = "ERROR"
    result = run("lease", **LEASE)
    assert result["changed"] and result["lease"]["status"] == "ACTIVE"
    assert "is brought back" in run.told.warnings[0]


def test_what_has_failed_before_its_end_does_not_keep_a_lease_from_being_brought_back(run, lease):
    lease["status"] = "ERROR"
    lease["events"].append({"event_type": "before_end_lease", "time": lease["start_date"], "status": "ERROR"})
    assert run("lease", **LEASE)["lease"]["status"] == "ACTIVE"


def test_a_lease_that_has_failed_is_replaced_only_on_demand(run, there, lease):
    lease |= {"status": "ERROR", "events": [{"event_type": "start_lease", "time": lease["start_date"], "status": "ERROR"}]}
    told = run.fails("lease", **LEASE)
    assert "its start_lease event failed" in told.message and "replace_failed" in told.message
    assert not run.writes
    result = run("lease", **LEASE, replace_failed=True)
    assert result["lease"]["id"] != lease["id"] and list(there.leases) == [result["lease"]["id"]]


# -- absent, ended -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("check", [True, False])
def test_a_lease_goes(run, there, lease, check):
    result = run("lease", check=check, name="rpi", state="absent")
    assert result["changed"] and result["lease"] is None
    assert bool(there.leases) is check
    assert result["diff"]["after"] == {lease["id"]: "deleted"}


def test_nothing_is_there_to_go(run):
    assert not run("lease", name="rpi", state="absent")["changed"]
    assert not run("lease", id="nothing", state="ended")["changed"]


def test_one_that_goes_meanwhile_is_gone(run, there, lease):
    there.fault("DELETE reservation leases/", 404, is_done=True)
    assert run("lease", id=lease["id"], state="absent")["changed"]


def test_one_that_blazar_is_busy_with_is_asked_for_again(run, there, lease):
    there.fault("DELETE reservation leases/", 409, "Invalid lease status: STARTING")
    assert run("lease", name="rpi", state="absent")["changed"] and not there.leases


def test_a_lease_ends_now(run, lease):
    result = run("lease", name="rpi", state="ended")
    assert result["changed"] and result["lease"]["status"] == "TERMINATED"
    assert not run("lease", name="rpi", state="ended")["changed"]


def test_one_that_has_not_begun_is_deleted_instead(run, there):
    run("lease", **LEASE, start="+2h")
    assert run("lease", name="rpi", state="ended")["lease"] is None
    assert not there.leases and "nothing to keep of it" in run.told.warnings[0]


def test_one_in_error_cannot_be_ended(run, lease):
    lease["status"] = "ERROR"
    assert "is in ERROR" in run.fails("lease", name="rpi", state="ended").message


# -- looking -------------------------------------------------------------------------------------------------------


def test_leases_are_listed_with_their_devices(run, lease):
    [seen] = run("lease_info", name="rpi", live=True)["leases"]
    assert [device["name"] for device in seen["devices"]] == ["iot-rpi4-01"]
    assert run("lease_info", status=["PENDING"])["leases"] == []
