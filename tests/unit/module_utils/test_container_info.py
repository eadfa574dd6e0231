# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which containers are meant, and what is read of them."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace

import pytest
from ansible_collections.chi.edge.plugins.module_utils import _container_choice, _container_reading, _times
from ansible_collections.chi.edge.plugins.module_utils._container import container_view
from ansible_collections.chi.edge.plugins.module_utils._container_choice import Choice
from ansible_collections.chi.edge.plugins.module_utils._context import Context
from ansible_collections.chi.edge.plugins.module_utils._errors import EdgeError
from ansible_collections.chi.edge.plugins.module_utils._operations import container_info


def raw(name="web", status="Running", **more):
    labels = {"chi-edge-lease": "lease-1", "chi-edge-reservation": "reservation-1", "role": "sensor"}
    return {"uuid": f"uuid-{name}", "name": name, "status": status, "labels": labels, "image": "edge/hello:arm64", **more}


# -- which are meant -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "choice",
    [
        {},
        {"name": "web"},
        {"name": "w*"},
        {"image": "edge/*"},
        {"status": ["Stopped", "Running"]},
        {"labels": {"role": "sensor"}},
        {"holds": frozenset({"lease-1"})},
        {"holds": frozenset({"another", "reservation-1"})},
    ],
)
def test_a_container_is_meant(choice):
    assert Choice(**choice).matches(container_view(raw()))


@pytest.mark.parametrize(
    "choice",
    [
        {"name": "we"},
        {"name": "WEB"},
        {"image": "hello"},
        {"status": ["Stopped"]},
        {"labels": {"role": "sensor", "room": "1"}},
        {"labels": {"chi-edge-lease": "lease-1"}},
        {"holds": frozenset()},
        {"holds": frozenset({"another"})},
    ],
)
def test_a_container_is_not_meant(choice):
    assert not Choice(**choice).matches(container_view(raw()))


def test_what_zun_only_remembers_is_absent_unless_it_is_asked_for():
    gone = container_view(raw(status="Deleted"))
    assert not Choice().matches(gone)
    assert Choice(status=["Deleted"]).matches(gone)


def test_labels_are_compared_as_text():
    assert Choice(labels={"room": 1}).matches(container_view(raw(labels={"room": "1"})))


# -- listing -------------------------------------------------------------------------------------------------------


def test_a_long_list_comes_in_pages_and_without_other_projects():
    """A page of Zun has a thousand, which no test makes."""
    pages = {
        "/v1/containers?name=a": {"containers": [raw("a"), raw("b", project_id="ours")], "next": "http://zun/more"},
        "/v1/containers?name=a&marker=uuid-b": {"containers": [raw("c", project_id="theirs")], "next": None},
    }
    http = SimpleNamespace(json_request=lambda method, path: (None, pages.pop(path)))
    cloud = SimpleNamespace(zun=SimpleNamespace(http_client=http), project_id="ours")
    assert [item["name"] for item in _container_choice.list_containers(cloud, name="a")] == ["a", "b"]
    assert not pages


# -- reading -------------------------------------------------------------------------------------------------------


def zun(**answers):
    return SimpleNamespace(zun=SimpleNamespace(containers=SimpleNamespace(**answers)))


def test_a_log_hides_the_values_of_the_environment():
    asked = []

    def logs(uuid, **query):
        asked.append((uuid, query))
        return "the key is hunter22-and-more or hunter22, 80\n"

    secret = raw(environment={"KEY": "hunter22", "KEYS": "hunter22-and-more", "PORT": "80"})
    assert _container_reading.read_log(zun(logs=logs), secret, 5, None) == "the key is ******** or ********, 80\n"
    assert _container_reading.read_log(zun(logs=logs), secret, 0, 7)
    assert [query for _uuid, query in asked] == [
        {"stdout": True, "stderr": True, "tail": 5},
        {"stdout": True, "stderr": True, "tail": "all", "since": 7},
    ]


def test_a_container_without_a_log_has_an_empty_one():
    assert _container_reading.read_log(zun(logs=lambda *args, **kwargs: None), raw(), 5, None) == ""


def test_the_drivers_count_since_in_different_ways(monkeypatch):
    """No Kubernetes driver can run here, so what recognises it is replaced."""
    since = _times.now() - timedelta(minutes=10)
    monkeypatch.setattr(_container_reading, "recognise", lambda cloud: SimpleNamespace(is_kubernetes=True))
    assert _container_reading.since_on_wire(None, since) in (600, 601)
    monkeypatch.setattr(_container_reading, "recognise", lambda cloud: SimpleNamespace(is_kubernetes=False))
    assert _container_reading.since_on_wire(None, since) == round(since.timestamp())


def test_measures_get_names_that_can_be_used_and_unknown_ones_keep_theirs():
    docker = {"CONTAINER": "web", "CPU %": 0.5, "MEM %": 1.5, "BLOCK I/O(B)": "1/2", "NET I/O(B)": "3/4"}
    assert _container_reading.stats_view(docker) == {
        "cpu_percent": 0.5,
        "memory_percent": 1.5,
        "block_read_bytes": 1,
        "block_written_bytes": 2,
        "received_bytes": 3,
        "sent_bytes": 4,
    }
    assert _container_reading.stats_view({"cpu": "3m", "memory": "12Mi"}) == {"cpu": "3m", "memory": "12Mi"}


def test_processes_are_dictionaries_without_secrets():
    table = {"Titles": ["PID", "%CPU", "CMD"], "Processes": [["1", "0.0", "serve --key hunter22"]]}
    seen = _container_reading.read_processes(zun(top=lambda uuid: table), raw(environment={"KEY": "hunter22"}))
    assert seen == [{"pid": "1", "cpu": "0.0", "cmd": "serve --key ********"}]


# -- the options ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"id": "web"}, 'id: "web" is no UUID.'),
        ({"tail": -1}, "tail must be a number of lines, or 0 for all of them, not -1."),
        ({"since": "soon"}, 'since "soon" is not a time.'),
        ({"since": "2999-01-01"}, 'since "2999-01-01" is yet to come.'),
    ],
)
def test_bad_input_is_told_without_a_connection(options, message):
    defaults = {name: spec.get("default") for name, spec in container_info.SPEC["argument_spec"].items()}
    with pytest.raises(EdgeError) as caught:
        container_info.run(Context({**defaults, **options}, check_mode=False, diff=False))
    assert caught.value.message.startswith(message)


@pytest.mark.parametrize(("text", "ago"), [("10m", timedelta(minutes=10)), ("1d12h", timedelta(hours=36))])
def test_a_time_that_has_passed_is_a_duration_or_a_date(text, ago):
    now = _times.now()
    assert _times.read_past(text, "since", now) == now - ago
    assert _times.read_past((now - ago).isoformat(), "since", now) == now - ago
