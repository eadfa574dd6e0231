# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which back end a service has, and what that means for a container. The Kubernetes one cannot be had for a test."""

from __future__ import annotations

import types

import pytest
from ansible_collections.chi.edge.plugins.module_utils import _back_end
from ansible_collections.chi.edge.plugins.module_utils._back_end import BackEnd
from ansible_collections.chi.edge.plugins.module_utils._errors import EdgeError
from zunclient import exceptions
from zunclient.v1 import containers

DOCKER = BackEnd(is_kubernetes=False, profiles=None)
KUBERNETES = BackEnd(is_kubernetes=True, profiles=["pi_camera", "pi_gpio"])


def cloud(answer, maximum="container 1.40"):
    """A service that answers a question for its profiles like this, and has this newest version."""

    def json_request(_method, url):
        if url == "/v1/":
            return types.SimpleNamespace(headers={"OpenStack-API-Maximum-Version": maximum}), {}
        if isinstance(answer, Exception):
            raise answer
        return types.SimpleNamespace(headers={}), answer

    return types.SimpleNamespace(zun=types.SimpleNamespace(http_client=types.SimpleNamespace(json_request=json_request)))


@pytest.mark.parametrize(
    ("answer", "back_end"),
    [
        ({"pi_gpio": {"smarter-devices/gpio": 1}, "pi_camera": {}}, KUBERNETES),
        (None, BackEnd(is_kubernetes=True, profiles=None)),
        (exceptions.Forbidden(), BackEnd(is_kubernetes=True, profiles=None)),
        (exceptions.NotFound(), DOCKER),
        (exceptions.InternalServerError(), DOCKER),
    ],
)
def test_recognise(answer, back_end):
    assert _back_end.recognise(cloud(answer)) == back_end


@pytest.mark.parametrize("name", ["my_first_container", "Sensor", "a.b", "a" * 64])
def test_kubernetes_refuses_what_is_no_dns_label(name):
    with pytest.raises(EdgeError) as caught:
        _back_end.suit(KUBERNETES, {"name": name})
    assert caught.value.message == (
        f'name: this service runs containers on Kubernetes, which cannot take "{name}": it takes at most 63 lower-case letters, '
        "digits and inner dashes."
    )


def test_docker_only_warns_of_it():
    assert _back_end.suit(DOCKER, {"name": "my_first_container"}) == [
        'This service takes the name "my_first_container", but today\'s CHI@Edge takes only at most 63 lower-case letters, '
        "digits and inner dashes."
    ]


@pytest.mark.parametrize("back_end", [DOCKER, KUBERNETES])
def test_a_good_name_is_no_matter(back_end):
    assert _back_end.suit(back_end, {"name": "sensor-1"}) == []


def test_kubernetes_warns_of_what_it_ignores():
    wanted = {"name": "web", "networks": [{"network": "n"}], "memory": 64}
    assert _back_end.suit(KUBERNETES, wanted) == ["This service runs containers on Kubernetes and ignores networks, memory."]
    assert _back_end.suit(DOCKER, wanted) == []


@pytest.mark.parametrize(
    ("option", "value"), [("image_driver", "glance"), ("restart_policy", {"Name": "no"}), ("device_profiles", ["pi_tpu"])]
)
def test_kubernetes_refuses_what_it_cannot_do(option, value):
    with pytest.raises(EdgeError, match=f"^{option}: this service "):
        _back_end.suit(KUBERNETES, {"name": "web", option: value})


def test_an_unknown_profile_is_told_the_known_ones():
    with pytest.raises(EdgeError) as caught:
        _back_end.suit(KUBERNETES, {"name": "web", "device_profiles": ["pi_gpio", "pi_tpu"]})
    assert caught.value.message == "device_profiles: this service knows no pi_tpu; it knows: pi_camera, pi_gpio."


def test_profiles_that_are_not_listed_cannot_be_checked():
    assert _back_end.suit(BackEnd(is_kubernetes=True, profiles=None), {"name": "web", "device_profiles": ["pi_tpu"]}) == []


PROFILES = {"name": "web", "device_profiles": ["pi_gpio"]}


def test_profiles_go_with_the_version_that_has_them():
    assert _back_end.version_for(cloud(None, "container 1.41"), KUBERNETES, PROFILES) == "1.41"
    assert _back_end.version_for(cloud(None, "container 1.41"), KUBERNETES, {"name": "web"}) is None


def test_profiles_are_refused_where_the_version_cannot_carry_them():
    with pytest.raises(EdgeError) as caught:
        _back_end.version_for(cloud(None), DOCKER, PROFILES)
    assert caught.value.message == (
        "device_profiles: they need version 1.41 of Zun's API, which CHI@Edge has, and this service goes up to 1.40."
    )


def test_chameleons_client_carries_profiles_itself(monkeypatch):
    monkeypatch.setattr(containers, "CREATION_ATTRIBUTES", [*containers.CREATION_ATTRIBUTES, "device_profiles"])
    assert _back_end.version_for(cloud(None), KUBERNETES, PROFILES) is None
