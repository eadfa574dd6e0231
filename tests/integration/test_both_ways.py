# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every module gives the same result inside Ansible's own process and as an ordinary module."""

from __future__ import annotations

import json
import socket
import sys
import textwrap

import pytest
import yaml
from ansible.parsing.vault import VaultLib, VaultSecret

pytestmark = pytest.mark.modules

MODULES = ("lease", "container", "containers", "floating_ip")

# options with which the module finds nothing to do: fast, and all of it is walked through
GONE = {
    "lease": {"name": "nothing-here", "state": "absent"},
    "container": {"name": "nothing-here", "state": "absent"},
    "containers": {"containers": [{"name": "nothing-here"}, {"name": "nor-there"}], "state": "absent"},
    "floating_ip": {"container": "nothing-here", "state": "absent"},
}


@pytest.fixture(scope="module")
def silence():
    """A server that takes connections and never answers."""
    server = socket.create_server(("127.0.0.1", 0))
    yield f"http://127.0.0.1:{server.getsockname()[1]}/v3"
    server.close()


def cases(module: str, silence: str) -> dict[str, dict]:
    """Behaviours by name: the task, with C(args) as the module's own options."""
    name, gone = f"chi.edge.{module}", GONE[module]
    inline = {
        "auth_url": "http://127.0.0.1:1/v3",
        "application_credential_id": "someone",
        "application_credential_secret": "hunter22-secret",
    }
    inline_auth = {"auth_type": "v3applicationcredential", "auth": inline}

    def task(options=None, **keywords):
        return {name: {"cloud": "edge", **gone, **(options or {})}, **keywords}

    def bare(options, **keywords):
        return {name: options, **keywords}

    return {
        "ok": task(),
        "check": task(check_mode=True),
        "diff": task(diff=True),
        "check and diff": task(check_mode=True, diff=True),
        "nothing given": bare({}),
        "unsupported option": task({"colour": "red"}),
        "bad integer": task({"wait_timeout": "soon"}),
        "bad boolean": task({"wait": "perhaps"}),
        "bad choice": task({"state": "gone"}),
        "bad type": task({"auth": "a string"}),
        "alias": task({"timeout": 60}),
        "option and its alias": task({"timeout": 60, "wait_timeout": 61}),
        "numbers as strings": task({"wait_timeout": "60", "wait": "yes"}),
        "unknown cloud": bare({"cloud": "nope", **gone}),
        "cloud as a dictionary, and beside it": bare({"cloud": inline_auth, "region_name": "x", **gone}),
        "cloud as a dictionary with a bad option": bare({"cloud": inline_auth, "colour": "red", **gone}),
        "nobody listens": bare({**inline_auth, **gone}),
        "no_log of the task": task(no_log=True),
        "no_log of a failing task": bare({"cloud": "nope", **gone}, no_log=True),
        "loop": {name: {"cloud": "edge", **gone, "wait_timeout": "{{ item }}"}, "loop": [10, 20]},
        "until": task(until="probe is not changed", retries=2, delay=0),
        "environment": bare(dict(gone), environment={"OS_CLOUD": "edge", "NUMBER": 1}),
        "environment with a wrong cloud": bare(dict(gone), environment={"OS_CLOUD": "nope"}),
        "environment that Python reads": task(environment={"PYTHONOPTIMIZE": "1"}),
        "templated": task({"wait_timeout": "{{ seconds }}"}, vars={"seconds": 30}),
        "vaulted": task({"wait_timeout": "{{ vaulted }}"}),
        "unicode": task({"cloud": "nubes-☁"}),
        "timeout": bare({"auth_type": "v3applicationcredential", "auth": {**inline, "auth_url": silence}, **gone}, timeout=4),
        "become": task(become=True, become_method="ansible.builtin.su"),
        "delegated to localhost": task(delegate_to="localhost"),
        "other interpreter": task(vars={"ansible_python_interpreter": sys.executable}),
        "changed_when": task(changed_when=True),
        "failed_when": task(failed_when="probe.changed"),
        "async": task(**{"async": 60, "poll": 1}),
    }


def vaulted(text: str) -> str:
    """The text as ansible-vault encrypts it."""
    return VaultLib([(None, VaultSecret(b"open sesame"))]).encrypt(text).decode()


def results(playbook, tmp_path, module, table, in_process) -> dict:
    """Run every case and return its registered result."""
    vault, hidden = tmp_path / "vault.txt", tmp_path / "hidden.yml"
    vault.write_text("open sesame")
    hidden.write_text(f"vaulted: !vault |\n{textwrap.indent(vaulted('30'), '  ')}")
    out = tmp_path / f"{module}-{in_process}.json"
    tasks = []
    for name, case in table.items():
        tasks += [
            {"name": name, "register": "probe", "ignore_errors": True, **case},
            {"ansible.builtin.set_fact": {"seen": "{{ seen | combine({case: probe}) }}"}, "vars": {"case": name}},
        ]
    tasks.append({"ansible.builtin.copy": {"content": "{{ seen | to_json }}", "dest": str(out), "mode": "0600"}})
    play = {
        "hosts": "localhost",
        "gather_facts": False,
        "vars": {"seen": {}, "chi_edge_in_process": in_process},
        "vars_files": [str(hidden)],
        "tasks": tasks,
    }
    # a message of Ansible's lists a set, in an order that depends on the seed
    run = playbook([play], "--vault-password-file", str(vault), env={"PYTHONHASHSEED": "0"})
    assert run.status == 0, run.text
    assert "Traceback" not in run.text
    return json.loads(out.read_text()), run


# what an asynchronous job or a connection adds to a result
OF_THE_RUN = {"ansible_job_id", "results_file", "started", "finished", "stdout", "stderr", "stdout_lines", "stderr_lines"}


def comparable(result):
    """A result without what no two runs have in common."""
    if isinstance(result, dict):
        return {key: comparable(value) for key, value in result.items() if key not in OF_THE_RUN}
    if isinstance(result, list):
        return [comparable(value) for value in result]
    return result


@pytest.mark.parametrize("module", MODULES)
def test_results_are_the_same_both_ways(playbook, tmp_path, silence, module):
    table = cases(module, silence)
    here, shown_here = results(playbook, tmp_path, module, table, True)
    there, shown_there = results(playbook, tmp_path, module, table, False)
    differing = {
        name: (comparable(here[name]), comparable(there[name]))
        for name in table
        if comparable(here[name]) != comparable(there[name])
    }
    assert not differing, yaml.safe_dump(differing)
    assert "hunter22" not in shown_here.text + shown_there.text + json.dumps([here, there])
    assert not here["ok"]["changed"] and not here["ok"]["failed"]
    assert here["bad choice"]["failed"] and here["unknown cloud"]["failed"] and here["timeout"]["failed"]


@pytest.mark.parametrize(
    ("keywords", "reason"),
    [
        ({"vars": {"chi_edge_in_process": False}}, "chi_edge_in_process is false"),
        ({"async": 30, "poll": 1}, "async"),
        ({"become": True, "become_method": "ansible.builtin.su"}, "become"),
        ({"environment": {"PYTHONOPTIMIZE": "1"}}, "the environment sets PYTHONOPTIMIZE"),
        ({"vars": {"ansible_python_interpreter": "/usr/bin/python3"}}, "ansible_python_interpreter is /usr/bin/python3"),
        ({}, None),
        ({"vars": {"ansible_python_interpreter": "{{ ansible_playbook_python }}"}}, None),
        ({"delegate_to": "localhost"}, None),
    ],
)
def test_it_runs_here_only_when_that_is_the_same(playbook, keywords, reason):
    run = playbook([{"chi.edge.lease": {"cloud": "edge", **GONE["lease"]}, "ignore_errors": True, **keywords}], "-vvv")
    said = [line for line in run.stdout.splitlines() if "runs as an ordinary module" in line]
    if reason:
        assert len(said) == 1 and reason in said[0], run.text
    else:
        assert not said, said
