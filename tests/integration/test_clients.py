# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""From a lease to an answering container and back, with every set of libraries that the collection supports.

The set is that of the Ansible that runs: the oldest, and Chameleon's own clients. With the newest all other tests run.
"""

from __future__ import annotations

import os
import subprocess

import pytest

from provisioning import options

NAME = "test-clients"

SETS = {"oldest": "CHI_EDGE_OLDEST", "chameleon": "CHI_EDGE_CHAMELEON"}


@pytest.fixture(params=SETS)
def python(request):
    """The Python of a virtual environment with the set."""
    place = os.environ.get(SETS[request.param])
    assert place, f"{SETS[request.param]} names the virtual environment of tests/requirements-{request.param}.txt"
    return f"{place}/bin/python"


def test_the_whole_way_and_back(playbook, python):
    wanted = options(NAME)
    try:
        run = playbook("chi.edge.provision", extra=wanted, python=python)
        assert run.status == 0, run.text
        assert run.recap["changed"] >= 2, "a lease, and a container with its address"
        run = playbook("chi.edge.provision", extra=wanted, python=python)
        assert run.status == 0 and run.recap["changed"] == 0, run.text
    finally:
        run = playbook("chi.edge.teardown", extra={"edge_container_name": NAME, "edge_container_cloud": "edge"}, python=python)
    assert run.status == 0 and run.recap["changed"] >= 2, run.text
    run = playbook("chi.edge.teardown", extra={"edge_container_name": NAME, "edge_container_cloud": "edge"}, python=python)
    assert run.status == 0 and run.recap["changed"] == 0, run.text


def test_the_sets_are_what_they_are_called(python):
    """A set that pip has filled with something else would test that."""
    listed = subprocess.run([python, "-m", "pip", "list", "--format", "freeze"], capture_output=True, text=True, check=True)
    names = dict(line.lower().split("==") for line in listed.stdout.splitlines() if "==" in line)
    if "chameleon-blazarclient" in names:
        assert "chameleon-zunclient" in names and not {"python-blazarclient", "python-zunclient"} & names.keys()
    else:
        assert names["openstacksdk"] == "2.0.0" and names["python-blazarclient"] == "4.0.0"
