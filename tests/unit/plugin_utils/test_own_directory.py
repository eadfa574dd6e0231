# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a killed run has left is removed by a later one; what lives, or is not ours, stays."""

from __future__ import annotations

import os
import subprocess
import time

import pytest
from ansible_collections.chi.edge.plugins.plugin_utils import _own_directory


@pytest.fixture
def dead():
    """The number of a process that is no more."""
    process = subprocess.Popen(["true"])
    process.wait()
    return process.pid


def run_of(place, process, name="chi_edge", age=7200):
    folder = place / f"ansible-local-{process}abcd1234" / name
    folder.mkdir(parents=True)
    (folder / "token").write_text("token")
    os.utime(folder, (time.time() - age,) * 2)
    return folder


def test_what_a_killed_run_has_left(tmp_path, dead, monkeypatch):
    gone = run_of(tmp_path, dead)
    kept = [run_of(tmp_path, os.getpid()), run_of(tmp_path, dead + 1, "another's"), run_of(tmp_path, f"1x{dead}")]
    ours = tmp_path / "ansible-local-1abcd5678"
    ours.mkdir()
    monkeypatch.setattr(_own_directory.C, "DEFAULT_LOCAL_TMP", str(ours), raising=False)
    assert _own_directory.own_directory() == str(ours / "chi_edge")
    assert not gone.exists() and gone.parent.exists()
    assert all(folder.exists() for folder in kept)


def test_what_was_used_a_moment_ago_may_be_in_use_elsewhere(tmp_path, dead):
    fresh = run_of(tmp_path, dead, age=10)
    _own_directory.forget_dead_runs(str(tmp_path))
    assert fresh.exists()


def test_no_place_is_no_trouble(tmp_path):
    _own_directory.forget_dead_runs(str(tmp_path / "nowhere"))
