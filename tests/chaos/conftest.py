# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The local cloud under faults. Draws are made by a seed, which is printed: CHI_EDGE_SEED makes them again.

CHI_EDGE_CHAOS_SHARE says how much is run, 1.0 for all.
"""

from __future__ import annotations

import os
import random
import sys
from pathlib import Path

import pytest
import yaml

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

from eye import Eye  # noqa: E402
from lanes import lane as running_lane  # noqa: E402
from schedule import SHARE  # noqa: E402
from stories import SECRET, Story  # noqa: E402

CLOUDS = Path(os.environ.get("OS_CLIENT_CONFIG_FILE", "/opt/chi-edge/clouds.yaml"))


def pytest_configure(config):
    # inherited by the workers, so that all draw the same
    os.environ.setdefault("CHI_EDGE_SEED", str(random.randrange(10**6)))


def pytest_report_header(config):
    return f"chaos: CHI_EDGE_SEED={os.environ['CHI_EDGE_SEED']} CHI_EDGE_CHAOS_SHARE={SHARE:g}"


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
def lane(tmp_path_factory):
    with running_lane(tmp_path_factory.mktemp("lane"), CLOUDS) as running:
        yield running


@pytest.fixture(scope="session")
def new_story(lane, eye, secrets):
    """Makes a story of a name on devices."""
    return lambda name, devices: Story(name, list(devices), lane, eye, secrets)
