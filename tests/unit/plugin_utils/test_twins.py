# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Security groups and rules that are there more than once: the first stays, and nobody else's is named."""

from __future__ import annotations

import pytest
from ansible_collections.chi.edge.plugins.plugin_utils._twins import twins

EARLY, LATE = "2026-11-28T04:48:08Z", "2026-11-28T04:48:09Z"


def rule(number, created_at=EARLY, **more):
    said = {"direction": "ingress", "ethertype": "IPv4", "protocol": "tcp", "port_range_min": 80, "port_range_max": 80}
    return {"id": f"rule-{number}", "created_at": created_at, **said, **more}


def group(number, created_at=EARLY, rules=(), **more):
    own = {"name": "chi.edge web", "description": "chi.edge container web", "project_id": "mine"}
    return {"id": f"group-{number}", "created_at": created_at, "security_group_rules": list(rules), **own, **more}


def test_one_of_each_has_no_twin():
    assert twins([]) == []
    assert twins([group(1, rules=[rule(1), rule(2, ethertype="IPv6")]), group(2, name="chi.edge other")]) == []


def test_the_first_group_of_a_name_stays_and_of_one_second_that_of_the_lower_id():
    assert twins([group(3), group(1, LATE), group(2)]) == [
        {"id": "group-3", "state": "absent"},
        {"id": "group-1", "state": "absent"},
    ]


def test_a_group_that_stays_has_a_rule_twice():
    assert twins([group(1, rules=[rule(1), rule(2, LATE)])]) == [{"id": "group-1", "state": "present"}]


@pytest.mark.parametrize(
    "difference",
    [
        {"direction": "egress"},
        {"ethertype": "IPv6"},
        {"protocol": "udp"},
        {"port_range_min": 79},
        {"port_range_max": 81},
        {"remote_ip_prefix": "192.0.2.0/24"},
        {"remote_group_id": "another"},
        {"remote_address_group_id": "another"},
    ],
    ids=lambda difference: next(iter(difference)),
)
def test_rules_that_say_different_things_are_no_twins(difference):
    assert twins([group(1, rules=[rule(1), rule(2, **difference)])]) == []


def test_the_rules_of_a_group_that_goes_go_with_it():
    doubled = [rule(1), rule(2)]
    assert twins([group(1), group(2, rules=doubled)]) == [{"id": "group-2", "state": "absent"}]


def test_what_the_role_has_not_made_is_left_alone():
    by_hand = group(1, rules=[rule(1), rule(2)], description="made by hand")
    assert twins([by_hand, group(2), {**by_hand, "id": "group-3"}]) == []


def test_an_administrator_sees_groups_of_other_projects():
    assert twins([group(1), group(2, project_id="theirs")]) == []
