# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every example of the guide, in the guide's order and each twice. What the local cloud cannot show stands in LIMITS."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from ansible_collections.chi.edge.tests.integration.provisioning import DEVICE, IMAGE, PORT
from ansible_collections.chi.edge.tests.tools.private_registry import PASSWORD, USER, serving
from ansible_collections.chi.edge.tests.tools.settling import settles

ROOT = Path(__file__).resolve().parents[2]
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "chi-edge"
NAME = "test-examples"
OTHERS = [f"{NAME}-by-name", f"{NAME}-short"]

# What the local cloud cannot do, and what is looked at in its place.
LIMITS = {
    "device_profile": "profiles are Chameleon's own addition to Zun; that the example is refused, and says why",
    "on_demand": "this cloud was made with local_cloud_require_reservation; that the example is refused, and says why",
    "registry_image": "no account at a public registry; a registry on this machine that asks for a password",
    "ssh_server": "containers have no way to Debian's packages; an image that has the server, but nothing set up",
    "tegrastats": "there is no GPU; a script in the place of NVIDIA's program, which writes such lines",
}
REFUSALS = {
    "device_profile": r"device_profiles: they need version 1\.41 of Zun's API, which CHI@Edge has",
    "on_demand": r"A container is placed on a device only by a device reservation of this project",
}

# The examples in their order, and what each shows. A variable that differs from the common ones is named.
STORY = [
    ("credential", "This credential can make leases for project", {}),
    ("free_devices", rf"{DEVICE}: from \S+Z until", {}),
    ("lease", f"device: {DEVICE}", {"example_name": OTHERS[0], "example_device": DEVICE}),
    ("teardown", "", {"example_name": OTHERS[0]}),
    ("lease", f"device: {DEVICE}", {"example_device": {"vendor": "Raspberry Pi", "name": DEVICE}}),
    ("lease_status", f"{NAME} is ACTIVE", {}),
    ("security_group", "", {"example_ports": [22, PORT]}),
    ("container", f"{NAME} is Running at 10\\.", {}),
    ("device_profile", "", {}),
    ("on_demand", "", {}),
    ("floating_ip", r"172\.\S+ leads to 10\.", {}),
    ("web", "served by the container", {}),
    ("logs", "the server is up", {}),
    ("execute", "aarch64", {}),
    ("upload", "", {}),
    ("web", "<h1>Hello from the edge</h1>", {}),
    ("download", "os-release", {}),
    ("ssh_server", "aarch64", {}),
    ("tegrastats", "GR3D_FREQ 0%", {}),
    ("registry_image", "", {}),
    ("registry_image", "", {"example_state": "absent"}),
    ("glance_image", "", {}),
    ("glance_image", "", {"example_state": "absent"}),
    ("failures", r"There is no sensor\.[\s\S]*exec format error[\s\S]*use an image for linux/arm64", {}),
    ("teardown", "", {}),
    ("short_way", r"http://172\.", {"example_name": OTHERS[1], "example_device": DEVICE}),
    ("short_way", "", {"example_name": OTHERS[1], "example_device": DEVICE, "example_state": "absent"}),
]
ONLY_LOOKS = {"credential", "free_devices", "lease_status", "web", "logs", "execute"}
CHANGES_EACH_TIME = {"failures"}  # makes a container to see it fail, and removes it

SERVE = """
mkdir -p /www && echo "served by the container" >/www/index.html
httpd -p {port} -h /www && echo "the server is up"
trap 'exit 0' TERM; while :; do sleep 3600 & wait $!; done
"""


@pytest.fixture(scope="module")
def work(tmp_path_factory):
    """A directory with the files that the examples are given."""
    directory = tmp_path_factory.mktemp("examples")
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(directory / "key")], check=True)
    tegrastats = "#!/bin/sh\nwhile :; do echo 'RAM 1024/3964MB (lfb 512x4MB) GR3D_FREQ 0%'; sleep 1; done\n"
    (directory / "tegrastats").write_text(tegrastats)
    # Zun takes only a name without a registry's port out of it
    saved = ["docker", "save", IMAGE.partition("/")[2], "--output", str(directory / "image.tar")]
    subprocess.run(saved, check=True)
    return directory


@pytest.fixture(scope="module")
def example(module_playbook, work, tmp_path_factory):
    """Run an example by its name; returns the Run. What was made is taken down in the end, however it ends."""
    tool = [sys.executable, str(ROOT / "tests" / "tools" / "python_image.py"), "--directory", str(CACHE / "python-image")]
    image = subprocess.run([*tool, "--ssh"], capture_output=True, text=True, check=True, timeout=900).stdout.strip()
    common = {
        "example_name": NAME,
        "example_image": image,
        "example_networks": ["containernet1"],
        "example_duration": "1h",
        "example_port": PORT,
    }
    # the openstack client is a program beside Ansible's
    env = {"OS_CLOUD": "edge", "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
    with serving(IMAGE, tmp_path_factory.mktemp("registry")) as private:
        own = {
            "container": {"example_command": ["sh", "-c", SERVE.format(port=PORT)]},
            "download": {"example_container_path": "/etc/os-release", "example_local_path": f"{work}/"},
            "failures": {"example_foreign_image": IMAGE.replace("arm64", "amd64")},
            "glance_image": {"example_archive": f"{work}/image.tar"},
            "registry_image": {"example_image": private, "example_username": USER, "example_password": PASSWORD},
            "short_way": {"example_image": IMAGE},
            "ssh_server": {"example_private_key": f"{work}/key", "example_known_hosts": f"{work}/known_hosts"},
            "tegrastats": {"example_tegrastats": f"{work}/tegrastats"},
            "upload": {"example_container_path": "/www"},
        }

        def run(name, *options, cloud="edge", **more):
            extra = {**common, **own.get(name, {}), **more}
            return module_playbook(f"chi.edge.examples.{name}", *options, extra=extra, env={**env, "OS_CLOUD": cloud})

        yield run
        for name in ("registry_image", "glance_image"):
            run(name, example_state="absent")
        for name in (NAME, *OTHERS):
            run("teardown", example_name=name)


def changes(run) -> int:
    """How many tasks have changed something, on all hosts."""
    return sum(map(int, re.findall(r"changed=(\d+)", run.stdout)))


@pytest.mark.parametrize(("name", "shows", "more"), STORY, ids=[name for name, *_rest in STORY])
def test_an_example_does_what_it_says_and_does_it_once(example, name, shows, more):
    first = example(name, "-vvv" if "registry" in name else "-v", **more)
    if name in REFUSALS:
        assert first.status != 0, LIMITS[name]
        assert re.search(REFUSALS[name], first.text), first.text
        return
    assert first.status == 0, first.text
    assert (changes(first) > 0) is (name not in ONLY_LOOKS), first.text
    assert PASSWORD.split()[-1] not in first.text, "however it may be quoted"
    again = example(name, **more)
    assert again.status == 0, again.text
    assert (changes(again) > 0) is (name in CHANGES_EACH_TIME), again.text
    for run in (first, again):
        assert re.search(shows, run.stdout), run.stdout
    if name == "ssh_server":
        keys_are_the_only_way_in(example, again)


def keys_are_the_only_way_in(example, run):
    """Log in with a key, and see that no password is asked for; nor any more after somebody has changed that."""
    key, address = re.search(r"ssh -i (\S+) root@([\d.]+)", run.stdout).groups()
    assert ssh(address, "-i", key, "id -un; uname -m").stdout.split() == ["root", "aarch64"]
    assert ways_in(address) == "publickey"
    lax = r"sed -i 's/^\(PasswordAuthentication\) no/\1 yes/' /etc/ssh/sshd_config_example; kill -HUP $(cat /run/sshd.pid)"
    assert example("execute", example_command=lax).status == 0
    # it takes a while until the server has started over
    assert settles(lambda: ways_in(address) == "publickey,password"), "the probe would have seen it"
    mended = example("ssh_server")
    assert mended.status == 0 and changes(mended) == 2, mended.text
    assert settles(lambda: ways_in(address) == "publickey")
    assert ssh(address, "-i", key, "id -un").stdout == "root\n"


def ssh(address: str, *arguments: str) -> subprocess.CompletedProcess:
    """Log in as root, by no other configuration than this; the examples have made the server known."""
    known = Path(arguments[1]).with_name("known_hosts") if "-i" in arguments else "/dev/null"
    check = "yes" if "-i" in arguments else "no"
    options = ["BatchMode=yes", "ConnectTimeout=20", f"UserKnownHostsFile={known}", f"StrictHostKeyChecking={check}"]
    command = ["ssh", "-F", "none", *(word for option in options for word in ("-o", option)), *arguments[:-1]]
    return subprocess.run([*command, f"root@{address}", arguments[-1]], capture_output=True, text=True, timeout=60, check=False)


def ways_in(address: str) -> str:
    """What the server offers to somebody without a key; nothing while it does not answer."""
    refused = ssh(address, "-o", "PubkeyAuthentication=no", "true")
    assert refused.returncode == 255, refused.stdout
    offered = re.search(r"Permission denied \((.*)\)\.", refused.stderr)
    return offered.group(1) if offered else ""


@pytest.mark.parametrize(
    ("cloud", "words"),
    [
        ("edge-restricted", "is restricted, and a lease takes one that may make trusts. Make another: openstack application"),
        ("edge-expired", "The credential is wrong, expired or deleted"),
    ],
)
def test_a_credential_that_will_not_do_is_told_before_anything_is_leased(example, cloud, words):
    run = example("credential", cloud=cloud)
    assert run.status != 0
    assert words in run.text


def test_nothing_is_left(example, playbook):
    """As the service tells, by all names that the examples use."""
    mine = f"selectattr('name', 'match', '{NAME}')"
    tasks = [
        {"chi.edge.container_info": {"name": f"{NAME}*"}, "register": "containers"},
        {"chi.edge.lease_info": {"live": True}, "register": "leases"},
        {"chi.edge.floating_ip_info": {}, "register": "addresses"},
        {"openstack.cloud.security_group_info": {}, "register": "rules"},
        {"openstack.cloud.image_info": {}, "register": "images"},
        {
            "ansible.builtin.assert": {
                "that": [
                    "not containers.containers",
                    f"not leases.leases | {mine} | list",
                    f"not addresses.floating_ips | selectattr('description', 'search', '{NAME}') | list",
                    f"not rules.security_groups | {mine} | list",
                    f"not images.images | {mine} | list",
                ]
            }
        },
    ]
    run = playbook(tasks, env={"OS_CLOUD": "edge"})
    assert run.status == 0, run.text
