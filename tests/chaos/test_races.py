# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs that know nothing of each other, at the same time: what they want is had once, and nobody else's is touched."""

from __future__ import annotations

import contextlib
import time

import pytest
import yaml
from ansible_collections.chi.edge.tests.tools.settling import settles
from lanes import DEVICES, Lane
from stories import Story

EIGHT = range(8)

pytestmark = pytest.mark.alone


@pytest.fixture
def other():
    """The eye of another project."""
    from eye import Eye

    looking = Eye("edge-other")
    yield looking
    looking.close()


@pytest.fixture(autouse=True)
def foreign(eye, other):
    """What belongs to others, and what is ours but was made by hand, is byte for byte the same afterwards."""
    network = eye.network("containernet1")
    by_hand = eye.ask("network", "/v2.0/ports", "POST", json={"port": {"network_id": network, "name": "by-hand"}})["port"]
    public = eye.network("public")
    loose = eye.ask("network", "/v2.0/floatingips", "POST", json={"floatingip": {"floating_network_id": public}})["floatingip"]
    own, theirs = eye.holdings(), other.holdings()
    yield
    try:
        assert settles(lambda: eye.holdings() == own), (own, eye.holdings())
        assert other.holdings() == theirs
    finally:
        eye.ask("network", f"/v2.0/floatingips/{loose['id']}", "DELETE")
        eye.ask("network", f"/v2.0/ports/{by_hand['id']}", "DELETE")


@pytest.fixture
def lanes(tmp_path, cloud_directory):
    """Eight of them, straight to the services."""
    return [Lane(tmp_path / f"lane-{number}", cloud_directory / "clouds.yaml") for number in EIGHT]


@pytest.fixture
def racers(lanes, eye, secrets):
    """Makes a story in each of so many lanes, and takes all of them down in the end."""
    made: list[Story] = []

    def race(names, **more):
        made.extend(Story(name, [{}], lane, eye, secrets, more=more) for name, lane in zip(names, lanes, strict=False))
        return made

    yield race
    for story in made:
        story.ends()
        for lease in eye.leases(story.name):  # what has ended is a record, which a teardown leaves
            eye.ask("reservation", f"/leases/{lease['id']}", "DELETE")


def at_once(stories, phase="provision", playbook="chi.edge.provision"):
    begun = [story.lane.begin(playbook, story.variables(phase)) for story in stories]
    runs = [story.lane.end(process) for story, process in zip(stories, begun, strict=True)]
    for story, run in zip(stories, runs, strict=True):
        story.told.append(f"{phase}: status {run.status} after {run.seconds:.0f} s")
        story.judge(run)
    return runs


# The container's own security group, which each of the runs wants to have.
RULED = {
    "edge_container_exposed_ports": "",
    "edge_container_security_group_rules": [{"protocol": "tcp", "port_range_min": 8080, "port_range_max": 8080}],
}


@pytest.mark.parametrize("more", [{}, RULED], ids=["with open ports", "with a security group"])
def test_eight_runs_of_one_name_make_one_set(racers, more):
    stories = racers(["chaos-same"] * 8, **more)
    runs = at_once(stories)
    first = stories[0]
    again = first.play("provision")
    assert again.status == 0, again.text[-4000:]
    assert settles(lambda: not first.faults("provision")), first.faults("provision")
    assert [run.status for run in runs].count(0) >= 1, "\n".join(run.text[-1500:] for run in runs)
    assert sum(run.has_changed("Lease the devices") for run in runs) <= 1
    created = [run.created("reach them from outside") for run in runs]
    for noun in ("container", "floating_ip"):  # one may have made this and another that
        assert sum(noun in one for one in created) <= 1, created
    assert first.play("provision").text.count("changed=0") == 1
    assert len([group for group in first.eye.groups() if first.name in group["name"]]) == bool(more)


def test_eight_names_over_the_free_devices(racers, eye):
    free = len(eye.free_devices())
    assert free < len(EIGHT)
    stories = racers([f"chaos-many-{number}" for number in EIGHT])
    runs = at_once(stories)
    assert sum(run.status == 0 for run in runs) == free, "\n".join(run.text[-1500:] for run in runs)
    for story, run in zip(stories, runs, strict=True):
        if run.status == 0:
            assert not story.faults("provision"), story.faults("provision")
        else:
            assert "the first free slot of 2h is" in run.text, run.text[-2000:]
            assert not story.eye.remains_of(story.name)


def test_who_waits_for_the_first_free_device_gets_it(racers, eye):
    free = len(eye.free_devices())
    wishes = {"edge_container_lease_start": "first_free", "edge_container_lease_duration": "2m", "edge_container_timeout": 420}
    stories = racers([f"chaos-queue-{number}" for number in range(free + 2)], **wishes)
    runs = at_once(stories)
    assert [run.status for run in runs] == [0] * len(runs), "\n".join(run.text[-1500:] for run in runs if run.status)


def test_a_teardown_beside_a_provision(racers):
    one, two = racers(["chaos-beside"] * 2)
    for delay in (0.0, 1.5, 3.0, 4.5, 6.0):
        process = one.lane.begin("chi.edge.provision", one.variables("provision"))
        time.sleep(delay)
        down = two.lane.play("chi.edge.teardown", two.variables("teardown"))
        up = one.lane.end(process)
        for run in (up, down):
            one.judge(run)
        one.told.append(f"teardown after {delay} s: provision {up.status}, teardown {down.status}")
        again = one.play("provision")
        assert again.status == 0, f"{one}\n{again.text[-4000:]}"
        assert settles(lambda: not one.faults("provision")), f"{one}\n{one.faults('provision')}"
        gone = two.play("teardown")
        assert gone.status == 0, f"{two}\n{gone.text[-4000:]}"
        assert settles(lambda: not one.eye.remains_of(one.name)), f"{one}\n{one.eye.remains_of(one.name)}"


# -- single resources --------------------------------------------------------------------------------------------------


def tasks(lane, *wanted):
    """A playbook with these tasks in the lane's own directory."""
    play = {"hosts": "localhost", "gather_facts": False, "tasks": list(wanted)}
    file = lane.file("play.yml")
    file.write_text(yaml.safe_dump([play]))
    return str(file)


def all_at_once(lanes, task_of):
    begun = [lane.begin(tasks(lane, task_of(number)), {}) for number, lane in enumerate(lanes)]
    return [lane.end(process) for lane, process in zip(lanes, begun, strict=True)]


def test_eight_addresses_from_a_pool_of_five(lanes, eye, other, admin):
    public, network = eye.network("public"), eye.network("containernet1")
    wish = {"floatingip": {"floating_network_id": public}}
    taken, ports = [], []
    with contextlib.ExitStack() as tidy:
        quota = f"/v2.0/quotas/{other.project_id}"
        admin.ask("network", quota, "PUT", json={"quota": {"floatingip": -1}})
        tidy.callback(admin.ask, "network", quota, "DELETE")
        while admin.free_addresses(public) > 5:
            taken.append(other.ask("network", "/v2.0/floatingips", "POST", json=wish)["floatingip"]["id"])
            tidy.callback(other.ask, "network", f"/v2.0/floatingips/{taken[-1]}", "DELETE")
        for number in EIGHT:
            body = {"port": {"network_id": network, "name": f"chaos-port-{number}"}}
            ports.append(eye.ask("network", "/v2.0/ports", "POST", json=body)["port"]["id"])
            tidy.callback(eye.ask, "network", f"/v2.0/ports/{ports[-1]}", "DELETE")
        runs = all_at_once(lanes, lambda number: {"chi.edge.floating_ip": {"port": ports[number], "wait": False}})
        bound = [address for address in eye.addresses() if address["port_id"] in ports]
        for address in bound:
            tidy.callback(eye.ask, "network", f"/v2.0/floatingips/{address['id']}", "DELETE")
        assert [run.status for run in runs].count(0) == len(bound) == 5, "\n".join(run.text[-1000:] for run in runs)
        assert len({address["port_id"] for address in bound}) == 5
        for run in runs:
            assert run.status == 0 or "in use" in run.text, run.text[-2000:]


def test_two_leases_of_one_device_that_grow_towards_each_other(lanes, eye):
    now = time.time()

    def stamp(hours):
        return time.strftime("%Y-%m-%d %H:%M", time.gmtime(now + hours * 3600))

    first = {"name": "chaos-grow-1", "device": DEVICES[0], "start": "now"}
    second = {"name": "chaos-grow-2", "device": DEVICES[0], "start": stamp(4)}
    for lane, lease, end in ((lanes[0], first, stamp(1)), (lanes[1], second, stamp(5))):
        made = lane.play(tasks(lane, {"chi.edge.lease": {**lease, "end": end}}), {})
        assert made.status == 0, made.text[-2000:]
    try:
        grown = [{**first, "end": stamp(3)}, {**second, "start": stamp(2), "end": stamp(5)}]
        runs = all_at_once(lanes[:2], lambda number: {"chi.edge.lease": grown[number]})
        spans = sorted((lease["start_date"], lease["end_date"]) for lease in eye.leases("chaos-grow"))
        assert spans[0][1] <= spans[1][0], f"both have the device: {spans}"
        assert sorted(run.status for run in runs) == [0, 2], "\n".join(run.text[-1500:] for run in runs)
    finally:
        for lease in eye.leases("chaos-grow"):
            eye.ask("reservation", f"/leases/{lease['id']}", "DELETE")
