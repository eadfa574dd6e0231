# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs the playbooks of targets/ against the local cloud, each in check mode, real, again, changed and removed."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

HERE = Path(__file__).parent
TARGETS = sorted(path.name for path in (HERE / "targets").iterdir() if (path / "tasks" / "main.yml").exists())
MODULES = [target for target in TARGETS if target != "edge_container"]


def play(playbook, target, **kwargs):
    run = playbook(str(HERE / "run.yml"), extra={"target": target, **kwargs.pop("extra", {})}, **kwargs)
    assert run.status == 0, run.text[-20000:]
    assert run.recap["ok"] > 10, "a target that does nothing proves nothing"


@pytest.mark.parametrize("target", TARGETS)
def test_target(playbook, target):
    play(playbook, target)


@pytest.mark.parametrize("target", MODULES)
def test_target_as_ordinary_modules_with_the_oldest_libraries(playbook, target):
    oldest = os.environ.get("CHI_EDGE_OLDEST")
    assert oldest, "CHI_EDGE_OLDEST names the virtual environment with the lower bounds of requirements.txt"
    play(playbook, target, python=f"{oldest}/bin/python", extra={"chi_edge_in_process": False})
