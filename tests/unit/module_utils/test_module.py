# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An ordinary module conceals what its operation tells it to, in the system's log and in every kind of result."""

from __future__ import annotations

import json
import types

import pytest
from ansible.module_utils import basic
from ansible_collections.chi.edge.plugins.module_utils import _module
from ansible_collections.chi.edge.plugins.module_utils._container_spec import conceal
from ansible_collections.chi.edge.plugins.module_utils._errors import EdgeError
from ansible_collections.chi.edge.plugins.module_utils._secrets import HIDDEN, concealed

SECRET = "hunter22"
ARGUMENTS = {"environment": {"type": "dict"}, "state": {"type": "str", "choices": ["present"]}, "cloud": {"type": "raw"}}


@pytest.fixture
def play(monkeypatch, capsys):
    """Runs a module with these arguments; returns its result, and what it has logged."""
    logged = []
    monkeypatch.setattr(basic.AnsibleModule, "log", lambda _self, msg, **_kwargs: logged.append(str(msg)))
    monkeypatch.setattr(basic, "_ANSIBLE_PROFILE", "legacy", raising=False)

    def play(run, **arguments):
        monkeypatch.setattr(basic, "_ANSIBLE_ARGS", json.dumps({"ANSIBLE_MODULE_ARGS": arguments}).encode())
        operation = types.SimpleNamespace(SPEC={"argument_spec": ARGUMENTS}, conceal=conceal, run=run)
        with pytest.raises(SystemExit):
            _module.run_module(operation)
        return json.loads(capsys.readouterr().out), " ".join(logged)

    return play


def test_a_result(play):
    seen = []

    def run(context):
        seen.append(context.params["environment"]["PASSWORD"])
        return {"changed": False}

    result, logged = play(run, environment={"PASSWORD": SECRET, "SHORT": "a"})
    assert seen == [SECRET]
    assert result["invocation"]["module_args"]["environment"] == {"PASSWORD": HIDDEN, "SHORT": HIDDEN}
    assert result["changed"] is False
    assert "PASSWORD" in logged
    assert SECRET not in logged


def test_a_failure(play):
    def run(_context):
        raise EdgeError("no", container={"name": "a"})

    result, logged = play(run, environment={"PASSWORD": SECRET})
    assert (result["msg"], result["container"]) == ("no", {"name": "a"})
    assert SECRET not in json.dumps(result) + logged


def test_wrong_arguments(play):
    result, logged = play(None, environment={"PASSWORD": SECRET}, state="nowhere")
    assert result["msg"] == "value of state must be one of: present, got: nowhere"
    assert SECRET not in json.dumps(result) + logged


def test_a_secret_of_the_cloud_is_not_logged_either(play):
    result, logged = play(lambda _context: {}, cloud={"auth": {"password": SECRET}})
    assert SECRET not in json.dumps(result) + logged


def test_a_crash(play):
    """Python's own words may hold what was given."""

    def run(context):
        raise RuntimeError(f"unexpected {context.params['environment']['PASSWORD']}")

    result, logged = play(run, environment={"PASSWORD": SECRET})
    assert result["failed"] and result["msg"] == "RuntimeError: unexpected ********"
    assert SECRET not in json.dumps(result) + logged


def test_what_is_left_out_is_known_by_its_values():
    params = {"environment": {"A": SECRET, "B": "80"}, "mounts": [{"destination": "/x", "content": "c0ntent"}], "name": SECRET}
    operation = types.SimpleNamespace(conceal=conceal)
    assert concealed(operation, params) == {SECRET, "c0ntent"}
    assert concealed(types.SimpleNamespace(), params) == set()
    assert concealed(operation, {"environment": ["no dictionary"], "mounts": "no list"}) == {"no dictionary", "no list"}
