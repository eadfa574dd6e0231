# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The life of a container as AWX's jobs, from a survey to the teardown. The tests are its chapters, in this order."""

from __future__ import annotations

import json

import pytest
import yaml

import awx_job
from provisioning import DEVICE, IMAGE, PORT

NAME = "test-awx"
MANY = [f"{NAME}-{number:02d}" for number in range(20)]
KINDS = (("floating_ip", "container"), ("container", "name"), ("lease", "name"))
SECRET = "s3cr3t-of-the-survey"
ANSWERS = {
    "edge_container_name": NAME,
    "edge_container_image": IMAGE,
    "edge_container_device": f"name: {DEVICE}",
    "edge_container_lease_duration": "1h",
    "edge_container_environment": f'{{"TOKEN": "{SECRET}"}}',
    "edge_container_exposed_ports": f"{PORT}/tcp",
    "edge_container_floating_ip": "true",
    "edge_container_networks": "containernet1",
    "edge_container_verify_port": str(PORT),
    "edge_container_verify_url": "/",
    "edge_container_timeout": 240,
}


@pytest.fixture(scope="module")
def credentials(clouds) -> dict[str, awx_job.Credential]:
    """Both ways to log in, as the same user."""
    from conftest import CLOUDS

    passwords = json.loads((CLOUDS.parent / "etc" / "passwords.json").read_text())
    builtin = awx_job.builtin(clouds["edge"], "demo", passwords["user_demo"], "demo")
    return {"chameleon": awx_job.chameleon(clouds["edge"]), "openstack": builtin}


@pytest.fixture(scope="module")
def start(credentials, tmp_path_factory, module_playbook):
    """Start a job by the playbook that its template names. Whatever becomes of them, nothing is left."""
    jobs = []

    def run(playbook: str, *arguments: str, credential: str = "chameleon", **options) -> awx_job.Job:
        directory = tmp_path_factory.mktemp("job") / "data"
        job = awx_job.Job(directory, playbook, credentials[credential], arguments=" ".join(arguments), **options)
        jobs.append(job)
        return job

    run.jobs = jobs
    yield run
    gone = {"cloud": "edge", "state": "absent"}
    tasks = [{f"chi.edge.{kind}": {**gone, key: NAME}} for kind, key in KINDS]
    assert module_playbook(tasks).status == 0


@pytest.fixture(scope="module")
def provision(start):
    """Run the job template "Edge provision"."""

    def run(*arguments: str, **options) -> awx_job.Job:
        return start("playbooks/provision.yml", *arguments, variables=awx_job.survey("provision", **ANSWERS), **options)

    return run


@pytest.fixture(scope="module")
def verify(start):
    """Run the job template "Edge verify"."""

    def run(**answers) -> awx_job.Job:
        return start("playbooks/verify.yml", variables=awx_job.survey("provision", **{**ANSWERS, **answers})).done()

    return run


@pytest.fixture
def many(module_playbook):
    """Twenty containers on the device that is leased already."""

    def all_at_once(**options):
        """Begin with all, then wait for each."""
        each = {"cloud": "edge", "name": "{{ item }}", **options}
        run = module_playbook([{"chi.edge.container": {**each, "wait": wait}, "loop": MANY} for wait in (False, True)])
        assert run.status == 0, run.text

    try:
        all_at_once(image=IMAGE, lease=NAME, networks=["containernet1"])
        yield
    finally:
        all_at_once(state="absent")


# -- from nothing to a container that answers ----------------------------------------------------------------------


def test_a_job_of_the_type_check_only_foretells(provision, verify):
    job = provision("--check", "--diff", "--limit localhost").done()
    assert job.status == "successful", job.stdout
    assert {"Lease the devices", "Have the containers run, and reach them from outside"} <= set(job.changes)
    assert any("diff" in event["event_data"].get("res", {}) for event in job.events)
    job = verify()
    assert job.status == "failed"
    assert f"Not as wanted: the lease {NAME}, the container {NAME}, the floating IP of {NAME}." in job.stdout


def test_a_job_that_is_cancelled_while_it_waits_is_repaired_by_the_next(provision):
    """With AWX's own credential, which names no cloud and no domain of the user; at the highest verbosity that AWX has."""
    job = provision(credential="openstack").cancelled_at(f"lease {NAME}: ")
    assert job.status == "canceled"
    job = provision("-vvvv", credential="openstack").done()
    assert job.status == "successful", job.stdout
    assert "http://172." in job.stdout


def test_the_second_run_changes_nothing(provision):
    """With the other credential, and with "show changes"."""
    job = provision("--diff").done()
    assert job.status == "successful", job.stdout
    assert not job.changes
    assert not job.recap["changed"]


def test_verify_finds_all_as_wanted(verify):
    """Also where a run would do something in any case."""
    job = verify(edge_container_recreate="always", edge_container_lease_minimum_remaining="12h")
    assert job.status == "successful", job.stdout
    assert not job.changes
    asked = [
        event["event_data"]["res"]
        for event in job.events
        if event["event"] == "runner_on_ok" and event["event_data"]["task"] == "See whether the containers answer"
    ]
    assert [result["containers"][0]["url"].startswith("http://172.") for result in asked] == [True]


def test_verify_finds_what_is_not_as_wanted(verify):
    job = verify(edge_container_environment="TOKEN: another")
    assert job.status == "failed"
    assert f"Not as wanted: the container {NAME}." in job.stdout


def test_a_limit_that_leaves_nobody_is_no_success(provision):
    job = provision("--limit nobody").done()
    assert job.status == "failed"
    assert "no hosts" in job.stdout


def test_the_calendar_is_shown(start):
    variables = awx_job.survey("calendar", calendar_device="vendor: Raspberry Pi", calendar_days=4)
    job = start("playbooks/calendar.yml", variables=variables).done()
    assert job.status == "successful", job.stdout
    assert DEVICE in job.stdout and "nano" not in job.stdout


@pytest.mark.parametrize(
    ("playbook", "variables"),
    [
        (
            "build_image",
            {
                "image_builder_variant": "docker",
                "image_builder_size": "4",
                "image_builder_packages": "htop, jq",
                "image_builder_environment": "",
                "image_builder_upload": "true",
                "image_builder_keep": "",
                "image_builder_timeout": "",
            },
        ),
        (
            "docker_group",
            {
                "docker_group_hosts": "",
                "docker_group_users": "root, nobody",
                "docker_group_install": "false",
                "docker_group_gid": "",
                "docker_group_verify": "true",
            },
        ),
    ],
)
def test_other_playbooks_take_what_a_survey_gives(start, playbook, variables):
    """Only foretold: they are for machines of one's own, where the roles' own tests run them."""
    job = start(f"playbooks/{playbook}.yml", "--check", "--diff", variables=variables).done()
    assert job.status == "successful", job.stdout


# -- many containers as hosts --------------------------------------------------------------------------------------


def test_a_sliced_job_runs_in_twenty_containers(start, credentials, many, tmp_path):
    """Four jobs with a fourth of the hosts each, and five forks."""
    hosts = awx_job.inventory(tmp_path / "update", credentials["chameleon"])
    hosts = {name: variables for name, variables in hosts.items() if name in MANY}
    assert sorted(hosts) == MANY
    play = [{"hosts": "all", "gather_facts": False, "tasks": [{"ansible.builtin.raw": "uname -m; hostname"}]}]
    jobs = [start("site.yml", "--forks 5", hosts=part, plays=play) for part in awx_job.slices(hosts, 4)]
    seen = {}
    for job in jobs:
        assert job.done().status == "successful", job.stdout
        assert len(job.recap["ok"]) == len(MANY) / len(jobs)
        seen |= {
            event["event_data"]["host"]: event["event_data"]["res"]["stdout"].split()
            for event in job.events
            if event["event"] == "runner_on_ok"
        }
    assert sorted(seen) == MANY
    assert {machine for machine, _hostname in seen.values()} == {"aarch64"}
    assert len({hostname for _machine, hostname in seen.values()}) == len(MANY)


# -- and back ------------------------------------------------------------------------------------------------------


def test_the_teardown_takes_all_of_it_and_may_be_repeated(start, verify):
    variables = awx_job.survey("teardown", edge_container_name=NAME)
    job = start("playbooks/teardown.yml", variables=variables).done()
    assert job.status == "successful", job.stdout
    assert {"Release the floating IPs and remove the containers", "Delete the lease"} == set(job.changes)
    job = start("playbooks/teardown.yml", variables=variables).done()
    assert job.status == "successful", job.stdout
    assert not job.changes
    assert verify().status == "failed"


def test_no_job_has_kept_a_secret(start, clouds, credentials):
    password = yaml.safe_load(credentials["openstack"].file)["clouds"]["devstack"]["auth"]["password"]
    secrets = [SECRET, password, clouds["edge"]["auth"]["application_credential_secret"]]
    assert len(start.jobs) > 10
    for job in start.jobs:
        kept = job.all_text
        assert len(kept) > 1000
        assert not [secret for secret in secrets if secret in kept], job.directory
        assert "Traceback" not in kept
