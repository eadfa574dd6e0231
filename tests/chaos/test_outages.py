# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What breaks in the cloud itself, and what others do to it meanwhile: the next run ends in exactly the wanted state."""

from __future__ import annotations

import json
import time

import pytest
from ansible_collections.chi.edge.tests.tools.settling import settles
from disks import fill, laid_over, small
from lanes import DEVICES
from programs import Programs

DEVICE = DEVICES[0]

pytestmark = pytest.mark.alone


@pytest.fixture
def programs(cloud_directory):
    return Programs(cloud_directory)


@pytest.fixture
def story(new_story):
    """A container, and what is made for it; nothing of it stays."""
    one = new_story("chaos-outage", [DEVICE], edge_container_timeout=90)
    yield one
    one.ends()
    assert settles(lambda: not one.eye.remains_of(one.name)), one.eye.remains_of(one.name)


@pytest.fixture
def provisioned(story):
    run = story.play("provision")
    assert run.status == 0, run.text[-4000:]
    return story


def begun(story, phase="provision", **environment):
    return story.lane.begin("chi.edge.provision", story.variables(phase), **environment)


def ended(story, process, phase="provision"):
    """The run is over: it has told what was wrong, if anything, and can be made good."""
    run = story.lane.end(process)
    story.told.append(f"{phase}: status {run.status} after {run.seconds:.0f} s")
    story.judge(run)
    story.is_repaired(phase, run)
    return run


# -- services that stop ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("after", [0.0, 3.0])
def test_keystone_is_down_for_twenty_seconds(story, programs, after):
    process = begun(story) if after else None
    time.sleep(after)
    with programs.without("keystone"):
        process = process or begun(story)
        time.sleep(20)
    ended(story, process)


def test_blazar_is_stopped_while_a_lease_is_pending(story, programs):
    process = begun(story)
    assert settles(lambda: [lease["status"] for lease in story.eye.leases(story.name)] == ["PENDING"], 20)
    with programs.without("blazar-manager"):
        time.sleep(5)
    ended(story, process)


def test_the_devices_service_is_killed_while_a_container_is_creating(story, programs):
    process = begun(story)
    assert settles(lambda: [item["status"] for item in story.eye.containers(story.name)] == ["Creating"], 30)
    programs.kill(f"zun-compute-{DEVICE}")
    ended(story, process)


def test_the_engine_is_restarted_under_a_running_container(provisioned, programs):
    programs("restart", "dockerd")
    ended(provisioned, begun(provisioned))


# -- what others do ----------------------------------------------------------------------------------------------------


def leased(story):
    """The lease, as soon as it is there and runs."""
    assert settles(lambda: [lease["status"] for lease in story.eye.leases(story.name)] == ["ACTIVE"], 30)
    return story.eye.leases(story.name)[0]["id"]


def test_the_lease_ends_between_two_tasks(story):
    process = begun(story)
    story.eye.ask("reservation", f"/leases/{leased(story)}", "PUT", json={"end_date": "now"})
    run = story.lane.end(process)
    story.judge(run)
    again = story.play("provision")
    assert again.status == 0, again.text[-4000:]
    live = [lease for lease in story.eye.leases(story.name) if lease["status"] != "TERMINATED"]
    assert [lease["status"] for lease in live] == ["ACTIVE"]
    (container,) = story.eye.containers(story.name)
    assert container["status"] == "Running"
    for lease in story.eye.leases(story.name):  # the one that has ended is a record, which a teardown leaves
        if lease["status"] == "TERMINATED":
            story.eye.ask("reservation", f"/leases/{lease['id']}", "DELETE")


def test_the_lease_is_deleted_by_someone_else(story):
    process = begun(story)
    story.eye.ask("reservation", f"/leases/{leased(story)}", "DELETE")
    ended(story, process)


def test_the_lease_is_deleted_under_a_running_container(provisioned):
    provisioned.eye.ask("reservation", f"/leases/{leased(provisioned)}", "DELETE")
    ended(provisioned, begun(provisioned))


def test_the_device_becomes_unreservable(story, admin):
    (device,) = [item for item in admin.ask("reservation", "/devices")["devices"] if item["name"] == DEVICE]
    admin.ask("reservation", f"/devices/{device['id']}", "PUT", json={"reservable": False})
    try:
        run = story.play("provision")
        assert run.status == 2 and "is not reservable at present" in run.text, run.text[-3000:]
        assert not story.eye.remains_of(story.name)
    finally:
        admin.ask("reservation", f"/devices/{device['id']}", "PUT", json={"reservable": True})
    ended(story, begun(story))


# -- quotas ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def five(on_one_device):
    # Zun counts before it makes, so several at once would all be under the quota
    return on_one_device("chaos-five", 5, edge_container_timeout=90, edge_container_concurrency=1)


QUOTAS = {
    "floatingip": ("network", "/v2.0/quotas/{}", lambda limit: {"quota": {"floatingip": limit}}),
    "port": ("network", "/v2.0/quotas/{}", lambda limit: {"quota": {"port": limit}}),
    "containers": ("container", "/quotas/{}", lambda limit: {"containers": limit}),
}


@pytest.fixture
def leave(admin, eye):
    """Lets the project have only so much more of something than it has; in the end as much as before."""
    before = {}

    def limit(kind, more):
        service, path, body = QUOTAS[kind]
        path = path.format(eye.project_id)
        answer = admin.ask(service, path)
        before[kind] = (answer.get("quota") or answer)[kind]
        used = len({"floatingip": eye.addresses, "port": eye.ports, "containers": eye.containers}[kind]())
        admin.ask(service, path, "PUT", json=body(used + more))

    def restore():
        for kind, usual in before.items():
            service, path, body = QUOTAS[kind]
            admin.ask(service, path.format(eye.project_id), "PUT", json=body(usual))
        before.clear()

    limit.not_any_more = restore
    yield limit
    restore()


@pytest.mark.parametrize("kind", QUOTAS)
def test_a_quota_is_reached_in_the_middle_of_a_list(five, leave, kind):
    leave(kind, 2)
    run = five.play("provision")
    five.judge(run)
    assert run.status == 2 and "quota" in run.text.lower(), run.text[-4000:]
    leave.not_any_more()
    five.is_repaired("provision", run)


# -- the controller ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("shift", ["+10m", "-10m"])
def test_the_controllers_clock_is_wrong(story, shift):
    run = story.lane.play("chi.edge.provision", story.variables("provision"), under=["faketime", "-f", shift])
    story.told.append(f"{shift}: status {run.status}")
    story.judge(run)
    assert run.status == 0, run.text[-4000:]
    story.is_repaired("provision", run)
    again = story.play("provision")
    assert again.status == 0 and "changed=0" in again.text, again.text[-3000:]


@pytest.fixture
def small_disk(tmp_path):
    with small(tmp_path / "disk") as disk:
        yield disk


def test_the_controllers_disk_is_full(story, small_disk):
    """That of what Ansible and our plugins put down while they run."""
    process = begun(story, TMPDIR=str(small_disk), ANSIBLE_LOCAL_TEMP=str(small_disk / "ansible"))
    leased(story)
    fill(small_disk)
    ended(story, process)


# -- the device --------------------------------------------------------------------------------------------------------


def test_the_containers_disk_is_full(provisioned, small_disk):
    """Commands run all the same, so that one can look and clean up; a copy is refused, and what is there stays whole."""
    name = {"container": provisioned.name}

    def played(*tasks):
        file = provisioned.lane.file("disk.yml")
        file.write_text(json.dumps([{"hosts": "localhost", "gather_facts": False, "tasks": tasks}]))
        run = provisioned.lane.play(str(file), {})
        provisioned.judge(run)
        return run

    def copied(content):
        return {"chi.edge.container_copy": name | {"content": content, "container_path": "/tmp/note"}}

    def executed(*words, **more):
        return {"chi.edge.container_exec": name | {"argv": list(words), **more}}

    (container,) = provisioned.eye.containers(provisioned.name)
    with laid_over(small_disk, container["uuid"], "/tmp"):
        assert played(copied("first")).status == 0
        much = fill(small_disk)
        run = played(executed("sh", "-c", "cat; cat /tmp/note; echo; echo $WORD", stdin="given", environment={"WORD": "well"}))
        assert run.status == 0 and r"given\nfirst\nwell" in run.text, run.text[-4000:]
        run = played(copied("x" * 5000))
        assert run.status == 2 and "There is not enough space in container" in run.text, run.text[-4000:]
        assert [path.name for path in small_disk.iterdir() if path != much] == ["note"]
        assert (small_disk / "note").read_text() == "first"
        much.unlink()
        assert played(copied("second")).status == 0 and (small_disk / "note").read_text() == "second"
