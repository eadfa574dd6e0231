# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A task inside Ansible's own process: what it does there, and when it must not run there."""

from __future__ import annotations

import os
import sys
from datetime import datetime, timezone

import pytest
from ansible.parsing.dataloader import DataLoader
from ansible.playbook.play_context import PlayContext
from ansible.playbook.task import Task
from ansible.plugins.loader import action_loader, connection_loader
from ansible.template import Templar
from ansible_collections.chi.edge.plugins.plugin_utils import _in_process
from ansible_collections.chi.edge.tests.tools.small_cloud import serving


@pytest.fixture
def task(tmp_path):
    """An action with these options, as a worker of Ansible's has it."""

    def make(name, options=None, connection="ansible.builtin.local", variables=None, **keywords):
        loader, context = DataLoader(), PlayContext()
        made = Task.load({"action": name, "args": options or {}, **keywords})
        return action_loader.get(
            name,
            task=made,
            connection=connection_loader.get(connection, context, None),
            play_context=context,
            loader=loader,
            templar=Templar(loader=loader, variables=variables or {}),
            shared_loader_obj=None,
        )

    return make


@pytest.fixture
def there():
    with serving() as cloud:
        yield cloud


LEASE = {"name": "rpi", "device": {}, "duration": "1h"}


def test_a_task_runs_here_and_its_result_is_that_of_a_module(task, there):
    result = task("chi.edge.lease", {"cloud": there.cloud(), **LEASE}).run(None, {"inventory_hostname": "localhost"})
    assert result["changed"] and result["lease"]["status"] == "ACTIVE"
    assert "hunter22" not in str(result)
    assert list(there.leases)


def test_a_token_serves_the_whole_run(task, there, private):
    for _number in range(2):
        task("chi.edge.lease_info", {"cloud": there.cloud()}).run(None, {})
    [kept] = [path for path in private.iterdir() if path.is_file()]
    assert kept.stat().st_mode & 0o777 == 0o600 and private.stat().st_mode & 0o777 == 0o700


def test_a_failure_is_a_result(task, there):
    result = task("chi.edge.lease", {"cloud": there.cloud(), "id": "nothing"}).run(None, {})
    assert result["failed"] and result["msg"] == "There is no lease nothing in this project."
    assert result["changed"] is False


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({**LEASE, "colour": "red"}, "Unsupported parameters for (chi.edge.lease) module: colour."),
        ({**LEASE, "state": "gone"}, "value of state must be one of: present, absent, ended, got: gone"),
        ({"device": {}}, "one of the following is required: name, id"),
    ],
)
def test_wrong_options_are_told_as_a_module_does(task, options, message):
    result = task("chi.edge.lease", options).run(None, {})
    assert result["failed"] and message in result["msg"]


def test_an_alias_beside_its_option_is_warned_of(task, there):
    options = {"cloud": there.cloud(), "name": "rpi", "state": "absent", "timeout": 5, "wait_timeout": 6}
    assert (
        "Both option wait_timeout and its alias timeout are set." in task("chi.edge.lease", options).run(None, {})["warnings"][0]
    )


def test_a_fault_of_ours_does_not_stop_the_worker(task, there, monkeypatch):
    action = task("chi.edge.lease", {"cloud": there.cloud(), **LEASE})

    def broken(_context):
        print("noise")
        raise ZeroDivisionError("oops")

    monkeypatch.setattr(action.operation, "run", broken)
    result = action.run(None, {})
    assert result["failed"] and result["msg"] == "ZeroDivisionError: oops" and "Traceback" in result["exception"]


def test_the_environment_of_the_task_is_there_and_goes_again(task, there):
    auth = there.cloud()["auth"] | {"auth_type": "v3applicationcredential"}
    environment = {f"OS_{name.upper()}": value for name, value in auth.items()}
    assert task("chi.edge.lease", LEASE, environment=[environment]).run(None, {})["changed"]
    assert not environment.keys() & os.environ.keys()


def test_progress_is_seen_but_not_of_what_is_hidden(task, there, monkeypatch):
    shown = []
    monkeypatch.setattr(_in_process.display, "display", lambda line, **_how: shown.append(line))
    there.life = ["Creating", "Creating", "Running"]
    options = {"cloud": there.cloud(), "name": "web", "image": "hello", "stable_for": 0, "wait_interval": 0.1}
    task("chi.edge.container", options).run(None, {"inventory_hostname": "box"})
    assert shown[0] == "  [box] container web: Creating, 0 s (timeout 300 s)"
    shown.clear()
    task("chi.edge.container", {**options, "name": "other"}, no_log=True).run(None, {"inventory_hostname": "box"})
    assert not shown


# -- elsewhere -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("make", "variables", "reason"),
    [
        ({}, {"chi_edge_in_process": "no"}, "chi_edge_in_process is false"),
        ({"async": 30}, {}, "async"),
        ({"connection": "ansible.builtin.ssh"}, {}, "the connection is ssh"),
        ({}, {"ansible_python_interpreter": "/usr/bin/other"}, "ansible_python_interpreter is /usr/bin/other"),
        ({"environment": [{"PYTHONPATH": "/x", "LD_PRELOAD": "y"}]}, {}, "the environment sets LD_PRELOAD, PYTHONPATH"),
        (
            {"delegate_to": "box"},
            {"ansible_delegated_vars": {"box": {"ansible_python_interpreter": "/usr/bin/other"}}},
            "ansible_python_interpreter is /usr/bin/other",
        ),
    ],
)
def test_a_task_that_is_not_plainly_here_is_an_ordinary_module(task, monkeypatch, make, variables, reason):
    action, said = task("chi.edge.lease", LEASE, **make), []
    ran = []
    monkeypatch.setattr(_in_process.display, "vvv", lambda words, host=None: said.append(words))
    monkeypatch.setattr(action, "_execute_module", lambda **given: ran.append(given) or {"changed": True})
    assert action.run(None, {"inventory_hostname": "localhost", **variables})["changed"]
    assert said == [f"chi.edge.lease runs as an ordinary module: {reason}"]
    assert ran[0]["wrap_async"] is ("async" in make)


def test_without_the_libraries_the_module_may_still_run_and_with_our_own_python(task, monkeypatch):
    monkeypatch.setattr(_in_process, "MISSING", ImportError("no openstack"))
    action, ran = task("chi.edge.lease", LEASE), []
    monkeypatch.setattr(action, "_execute_module", lambda **given: ran.append(given) or {})
    action.run(None, {})
    assert ran[0]["task_vars"]["ansible_python_interpreter"] == sys.executable


def test_become_and_macos_are_elsewhere(task, monkeypatch):
    action = task("chi.edge.lease", LEASE)
    monkeypatch.setattr(sys, "platform", "darwin")
    assert "macOS" in action._hindrance({}, {})
    monkeypatch.setattr(sys, "platform", "linux")
    action._connection.become = object()
    assert action._hindrance({}, {}) == "become"


# -- values --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "plain"),
    [
        (None, None),
        (True, True),
        (3, 3),
        (1.5, 1.5),
        (b"\xff", "\udcff"),
        ({1: ("a", {"b"})}, {"1": ["a", ["b"]]}),
        (datetime(2027, 1, 31, tzinfo=timezone.utc), "2027-01-31T00:00:00+00:00"),
        (ValueError("x"), "x"),
    ],
)
def test_values_are_as_json_would_carry_them(value, plain):
    assert _in_process.plain(value) == plain


# -- files of a copy -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "path"),
    [
        ({"local_path": "site/"}, "{files}/site/"),
        ({"path": "site"}, "{files}/site"),
        ({"local_path": "/elsewhere"}, "/elsewhere"),
        ({"local_path": "nowhere"}, "nowhere"),
        ({"local_path": "out", "state": "from_container"}, "{play}/out"),
    ],
)
def test_a_copy_finds_its_files_as_ansible_does(task, tmp_path, options, path):
    (tmp_path / "files" / "site").mkdir(parents=True)
    action = task("chi.edge.container_copy", options)
    action._loader.set_basedir(str(tmp_path))
    found = action._found(action._task.args)
    assert (found.get("local_path") or found["path"]) == path.format(files=tmp_path / "files", play=tmp_path)
    assert action._found({"content": "x"}) == {"content": "x"}


def test_the_files_of_another_machine_are_not_looked_for(task, monkeypatch):
    action = task("chi.edge.container_copy", {"local_path": "site"}, connection="ansible.builtin.ssh")
    monkeypatch.setattr(action, "_execute_module", lambda **_given: {"args": action._task.args})
    assert action.run(None, {})["args"] == {"local_path": "site"}
