# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs the playbooks of targets/ against the local cloud, each in check mode, real, again, changed and removed.

A module's target keeps to one device, so the targets may run side by side (C(pytest -n 3 --dist loadgroup)); those of the
roles take what devices there are.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

HERE = Path(__file__).parent
TARGETS = sorted(path.parts[-3] for path in HERE.glob("targets/*/tasks/main.yml"))
ROLES = [target for target in TARGETS if (HERE.parents[1] / "roles" / target).exists()]
MODULES = [target for target in TARGETS if target not in ROLES]


def beside_others(targets):
    """Each target in a group of its own, so that what uses the same device runs one after another."""
    return [pytest.param(target, marks=[pytest.mark.modules, pytest.mark.xdist_group(target)]) for target in targets]


def play(playbook, target, **kwargs):
    run = playbook(str(HERE / "run.yml"), extra={"target": target, **kwargs.pop("extra", {})}, **kwargs)
    assert run.status == 0, run.text[-20000:]
    assert run.recap["ok"] > 10, "a target that does nothing proves nothing"


@pytest.mark.parametrize("target", beside_others(MODULES))
def test_module(playbook, target):
    play(playbook, target)


@pytest.mark.parametrize("target", beside_others(MODULES))
def test_module_the_ordinary_way_with_the_oldest_libraries(playbook, target):
    oldest = os.environ.get("CHI_EDGE_OLDEST")
    assert oldest, "CHI_EDGE_OLDEST names the virtual environment with the lower bounds of requirements.txt"
    play(playbook, target, python=f"{oldest}/bin/python", extra={"chi_edge_in_process": False})


@pytest.mark.parametrize("target", ROLES)
def test_role(playbook, target):
    play(playbook, target)
