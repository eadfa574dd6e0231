# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the tests of operations and of plugins share."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from ansible_collections.chi.edge.tests.tools import kubernetes_zun


@pytest.fixture(params=["sessions", "rest"])
def zun(request):
    """A service with a container, which here is this machine, and both ways into it."""
    with kubernetes_zun.serving(has_channels=request.param == "sessions", limit=2.0) as behaviour:
        yield behaviour


@pytest.fixture(scope="module")
def nobodys_clouds(tmp_path_factory):
    """No clouds.yaml but an empty one, and no variables of a cloud."""
    with pytest.MonkeyPatch.context() as patch:
        empty = tmp_path_factory.mktemp("clouds") / "clouds.yaml"
        empty.write_text("clouds: {}\n")
        patch.setenv("OS_CLIENT_CONFIG_FILE", str(empty))
        patch.delenv("OS_CLOUD", raising=False)
        yield


@pytest.fixture
def nothing_is_left_inside():
    """What a test has put into the container, which is this machine, goes again. That of others comes and goes meanwhile."""
    before = set(Path("/tmp").glob(".chi-edge-*"))
    yield
    left, deadline = set(Path("/tmp").glob(".chi-edge-*")) - before, time.monotonic() + 20
    while (left := {path for path in left if path.exists()}) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not left, "a directory of ours that outlives its command would fill the container"
