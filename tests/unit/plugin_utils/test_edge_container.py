# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The thinking of the role edge_container."""

from __future__ import annotations

import pytest
from ansible_collections.chi.edge.plugins.plugin_utils._edge_container import assign, facts, orders, read_wishes

# -- what is wanted ------------------------------------------------------------------------------------------------


def test_one_container_has_what_is_set_and_nothing_else():
    shared = {"name": "web", "image": "hello", "command": "", "environment": {}, "verify_port": "8080", "floating_ip": "no"}
    assert read_wishes("", shared) == [
        {"name": "web", "image": "hello", "environment": {}, "verify_port": 8080, "floating_ip": False},
    ]


def test_a_floating_ip_is_wanted_unless_it_is_not():
    assert read_wishes([], {"name": "web", "floating_ip": ""})[0]["floating_ip"] is True


def test_no_rules_are_no_group():
    assert "security_group_rules" not in read_wishes([], {"name": "web", "security_group_rules": []})[0]
    rule = {"protocol": "tcp", "port_range_min": 8080, "port_range_max": 8080}
    assert read_wishes([], {"name": "web", "security_group_rules": [rule], "exposed_ports": []})[0]["security_group_rules"] == [
        rule
    ]


def test_several_have_what_is_said_of_all_but_for_name_and_address():
    shared = {"name": "all", "address": "172.24.4.9", "image": "hello", "exposed_ports": "8080/tcp", "device": "iot-rpi4-01"}
    wishes = read_wishes('[{"name": "a", "image": ""}, {"name": "b", "image": "other", "device": {"vendor": "Nvidia"}}]', shared)
    common = {"floating_ip": True, "exposed_ports": ["8080/tcp"]}
    assert wishes == [
        {"name": "a", "image": "hello", "device": "iot-rpi4-01", **common},
        {"name": "b", "image": "other", "device": {"vendor": "Nvidia"}, **common},
    ]


@pytest.mark.parametrize(
    ("containers", "shared", "words"),
    [
        ("", {}, "edge_container_name is needed."),
        ([{"image": "x"}], {"lease": "l"}, "edge_container_containers[0].name is needed."),
        ([{"name": "a"}], {}, "edge_container_lease_name is needed for several containers"),
        ([{"name": "a"}, {"name": "a"}], {"name": "l"}, "edge_container_containers has more than one container of the name a."),
        (
            [{"name": "a", "colour": 1}],
            {"name": "l"},
            "edge_container_containers[0] has the unknown key colour; it can have",
        ),
        (["a"], {"name": "l"}, "edge_container_containers[0] must be a dictionary, not a text."),
        ([{"name": "a", "verify_port": "x"}], {"name": "l"}, "edge_container_containers[0].verify_port must be a whole number"),
        ("{", {}, "edge_container_containers is neither YAML nor JSON"),
        (
            [],
            {"name": "a", "security_group_rules": [{}], "exposed_ports": "80"},
            'Container "a" has both security_group_rules and',
        ),
        ([], {"name": "a", "environment": "SECRET"}, "edge_container_environment must be a dictionary, not a text."),
    ],
)
def test_what_cannot_be_is_told(containers, shared, words):
    with pytest.raises(ValueError) as caught:
        read_wishes(containers, shared)
    assert str(caught.value).startswith(words)


# -- who gets which device -----------------------------------------------------------------------------------------


def lease(*reservations):
    keys = ("id", "resource_properties", "max")
    devices = [{"resource_type": "device", **dict(zip(keys, item, strict=False))} for item in reservations]
    return {"name": "l", "reservations": [{"resource_type": "virtual:floatingip", "id": "r0"}, *devices]}


RPI, JETSON = ["==", "$name", "rpi"], ["==", "$machine_name", "jetson"]


def test_each_gets_a_reservation_of_its_own_that_is_for_its_device():
    wishes = [{"name": "a"}, {"name": "b", "device": {"machine_name": "jetson"}}, {"name": "c", "device": "rpi"}]
    assert assign(lease(("r1", JETSON), ("r2", RPI), ("r3", None)), wishes, [None] * 3) == ["r3", "r1", "r2"]


def test_those_that_take_any_leave_the_certain_ones_to_those_that_want_them():
    assert assign(lease(("r1", RPI), ("r2", JETSON)), [{"name": "a"}, {"name": "b", "device": "rpi"}], [None] * 2) == ["r2", "r1"]


def test_what_is_there_keeps_what_it_has():
    wishes = [{"name": "a", "device": "rpi"}, {"name": "b", "device": "rpi"}]
    three = lease(("r1", RPI), ("r2", RPI), ("r3", RPI))
    assert assign(three, wishes, [None, "r1"]) == ["r2", "r1"]
    assert assign(three, wishes, ["of an older lease", "r3"]) == ["r1", "r3"]


def test_a_reservation_of_several_devices_serves_several():
    assert assign(lease(("r1", None, 2)), [{"name": "a"}, {"name": "b"}], [None] * 2) == ["r1", "r1"]


def test_a_predicted_lease_has_no_ids_yet():
    assert assign(lease((None, RPI), (None, None)), [{"name": "a"}, {"name": "b", "device": "rpi"}], [None] * 2) == [None, None]


def test_too_few_devices_are_told():
    with pytest.raises(ValueError) as caught:
        assign(lease(("r1", RPI)), [{"name": "a", "device": {"machine_name": "jetson"}}], [None])
    assert str(caught.value) == (
        'Lease "l" has no device left of {machine_name: jetson} for container "a"; it reserves 1 of {name: rpi}. '
        "The reservations of a lease cannot be changed: name another lease, or take this one down first."
    )
    with pytest.raises(ValueError, match='no device left of any kind for container "b"; it reserves 1 of any kind'):
        assign(lease(("r1", None)), [{"name": "a"}, {"name": "b"}], [None] * 2)
    with pytest.raises(ValueError, match="it reserves none"):
        assign(lease(), [{"name": "a"}], [None])


# -- what is asked of the module -----------------------------------------------------------------------------------


def test_the_module_is_asked_for_what_concerns_it():
    wish = {"name": "a", "device": "rpi", "architecture": "arm64", "floating_ip": True, "environment": {"A": "b"}}
    assert orders([wish], {"lease": "l", "external_network": None}, ["r1"], None) == [
        {"name": "a", "floating_ip": True, "environment": {"A": "b"}, "lease": "l", "reservation": "r1"}
    ]
    assert "reservation" not in orders([wish], {}, [None], None)[0]


@pytest.mark.parametrize(
    ("ruled", "groups"),
    [
        (None, []),
        ([{"changed": True, "security_group": {}}], ["web", "chi.edge a"]),
        ([{"changed": True}], ["web"]),
        ([{"changed": False}], ["web", "chi.edge a"]),
    ],
)
def test_a_group_of_its_own_is_asked_for_when_it_is_there(ruled, groups):
    wishes = read_wishes("", {"name": "a", "security_groups": "web", "security_group_rules": [{"protocol": "tcp"}]})
    assert orders(wishes, {}, None, ruled)[0]["security_groups"] == groups


# -- what has become of it -----------------------------------------------------------------------------------------


def test_the_facts_are_those_of_the_first_and_of_each():
    container = {"fixed_ip": "10.20.0.5", "reservation_id": "r1"}
    results = [{"container": container, "floating_ip": {"address": "172.24.4.9"}, "address": "172.24.4.9"}, {"container": None}]
    made = facts({"id": "l1"}, [{"name": "a"}, {"name": "b"}], results)
    assert made["lease"] == {"id": "l1"}
    assert made["name"] == "a"
    assert made["addresses"] == ["172.24.4.9", "10.20.0.5"]
    assert made["address"] == "172.24.4.9"
    assert made["reservation"] == "r1"
    assert [item["name"] for item in made["containers"]] == ["a", "b"]
    assert made["containers"][1].keys() == made["containers"][0].keys() == made.keys() - {"lease", "containers"}
    assert made["containers"][1]["address"] is None


def test_of_what_was_taken_down_nothing_is_known():
    made = facts(None, [{"name": "a"}], [])
    assert {key for key, value in made.items() if value} == {"name", "containers"}
