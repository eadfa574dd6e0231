# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the guides of the first steps and of day two show, in their order, with other names and nothing else changed."""

from __future__ import annotations

import re

import pytest
import yaml
from ansible_collections.chi.edge.tests.tools.documents import ROOT, blocks

pytestmark = pytest.mark.alone

NAME = "test-guides"
NAMES = ("sensor", "next-experiment", "experiment", "talker", "listener", "collector", "sensor-installed")
LOCAL, DAY_TWO = "guide_local_cloud", "guide_day_two"


def shown(guide: str, caption: str) -> str:
    """A file of a guide, with names of our own."""
    [code] = [block.code for block in blocks(ROOT / "docs" / "docsite" / "rst" / f"{guide}.rst") if block.caption == caption]
    return re.sub(rf"(?<![\w/-])({'|'.join(NAMES)})(?![\w./-])", rf"{NAME}-\1", code)


@pytest.fixture(scope="module")
def follow(module_playbook):
    """Run what a guide shows under a caption; returns the Run. What was made is taken down in the end, however it ends."""

    def run(guide, caption, *options, cloud="edge"):
        return module_playbook(yaml.safe_load(shown(guide, caption)), *options, env={"OS_CLOUD": cloud})

    yield run
    for caption in ("sensor.yml", "several.yml"):
        run(LOCAL, caption, "-e", "edge_container_state=absent")
    undone = [
        {"chi.edge.lease": {"name": f"{NAME}-next-experiment", "state": "absent", "cloud": "edge"}},
        {"openstack.cloud.image": {"name": f"{NAME}-sensor-installed", "state": "absent", "cloud": "edge"}},
        # what is deleted in Glance stays in the engine
        {"ansible.builtin.command": f"docker image rm --force {NAME}-sensor-installed:v1", "changed_when": True},
    ]
    assert module_playbook(undone).status == 0


def twice(follow, guide, caption, *options):
    """Run it and see that it changes something, and run it again and see that it does not."""
    first = follow(guide, caption, *options)
    assert first.status == 0, first.text
    assert not re.search(r"changed=0 ", first.stdout), first.stdout
    again = follow(guide, caption, *options)
    assert again.status == 0, again.text
    assert re.search(r"changed=0 ", again.stdout), again.stdout
    return again


def test_mistakes_are_told_before_a_device_is_leased(follow):
    told = {"edge-restricted": "is restricted, and a lease takes one that may make trusts", "edge-expired": "expired or deleted"}
    for cloud, words in told.items():
        run = follow(LOCAL, "sensor.yml", "--check", cloud=cloud)
        assert run.status != 0 and words in run.text, run.text
    run = follow(LOCAL, "sensor.yml", "-e", "edge_container_image=127.0.0.1:5005/edge/hello:amd64")
    assert run.status != 0 and "is built for linux/amd64" in run.text and "Nothing was made." in run.text, run.text


def test_the_first_container_answers(follow):
    assert re.search(r'"msg": "http://172\.[\d.]+:8080/"', twice(follow, LOCAL, "sensor.yml").stdout)


def test_its_state_is_shown(follow):
    run = follow(DAY_TWO, "look.yml")
    assert run.status == 0, run.text
    assert f"{NAME}-sensor" in run.stdout and '"Running"' in run.stdout and re.search(r'"172\.', run.stdout)


def test_a_command_runs_and_files_are_copied(follow):
    assert re.search(r'"msg": "\d+\.\d+"', twice(follow, DAY_TWO, "command.yml").stdout)
    twice(follow, DAY_TWO, "copy.yml")


def test_a_play_runs_inside(follow, tmp_path):
    inventory = tmp_path / "edge.chi_edge.yml"
    inventory.write_text(shown(DAY_TWO, inventory.name) + f"name: {NAME}-*\n")  # others may have containers as well
    run = follow(DAY_TWO, "inside.yml", "-i", str(inventory))
    assert run.status == 0, run.text
    assert "aarch64" in run.stdout


def test_a_lease_is_kept_and_another_is_planned(follow):
    twice(follow, DAY_TWO, "nightly.yml")
    twice(follow, DAY_TWO, "next.yml")


def test_an_image_is_made_of_it(follow):
    twice(follow, DAY_TWO, "snapshot.yml")


def test_all_of_it_goes_and_makes_room_for_several(follow):
    twice(follow, LOCAL, "sensor.yml", "-e", "edge_container_state=absent")
    twice(follow, LOCAL, "several.yml")
