# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The playbook that puts the collection into AWX, run with the real modules of awx.awx against what keeps what they send."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from ansible_collections.chi.edge.tests.tools.awx_store import serving

ROOT = Path(__file__).resolve().parents[2]
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "chi-edge"
SURVEYS = ROOT / "playbooks" / "awx" / "files" / "surveys"
WORKFLOW = "Edge provision and verify"
SECRET = "hunter22-of-the-application-credential"
ENVIRONMENT = {
    "OS_AUTH_URL": "https://chi.edge.example.org:5000/v3",
    "OS_REGION_NAME": "CHI@Edge",
    "OS_APPLICATION_CREDENTIAL_ID": "21dced0fd20347869b93710d2b98aae0",
    "OS_APPLICATION_CREDENTIAL_SECRET": SECRET,
}
KEPT = {"edge_container_name": "sensor", "edge_container_image": "ghcr.io/example/sensor:arm64"}


@pytest.fixture
def setup(playbook):
    """Run the playbook against an AWX; returns the Run."""
    # apart from the other collections, so that nothing else can come to need it
    collections = CACHE / "awx"
    subprocess.run(
        [sys.executable, str(ROOT / "tests" / "tools" / "fetch_collections.py"), str(collections), "awx.awx"], check=True
    )
    path = os.pathsep.join([os.environ["ANSIBLE_COLLECTIONS_PATH"], str(collections)])

    def run(url, *options, **extra):
        env = {"CONTROLLER_HOST": url, "CONTROLLER_OAUTH_TOKEN": "token", "ANSIBLE_COLLECTIONS_PATH": path, **ENVIRONMENT}
        return playbook("chi.edge.awx.setup", *options, extra=extra, env=env)

    return run


@pytest.mark.modules
def test_awx_gets_all_of_it_once(setup):
    with serving() as awx:
        run = setup(awx.url, edge_awx_image="")
        assert run.status != 0 and "edge_awx_image is needed" in run.text
        given = {"edge_awx_image": "registry.example.org/edge-ee:latest", "edge_awx_nightly": [KEPT]}
        run = setup(awx.url, "-vvv", **given)
        assert run.status == 0, run.text
        assert SECRET not in run.text
        again = setup(awx.url, **given)
        assert again.status == 0, again.text
        assert again.recap["changed"] == 0, again.text
        the_credential_is_of_our_type(awx)
        the_templates_run_what_there_is(awx)
        the_workflow_takes_down_what_fails(awx)
        what_is_kept_is_looked_after(awx)


def the_credential_is_of_our_type(awx):
    wanted = yaml.safe_load((ROOT / "playbooks" / "awx" / "files" / "credential_type.yml").read_text())
    [(name, kind)] = awx.named("credential_types").items()
    assert name == wanted["name"]
    assert (kind["inputs"], kind["injectors"]) == (wanted["inputs"], wanted["injectors"]), "as it is, and not templated"
    credential = awx.named("credentials")["Edge"]
    assert credential["credential_type"] == kind["id"]
    assert list(credential["inputs"].values()) == list(ENVIRONMENT.values())


def the_templates_run_what_there_is(awx):
    credential = awx.named("credentials")["Edge"]["id"]
    for name, template in awx.named("job_templates").items():
        assert (ROOT / template["playbook"]).exists()
        assert awx.associated("job_templates", name, "credentials") == [credential]
        survey = Path(template["playbook"]).stem.replace("verify", "provision")
        assert awx.surveys[name] == yaml.safe_load((SURVEYS / f"{survey}.yml").read_text())
        assert template["survey_enabled"] is True
    [source] = awx.named("inventory_sources").values()
    assert (ROOT / source["source_path"]).exists()
    localhost = awx.named("hosts")["localhost"]
    assert "{{ ansible_playbook_python }}" in localhost["variables"]
    assert localhost["inventory"] == template["inventory"] != source["inventory"]


def the_workflow_takes_down_what_fails(awx):
    """As AWX walks through it: whoever fails and has nobody after it makes a failure of all."""
    nodes = awx.named("workflow_job_template_nodes")
    names = {node["id"]: name for name, node in nodes.items()}

    def walk(fails: set[str]) -> tuple[list[str], bool]:
        """What runs, one after another, and whether all is well in the end."""
        walked, todo = [], ["provision"]
        for name in todo:
            walked.append(name)
            failed = name in fails
            ways = ("failure_nodes" if failed else "success_nodes", "always_nodes")
            after = [names[i] for way in ways for i in awx.associated("workflow_job_template_nodes", name, way)]
            todo += after
            if failed and not after:
                return walked, False
        return walked, True

    first = [name for name, node in nodes.items() if not any(node["id"] in ids for ids in awx.associations.values())]
    assert first == ["provision"]
    assert walk(set()) == (["provision", "verify"], True)
    # what was taken down cannot be verified
    assert walk({"verify", "missing"}) == (["provision", "verify", "teardown", "missing"], False)
    assert walk({"verify", "teardown", "missing"}) == (["provision", "verify", "teardown", "missing"], False)
    # what was there before is not taken down, and what is new rolled back by the job itself
    assert walk({"provision"}) == (["provision"], False)
    assert nodes["provision"]["extra_data"] == {"edge_container_rollback": "true"}
    templates = {item["id"]: item["name"] for item in awx.named("job_templates").values()}
    runs = {name: templates[node["unified_job_template"]] for name, node in nodes.items()}
    assert runs == {"provision": "Edge provision", "verify": "Edge verify", "teardown": "Edge teardown", "missing": "Edge verify"}
    questions = [item for item in awx.surveys["Edge provision"]["spec"] if item["variable"] != "edge_container_rollback"]
    assert awx.surveys[WORKFLOW]["spec"] == questions, "what the node says, no answer may overrule"


def what_is_kept_is_looked_after(awx):
    [schedule] = awx.named("schedules").values()
    assert schedule["unified_job_template"] == awx.named("job_templates")["Edge provision"]["id"]
    lease = {"edge_container_lease_duration": "7d", "edge_container_lease_minimum_remaining": "2d"}
    assert schedule["extra_data"] == {**KEPT, **lease}
    questions = {item["variable"]: item for item in awx.surveys["Edge provision"]["spec"]}
    assert schedule["extra_data"].keys() <= questions.keys()
    assert {variable for variable, item in questions.items() if item["required"]} <= schedule["extra_data"].keys()
    assert "FREQ=DAILY" in schedule["rrule"] and schedule["rrule"].startswith("DTSTART;")
