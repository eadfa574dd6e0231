# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tests of the role local_cloud against the cloud that it has brought up.

    make cloud; OS_CLIENT_CONFIG_FILE=/opt/chi-edge/clouds.yaml pytest tests/local_cloud [-m destructive]

The destructive ones take the cloud down and bring it up again; they are left out unless asked for by the marker.
"""

from __future__ import annotations

import os
import pathlib
import sys
from collections.abc import Iterator

import openstack
import pytest

sys.path.insert(0, str(pathlib.Path(__file__).parent))

from cloud import LocalCloud  # noqa: E402


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "destructive: stops, kills or removes the local cloud")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if "destructive" not in config.getoption("-m"):
        for item in items:
            if item.get_closest_marker("destructive"):
                item.add_marker(pytest.mark.skip(reason="takes the local cloud down; ask for it with -m destructive"))


@pytest.fixture(scope="session")
def cloud() -> LocalCloud:
    """The local cloud whose clouds.yaml the environment names."""
    clouds = pathlib.Path(os.environ.get("OS_CLIENT_CONFIG_FILE", "/opt/chi-edge/clouds.yaml"))
    os.environ["OS_CLIENT_CONFIG_FILE"] = str(clouds)
    return LocalCloud(clouds.parent)


@pytest.fixture
def admin() -> Iterator[openstack.connection.Connection]:
    with openstack.connect(cloud="edge-admin") as connection:
        yield connection
