# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbook on a cloud that is up: it changes nothing, is quick, and shows no secret."""

from __future__ import annotations

import json

import pytest
import yaml

from cloud import usual_devices


def test_second_run_changes_nothing(cloud):
    cloud.play("started")
    run = cloud.play("started")
    assert run.changed == 0, run.output
    assert run.seconds < 30


def test_check_mode_foresees_nothing_to_do(cloud):
    assert cloud.play("started", "--check").changed == 0


def test_check_mode_foresees_a_removal_and_removes_nothing(cloud):
    assert cloud.play("absent", "--check").changed == 1
    assert cloud.play("stopped", "--check").changed == 1
    assert cloud.play("started", "--check").changed == 0


def test_output_shows_no_secret(cloud):
    passwords = json.loads((cloud.directory / "etc" / "passwords.json").read_text()).values()
    clouds = yaml.safe_load((cloud.directory / "clouds.yaml").read_text())["clouds"].values()
    secrets = {*passwords, *(entry["auth"].get("application_credential_secret", "-" * 40) for entry in clouds)}
    output = cloud.play("started", "-vvv", "--diff").output
    assert not [secret for secret in secrets if secret in output]


@pytest.mark.parametrize(
    ("variables", "complaint"),
    [
        ({"local_cloud_state": "gone"}, "value of local_cloud_state must be one of: started, stopped, absent, got: gone"),
        ({"local_cloud_directory": "/usr"}, "/usr is not empty and not of a local cloud"),
        ({"local_cloud_public_pool_size": 500}, "172.24.4.0/24 has room for 1 to 244 floating IPs"),
        ({"local_cloud_public_cidr": "172.24.4.0/33"}, "'33' is not a valid netmask"),
        ({"local_cloud_container_cidr": "10.20.0.1/20"}, "10.20.0.1/20 has host bits set"),
        ({"local_cloud_devices": [{"name": "My Pi", "machine_name": "pi"}]}, "'My Pi' in local_cloud_devices is no name"),
        ({"local_cloud_devices": [{"name": "pi", "machine_name": "pi"}] * 2}, "'pi' stands more than once"),
        ({"local_cloud_devices": [{"name": "pi"}]}, "missing required arguments: machine_name"),
    ],
)
def test_bad_input_is_refused_in_words(cloud, variables, complaint):
    assert complaint in cloud.refusal(**variables)


def test_second_local_cloud_is_refused(cloud, tmp_path):
    message = cloud.refusal(local_cloud_directory=str(tmp_path / "second"))
    assert "Another Neutron has routers here" in message
    assert "Port 5000 is taken: choose another one for keystone with local_cloud_ports." in message
    assert not (tmp_path / "second").exists()


def test_renumbering_is_refused(cloud):
    message = cloud.refusal(local_cloud_container_cidr="10.30.0.0/20")
    assert "The subnet of containernet1 is 10.20.0.0/20 and cannot become 10.30.0.0/20" in message


def test_devices_come_change_and_go(cloud, admin):
    """A fourth device is enrolled and takes containers; it changes and goes again; the other three stay as they are."""

    def device(name: str) -> dict:
        answer = admin.session.get("/devices", endpoint_filter={"service_type": "reservation"}).json()
        return next((entry for entry in answer["devices"] if entry["name"] == name), {})

    usual = usual_devices()
    before = {entry["name"]: device(entry["name"])["id"] for entry in usual}
    fourth = {"name": "iot-test-04", "machine_name": "test", "authorized_projects": ["demo"], "reservable": False}
    cloud.play("started", f"--extra-vars={json.dumps({'local_cloud_devices': [*usual, fourth]})}")
    demo = admin.identity.find_project("demo").id
    assert device("iot-test-04").items() >= {"machine_name": "test", "authorized_projects": demo, "reservable": False}.items()
    assert "zun-compute-iot-test-04" in cloud.processes().values()

    fourth = {"name": "iot-test-04", "machine_name": "test", "vendor": "Nobody"}
    assert cloud.play("started", f"--extra-vars={json.dumps({'local_cloud_devices': [*usual, fourth]})}").changed == 1
    assert device("iot-test-04").items() >= {"vendor": "Nobody", "reservable": True}.items()
    assert not device("iot-test-04").get("authorized_projects")

    cloud.play("started")
    assert not device("iot-test-04")
    assert "zun-compute-iot-test-04" not in cloud.processes().values()
    assert {name: device(name)["id"] for name in before} == before
    services = admin.session.get("/services", endpoint_filter={"service_type": "container"}).json()["services"]
    assert {service["host"] for service in services} == set(before)
    assert cloud.play("started").changed == 0
