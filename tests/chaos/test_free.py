# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Eight hosts that do not wait for each other, each with a container of its own, and a fault or a kill in the middle."""

from __future__ import annotations

import sys

import pytest
import yaml
from ansible_collections.chi.edge.tests.tools.settling import settles
from faults import KILLS, Case, Request

HOSTS = 8

pytestmark = pytest.mark.alone


@pytest.fixture
def eight(on_one_device):
    return on_one_device("chaos-free", HOSTS, edge_container_timeout=120)


@pytest.fixture
def play(eight):
    """Runs the role on all hosts at once."""
    hosts = {name: {"ansible_connection": "local", "ansible_python_interpreter": sys.executable} for name in eight.containers}
    role = {"role": "chi.edge.edge_container", "edge_container_name": "{{ inventory_hostname }}"}
    inventory, playbook = eight.lane.file("hosts.yml"), eight.lane.file("free.yml")
    inventory.write_text(yaml.safe_dump({"all": {"hosts": hosts, "vars": eight.variables("provision")}}))
    playbook.write_text(yaml.safe_dump([{"hosts": "all", "strategy": "free", "gather_facts": False, "roles": [role]}]))
    return lambda case=None: eight.lane.play(str(playbook), {}, case, ANSIBLE_INVENTORY=str(inventory), ANSIBLE_FORKS="8")


FAULTS = {
    "killed_after": ("container", "POST", "/v1/containers", 4),
    "lost": ("container", "POST", "/v1/containers", 2),
    "killed_before": ("network", "POST", "/v2.0/floatingips", 3),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_eight_hosts_with_the_strategy_free(eight, play, fault):
    service, method, path, occurrence = FAULTS[fault]
    case = Case(Request(method, eight.eye.port_of(service), path, occurrence), fault)
    disturbed = play(case)
    eight.told.append(f"{case}: status {disturbed.status} after {disturbed.seconds:.0f} s, met: {disturbed.is_met}")
    assert disturbed.is_met, f"{eight}\n{disturbed.requests}"
    eight.judge(disturbed, may_be_killed=fault in KILLS)
    if disturbed.status:
        again = play()
        assert again.status == 0, f"{eight}\n{again.text[-4000:]}"
        eight.judge(again)
    assert settles(lambda: not eight.faults("provision")), f"{eight}\n{eight.faults('provision')}"
    assert play().text.count("changed=0") == HOSTS
