# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The inventory: one real container on the local cloud seen in all ways, and five hundred derived ones for size."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
import yaml
from ansible_collections.chi.edge.tests.integration.provisioning import DEVICE, IMAGE
from ansible_collections.chi.edge.tests.tools.fleet_server import serving

NAME = "test-inventory"
ENABLED = {"ANSIBLE_INVENTORY_ENABLED": "auto", "ANSIBLE_INVENTORY_ANY_UNPARSED_IS_FAILED": "true"}


@pytest.fixture
def inventory(tmp_path, clouds):
    """List an inventory of these options; returns ansible-inventory's output, or with I(fails) what it complains of."""

    def run(options, *, file="test.chi_edge.yml", fails=False, env=None, arguments=("--list",)):
        path = tmp_path / file
        path.write_text(options if isinstance(options, str) else yaml.safe_dump({"plugin": "chi.edge.zun", **options}))
        surroundings = {key: value for key, value in os.environ.items() if not key.startswith("OS_")}
        config = os.environ.get("OS_CLIENT_CONFIG_FILE", "/opt/chi-edge/clouds.yaml")
        surroundings |= {"OS_CLIENT_CONFIG_FILE": config, "ANSIBLE_NOCOLOR": "true", **ENABLED, **(env or {})}
        command = [str(Path(sys.executable).with_name("ansible-inventory")), "-i", str(path), *arguments]
        done = subprocess.run(command, capture_output=True, text=True, env=surroundings, timeout=120, check=False)
        assert (done.returncode != 0) is fails, done.stdout + done.stderr
        return done.stdout + done.stderr if fails else done.stdout

    return run


def hosts(output: str) -> dict[str, dict]:
    """The variables of each host. Ansible marks what may not be a template, which is all that a service has said."""

    def bare(value):
        if isinstance(value, dict):
            return value["__ansible_unsafe"] if set(value) == {"__ansible_unsafe"} else {k: bare(v) for k, v in value.items()}
        return [bare(item) for item in value] if isinstance(value, list) else value

    return bare(json.loads(output)["_meta"]["hostvars"])


# -- one real container --------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def sensor(module_playbook):
    """A container with a label and a floating IP on a lease: what the modules told of the three."""
    made = [
        {"chi.edge.lease": {"name": NAME, "device": DEVICE, "duration": "1h"}, "register": "leased"},
        {
            "chi.edge.container": {
                "name": NAME,
                "lease": NAME,
                "image": IMAGE,
                "labels": {"role": "sensor"},
                "networks": ["containernet1"],
                "exposed_ports": ["8080/tcp"],
            },
            "register": "run",
        },
        {"chi.edge.floating_ip": {"container": NAME}, "register": "reached"},
        {"ansible.builtin.debug": {"msg": "@{{ [leased.lease, run.container, reached.floating_ip] | to_json }}@"}},
    ]
    undone = [
        {"chi.edge.floating_ip": {"container": NAME, "state": "absent"}},
        {"chi.edge.container": {"name": NAME, "state": "absent"}},
        {"chi.edge.lease": {"name": NAME, "state": "absent"}},
    ]
    play = {"hosts": "localhost", "gather_facts": False, "module_defaults": {"group/chi.edge.all": {"cloud": "edge"}}}
    try:
        run = module_playbook([{**play, "tasks": made}])
        assert run.status == 0, run.text
        yield json.loads(json.loads(f'"{run.stdout.split("@")[1]}"'))
    finally:
        assert module_playbook([{**play, "tasks": undone}]).status == 0


def test_a_container_is_a_host_with_all_that_is_known_of_it(sensor, inventory):
    lease, container, address = sensor
    device = lease["devices"][0]
    everything = {
        "cloud": "edge",
        "keyed_groups": [{"prefix": "machine", "key": "chi_edge_device.machine_name"}, {"key": "chi_edge_labels.role"}],
        "groups": {"public": "chi_edge_floating_ip is not none"},
        "compose": {"web": "'http://' ~ chi_edge_floating_ip ~ ':8080/'"},
        "lease": NAME,
    }
    output = inventory(everything)
    seen = hosts(output)[NAME]
    for key in ("id", "name", "image", "labels", "addresses", "fixed_ip", "port_id", "lease_id", "reservation_id", "created_at"):
        assert seen[f"chi_edge_{key}"] == container[key], key
    assert seen["chi_edge_status"] == "Running"
    assert seen["chi_edge_floating_ip"] == address["address"]
    assert (seen["chi_edge_lease_name"], seen["chi_edge_lease_end"]) == (NAME, lease["end_date"])
    assert {key: seen["chi_edge_device"][key] for key in ("id", "name")} == {key: device[key] for key in ("id", "name")}
    assert seen["web"] == f"http://{address['address']}:8080/"
    assert seen["ansible_connection"] == "chi.edge.zun"
    assert (seen["chi_edge_container"], seen["chi_edge_cloud"]) == (container["id"], "edge")
    groups = json.loads(output)
    machine = seen["chi_edge_device"]["machine_name"].replace("-", "_")
    for group in (f"machine_{machine}", "_sensor", "public"):
        assert groups[group]["hosts"] == [NAME]


@pytest.mark.parametrize(
    ("options", "is_listed"),
    [
        ({"lease": NAME}, True),
        ({"lease": "{id}"}, True),
        ({"name": "test-inv*"}, True),
        ({"labels": {"role": "sensor"}, "name": NAME}, True),
        ({"image": "*/hello:*", "name": NAME}, True),
        ({"status": ["Running", "Stopped"], "name": NAME}, True),
        ({"lease": "nothing"}, False),
        ({"name": "inventory"}, False),
        ({"labels": {"role": "x"}, "name": NAME}, False),
        ({"image": "hello", "name": NAME}, False),
        ({"status": ["Dead"], "name": NAME}, False),
    ],
)
def test_containers_are_chosen(sensor, inventory, options, is_listed):
    options = {key: value.format(id=sensor[0]["id"]) if key == "lease" else value for key, value in options.items()}
    assert list(hosts(inventory({"cloud": "edge", "details": [], **options}))) == ([NAME] if is_listed else [])


def test_plays_run_inside_the_containers(sensor, playbook, tmp_path):
    file = tmp_path / "inside.chi_edge.yml"
    file.write_text(yaml.safe_dump({"plugin": "chi.edge.zun", "cloud": "edge", "name": NAME}))
    tasks = [{"ansible.builtin.raw": "uname -m; hostname"}]
    run = playbook([{"hosts": "all", "gather_facts": False, "tasks": tasks}], "-i", str(file), "-v")
    assert run.status == 0, run.text
    assert "aarch64" in run.stdout and sensor[1]["hostname"] in run.stdout


def test_ssh_goes_to_the_floating_ip_or_inside_to_the_own_address(sensor, inventory):
    _lease, container, address = sensor
    seen = hosts(inventory({"cloud": "edge", "connection": "ssh", "name": NAME}))[NAME]
    assert (seen["ansible_connection"], seen["ansible_host"]) == ("ansible.builtin.ssh", address["address"])
    assert "chi_edge_container" not in seen
    seen = hosts(inventory({"cloud": "edge", "connection": "ssh", "name": NAME, "details": []}))[NAME]
    assert seen["ansible_host"] == container["fixed_ip"]


def test_awx_finds_the_one_cloud_of_the_file_that_it_writes(clouds, inventory, tmp_path):
    """AWX names no cloud, but a file with a single one, and asks with --export."""
    file = tmp_path / "clouds.yaml"
    file.write_text(yaml.safe_dump({"clouds": {"devstack": clouds["edge"]}}))
    output = inventory({"status": ["Dead"]}, env={"OS_CLIENT_CONFIG_FILE": str(file)}, arguments=("--list", "--export"))
    assert json.loads(output)["_meta"]["hostvars"] == {}


# -- bad input -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"lables": {"role": "x"}}, "chi.edge.zun has no option lables; see ansible-doc -t inventory chi.edge.zun"),
        ({"status": ["Runing"]}, "Runing"),
        ({"connection": "telnet"}, "telnet"),
        ({"cloud": "nope"}, 'Could not use cloud "nope": '),
        ({"cloud": "edge-expired"}, 'Could not log in to cloud "edge-expired" at '),
        ({"cloud": "edge", "compose": {"x": "nothing.here"}, "strict": True, "details": []}, "Could not set x"),
        ("plugin: chi.edge.zun\nname: [\n", "YAML"),
        ("plugin: chi.edge.other\n", "chi.edge.other"),
        ("- a list\n", "inventory"),
    ],
)
def test_a_malformed_file_is_told(inventory, options, message):
    if isinstance(options, dict) and options.get("strict"):
        with serving(1) as (url, _asked):
            told = inventory(options | at(url), fails=True)
    else:
        told = inventory(options, fails=True)
    assert message in told
    assert "Traceback" not in told


@pytest.mark.parametrize("name", ["chi_edge.yml", "chi_edge.yaml", "a.chi_edge.yml", "a.b.chi_edge.yaml"])
def test_a_file_is_known_by_its_name(inventory, name):
    with serving(1) as (url, _asked):
        assert list(hosts(inventory(at(url), file=name))) == ["sensor-000"]


@pytest.mark.parametrize("name", ["notchi_edge.yml", "chi_edge.txt", "edge.yml"])
def test_another_file_is_not_meant(inventory, name):
    assert "sensor" not in inventory(at("http://127.0.0.1:1/v3"), file=name, fails=True)


# -- size ----------------------------------------------------------------------------------------------------------


def at(url: str) -> dict:
    """The options of a cloud with this Keystone."""
    auth = {"auth_url": url, "application_credential_id": "someone", "application_credential_secret": "hunter22-secret"}
    return {"cloud": None, "auth_type": "v3applicationcredential", "region_name": "one", "auth": auth}


def test_five_hundred_containers_take_four_lists_and_less_than_five_seconds(inventory):
    """The answers are derived from those of a real cloud; see tests/tools/fleet_server.py."""
    taken = []
    while min(taken, default=5) >= 5 and len(taken) < 3:  # the machine may have other work
        with serving(500) as (url, asked):
            begun = time.monotonic()
            output = inventory({**at(url), "keyed_groups": [{"prefix": "on", "key": "chi_edge_device.machine_name"}]})
            taken.append(time.monotonic() - begun)
    assert min(taken) < 5
    assert asked[0] == "/v3/auth/tokens"
    assert sorted(asked[1:]) == [
        "/container/v1/containers",
        "/network/v2.0/floatingips",
        "/reservation/v1/devices",
        "/reservation/v1/devices/allocations",
    ]
    seen = hosts(output)
    assert len(seen) == 500
    assert len({item["chi_edge_floating_ip"] for item in seen.values()}) == 500
    assert seen["sensor-417"]["chi_edge_device"]["name"] == "iot-rpi4-417"
    assert len(json.loads(output)["on_jetson_nano"]["hosts"]) == 500
    assert "hunter22" not in output


def test_a_cached_inventory_asks_nobody(inventory, tmp_path):
    cached = {"cache": True, "cache_plugin": "ansible.builtin.jsonfile", "cache_connection": str(tmp_path / "cache")}
    with serving(3) as (url, asked):
        assert len(hosts(inventory({**at(url), **cached}))) == 3
        count = len(asked)
        chosen = inventory({**at(url), **cached, "name": "*-001", "connection": "ssh"})
        assert list(hosts(chosen)) == ["sensor-001"], "what is chosen is not part of what is cached"
        assert len(asked) == count
        assert len(hosts(inventory({**at(url), **cached}, arguments=("--list", "--flush-cache")))) == 3
        assert len(asked) == 2 * count
    kept = "".join(path.read_text() for path in (tmp_path / "cache").iterdir())
    assert "sensor-001" in kept
    assert "hunter22" not in kept


def test_two_of_one_name_are_two_hosts(inventory, monkeypatch):
    from ansible_collections.chi.edge.tests.tools import fleet_server

    derive = fleet_server.derive

    def twins(count):
        answers = derive(count)
        for container in answers["/container/v1/containers"]["containers"]:
            container["name"] = "twin"
        return answers

    monkeypatch.setattr(fleet_server, "derive", twins)
    with serving(2) as (url, _asked):
        seen = hosts(inventory({**at(url), "details": []}))
    assert len(seen) == 2
    assert all(host == f"twin-{variables['chi_edge_id'][:8]}" for host, variables in seen.items())


def test_what_a_service_says_is_never_a_template(inventory, playbook, monkeypatch, tmp_path):
    from ansible_collections.chi.edge.tests.tools import fleet_server

    derive = fleet_server.derive

    def armed(count):
        answers = derive(count)
        answers["/container/v1/containers"]["containers"][0]["status_detail"] = "{{ lookup('pipe', 'echo boom') }}"
        return answers

    monkeypatch.setattr(fleet_server, "derive", armed)
    file = tmp_path / "armed.chi_edge.yml"
    with serving(1) as (url, _asked):
        file.write_text(yaml.safe_dump({"plugin": "chi.edge.zun", "connection": "ssh", **at(url)}))
        show = {"ansible.builtin.debug": {"msg": "{{ chi_edge_status_detail }}"}}
        run = playbook([{"hosts": "all", "gather_facts": False, "tasks": [show]}], "-i", str(file))
    assert run.status == 0, run.text
    assert "lookup('pipe', 'echo boom')" in run.stdout
    assert "hunter22" not in run.text
