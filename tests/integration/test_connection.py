# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Plays inside containers: one with a shell only and one with Python, on one device of the local cloud.

What the local cloud cannot show, sessions with channels, is shown with a loopback server that speaks them (a stand-in).
"""

from __future__ import annotations

import base64
import json
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

import pytest
import yaml
from ansible_collections.chi.edge.tests.integration.provisioning import DEVICE, IMAGE
from ansible_collections.chi.edge.tests.tools.counting_proxy import counting
from ansible_collections.chi.edge.tests.tools.kubernetes_zun import NAME, serving

ROOT = Path(__file__).resolve().parents[2]
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "chi-edge"
LEASE, SHELL, PYTHON = "test-connection", "test-connection-shell", "test-connection-python"
BINARY = bytes(range(256)) * 3


def container(name, image, state="present"):
    options = {"name": name, "state": state, "stop_timeout": 1}
    if state == "present":
        options |= {"image": image, "networks": ["containernet1"], "lease": LEASE}
    return {"chi.edge.container": options}


@pytest.fixture(scope="module")
def containers(module_playbook):
    """One lease, and on it both containers."""
    tool = [sys.executable, str(ROOT / "tests" / "tools" / "python_image.py"), "--directory", str(CACHE / "python-image")]
    image = subprocess.run(tool, capture_output=True, text=True, check=True, timeout=900).stdout.strip()
    play = {"hosts": "localhost", "gather_facts": False, "module_defaults": {"group/chi.edge.all": {"cloud": "edge"}}}
    lease = {"chi.edge.lease": {"name": LEASE, "device": DEVICE, "duration": "1h"}}
    try:
        made = module_playbook([{**play, "tasks": [lease, container(SHELL, IMAGE), container(PYTHON, image)]}])
        assert made.status == 0, made.text
        yield image
    finally:
        gone = {"chi.edge.lease": {"name": LEASE, "state": "absent"}}
        module_playbook([{**play, "tasks": [container(SHELL, "", "absent"), container(PYTHON, "", "absent"), gone]}])


@pytest.fixture
def inside(playbook, tmp_path, containers):
    """Run tasks inside a container; returns what each has told, by its name, and the run."""

    def run(tasks, name=PYTHON, *options, variables=None, env=None, hosts=1):
        out = tmp_path / "told.json"
        common = {"ansible_connection": "chi.edge.zun", "chi_edge_container": name, "chi_edge_cloud": "edge", **(variables or {})}
        inventory = {"all": {"vars": common, "hosts": {f"box{number}": {} for number in range(hosts)}}}
        (tmp_path / "hosts.yml").write_text(yaml.safe_dump(inventory))
        steps = []
        for number, task in enumerate(tasks):
            steps.append({"name": str(number), "register": f"told_{number}", "ignore_errors": True, **task})
            steps[-1].setdefault("ignore_unreachable", True)
        told = {str(number): f"{{{{ told_{number} }}}}" for number in range(len(tasks))}
        keep = {"content": "{{ told | to_json }}", "dest": str(out), "mode": "0600"}
        steps.append({"ansible.builtin.copy": keep, "vars": {"told": told}, "delegate_to": "localhost", "run_once": True})
        local = {"ansible_connection": "local", "ansible_python_interpreter": sys.executable}
        inventory["all"]["children"] = {"here": {"hosts": {"localhost": local}}}
        (tmp_path / "hosts.yml").write_text(yaml.safe_dump(inventory))
        play = [{"hosts": "all:!here", "gather_facts": False, "tasks": steps}]
        done = playbook(play, "-i", str(tmp_path / "hosts.yml"), *options, env=env)
        assert done.status == 0, done.text
        return [json.loads(out.read_text())[str(number)] for number in range(len(tasks))], done

    return run


def raw(command, **keywords):
    return {"ansible.builtin.raw": command, **keywords}


def test_a_shell_is_enough_for_raw_and_script(inside, tmp_path):
    script = tmp_path / "it's a script.sh"
    script.write_text('#!/bin/sh\necho "got $1 and $2 on $(uname -m)"\necho oops >&2\nexit 3\n')
    told, _run = inside(
        [
            raw('echo "it\'s é $HOME" | tr a-z A-Z; echo oops >&2; exit 4'),
            {"ansible.builtin.script": {"cmd": f'"{script}" one "two three"'}},
            raw("exit 0"),
        ],
        SHELL,
    )
    assert (told[0]["rc"], told[0]["stdout"], told[0]["stderr"]) == (4, "IT'S é /ROOT\n", "oops\n")
    assert (told[1]["rc"], told[1]["stderr"]) == (3, "oops\n")
    assert told[1]["stdout"] == "got one and two three on aarch64\n"
    assert told[2]["rc"] == 0 and told[2]["changed"]


def test_modules_run_on_an_image_with_python(inside, tmp_path):
    (tmp_path / "template.j2").write_text("hello {{ inventory_hostname }}\n")
    (tmp_path / "binary").write_bytes(BINARY)
    told, _run = inside(
        [
            {"ansible.builtin.setup": {"gather_subset": ["!all", "min"]}},
            {"ansible.builtin.command": {"argv": ["printf", "%s|", "a b", "é", "$HOME"], "expand_argument_vars": False}},
            {"ansible.builtin.shell": "echo out; echo err >&2; exit 7"},
            {"ansible.builtin.copy": {"src": str(tmp_path / "binary"), "dest": "/tmp/it's binary", "mode": "0640"}},
            {"ansible.builtin.copy": {"src": str(tmp_path / "binary"), "dest": "/tmp/it's binary", "mode": "0640"}},
            {"ansible.builtin.template": {"src": str(tmp_path / "template.j2"), "dest": "/tmp/templated"}},
            {"ansible.builtin.fetch": {"src": "/tmp/it's binary", "dest": f"{tmp_path}/fetched", "flat": True}},
            {"ansible.builtin.slurp": {"src": "/tmp/templated"}},
            {"ansible.builtin.command": "sleep 5", "async": 60, "poll": 1},
            {"ansible.builtin.fetch": {"src": "/tmp/nothing", "dest": f"{tmp_path}/nothing", "flat": True}},
        ],
    )
    assert told[0]["ansible_facts"]["ansible_architecture"] == "aarch64"
    assert told[1]["stdout"] == "a b|é|$HOME|"
    assert (told[2]["rc"], told[2]["stdout"], told[2]["stderr"]) == (7, "out", "err")
    assert [told[3]["changed"], told[4]["changed"], told[4]["mode"]] == [True, False, "0640"]
    assert base64.b64decode(told[7]["content"]) == b"hello box0\n"
    assert (tmp_path / "fetched").read_bytes() == BINARY
    assert told[8]["rc"] == 0 and told[8]["finished"]
    assert told[9]["failed"] and not (tmp_path / "nothing").exists()


def test_modules_run_without_pipelining_too(inside):
    told, _run = inside([{"ansible.builtin.command": "echo done"}], variables={"ansible_pipelining": False})
    assert told[0]["stdout"] == "done"


def test_long_tasks_survive(inside):
    told, _run = inside([raw("echo begun; sleep 8; echo done"), raw("sleep 30")], variables={"chi_edge_command_timeout": 12})
    assert told[0]["stdout"] == "begun\ndone\n"
    assert told[1]["failed"] and "was ended, since it had not come to its end after 12 s" in told[1]["msg"]


def test_become_works_where_it_needs_no_password(inside):
    become = {"become": True, "become_user": "ada", "become_method": "ansible.builtin.su"}
    told, _run = inside(
        [
            raw("id -un", **become),
            {"ansible.builtin.command": "id -un", **become},
            raw("id -un", **become, vars={"ansible_become_password": "x"}),
        ]
    )
    assert [told[0]["stdout"], told[1]["stdout"]] == ["ada\n", "ada"]
    assert told[2]["failed"] and "has no terminal to give a password at" in told[2]["msg"]


def test_who_we_cannot_be_and_where_we_cannot_go(inside):
    told, _run = inside(
        [
            raw("id -un", vars={"ansible_user": "root"}),
            raw("id -un", vars={"ansible_user": "cc"}),
            raw("true", vars={"chi_edge_container": "test-connection-none"}),
            raw("true", vars={"chi_edge_cloud": "edge-expired"}),
            raw("true", vars={"chi_edge_cloud": "nowhere"}),
        ]
    )
    assert told[0]["stdout"] == "root\n"
    assert told[1]["unreachable"] and 'Could not be "cc" in container "test-connection-python"' in told[1]["msg"]
    assert told[2]["unreachable"] and 'There is no container "test-connection-none".' in told[2]["msg"]
    assert told[3]["unreachable"] and "The credential is wrong, expired or deleted" in told[3]["msg"]
    assert told[4]["unreachable"] and 'Could not use cloud "nowhere"' in told[4]["msg"]


def test_twenty_tasks_ask_for_one_token(inside):
    with counting() as count:
        told, _run = inside([raw(f"echo {number}") for number in range(20)], env=count.environment)
    assert [one["stdout"] for one in told] == [f"{number}\n" for number in range(20)]
    assert count.tokens == 1, count
    executed = [path for _method, _port, path in count.requests if "/execute" in path]
    assert len(executed) == 20, count


def test_twenty_forks_share_one_token(inside):
    with counting() as count:
        told, run = inside([raw("echo {{ inventory_hostname }}")] * 2, PYTHON, "--forks", "20", env=count.environment, hosts=20)
    assert count.tokens == 1, count
    assert run.stdout.count("unreachable=0    failed=0") == 20, run.text


def test_a_container_that_was_replaced_is_found_again(inside, containers):
    again = {"cloud": "edge", "name": SHELL, "image": IMAGE, "networks": ["containernet1"], "lease": LEASE}
    here = {"delegate_to": "localhost"}
    told, _run = inside(
        [
            raw("echo mark >/tmp/mark"),
            {"chi.edge.container": {**again, "recreate": "always", "stop_timeout": 1}, **here},
            raw("cat /tmp/mark"),
            {"chi.edge.container": {"cloud": "edge", "name": SHELL, "state": "stopped", "stop_timeout": 1}, **here},
            raw("true"),
            {"chi.edge.container": again, **here},
            raw("echo back"),
        ],
        SHELL,
    )
    assert told[1]["changed"] and told[2]["rc"] == 1 and "mark" in told[2]["stderr"]
    assert told[4]["unreachable"] and 'Container "test-connection-shell" is Stopped' in told[4]["msg"]
    assert told[6]["stdout"] == "back\n"


def test_nothing_of_ours_is_left(inside):
    told, _run = inside([raw("ls -a /tmp /var/tmp /dev/shm | grep chi-edge")])
    assert len(told[0]["stdout_lines"]) == 1, "that of the command that looks"


@pytest.mark.alone
def test_raw_takes_at_most_twice_the_time_of_a_connection_to_the_engine(inside, playbook, tmp_path, containers):
    """The same container by community.docker's connection to the Docker Engine's own socket. Taken in turns."""
    collections = tmp_path / "collections"
    fetch = [sys.executable, str(ROOT / "tests" / "tools" / "fetch_collections.py"), str(collections), "community.docker"]
    subprocess.run(fetch, check=True, timeout=600)
    listed = subprocess.run(["docker", "ps", "--format", "{{.Names}}"], capture_output=True, text=True, check=True).stdout
    view = playbook([{"chi.edge.container_info": {"cloud": "edge", "name": PYTHON}}], "-v")
    engine_name = next(name for name in listed.split() if name.removeprefix("zun-") in view.text)
    direct = {"ansible_connection": "community.docker.docker_api", "ansible_docker_host": engine_name}
    paths = os.pathsep.join([os.environ["ANSIBLE_COLLECTIONS_PATH"], str(collections)])
    seconds: dict[str, list[float]] = {"zun": [], "engine": []}
    for _round in range(3):
        for which, variables in (("zun", {}), ("engine", direct)):
            took = {}
            for tasks in (1, 16):
                begun = time.monotonic()
                inside([raw("true")] * tasks, variables=variables, env={"ANSIBLE_COLLECTIONS_PATH": paths})
                took[tasks] = time.monotonic() - begun
            seconds[which].append((took[16] - took[1]) / 15)
    ours, theirs = (statistics.median(seconds[which]) for which in ("zun", "engine"))
    print(f"seconds for a raw task: {ours:.3f} by Zun, {theirs:.3f} by the engine, {ours / theirs:.2f} times")
    assert ours <= 2 * theirs, seconds


def test_sessions_with_channels_carry_a_play(playbook, tmp_path):
    """The stand-in's container is this machine."""
    (tmp_path / "source").write_bytes(BINARY)
    with serving() as zun:
        cloud = {
            "auth_type": "v3applicationcredential",
            "auth": {"auth_url": f"{zun.url}/v3", "application_credential_id": "x", "application_credential_secret": "y"},
        }
        variables = {"ansible_connection": "chi.edge.zun", "chi_edge_container": NAME, "chi_edge_cloud": cloud}
        (tmp_path / "hosts.yml").write_text(yaml.safe_dump({"all": {"hosts": {"box": variables}}}))
        tasks = [
            {**raw("echo out; echo err >&2; sleep 6"), "register": "told"},
            {"ansible.builtin.assert": {"that": ["told.stdout == 'out\n'", "told.stderr == 'err\n'", "told.rc == 0"]}},
            {"ansible.builtin.fetch": {"src": str(tmp_path / "source"), "dest": f"{tmp_path}/fetched", "flat": True}},
        ]
        play = [{"hosts": "box", "gather_facts": False, "vars": {"ansible_python_interpreter": sys.executable}, "tasks": tasks}]
        run = playbook(play, "-i", str(tmp_path / "hosts.yml"))
        assert run.status == 0, run.text
        assert (tmp_path / "fetched").read_bytes() == BINARY
        assert sum(asked.startswith("session v5.channel.k8s.io") for asked in zun.asked) >= 3
        assert zun.asked.count("POST /v3/auth/tokens") == 1
