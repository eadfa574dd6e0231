# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The playbook of another team, which uses the collection beside others, for two clouds in one play."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

import pytest

from provisioning import DEVICES, IMAGE

pytestmark = pytest.mark.alone

HERE = Path(__file__).parent / "infra"
NAME = "test-infra"
SITES = ("north", "south")


@pytest.fixture
def infra(playbook, tmp_path):
    """Run the playbook; returns the Run."""
    devices = os.environ.get("CHI_EDGE_DEVICES", " ".join(DEVICES)).split()
    common = {"sensor_name": NAME, "sensor_image": IMAGE, "sensor_devices": devices, "monitoring_directory": str(tmp_path)}

    def run(*options, **extra):
        given = {**common, "sensor_state": "present", **extra}
        return playbook(str(HERE / "site.yml"), "-i", str(HERE / "inventory.yml"), *options, extra=given)

    yield run
    assert run(sensor_state="absent").status == 0


def changes(run) -> dict[str, int]:
    """How many tasks have changed something, by host."""
    assert run.status == 0, run.text
    return {host: int(count) for host, count in re.findall(r"^(\w+) +: ok=.* changed=(\d+)", run.stdout, re.MULTILINE)}


def test_roles_and_modules_fit_into_a_larger_playbook(infra, playbook, tmp_path):
    foretold = infra("--check", "--diff")
    assert min(changes(foretold).values()) > 0
    assert not any((tmp_path / f"{site}.json").exists() for site in SITES)

    # the security group and the file; the lease, and the container with its floating IP
    assert changes(infra()) == {"north": 4, "south": 4}
    addresses = {site: json.loads((tmp_path / f"{site}.json").read_text())["targets"] for site in SITES}
    assert all(len(found) == 1 for found in addresses.values())
    looks = [{"chi.edge.lease_info": {"cloud": cloud, "name": NAME}, "register": "found"} for cloud in ("edge", "edge-other")]
    show = {"ansible.builtin.debug": {"msg": "@{{ found.leases | to_json }}@"}}
    shown = playbook([task for look in looks for task in (look, show)]).stdout.split("@")[1::2]
    leases = [json.loads(json.loads(f'"{text}"')) for text in shown]
    assert [len(found) for found in leases] == [1, 1]
    assert leases[0][0]["id"] != leases[1][0]["id"], "each in the project of its site"

    assert changes(infra()) == {"north": 0, "south": 0}
    (tmp_path / "north.json").unlink()
    only = infra("--tags", "monitoring")
    assert changes(only) == {"north": 1, "south": 0}
    assert "Have the containers run" not in only.stdout
    assert changes(infra("--limit", "south", "--tags", "sensor")) == {"south": 0}

    down = infra(sensor_state="absent")
    assert changes(down) == {"north": 4, "south": 4}
    assert changes(infra(sensor_state="absent")) == {"north": 0, "south": 0}
