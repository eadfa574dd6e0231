# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs the playbooks of targets/ against the local cloud, each in check mode, real, again, changed and removed.

A module's target keeps to the device that it is given, so the targets may run side by side (C(pytest -n 3));
those of the roles take what devices there are.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from provisioning import DEVICE, IMAGE

HERE = Path(__file__).parent
TARGETS = sorted(path.parts[-3] for path in HERE.glob("targets/*/tasks/main.yml"))
ROLES = [target for target in TARGETS if (HERE.parents[1] / "roles" / target).exists()]
MODULES = [target for target in TARGETS if target not in ROLES]


def play(playbook, target, **kwargs):
    given = {"target": target, "test_device": DEVICE, "test_image": IMAGE}
    run = playbook(str(HERE / "run.yml"), extra={**given, **kwargs.pop("extra", {})}, **kwargs)
    assert run.status == 0, run.text[-20000:]
    assert run.recap["ok"] > 10, "a target that does nothing proves nothing"


@pytest.mark.modules
@pytest.mark.parametrize("target", MODULES)
def test_module(playbook, target):
    """In Ansible's own process, then as an ordinary module with the oldest libraries: one test, as both use the same names."""
    oldest = os.environ.get("CHI_EDGE_OLDEST")
    assert oldest, "CHI_EDGE_OLDEST names the virtual environment with the lower bounds of requirements.txt"
    play(playbook, target)
    play(playbook, target, python=f"{oldest}/bin/python", extra={"chi_edge_in_process": False})


@pytest.mark.modules
@pytest.mark.chameleon
@pytest.mark.parametrize("target", MODULES)
def test_module_with_chameleons_clients(playbook, target):
    place = os.environ.get("CHI_EDGE_CHAMELEON")
    assert place, "CHI_EDGE_CHAMELEON names the virtual environment with Chameleon's own clients"
    play(playbook, target, python=f"{place}/bin/python")


@pytest.mark.alone
@pytest.mark.parametrize("target", ROLES)
def test_role(playbook, target):
    play(playbook, target)
