# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The inventory of the running containers, over the answers that a real cloud gave: see tests/tools/fleet_server.py."""

from __future__ import annotations

import pytest
import yaml
from ansible.errors import AnsibleError, AnsibleParserError
from ansible.inventory.data import InventoryData
from ansible.parsing.dataloader import DataLoader
from ansible.plugins.loader import inventory_loader
from ansible_collections.chi.edge.tests.tools.fleet_server import serving
from ansible_collections.chi.edge.tests.tools.loopback import cloud_at


@pytest.fixture
def hosts(tmp_path):
    """The hosts that a file with these options gives, with their variables."""

    def parse(options, name="test.chi_edge.yml"):
        file = tmp_path / name
        file.write_text(yaml.safe_dump({"plugin": "chi.edge.zun", **options}))
        plugin, data = inventory_loader.get("chi.edge.zun"), InventoryData()
        assert plugin.verify_file(str(file))
        plugin.parse(data, DataLoader(), str(file), cache=False)
        return {name: {**host.vars, "groups": {group.name for group in host.groups}} for name, host in data.hosts.items()}

    return parse


def at(url):
    return {**cloud_at(url.removesuffix("/v3")), "region_name": "one"}


def test_a_container_is_a_host_with_its_device_and_its_addresses(hosts):
    with serving(3) as (url, asked):
        seen = hosts(
            at(url)
            | {
                "keyed_groups": [{"prefix": "on", "key": "chi_edge_device.machine_name"}],
                "compose": {"web": "'http://' ~ chi_edge_floating_ip"},
                "groups": {"all_of_them": "true"},
            }
        )
    assert sorted(seen) == ["sensor-000", "sensor-001", "sensor-002"]
    first = seen["sensor-000"]
    assert first["chi_edge_device"]["name"] == "iot-rpi4-000"
    assert first["ansible_connection"] == "chi.edge.zun"
    assert first["web"] == f"http://{first['chi_edge_floating_ip']}"
    assert first["groups"] == {"on_jetson_nano", "all_of_them"}
    assert first["chi_edge_region_name"] == "one" and "hunter22" not in str(seen)
    assert len(asked) == 5, "a log-in and four lists"


@pytest.mark.parametrize(
    ("options", "count"),
    [
        ({"name": "*-001"}, 1),
        ({"status": ["Stopped"]}, 0),
        ({"labels": {"role": "x"}}, 0),
        ({"image": "*/hello:*"}, 3),
        ({"lease": "81d6ace0-3208-4290-8825-ae64d8ea2b88"}, 3),
        ({"lease": "00000000-0000-4000-8000-000000000000"}, 0),
    ],
)
def test_containers_are_chosen(hosts, options, count):
    with serving(3) as (url, _asked):
        assert len(hosts(at(url) | {"details": []} | options)) == count


def test_ssh_goes_to_the_floating_ip(hosts):
    with serving(1) as (url, _asked):
        [seen] = hosts(at(url) | {"connection": "ssh"}).values()
    assert seen["ansible_connection"] == "ansible.builtin.ssh" and seen["ansible_host"] == "172.24.4.10"


def test_what_was_kept_is_not_asked_for_again(hosts, tmp_path):
    cache = {"cache": True, "cache_plugin": "ansible.builtin.jsonfile", "cache_connection": str(tmp_path / "cache")}
    with serving(1) as (url, _asked):
        assert hosts(at(url) | cache)
    kept = "".join(path.read_text() for path in (tmp_path / "cache").iterdir()) if (tmp_path / "cache").exists() else ""
    assert "hunter22" not in kept


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"lables": {}}, "chi.edge.zun has no option lables"),
        ({"auth_url": "x"}, "chi.edge.zun has no option auth_url"),
        ({"cloud": "nope"}, 'Could not use cloud "nope"'),
        ({"status": ["Runing"]}, "Runing"),
    ],
)
def test_a_malformed_file_is_told(hosts, options, message):
    with pytest.raises(AnsibleError, match=message):
        hosts(options)


def test_a_cloud_that_cannot_be_reached_is_told_without_secrets(hosts):
    with pytest.raises(AnsibleParserError) as caught:
        hosts(at("http://127.0.0.1:1/v3"))
    assert "Could not log in" in str(caught.value) and "hunter22" not in str(caught.value)


@pytest.mark.parametrize("name", ["hosts.yml", "chi_edge.txt", "notchi_edge.yml"])
def test_another_file_is_not_meant(tmp_path, name):
    (tmp_path / name).write_text("plugin: chi.edge.zun\n")
    assert not inventory_loader.get("chi.edge.zun").verify_file(str(tmp_path / name))
