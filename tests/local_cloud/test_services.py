# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The cloud as its users and its administrator see it, through the SDK and the openstack command line."""

from __future__ import annotations

import json
import pathlib
import subprocess
import sys

import keystoneauth1.exceptions
import openstack
import pytest
import yaml

DEVICES = {"iot-rpi4-01": "raspberrypi4-64", "iot-rpi4-02": "raspberrypi4-64", "iot-jetson-nano-01": "jetson-nano"}


def get(connection, kind: str, path: str, **options):
    """A GET where the SDK knows no service."""
    return connection.session.get(path, endpoint_filter={"service_type": kind}, **options)


def command_line(cloud: str, *words: str) -> list[dict]:
    command = [str(pathlib.Path(sys.executable).with_name("openstack")), "--os-cloud", cloud, *words, "-f", "json"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_catalog(admin):
    services = {service.type: service.name for service in admin.identity.services()}
    wanted = {"image": "glance", "network": "neutron", "placement": "placement", "container": "zun", "reservation": "blazar"}
    assert wanted.items() <= services.items()
    assert {endpoint.region_id for endpoint in admin.identity.endpoints()} == {"CHI@Local"}


def test_network_agents_are_alive():
    agents = command_line("edge-admin", "network", "agent", "list")
    assert {agent["Binary"] for agent in agents if agent["Alive"]} == {"neutron-l3-agent", "neutron-linuxbridge-agent"}


def test_every_device_has_a_compute_service():
    services = command_line("edge-admin", "appcontainer", "service", "list")
    assert {service["Host"] for service in services if service["State"] == "up"} == set(DEVICES)


def test_devices_are_enrolled_and_visible_to_a_member():
    with openstack.connect(cloud="edge") as member:
        devices = get(member, "reservation", "/devices").json()["devices"]
    assert {device["name"]: device["machine_name"] for device in devices} == DEVICES
    assert all(device["reservable"] and device["architecture"] == "aarch64" and device["uid"] for device in devices)


def test_networks():
    networks = {network["Name"] for network in command_line("edge", "network", "list")}
    assert networks >= {"public", "containernet1"}
    with openstack.connect(cloud="edge") as member:
        assert member.network.find_network("public").is_router_external
        assert member.network.find_network("containernet1").is_shared


def test_pool_has_as_many_floating_ips_as_the_variable_says(admin):
    subnet = next(admin.network.subnets(network_id=admin.network.find_network("public").id))
    first, last = (int(subnet.allocation_pools[0][end].rpartition(".")[2]) for end in ("start", "end"))
    assert last - first + 1 == 64 + 1  # one is the router's


def test_clouds_file(cloud):
    clouds = yaml.safe_load((cloud.directory / "clouds.yaml").read_text())["clouds"]
    assert list(clouds) == ["edge", "edge-restricted", "edge-expired", "edge-other", "edge-admin"]


@pytest.mark.parametrize(("name", "unrestricted"), [("edge", True), ("edge-restricted", False), ("edge-other", True)])
def test_application_credentials(admin, name, unrestricted):
    with openstack.connect(cloud=name) as member:
        mine = member.config.config["auth"]["application_credential_id"]
        credential = admin.identity.get_application_credential(member.current_user_id, mine)
    assert credential.unrestricted is unrestricted


def test_expired_credential_is_refused():
    with openstack.connect(cloud="edge-expired") as member, pytest.raises(keystoneauth1.exceptions.Unauthorized):
        member.session.get_token()


def test_other_is_another_project():
    with openstack.connect(cloud="edge") as one, openstack.connect(cloud="edge-other") as other:
        assert one.current_project_id != other.current_project_id


def test_members_are_not_administrators():
    with openstack.connect(cloud="edge") as member:
        assert get(member, "container", "/services", raise_exc=False).status_code == 403
        assert set(member.session.auth.get_access(member.session).role_names) == {"member", "reader"}
