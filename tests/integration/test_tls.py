# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The local cloud behind fronts that speak TLS: everything works with their authority, and nothing without.

The services themselves do not know of the fronts, so their catalog names plain addresses. The cloud of this test overrides each
of them, and has a region that the catalog does not know, so that nothing can go past the fronts unseen.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import openstack
import pytest
import yaml
from ansible_collections.chi.edge.tests.integration.provisioning import DEVICE, IMAGE
from ansible_collections.chi.edge.tests.tools.tls import certify, fronts

NAME = "test-tls"
UNTRUSTED = "the service's certificate does not verify: unable to get local issuer certificate. Something else may answer"

# By the names that clouds.yaml has for them; openstacksdk finds out no version where one is given.
SERVICES = {"reservation": "/v1", "container": "/v1", "network": "/v2.0"}


@pytest.fixture(scope="module")
def tls(clouds, tmp_path_factory):
    """A clouds.yaml whose cloud "edge" is behind fronts, the same without its authority, and the authority."""
    directory = tmp_path_factory.mktemp("tls")
    certificate = certify(directory)
    plain = openstack.connect(**clouds["edge"])
    ports = {name: int(plain.session.get_endpoint(service_type=name).split("/")[2].partition(":")[2]) for name in SERVICES}
    login = int(clouds["edge"]["auth"]["auth_url"].split("/")[2].partition(":")[2])
    with fronts(certificate, [login, *ports.values()]) as front:
        cloud = {**clouds["edge"], "region_name": "nowhere but here", "network_api_version": "2"}
        cloud["auth"] = {**cloud["auth"], "auth_url": f"https://localhost:{front[login]}/v3"}
        for name, path in SERVICES.items():
            cloud[f"{name}_endpoint_override"] = f"https://localhost:{front[ports[name]]}{path}"
        files = {}
        for kind, more in (("trusted", {"cacert": certificate.authority}), ("untrusted", {})):
            files[kind] = directory / f"{kind}.yaml"
            files[kind].write_text(yaml.safe_dump({"clouds": {"edge": {**cloud, **more}}}))
            files[kind].chmod(0o600)
        yield {**files, "authority": certificate.authority}


@pytest.fixture
def sensor(playbook, tls):
    """A lease, a container on it and its floating IP, all through the fronts; and all of it gone afterwards."""
    here = {"hosts": "localhost", "gather_facts": False, "module_defaults": {"group/chi.edge.all": {"cloud": "edge"}}}
    env = {"OS_CLIENT_CONFIG_FILE": str(tls["trusted"])}
    container = {"name": NAME, "image": IMAGE, "networks": ["containernet1"], "lease": NAME, "stop_timeout": 1}
    made = [
        {"chi.edge.lease": {"name": NAME, "device": DEVICE, "duration": "1h"}},
        {"chi.edge.container": container},
        {"chi.edge.floating_ip": {"container": NAME}, "register": "reached"},
        {"ansible.builtin.debug": {"var": "reached.floating_ip.address"}},
    ]
    gone = [
        {f"chi.edge.{kind}": {subject: NAME, "state": "absent"}}
        for kind, subject in (("floating_ip", "container"), ("container", "name"), ("lease", "name"))
    ]
    try:
        run = playbook([{**here, "tasks": made}], env=env)
        assert run.status == 0, run.text
        yield env
    finally:
        run = playbook([{**here, "tasks": gone}], env=env)
    assert run.status == 0, run.text


def listed(file: Path, clouds: Path) -> subprocess.CompletedProcess:
    """What the inventory has to say."""
    file.write_text("plugin: chi.edge.zun\ncloud: edge\n")
    program = Path(sys.executable).with_name("ansible-inventory")
    surroundings = {"OS_CLIENT_CONFIG_FILE": str(clouds), "ANSIBLE_INVENTORY_ANY_UNPARSED_IS_FAILED": "true"}
    return subprocess.run(
        [str(program), "-i", str(file), "--list"],
        env={**os.environ, **surroundings},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_all_of_it_works_through_fronts_with_an_authority_of_their_own(playbook, sensor, tls, tmp_path):
    run = listed(tmp_path / "edge.chi_edge.yml", tls["trusted"])
    assert run.returncode == 0, run.stderr
    found = json.loads(run.stdout)["_meta"]["hostvars"][NAME]
    assert found["chi_edge_floating_ip"]
    inside = [
        {"ansible.builtin.raw": "echo from within", "register": "told"},
        {"ansible.builtin.debug": {"var": "told.stdout"}},
        {"chi.edge.container_copy": {"container": NAME, "content": "x", "container_path": "/tmp/x"}, "delegate_to": "localhost"},
    ]
    defaults = {"group/chi.edge.all": {"cloud": "edge"}}
    play = {"hosts": "all", "gather_facts": False, "module_defaults": defaults, "tasks": inside}
    run = playbook([play], "-i", str(tmp_path / "edge.chi_edge.yml"), env=sensor)
    assert run.status == 0, run.text
    assert "from within" in run.stdout


@pytest.mark.parametrize("chi_edge_in_process", [True, False], ids=["in process", "as a module"])
def test_without_the_authority_nothing_is_asked(playbook, tls, tmp_path, chi_edge_in_process):
    trust = [{}, {"validate_certs": False}, {"ca_cert": tls["authority"]}, {"ca_cert": "/etc/hostname"}]
    tasks: list[dict] = [
        {"chi.edge.lease_info": {"cloud": "edge", **more}, "ignore_errors": True, "register": f"told_{number}"}
        for number, more in enumerate(trust)
    ]
    words = ", ".join(f"told_{number}.msg | default('fine')" for number in range(len(trust)))
    keep = {"content": f"{{{{ [{words}] | to_json }}}}", "dest": str(tmp_path / "said.json"), "mode": "0600"}
    run = playbook(
        [*tasks, {"ansible.builtin.copy": keep}],
        env={"OS_CLIENT_CONFIG_FILE": str(tls["untrusted"])},
        extra={"chi_edge_in_process": chi_edge_in_process},
    )
    assert run.status == 0, run.text
    said = json.loads((tmp_path / "said.json").read_text())
    assert UNTRUSTED in said[0]
    assert said[1:3] == ["fine", "fine"]
    assert "ca_cert (cacert in clouds.yaml) is a file with certificates in PEM format" in said[3]


def test_inventory_and_connection_refuse_it_too(playbook, tls, tmp_path):
    run = listed(tmp_path / "edge.chi_edge.yml", tls["untrusted"])
    assert run.returncode != 0
    assert UNTRUSTED in " ".join(run.stderr.split())
    hosts = {"all": {"hosts": {"box": {"ansible_connection": "chi.edge.zun", "chi_edge_cloud": "edge"}}}}
    (tmp_path / "hosts.yml").write_text(yaml.safe_dump(hosts))
    play = {"hosts": "box", "gather_facts": False, "tasks": [{"ansible.builtin.raw": "true"}]}
    run = playbook([play], "-i", str(tmp_path / "hosts.yml"), env={"OS_CLIENT_CONFIG_FILE": str(tls["untrusted"])})
    assert run.status != 0
    assert UNTRUSTED in " ".join(run.text.split())
