# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The local cloud under faults. Draws are made by a seed, which is printed: CHI_EDGE_SEED makes them again.

CHI_EDGE_CHAOS_SHARE says how much is run, 1.0 for all.
"""

from __future__ import annotations

import json
import os
import random
import sys
import time
from pathlib import Path

import pytest
import yaml
from ansible_collections.chi.edge.tests.tools.settling import settles

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

from eye import Eye  # noqa: E402
from lanes import DEVICES  # noqa: E402
from lanes import lane as running_lane  # noqa: E402
from schedule import SHARE  # noqa: E402
from stories import SECRET, Story  # noqa: E402

CLOUDS = Path(os.environ.get("OS_CLIENT_CONFIG_FILE", "/opt/chi-edge/clouds.yaml"))


def pytest_configure(config):
    # inherited by the workers, so that all draw the same
    os.environ.setdefault("CHI_EDGE_SEED", str(random.randrange(10**6)))


def pytest_report_header(config):
    return f"chaos: CHI_EDGE_SEED={os.environ['CHI_EDGE_SEED']} CHI_EDGE_CHAOS_SHARE={SHARE:g}"


def pytest_collection_modifyitems(config, items):
    """Of the tests that have no draws of their own, a share is drawn."""
    single = [item for item in items if "number" not in getattr(getattr(item, "callspec", None), "params", {})]
    lots = random.Random(int(os.environ["CHI_EDGE_SEED"]))
    left_out = set(lots.sample(single, len(single) - max(1, round(len(single) * SHARE)))) if SHARE < 1 and single else set()
    config.hook.pytest_deselected(items=list(left_out))
    items[:] = [item for item in items if item not in left_out]


@pytest.fixture(scope="session")
def seed() -> int:
    return int(os.environ["CHI_EDGE_SEED"])


@pytest.fixture(scope="session")
def secrets() -> list[str]:
    clouds = yaml.safe_load(CLOUDS.read_text())["clouds"]
    return [SECRET, clouds["edge"]["auth"]["application_credential_secret"]]


@pytest.fixture(scope="session")
def eye():
    os.environ.setdefault("OS_CLIENT_CONFIG_FILE", str(CLOUDS))
    looking = Eye()
    yield looking
    looking.close()


@pytest.fixture(scope="session")
def admin(eye):
    """The same eye as an administrator, who can also do something."""
    looking = Eye("edge-admin")
    yield looking
    looking.close()


@pytest.fixture(scope="session")
def cloud_directory() -> Path:
    return CLOUDS.parent


@pytest.fixture(scope="session")
def lane(tmp_path_factory):
    with running_lane(tmp_path_factory.mktemp("lane"), CLOUDS) as running:
        yield running


@pytest.fixture(scope="session")
def new_story(lane, eye, secrets):
    """Makes a story of a name on devices."""
    return lambda name, devices=(), names=(), **more: Story(name, list(devices), lane, eye, secrets, list(names), more)


@pytest.fixture
def on_one_device(new_story, eye):
    """Makes a story of so many containers on one device, whose lease is there already; nothing of it stays."""
    ended = []

    def make(name: str, count: int, **more) -> Story:
        properties = json.dumps(["==", "$name", DEVICES[0]])
        wanted = {"resource_type": "device", "min": 1, "max": 1, "resource_properties": properties}
        end = time.strftime("%Y-%m-%d %H:%M", time.gmtime(time.time() + 3600))
        body = {"name": name, "start_date": "now", "end_date": end, "reservations": [wanted], "events": []}
        lease = eye.ask("reservation", "/leases", "POST", json=body)["lease"]
        assert settles(lambda: [item["status"] for item in eye.leases(name)] == ["ACTIVE"])
        names = [f"{name}-{number}" for number in range(count)]
        story = new_story(name, names=names, **more)
        ended.append((story, lease["id"]))
        return story

    yield make
    for story, lease in ended:
        story.ends()
        eye.ask("reservation", f"/leases/{lease}", "DELETE")
        assert settles(lambda name=story.name: not eye.remains_of(name)), eye.remains_of(story.name)
