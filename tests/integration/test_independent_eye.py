# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a provision has made, seen by others: the openstack command line, curl, and a shell inside the container."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from provisioning import PORT, options

NAME = "test-eye"


def openstack(*words):
    """The openstack command line's own view, as JSON."""
    command = [str(Path(sys.executable).with_name("openstack")), "--os-cloud", "edge", *words, "-f", "json"]
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=dict(os.environ))
    return json.loads(done.stdout)


@pytest.fixture
def provisioned(playbook):
    run = playbook("chi.edge.provision", extra=options(NAME))
    yield run
    playbook("chi.edge.teardown", extra=options(NAME))


def of_this_test(rows, key):
    return [row for row in rows if NAME in str(row.get(key, ""))]


def test_others_see_what_was_provisioned_and_nothing_after_the_teardown(playbook, provisioned):
    assert provisioned.status == 0, provisioned.text
    assert provisioned.recap["changed"] >= 2

    (lease,) = of_this_test(openstack("reservation", "lease", "list"), "name")
    assert openstack("reservation", "lease", "show", lease["id"])["status"] == "ACTIVE"

    (container,) = of_this_test(openstack("appcontainer", "list"), "name")
    assert container["status"] == "Running"
    inner = openstack("appcontainer", "show", container["uuid"])["addresses"]
    (port,) = [row["ID"] for row in openstack("port", "list", "--fixed-ip", f"ip-address={inner}")]

    (address,) = [row for row in openstack("floating", "ip", "list") if row["Port"] == port]
    assert openstack("floating", "ip", "show", address["ID"])["status"] == "ACTIVE"

    page = subprocess.run(
        ["curl", "--silent", "--fail", "--max-time", "10", "--noproxy", "*", f"http://{address['Floating IP Address']}:{PORT}/"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert "aarch64" in page
    assert "aarch64" in inside(container["uuid"], "uname -m")

    again = playbook("chi.edge.provision", extra=options(NAME))
    assert again.status == 0, again.text
    assert again.recap["changed"] == 0

    down = playbook("chi.edge.teardown", extra=options(NAME))
    assert down.status == 0, down.text
    assert not of_this_test(openstack("appcontainer", "list"), "name")
    assert address["ID"] not in [row["ID"] for row in openstack("floating", "ip", "list")]
    assert not of_this_test(openstack("reservation", "lease", "list"), "name")

    once_more = playbook("chi.edge.teardown", extra=options(NAME))
    assert once_more.status == 0, once_more.text
    assert once_more.recap["changed"] == 0


def inside(container: str, command: str) -> str:
    """Run a command inside the container through Zun, with the services' own command line."""
    words = [str(Path(sys.executable).with_name("openstack")), "--os-cloud", "edge", "appcontainer", "exec", container]
    return subprocess.run([*words, *command.split()], capture_output=True, text=True, check=True, env=dict(os.environ)).stdout
