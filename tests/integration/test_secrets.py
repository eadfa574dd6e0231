# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Secrets appear nowhere: not on the screen at the highest verbosity, not in a log, not in a fact, a diff or a file, and not in
the list of processes while a run is on. Runs that fail, crash or are cancelled are tested without a cloud, in tests/unit/runs.
"""

from __future__ import annotations

from ansible_collections.chi.edge.tests.tools.onlooker import Onlooker

from provisioning import options

NAME = "test-secrets"
SECRET = "s3cr3t-of-the-container"


def test_a_noisy_run_shows_no_secret(playbook, clouds, tmp_path):
    credential = clouds["edge"]["auth"]["application_credential_secret"]
    log, scratch = tmp_path / "ansible.log", tmp_path / "scratch"
    surroundings = {
        "ANSIBLE_LOG_PATH": str(log),
        "ANSIBLE_LOCAL_TEMP": str(scratch),
        "ANSIBLE_REMOTE_TEMP": str(scratch / "remote"),
        "ANSIBLE_KEEP_REMOTE_FILES": "true",
    }
    facts = tmp_path / "facts.json"
    secret = options(NAME, edge_container_environment={"API_TOKEN": SECRET, "GREETING": "hello"})
    show = [
        {
            "hosts": "localhost",
            "gather_facts": False,
            "vars": secret,
            "tasks": [
                {"ansible.builtin.include_role": {"name": "chi.edge.edge_container"}},
                {"ansible.builtin.debug": {"var": "edge_container"}},
                {"ansible.builtin.copy": {"content": "{{ edge_container | to_json }}", "dest": str(facts), "mode": "0600"}},
            ],
        }
    ]
    texts = []
    try:
        with Onlooker([SECRET, credential], [scratch]) as onlooker:
            for options_of_run in (["-vvvvv", "--diff"], ["-vvvvv", "--diff", "--check"]):
                run = playbook(show, *options_of_run, env=surroundings)
                assert run.status == 0, run.text[-5000:]
                texts.append(run.text)
            for more in ({"chi_edge_in_process": False}, {"edge_container_cloud": clouds["edge"]}):
                run = playbook("chi.edge.provision", "-vvvvv", extra={**secret, **more}, env=surroundings)
                assert run.status == 0, run.text[-5000:]
                texts.append(run.text)
    finally:
        down = playbook("chi.edge.teardown", extra=options(NAME))
    assert down.status == 0, down.text
    assert onlooker.looks and not onlooker.seen
    texts += [log.read_text(), facts.read_text()]
    # what the user wrote into a play of their own is theirs; modules left behind carry their arguments by design of Ansible
    ours = [path for path in scratch.rglob("*") if path.is_file() and "AnsiballZ" not in path.name]
    texts += [path.read_text(errors="replace") for path in ours]
    for text in texts:
        assert SECRET not in text
        assert credential not in text
