# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Many containers at once: how often the services are asked, and that the failure of one is its own.

The stand-in for Zun and Neutron keeps what it is told, as they do, counts requests, and refuses what a real one would not.
"""

from __future__ import annotations

import itertools
import threading
import time
import uuid
from collections import Counter
from types import SimpleNamespace

import pytest
from ansible_collections.chi.edge.plugins.module_utils import _shared_cloud
from ansible_collections.chi.edge.plugins.module_utils._context import Context
from ansible_collections.chi.edge.plugins.module_utils._errors import EdgeError
from ansible_collections.chi.edge.plugins.module_utils._operations import containers
from openstack.network.v2.floating_ip import FloatingIP
from zunclient import exceptions


class Edge:
    """A cloud on which a container runs as soon as it is made, unless its name is among those that are refused or fail."""

    project_id, label = "ours", "the cloud"

    def __init__(self, refused=(), failing=()):
        self.refused, self.failing = refused, failing
        self.kept, self.addresses, self.asked, self.order = {}, {}, Counter(), []
        self._lock, self._numbers = threading.Lock(), itertools.count(1)
        self.zun = SimpleNamespace(containers=self, http_client=self)
        self.network = SimpleNamespace(
            ips=self.list_ips,
            networks=self.list_networks,
            security_groups=lambda project_id: [],
            create_ip=self.create_ip,
            delete_ip=self.delete_ip,
        )

    def _count(self, what):
        with self._lock:
            self.asked[what] += 1

    # -- Zun

    def json_request(self, _method, path):
        self._count("list" if path.startswith("/v1/containers") else path)
        if "drivers" in path:
            raise exceptions.NotFound()
        return None, {"containers": list(self.kept.values())}

    def run(self, **body):
        self._count("run")
        if body["name"] in self.refused:
            raise exceptions.Forbidden("Quota exceeded")
        is_well = body["name"] not in self.failing
        raw = {"uuid": str(uuid.uuid4()), "status": "Running" if is_well else "Error", "task_state": None, "project_id": "ours"}
        raw["addresses"] = {"n": [{"addr": f"10.0.0.{next(self._numbers)}", "version": 4, "port": f"port-{body['name']}"}]}
        self.kept[raw["uuid"]] = {**body, **raw}
        return self.get(raw["uuid"])

    def get(self, name):
        self._count("get")
        found = [raw for raw in self.kept.values() if name in (raw["uuid"], raw["name"])]
        if not found:
            raise exceptions.NotFound()
        return SimpleNamespace(to_dict=lambda: dict(found[0]))

    def logs(self, *_args, **_kwargs):
        return "no such device"

    def stop(self, container_id, _timeout):
        self.kept[container_id]["status"] = "Stopped"

    def delete(self, container_id, stop):
        self.order.append(self.kept.pop(container_id)["name"])

    # -- Neutron

    def list_ips(self):
        self._count("ips")
        return list(self.addresses.values())

    def list_networks(self):
        self._count("networks")
        return [SimpleNamespace(id="n1", name="public", is_router_external=True)]

    def create_ip(self, **fields):
        self._count("create_ip")
        known = {"floating_ip_address": f"172.24.4.{next(self._numbers)}", "status": "ACTIVE", "project_id": "ours"}
        made = FloatingIP(id=str(uuid.uuid4()), **known, **fields)
        self.addresses[made.id] = made
        return made

    def delete_ip(self, address_id, ignore_missing):
        self._count("delete_ip")
        self.addresses.pop(address_id)


class Here(Context):
    def __init__(self, edge, params, check_mode):
        super().__init__(params, check_mode, diff=True)
        self.cloud, self.warnings = edge, []

    def warn(self, message):
        self.warnings.append(message)


@pytest.fixture(autouse=True)
def soon(monkeypatch):
    monkeypatch.setattr(_shared_cloud, "FRESH", 0.02)


def run(edge, names, check_mode=False, common=None, **options):
    spec = containers.SPEC["argument_spec"]
    empty = dict.fromkeys(spec["containers"]["options"])
    wishes = [{**empty, "image": "hello:1", "floating_ip": False, **options, "name": name} for name in names]
    params = {name: argument.get("default") for name, argument in spec.items()}
    params |= {"stable_for": 0.0, "wait_interval": 0.02, "containers": wishes, **(common or {})}
    return containers.run(Here(edge, params, check_mode))


TWENTY = [f"web-{number}" for number in range(20)]


def test_twenty_are_made_each_with_its_address_and_told_in_order():
    edge = Edge()
    result = run(edge, TWENTY, floating_ip=True)
    assert result["changed"]
    assert [item["name"] for item in result["containers"]] == TWENTY
    assert all(item["created"] == ["container", "floating_ip"] and item["container"]["id"] for item in result["containers"])
    assert len({item["address"] for item in result["containers"]}) == 20
    assert len(result["diff"]) == 40
    assert edge.asked["run"] == edge.asked["create_ip"] == 20
    assert edge.asked["networks"] == 1


def test_twenty_that_are_there_cost_two_requests(monkeypatch):
    edge = Edge()
    run(edge, TWENTY, floating_ip=True)
    edge.asked.clear()
    monkeypatch.setattr(_shared_cloud, "FRESH", 60)
    result = run(edge, TWENTY, floating_ip=True)
    assert not result["changed"] and result["diff"] == []
    assert edge.asked == {"list": 1, "ips": 1}


def test_one_alone_is_read_by_itself(monkeypatch):
    edge = Edge()
    run(edge, ["web"], floating_ip=True)
    edge.asked.clear()
    monkeypatch.setattr(_shared_cloud, "FRESH", 60)
    run(edge, ["web"], floating_ip=True)
    assert edge.asked == {"get": 1, "ips": 1}


def test_no_more_than_allowed_are_worked_on_at_a_time(monkeypatch):
    edge, most = Edge(), []
    make = edge.run

    def run_slowly(**body):
        most.append(sum(thread.name.startswith("ThreadPool") for thread in threading.enumerate()))
        time.sleep(0.02)
        return make(**body)

    monkeypatch.setattr(edge, "run", run_slowly)
    run(edge, TWENTY, common={"concurrency": 3})
    assert max(most) == 3 and len(edge.kept) == 20


def test_check_mode_foretells_all_and_makes_nothing():
    edge = Edge()
    result = run(edge, TWENTY, check_mode=True, floating_ip=True)
    assert all(
        item["created"] == ["container", "floating_ip"] and item["container"]["id"] is None for item in result["containers"]
    )
    assert not edge.kept and not edge.addresses and not edge.asked["run"]


def test_one_failure_does_not_hide_the_others_and_each_is_named():
    edge = Edge(refused=["web-3"], failing=["web-7"])
    with pytest.raises(EdgeError) as caught:
        run(edge, TWENTY)
    assert caught.value.message.startswith('2 of 20 containers failed. web-3: Could not create container "web-3": ')
    assert 'web-7: Container "web-7" has failed: Error. Its log ends with "no such device".' in caught.value.message
    results = {item["name"]: item for item in caught.value.result["containers"]}
    assert caught.value.result["changed"]
    assert len(edge.kept) == 19
    assert results["web-3"]["created"] == [] and not results["web-3"]["changed"]
    assert results["web-7"]["created"] == ["container"] and results["web-7"]["logs"] == "no such device"
    assert [item["name"] for item in results.values() if item["failed"]] == ["web-3", "web-7"]


def test_what_is_wrong_with_one_is_found_before_any_is_made():
    edge = Edge()
    with pytest.raises(EdgeError) as caught:
        run(edge, ["web", "db"], security_groups=["nobody"])
    lacks = 'security_groups: there is no security group "nobody"; there are: none.'
    assert caught.value.message == f"2 of 2 containers failed. web: {lacks} db: {lacks} No container was changed."
    assert not caught.value.result["changed"] and not edge.asked["run"]
    assert [item["container"] for item in caught.value.result["containers"]] == [None, None]


@pytest.mark.parametrize(
    ("names", "common", "options", "words"),
    [
        (["web", "web"], {}, {}, "containers has more than one of the name web."),
        (["web"], {"concurrency": 0}, {}, "concurrency is 0, and must be at least 1."),
        (["web"], {}, {"exposed_ports": ["x"]}, 'exposed_ports: "x" is no port'),
        (["ab", "c"], {}, {}, '1 of 2 containers failed. c: name: "c" is no name for a container'),
    ],
)
def test_bad_input_needs_no_connection(names, common, options, words):
    with pytest.raises(EdgeError) as caught:
        run(None, names, common=common, **options)
    assert caught.value.message.startswith(words)


def test_none_are_soon_done():
    assert run(None, []) == {"changed": False, "containers": []}


def test_they_go_in_the_reverse_order_with_their_addresses():
    edge = Edge()
    run(edge, TWENTY, floating_ip=True)
    result = run(edge, TWENTY, common={"state": "absent", "concurrency": 1})
    assert result["changed"] and not edge.kept and not edge.addresses
    assert edge.order == TWENTY[::-1]
    assert not run(edge, TWENTY, common={"state": "absent"})["changed"]


def test_a_mistake_of_ours_ends_all(monkeypatch):
    edge = Edge()
    monkeypatch.setattr(edge, "run", lambda **_body: 1 / 0)
    before = threading.active_count()
    with pytest.raises(ZeroDivisionError):
        run(edge, TWENTY)
    assert threading.active_count() == before


def test_what_is_interrupted_leaves_no_thread(monkeypatch):
    """A task's timeout raises in the thread that waits for the others."""

    def interrupted(self):
        raise KeyboardInterrupt

    edge = Edge()
    monkeypatch.setattr(containers.container.ContainerResource, "run", lambda self: time.sleep(0.05) or self.cloud.network.ips())
    monkeypatch.setattr("concurrent.futures.Future.result", interrupted)
    before = threading.active_count()
    with pytest.raises(KeyboardInterrupt):
        run(edge, TWENTY)
    assert threading.active_count() == before


def test_what_may_be_secret_is_not_shown():
    shown = containers.conceal(
        {"containers": [{"name": "web", "environment": {"PASSWORD": "hunter22"}}, "x"], "state": "present"}
    )
    assert "hunter22" not in str(shown) and shown["containers"][1] == "x"
    assert containers.conceal({"containers": "hunter"}) == {"containers": "hunter"}
