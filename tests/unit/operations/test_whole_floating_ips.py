# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Floating IPs: never stolen, never left behind."""

from __future__ import annotations

import pytest


@pytest.fixture(autouse=True)
def containers(run, there):
    """Two that run."""
    for name in ("web", "other"):
        run("container", name=name, image="hello")
    there.asked.clear()
    return list(there.containers.values())


@pytest.fixture
def foreign(there):
    """An address that somebody else has made, attached to nothing."""
    wish = {"port_id": None, "description": "", "floating_ip_address": "172.24.4.99"}
    return there.answer("POST", "/network/v2.0/floatingips", {}, {"floatingip": wish})[1]["floatingip"]


def port_of(raw):
    return next(iter(raw["addresses"].values()))[0]["port"]


def test_one_is_made_and_kept(run, containers):
    result = run("floating_ip", container="web")
    address = result["floating_ip"]
    assert result["changed"] and (address["status"], address["port_id"]) == ("ACTIVE", port_of(containers[0]))
    assert address["description"] == "chi.edge container web"
    assert not run("floating_ip", container="web")["changed"]
    assert not run("floating_ip", port=address["port_id"])["changed"]
    assert run.writes == ["POST network floatingips"]


def test_check_mode_predicts_the_same_keys_and_asks_for_nothing(run):
    predicted = run("floating_ip", check=True, container="web")
    assert predicted["changed"] and not run.writes
    assert predicted["floating_ip"].keys() == run("floating_ip", container="web")["floating_ip"].keys()
    assert run("floating_ip", check=True, container="later")["changed"]
    assert "There is no container" in run.told.warnings[0]


def test_an_address_that_has_lost_its_container_is_taken_again(run, there):
    made = run("floating_ip", container="web")["floating_ip"]
    there.addresses[made["id"]] |= {"port_id": None, "status": "DOWN"}
    result = run("floating_ip", container="web")
    assert result["changed"] and result["floating_ip"]["id"] == made["id"]


def test_a_named_address_is_attached_and_only_detached_again(run, there, foreign):
    result = run("floating_ip", container="web", address="172.24.4.99")
    assert result["changed"] and result["floating_ip"]["id"] == foreign["id"]
    assert "was not made by this collection" in run.fails("floating_ip", container="web", state="absent", release=True).message
    result = run("floating_ip", container="web", state="absent")
    assert result["changed"] and result["floating_ip"]["port_id"] is None and there.addresses
    assert not run("floating_ip", address="172.24.4.99", state="absent")["changed"]
    assert run("floating_ip", address="172.24.4.99", state="absent", release=True)["floating_ip"] is None
    assert not there.addresses


def test_an_address_in_use_is_moved_only_on_demand(run, foreign):
    run("floating_ip", container="other", address="172.24.4.99")
    told = run.fails("floating_ip", container="web", address="172.24.4.99").message
    assert told == 'Floating IP 172.24.4.99 is attached to container "other". Set move to true to take it from there.'
    assert run("floating_ip", container="web", address="172.24.4.99", move=True)["changed"]


def test_ours_makes_room_for_a_named_one(run, there, foreign):
    run("floating_ip", container="web")
    run("floating_ip", container="web", address="172.24.4.99")
    assert list(there.addresses) == [foreign["id"]]


def test_a_foreign_one_does_not(run, there, foreign):
    run("floating_ip", container="web", address="172.24.4.99")
    there.addresses["b"] = foreign | {"id": "b", "floating_ip_address": "172.24.4.98", "port_id": None}
    assert "which can have only one" in run.fails("floating_ip", container="web", address="172.24.4.98").message
    assert run("floating_ip", container="web", address="172.24.4.98", move=True)["floating_ip"]["id"] == "b"


def test_ours_is_released(run, there):
    run("floating_ip", container="web")
    assert run("floating_ip", check=True, container="web", state="absent")["changed"] and there.addresses
    assert run("floating_ip", container="web", state="absent")["changed"] and not there.addresses
    assert not run("floating_ip", container="web", state="absent")["changed"]


def test_one_of_a_container_that_is_gone_is_found_by_its_name(run, there, containers):
    run("floating_ip", container="web")
    address = next(iter(there.addresses.values()))
    address |= {"port_id": None}
    del there.containers[containers[0]["uuid"]]
    assert run("floating_ip", container="web", state="absent")["changed"] and not there.addresses
    run("floating_ip", container=containers[0]["uuid"], state="absent")
    assert "can be found by its name" in run.told.warnings[0]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"container": "nothing"}, 'There is no container "nothing".'),
        ({"container": "web", "address": "172.24.4.300"}, "is not an IP address"),
        ({"container": "web", "network": "nowhere"}, 'There is no external network "nowhere"'),
        ({"port": "nothing"}, "There is no port nothing."),
    ],
)
def test_what_is_wrong_is_told_before_anything_is_made(run, options, message):
    assert message in run.fails("floating_ip", **options).message
    assert not run.writes


def test_an_empty_pool_says_who_has_its_addresses(run, there):
    run("floating_ip", container="other")
    there.fault("POST network floatingips", 409, "No more IP addresses available on network public.")
    failed = run.fails("floating_ip", container="web")
    assert 'The project has 1: 172.24.4.10 (attached to container "other").' in failed.message
    assert len(failed.result["floating_ips"]) == 1


def test_only_an_administrator_chooses_a_new_address(run, there):
    there.fault("POST network floatingips", 403, "rule:create_floatingip:floating_ip_address is disallowed by policy")
    assert "Leave address out" in run.fails("floating_ip", container="web", address="172.24.4.50").message


def test_one_that_another_run_makes_meanwhile_is_that_ones_change(run, there):
    there.fault("POST network floatingips", 409, is_done=True)
    assert not run("floating_ip", container="web")["changed"] and len(there.addresses) == 1


def test_a_lost_answer_makes_no_second_address(run, there):
    there.fault("POST network floatingips", 504, is_done=True)
    assert run("floating_ip", container="web")["changed"] and len(there.addresses) == 1


def test_a_container_without_a_port_is_waited_for_as_long_as_there_is_hope(run, containers):
    place, containers[0]["addresses"] = containers[0]["addresses"], {}
    containers[0]["status"] = "Creating"
    assert "There is no port of" in run.fails("floating_ip", container="web", wait=False).message
    assert "Waited 5 s" in run.fails("floating_ip", container="web", wait_timeout=5).message
    containers[0]["status"] = "Error"
    assert "Error" in run.fails("floating_ip", container="web").message
    containers[0] |= {"status": "Running", "addresses": place}
    assert run("floating_ip", container="web")["changed"]


@pytest.mark.parametrize(
    ("options", "count"),
    [
        ({}, 2),
        ({"container": "web"}, 1),
        ({"attached": False}, 1),
        ({"status": ["DOWN"]}, 1),
        ({"address": "172.24.4.99"}, 1),
        ({"network": "public"}, 1),
    ],
)
def test_they_are_listed(run, foreign, options, count):
    run("floating_ip", container="web")
    assert len(run("floating_ip_info", **options)["floating_ips"]) == count
