# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""While a task waits, its user sees for what: on a terminal, under ansible-runner, with several hosts, and not under no_log."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import ansible_runner
import pexpect
import pytest
import yaml

pytestmark = pytest.mark.alone

DEVICE = {"name": "iot-jetson-nano-01"}


def lease(name: str, **keywords) -> dict:
    options = {"cloud": "edge", "name": name, "start": "now", "duration": "1h", "device": DEVICE}
    return {"name": "Wait for the lease", "chi.edge.lease": options, **keywords}


def gone(name: str) -> dict:
    return {"name": "Remove it", "chi.edge.lease": {"cloud": "edge", "name": name, "state": "absent"}}


@pytest.fixture
def play(tmp_path):
    """Write a play; its lease is removed in any case."""

    def write(name, hosts="localhost", strategy="linear", **keywords):
        content = {
            "hosts": hosts,
            "gather_facts": False,
            "strategy": strategy,
            "tasks": [{"block": [lease(name, **keywords)], "always": [gone(name)]}],
        }
        file = tmp_path / "play.yml"
        file.write_text(yaml.safe_dump([content], sort_keys=False))
        return str(file)

    return write


def test_on_a_terminal_the_lines_come_while_it_waits(play, clouds):
    child = pexpect.spawn(
        str(Path(sys.executable).with_name("ansible-playbook")), [play("test-progress")], timeout=120, encoding="utf-8"
    )
    child.expect(r"TASK \[Wait for the lease\]")
    child.expect(r"\[localhost\] lease test-progress: (PENDING|STARTING), \d+ s \(timeout 300 s\)")
    child.expect(r"changed: \[localhost\]")
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 0


def test_under_ansible_runner_each_line_is_an_event_of_the_task(play, tmp_path):
    file = play("test-progress")
    done = ansible_runner.run(private_data_dir=str(tmp_path), playbook=file, quiet=True, envvars=dict(os.environ))
    assert done.status == "successful", done.stdout.read()
    events = [(event["event"], event.get("stdout", "")) for event in done.events]
    lines = [index for index, (kind, text) in enumerate(events) if kind == "verbose" and "lease test-progress: " in text]
    started = next(index for index, (kind, _text) in enumerate(events) if kind == "runner_on_start")
    ended = next(index for index, (kind, _text) in enumerate(events) if kind == "runner_on_ok")
    assert lines and all(started < index < ended for index in lines)


def test_several_hosts_at_once_are_told_apart(playbook, play, tmp_path):
    inventory = tmp_path / "hosts.yml"
    variables = {"ansible_connection": "local", "ansible_python_interpreter": "{{ ansible_playbook_python }}"}
    devices = {"pi1": "iot-rpi4-01", "pi2": "iot-rpi4-02", "nano": "iot-jetson-nano-01"}
    hosts = {host: {**variables, "wanted": device} for host, device in devices.items()}
    inventory.write_text(yaml.safe_dump({"all": {"hosts": hosts}}))
    name = "test-progress-{{ inventory_hostname }}"
    file = play(name, hosts="all", strategy="free")
    content = yaml.safe_load(Path(file).read_text())
    content[0]["tasks"][0]["block"][0]["chi.edge.lease"]["device"] = {"name": "{{ wanted }}"}
    Path(file).write_text(yaml.safe_dump(content, sort_keys=False))
    run = playbook(file, "-i", str(inventory))
    assert run.status == 0, run.text
    for host in devices:
        assert f"[{host}] lease test-progress-{host}: " in run.stderr
    assert "lease test-progress-" not in run.stdout.replace("[", "\n["), "stdout is the callback's own"


def test_no_log_is_silent(playbook, play):
    run = playbook(play("test-progress", no_log=True))
    assert run.status == 0, run.text
    assert "test-progress" not in run.text
