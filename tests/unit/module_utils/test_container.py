# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Zun's containers: their shape, and the faults that a real service does not show when asked."""

from __future__ import annotations

import types

import pytest
from ansible_collections.chi.edge.plugins.module_utils import _container as zun
from ansible_collections.chi.edge.plugins.module_utils._errors import AmbiguousError, ServiceError
from ansible_collections.chi.edge.plugins.module_utils._secrets import HIDDEN
from keystoneauth1 import exceptions as keystone
from zunclient import exceptions

ID = "0e1d7d0c-54a6-4d1c-8a63-4ce7b0b4a1c7"
OTHER_ID = "3c2c9ae9-2b8c-4a19-9a4f-0d05ff6a3a3c"
OURS = "project-1"


class Answer(dict):
    def to_dict(self):
        return dict(self)


def raw(**fields):
    return Answer({"uuid": ID, "name": "web", "status": "Running", "project_id": OURS, "labels": {}, **fields})


class FakeContainers:
    """Stands for the client where the real service cannot be made to misbehave. An answer that is an exception is raised."""

    def __init__(self, **answers):
        self._answers = {key: list(value) for key, value in answers.items()}
        self.calls = []

    def __getattr__(self, verb):
        def call(*args, **kwargs):
            self.calls.append((verb, *args, *kwargs.items()))
            answer = self._answers[verb].pop(0) if self._answers.get(verb) else None
            if isinstance(answer, Exception):
                raise answer
            return answer

        return call


def cloud(**answers):
    return types.SimpleNamespace(zun=types.SimpleNamespace(containers=FakeContainers(**answers)), project_id=OURS)


@pytest.fixture(autouse=True)
def without_naps(monkeypatch):
    monkeypatch.setattr("time.sleep", lambda _seconds: None)


# -- shape ---------------------------------------------------------------------------------------------------------


def test_the_view_hides_what_is_secret_or_our_own():
    view = zun.container_view(
        raw(
            environment={"PASSWORD": "hunter22"},
            labels={"role": "sensor", "chi-edge-spec": "1", "chi-edge-lease": "l", "chi-edge-reservation": "r"},
        )
    )
    assert view["environment"] == {"PASSWORD": HIDDEN}
    assert view["labels"] == {"role": "sensor"}
    assert (view["lease_id"], view["reservation_id"]) == ("l", "r")


def test_the_view_has_times_in_utc():
    assert zun.container_view(raw(created_at="2026-11-21 23:58:10"))["created_at"] == "2026-11-21T23:58:10Z"


def test_the_view_of_a_prediction_has_the_same_keys():
    assert set(zun.container_view({"uuid": None, "name": "web"})) == set(zun.container_view(raw(addresses={"n": []})))


@pytest.mark.parametrize(("told", "memory"), [("80", 80), (80, 80), (None, None), ("64M", "64M")])
def test_the_view_has_memory_as_a_number(told, memory):
    assert zun.container_view(raw(memory=told))["memory"] == memory


@pytest.mark.parametrize(
    ("addresses", "port"),
    [
        ({}, None),
        ({"no_network": []}, None),
        ({"n": [{"addr": "10.0.0.9", "version": 4, "port": None}]}, None),
        ({"n": [{"addr": "10.0.0.9", "version": 4, "port": "p"}]}, ("p", "10.0.0.9")),
        (
            {"n": [{"addr": "fd00::9", "version": 6, "port": "p6"}, {"addr": "10.0.0.9", "version": 4, "port": "p4"}]},
            ("p4", "10.0.0.9"),
        ),
        ({"n": [{"addr": "fd00::9", "version": 6, "port": "p6"}], "m": None}, ("p6", "fd00::9")),
    ],
)
def test_port_of(addresses, port):
    view = zun.container_view(raw(addresses=addresses))
    assert zun.port_of(view) == port
    assert (view["port_id"], view["fixed_ip"]) == (port or (None, None))


# -- finding -------------------------------------------------------------------------------------------------------


def test_one_request_finds_one():
    there = cloud(get=[raw()])
    assert zun.find_container(there, "web")["id"] == ID
    assert there.zun.containers.calls == [("get", "web")]


@pytest.mark.parametrize("answer", [exceptions.NotFound(), raw(status="Deleted")])
def test_what_is_deleted_is_absent(answer):
    assert zun.find_container(cloud(get=[answer]), "web") is None


def test_a_name_is_no_path():
    there = cloud(get=[exceptions.NotFound()])
    zun.find_container(there, "a/../b?c")
    assert there.zun.containers.calls == [("get", "a%2F..%2Fb%3Fc")]


def test_two_of_one_name_are_listed():
    two = [raw(), raw(uuid=OTHER_ID, status="Stopped"), raw(uuid="gone", status="Deleted")]
    with pytest.raises(AmbiguousError) as caught:
        zun.find_container(cloud(get=[exceptions.Conflict()], list=[two]), "web")
    assert caught.value.message == (
        f'There are 2 containers named "web": {ID} (Running), {OTHER_ID} (Stopped). Give the id of the one that is meant.'
    )


@pytest.mark.parametrize("others", [[raw(uuid=OTHER_ID, status="Deleted")], [raw(uuid=OTHER_ID, status="Deleting")]])
def test_one_on_its_way_out_is_not_a_second(others):
    assert zun.find_container(cloud(get=[exceptions.Conflict(), raw()], list=[[raw(), *others]]), "web")["id"] == ID


@pytest.mark.parametrize("other", [raw(name="Web"), raw(project_id="project-2")])
def test_another_case_or_another_project_is_another_container(other):
    assert zun.find_container(cloud(get=[other], list=[[other]]), "web") is None


def test_an_administrator_may_name_a_foreign_one_by_its_id():
    assert zun.find_container(cloud(get=[raw(project_id="project-2")]), ID)["id"] == ID


def test_a_refusal_to_read_is_no_absence():
    with pytest.raises(ServiceError, match='Could not read container "web"'):
        zun.find_container(cloud(get=[exceptions.Forbidden()]), "web")


# -- creating ------------------------------------------------------------------------------------------------------

BODY = {"name": "web", "image": "hello", "labels": {"chi-edge-spec": "1"}, "mounts": [{"type": "bind", "source": b"x"}]}


def test_the_request_is_left_as_it_is():
    there = cloud(run=[raw()])
    zun.create_container(there, BODY)
    assert BODY["mounts"] == [{"type": "bind", "source": b"x"}]


def test_a_version_that_the_client_does_not_know_goes_through_its_http_layer():
    sent = {}

    def request(url, method, json, headers):
        sent.update(url=url, method=method, json=json, headers=headers)
        return None, raw()

    there = types.SimpleNamespace(zun=types.SimpleNamespace(http_client=types.SimpleNamespace(request=request)))
    assert zun.create_container(there, {**BODY, "device_profiles": ["pi_gpio"]}, "1.41")["uuid"] == ID
    assert (sent["method"], sent["url"]) == ("POST", "/containers?run=true")
    assert sent["headers"] == {"OpenStack-API-Version": "container 1.41"}
    assert sent["json"] == {**BODY, "device_profiles": ["pi_gpio"], "mounts": [{"type": "bind", "source": "eA=="}]}
    assert BODY["mounts"][0]["source"] == b"x"


@pytest.mark.parametrize("loss", [keystone.ConnectFailure(), exceptions.GatewayTimeout()])
def test_a_container_whose_answer_was_lost_is_found_and_not_made_again(loss):
    ours, older = raw(labels=BODY["labels"]), raw(uuid=OTHER_ID)
    there = cloud(run=[loss], list=[[older], [older, ours]])
    assert zun.create_container(there, BODY)["uuid"] == ID
    assert [call[0] for call in there.zun.containers.calls] == ["run", "list", "list"]


def test_a_lost_request_is_an_error(monkeypatch):
    monkeypatch.setattr(zun, "_LOST_ANSWER", 0.0)
    there = cloud(run=[keystone.ConnectFailure("no route")], list=[[]])
    with pytest.raises(ServiceError, match='Could not create container "web": no route'):
        zun.create_container(there, BODY)
    assert [call[0] for call in there.zun.containers.calls] == ["run", "list"]


def test_a_refused_request_is_not_looked_for():
    there = cloud(run=[exceptions.BadRequest()])
    with pytest.raises(ServiceError):
        zun.create_container(there, BODY)
    assert [call[0] for call in there.zun.containers.calls] == ["run"]


# -- deleting ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "calls"),
    [
        ("Running", [("stop", ID, 3), ("delete", ID, ("stop", True))]),
        ("Stopped", [("delete", ID, ("stop", True))]),
        ("Error", [("delete", ID, ("stop", True))]),
        ("Creating", [("delete", ID, ("force", True))]),
        ("Deleting", []),
    ],
)
def test_deletion_suits_the_status(status, calls):
    there = cloud()
    assert zun.ask_to_delete(there, zun.container_view(raw(status=status)), 3)
    assert there.zun.containers.calls == calls


@pytest.mark.parametrize("refusal", [exceptions.Forbidden(), exceptions.Conflict()])
def test_what_cannot_be_forced_is_asked_for_again(refusal):
    assert not zun.ask_to_delete(cloud(delete=[refusal]), zun.container_view(raw(status="Creating")), 3)


def test_a_paused_one_goes_on_first():
    there = cloud()
    assert not zun.ask_to_delete(there, zun.container_view(raw(status="Paused")), 3)
    assert there.zun.containers.calls == [("unpause", ID)]


def test_what_is_gone_meanwhile_needs_no_deletion():
    assert zun.ask_to_delete(cloud(stop=[exceptions.NotFound()]), zun.container_view(raw()), 3)


def test_a_refusal_to_delete_is_an_error():
    with pytest.raises(ServiceError, match='Could not delete container "web"'):
        zun.ask_to_delete(cloud(delete=[exceptions.Forbidden()]), zun.container_view(raw(status="Stopped")), 3)


# -- the log -------------------------------------------------------------------------------------------------------


def test_the_log_hides_values_the_longest_first():
    there = cloud(logs=["a hunter22 and hunter22-more\n\n"])
    assert zun.log_tail(there, zun.container_view(raw()), 5, {"hunter22", "hunter22-more"}) == "a ******** and ********"


@pytest.mark.parametrize("answer", [None, exceptions.Conflict(), keystone.ConnectFailure()])
def test_no_log_is_no_failure(answer):
    assert zun.log_tail(cloud(logs=[answer]), zun.container_view(raw()), 5) == ""
