# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A container as wanted: the request for it, the notes in its labels, and what differs later."""

from __future__ import annotations

import re

import pytest
from ansible_collections.chi.edge.plugins.module_utils import _container_spec as spec
from ansible_collections.chi.edge.plugins.module_utils._errors import EdgeError

RESERVATION = "500e0c36-2089-46a5-bf7c-cc46e5f65a0d"
SECRET = "hunter22"

FULL = {
    "name": "web",
    "image": "hello",
    "command": "httpd -f",
    "environment": {"PASSWORD": SECRET, "PORT": "80"},
    "labels": {"role": "sensor"},
    "exposed_ports": ["80"],
    "mounts": [{"destination": "/etc/app", "content": SECRET, "encoding": "text"}],
    "interactive": True,
    "reservation": RESERVATION,
    "hints": {"zone": "a"},
    "cpu": 0.5,
    "memory": 64,
}


def made_of(wanted: spec.Wanted, **others: object) -> dict:
    """What Zun tells of a container that was made with this; nets, hints and mounts it keeps to itself."""
    body = spec.request_of(wanted, [], [])
    told = {key: body[key] for key in ("name", "image", "labels", "environment", "workdir", "cpu", "memory") if key in body}
    return {"uuid": "u", "status": "Running", "command": ["whatever"], "workdir": None, **told, **others}


def test_what_is_empty_is_not_given():
    params = {"name": "web", "command": "", "environment": {}, "networks": [], "memory": None, "interactive": False}
    assert spec.wanted_of(params) == {"name": "web", "interactive": False}


def test_all_complaints_come_at_once():
    with pytest.raises(EdgeError) as caught:
        spec.wanted_of({"name": "a b", "environment": {"A": 1}, "exposed_ports": ["x"]})
    assert [word for word in ("name:", "environment:", "exposed_ports:") if word not in caught.value.message] == []


@pytest.mark.parametrize(
    ("params", "complaint"),
    [
        (
            {"exposed_ports": ["80"], "security_groups": ["default"]},
            "exposed_ports and security_groups exclude each other: either Zun opens the ports, or the groups do.",
        ),
        ({"image": "Hello"}, 'image: "Hello" is no name of an image; one looks like ghcr.io/organization/image:tag.'),
        (
            {"labels": {"chi-edge-lease": "x"}},
            "labels: names that begin with chi-edge- are kept for the collection's own notes (chi-edge-lease).",
        ),
        (
            {"reservation": RESERVATION, "hints": {"reservation": RESERVATION}},
            "hints: it has a reservation, and so has the option reservation; give one of them.",
        ),
    ],
)
def test_contradictions(params, complaint):
    with pytest.raises(EdgeError) as caught:
        spec.wanted_of({"name": "web", **params})
    assert caught.value.message == complaint


def test_glance_names_images_otherwise():
    assert spec.wanted_of({"name": "web", "image": "Hello World", "image_driver": "glance"})["image"] == "Hello World"


def test_an_empty_list_contradicts_nothing():
    assert spec.wanted_of({"name": "web", "exposed_ports": ["80"], "security_groups": []})["exposed_ports"] == ["80/tcp"]


def test_a_reservation_among_the_hints_is_the_reservation():
    assert spec.wanted_of({"name": "web", "hints": {"reservation": RESERVATION.upper()}}) == {
        "name": "web",
        "reservation": RESERVATION,
    }
    with pytest.raises(EdgeError, match="^reservation: "):
        spec.wanted_of({"name": "web", "hints": {"reservation": "my-lease"}})


def test_the_request_is_in_zuns_terms():
    body = spec.request_of(spec.wanted_of(FULL), [{"network": "n"}], [], lease_id="l")
    labels = body.pop("labels")
    assert body == {
        "name": "web",
        "image": "hello",
        "command": ["httpd", "-f"],
        "environment": {"PASSWORD": SECRET, "PORT": "80"},
        "exposed_ports": {"80/tcp": {}},
        "mounts": [{"type": "bind", "source": SECRET.encode(), "destination": "/etc/app"}],
        "interactive": True,
        "tty": True,
        "hints": {"zone": "a", "reservation": RESERVATION},
        "nets": [{"network": "n"}],
        "cpu": 0.5,
        "memory": 64,
    }
    assert labels["role"] == "sensor"
    assert labels["chi-edge-lease"] == "l"
    assert labels["chi-edge-reservation"] == RESERVATION


def test_what_was_not_given_is_not_in_the_request():
    body = spec.request_of(spec.wanted_of({"name": "web", "image": "hello"}), [], [])
    assert body == {"name": "web", "image": "hello", "labels": {"chi-edge-spec": "1", "chi-edge-name": "web"}}


def test_notes_are_labels_that_kubernetes_takes():
    wanted = spec.wanted_of(
        {**FULL, "healthcheck": {"cmd": "x"}, "networks": ["n"], "device_profiles": ["p"], "runtime": "nvidia"}
    )
    for key, value in spec.notes_of(wanted, "8aad6912-2eb5-4140-812f-123e5cb56ca3").items():
        assert re.fullmatch(r"[a-z0-9]([a-z0-9_.-]{0,61}[a-z0-9])?", key)
        assert re.fullmatch(r"[a-z0-9]([a-z0-9_.-]{0,61}[a-z0-9])?", value)


def test_the_environment_leaves_no_note():
    wanted = spec.wanted_of({"name": "web", "environment": {"A": "1"}})
    assert spec.notes_of(wanted) == {"chi-edge-spec": "1", "chi-edge-name": "web"}


def test_the_same_again_does_not_differ():
    wanted = spec.wanted_of(FULL)
    assert spec.differences(wanted, made_of(wanted)) == {}


@pytest.mark.parametrize(
    "other",
    [
        {"image": "hello:latest"},
        {"command": ["httpd", "-f"]},
        {"exposed_ports": ["80/tcp"]},
        {"mounts": [{"destination": "/etc/app", "content": "aHVudGVyMjI=", "encoding": "base64"}]},
        {"environment": {"PORT": "80"}},
        {"labels": None},
        {"memory": None, "cpu": None, "command": None, "hints": None},
    ],
)
def test_another_way_to_say_it_does_not_differ(other):
    made = made_of(spec.wanted_of(FULL))
    assert spec.differences(spec.wanted_of({**FULL, **other}), made) == {}


@pytest.mark.parametrize(
    ("option", "value", "present", "wanted"),
    [
        ("image", "hello:2", "hello", "hello:2"),
        ("command", "sleep 1", spec.UNTOLD, ["sleep", "1"]),
        ("entrypoint", "sh -c", None, ["sh", "-c"]),
        ("workdir", "/root", None, "/root"),
        ("exposed_ports", ["81"], spec.UNTOLD, ["81/tcp"]),
        ("labels", {"role": "camera", "new": "x"}, {"role": "sensor", "new": None}, {"role": "camera", "new": "x"}),
        ("interactive", False, spec.UNTOLD, False),
        ("reservation", RESERVATION.replace("5", "6"), RESERVATION, RESERVATION.replace("5", "6")),
        ("hints", {"zone": "b"}, spec.UNTOLD, {"zone": "b"}),
        ("memory", 128, 64, 128),
        ("cpu", 1.0, 0.5, 1.0),
    ],
)
def test_a_difference_is_named(option, value, present, wanted):
    made = made_of(spec.wanted_of(FULL))
    assert spec.differences(spec.wanted_of({**FULL, option: value}), made) == {option: (present, wanted)}


def test_secrets_differ_unseen():
    made = made_of(spec.wanted_of(FULL))
    other = spec.wanted_of(
        {
            **FULL,
            "environment": {"PASSWORD": "hunter23", "TOKEN": "hunter24"},
            "mounts": [{"destination": "/etc/app", "content": "hunter25", "encoding": "text"}],
        }
    )
    found = spec.differences(other, made)
    assert found["environment"] == (
        {"PASSWORD": "(another, not shown)", "TOKEN": None},
        {"PASSWORD": "(not shown)", "TOKEN": "(not shown)"},
    )
    assert set(found) == {"environment", "mounts"}
    assert "hunter" not in str(found)


def test_a_default_is_no_difference():
    made = made_of(spec.wanted_of({"name": "web", "image": "hello"}))
    wanted = {"name": "web", "interactive": False, "image_driver": "docker", "restart_policy": {"name": "no"}}
    assert spec.differences(spec.wanted_of(wanted), made) == {}


def test_an_option_given_later_differs():
    made = made_of(spec.wanted_of({"name": "web", "image": "hello"}))
    assert set(spec.differences(spec.wanted_of(FULL), made)) == set(FULL) - {"name", "image", "cpu", "memory"}


def test_of_a_container_made_by_others_only_what_zun_tells_is_compared():
    raw = {"uuid": "u", "name": "web", "status": "Running", "image": "other", "labels": {}, "environment": None}
    found = spec.differences(spec.wanted_of({"name": "web", "image": "hello", "command": "x", "exposed_ports": ["80"]}), raw)
    assert found == {"image": ("other", "hello")}


@pytest.mark.parametrize(
    ("one", "other", "is_same"),
    [
        ("a/b", "a/b:latest", True),
        ("127.0.0.1:5005/a", "127.0.0.1:5005/a:latest", True),
        ("a@sha256:1", "a@sha256:1:latest", False),
        ("a:1", "a:2", False),
    ],
)
def test_an_image_without_a_tag_is_the_latest(one, other, is_same):
    raw = {"name": "web", "image": one, "labels": {}}
    assert (spec.differences({"image": other}, raw) == {}) is is_same


def test_what_is_shown_has_no_secrets():
    assert SECRET not in str(spec.shown(spec.wanted_of(FULL)))


@pytest.mark.parametrize("environment", [{"A": SECRET}, f"A={SECRET}", {"A": {"b": SECRET}}, None])
@pytest.mark.parametrize("mounts", [[{"destination": "/a", "content": SECRET}], [SECRET], SECRET, None])
def test_conceal_takes_any_type(environment, mounts):
    params = {"name": "web", "environment": environment, "mounts": mounts}
    concealed = spec.conceal(params)
    assert concealed["name"] == "web"
    assert SECRET not in str(concealed)
    assert params["environment"] == environment


def test_conceal_adds_nothing():
    assert spec.conceal({"name": "web"}) == {"name": "web"}
