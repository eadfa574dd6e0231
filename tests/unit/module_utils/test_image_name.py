# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Names of images are read as Docker reads them."""

from __future__ import annotations

import pytest
from ansible_collections.chi.edge.plugins.module_utils._errors import EdgeError
from ansible_collections.chi.edge.plugins.module_utils._image_name import read_local_name, read_reference

DIGEST = "sha256:" + "0" * 64


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("nginx", "docker.io/library/nginx:latest"),
        ("nginx:1.27-alpine", "docker.io/library/nginx:1.27-alpine"),
        ("index.docker.io/nginx", "docker.io/library/nginx:latest"),
        ("group/image", "docker.io/group/image:latest"),
        ("ghcr.io/a/b/c:1", "ghcr.io/a/b/c:1"),
        ("localhost/x", "localhost/x:latest"),
        ("registry:5000/x", "registry:5000/x:latest"),
        ("127.0.0.1:5005/edge/hello:arm64", "127.0.0.1:5005/edge/hello:arm64"),
        (f"ghcr.io/a/b@{DIGEST}", f"ghcr.io/a/b@{DIGEST}"),
        (f"ghcr.io/a/b:1@{DIGEST}", f"ghcr.io/a/b:1@{DIGEST}"),
        ("a/b__c-d.e:V_1", "docker.io/a/b__c-d.e:V_1"),
    ],
)
def test_a_reference_is_completed(given, expected):
    assert str(read_reference(given, "image")) == expected


def test_docker_hub_answers_elsewhere():
    assert read_reference("nginx", "image").host == "registry-1.docker.io"
    assert read_reference("ghcr.io/x", "image").host == "ghcr.io"


def test_a_digest_says_more_than_a_tag():
    assert read_reference(f"x:1@{DIGEST}", "image").version == DIGEST


@pytest.mark.parametrize("given", ["", "Nginx", "a b", "https://ghcr.io/x", "x:", "x@sha256:0", "ghcr.io/", "/x", "x:ä", "-x"])
def test_what_is_no_reference_is_refused(given):
    with pytest.raises(EdgeError, match="^image: .* is no name of an image; one looks like ghcr.io/organization/image:tag.$"):
        read_reference(given, "image")


@pytest.mark.parametrize(("given", "expected"), [("sensor", "sensor:latest"), ("edge/sensor:1.0", "edge/sensor:1.0")])
def test_a_local_name_has_a_tag(given, expected):
    assert read_local_name(given, "name") == expected


@pytest.mark.parametrize("given", ["127.0.0.1:5005/x:1", f"x@{DIGEST}", "Sensor", ""])
def test_a_local_name_has_no_port_and_no_digest(given):
    with pytest.raises(EdgeError, match="^name: .* is no plain name of an image.*for instance sensor:1.0.$"):
        read_local_name(given, "name")
