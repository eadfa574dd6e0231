# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the cloud's own part of Zun sees to: nothing stays behind of a container."""

from __future__ import annotations

import json
import subprocess
import time

import openstack
import pytest
from ansible_collections.chi.edge.tests.tools.settling import settles
from zunclient import api_versions, exceptions
from zunclient.v1 import client

IMAGE = "127.0.0.1:5005/edge/hello:arm64"
DEVICE = "iot-jetson-nano-01"
LEASE = "test-leftovers"


@pytest.fixture
def member():
    with openstack.connect(cloud="edge") as connection:
        yield connection


@pytest.fixture
def reservation(member):
    """A reservation of a device that is active."""

    def ask(method: str, path: str, **options):
        return member.session.request(path, method, endpoint_filter={"service_type": "reservation"}, **options)

    wanted = {"resource_type": "device", "min": 1, "max": 1, "resource_properties": json.dumps(["==", "$name", DEVICE])}
    end = time.strftime("%Y-%m-%d %H:%M", time.gmtime(time.time() + 1800))
    body = {"name": LEASE, "start_date": "now", "end_date": end, "reservations": [wanted], "events": []}
    lease = ask("POST", "/leases", json=body).json()["lease"]
    try:
        assert settles(lambda: ask("GET", f"/leases/{lease['id']}").json()["lease"]["status"] == "ACTIVE", 60)
        yield lease["reservations"][0]["id"]
    finally:
        ask("DELETE", f"/leases/{lease['id']}")


def leftovers(member, uuid: str) -> list[str]:
    """What the engine and Neutron know of a container."""
    listed = ["docker", "ps", "--all", "--quiet", "--filter", f"name={uuid}"]
    found = subprocess.run(listed, capture_output=True, text=True, check=True).stdout.split()
    found += [group.name for group in member.network.security_groups() if uuid in group.name]
    return found + [port.id for port in member.network.ports() if uuid in (port.device_id or "") + port.name]


@pytest.fixture
def zun(member):
    return client.Client(session=member.session, service_type="container", api_version=api_versions.APIVersion("1.40")).containers


@pytest.fixture
def made(zun, reservation):
    """A container that is about to be made."""
    return zun.run(name=LEASE, image=IMAGE, exposed_ports={"8080/tcp": {}}, hints={"reservation": reservation})


def nothing_stays_of(member, zun, made) -> None:
    assert settles(lambda: made.uuid not in [item.uuid for item in zun.list()], 60)
    # whoever was at work on it is through with it by now
    time.sleep(4)
    assert settles(lambda: not leftovers(member, made.uuid), 30), leftovers(member, made.uuid)


@pytest.mark.parametrize("pause", [0.0, 0.5, 1.0, 1.5, 2.0])
def test_of_a_container_that_is_deleted_by_force_while_it_is_made_nothing_stays(member, zun, made, pause):
    time.sleep(pause)
    zun.delete(made.uuid, force=True)
    nothing_stays_of(member, zun, made)


def test_of_a_container_that_is_deleted_as_soon_as_that_is_allowed_nothing_stays(member, zun, made):
    def is_allowed() -> bool:
        try:
            zun.delete(made.uuid, stop=True)
        except exceptions.Conflict:
            return False
        return True

    assert settles(is_allowed, 60)
    nothing_stays_of(member, zun, made)
