# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Each option of a container: what is taken, in which form, and what is refused with which words."""

from __future__ import annotations

import pytest
from ansible_collections.chi.edge.plugins.module_utils import _container_options as check


@pytest.mark.parametrize("name", ["ab", "my_first_container", "A.b-c_9", "a" * 255])
def test_name_is_taken(name):
    assert check.name(name) == name


@pytest.mark.parametrize("name", ["a", "-ab", "_ab", "a b", "a/b", "a" * 256, "ab\n"])
def test_name_is_refused(name):
    with pytest.raises(ValueError, match="is no name for a container: it takes 2 to 255"):
        check.name(name)


@pytest.mark.parametrize(
    ("name", "is_label"),
    [
        ("sensor-1", True),
        ("1a", True),
        ("a" * 63, True),
        ("a" * 64, False),
        ("Sensor", False),
        ("a_b", False),
        ("a.b", False),
        ("a-", False),
    ],
)
def test_dns_label(name, is_label):
    assert check.is_dns_label(name) is is_label


@pytest.mark.parametrize(
    "image",
    [
        "nginx",
        "nginx:1.25",
        "library/nginx",
        "ghcr.io/chameleoncloud/edge_ssh_image:latest",
        "127.0.0.1:5005/edge/hello:arm64",
        "localhost/a__b/c-d.e",
        "nginx@sha256:" + "0f" * 32,
        "nginx:1.25@sha256:" + "0f" * 32,
    ],
)
def test_image_reference(image):
    assert check.is_image_reference(image)


@pytest.mark.parametrize(
    "image", ["Nginx", "nginx:", "nginx:a:b", "a b", "http://nginx", "/nginx", "nginx/", "nginx@sha256:0f", "a..b/"]
)
def test_no_image_reference(image):
    assert not check.is_image_reference(image)


def test_reservation_is_a_uuid_in_lower_case():
    assert check.reservation("500E0C36-2089-46A5-BF7C-CC46E5F65A0D") == "500e0c36-2089-46a5-bf7c-cc46e5f65a0d"


def test_reservation_is_no_name():
    with pytest.raises(ValueError, match=r'^"my-lease" is no UUID; it is the id of a device reservation.* Give lease instead'):
        check.reservation("my-lease")


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ("httpd -f -p 8080", ["httpd", "-f", "-p", "8080"]),
        ("sh -c 'echo \"a b\"; sleep 1'", ["sh", "-c", 'echo "a b"; sleep 1']),
        (["sleep", 60, 0.5], ["sleep", "60", "0.5"]),
    ],
)
def test_words(given, words):
    assert check.words(given) == words


@pytest.mark.parametrize(
    ("given", "complaint"),
    [
        ("sh -c 'oops", "it cannot be split into words: no closing quotation. Check its quotes, or give a list."),
        (["sh", True], "one of its words is a boolean; quote it."),
        (["sh", None], "one of its words is null; quote it."),
        ({"a": "b"}, "it is a dictionary; give a string, or a list of strings."),
    ],
)
def test_words_are_refused(given, complaint):
    with pytest.raises(ValueError) as caught:
        check.words(given)
    assert str(caught.value) == complaint


@pytest.mark.parametrize(
    ("value", "kind"),
    [(8080, "a number"), (1.5, "a number"), (True, "a boolean"), (None, "null"), (["a"], "a list"), ({}, "a dictionary")],
)
def test_environment_takes_only_strings(value, kind):
    with pytest.raises(ValueError) as caught:
        check.environment({"GOOD": "x", "PORT": value})
    assert str(caught.value) == (
        f"the value of PORT is {kind}, and a container's environment takes only strings. "
        "Quote it, or put it through the filter string."
    )


@pytest.mark.parametrize("key", ["", "A=B", "A\0"])
def test_environment_names(key):
    with pytest.raises(ValueError, match="is no name for a variable"):
        check.environment({key: "x"})


@pytest.mark.parametrize(
    "labels", [{"a": ""}, {"app.kubernetes.io/name": "web-1.2_x"}, {"lease-id": "8aad6912-2eb5-4140-812f-123e5cb56ca3"}]
)
def test_labels_are_taken(labels):
    assert check.labels(labels) == labels


@pytest.mark.parametrize(
    "labels",
    [{"a": "b c"}, {"a": "x" * 64}, {"a": "b/c"}, {"a": "-b"}, {"a b": "c"}, {"Up/er/a": "c"}, {"UP.io/a": "c"}, {"a": 1}],
)
def test_labels_are_refused(labels):
    with pytest.raises(ValueError, match="label"):
        check.labels(labels)


@pytest.mark.parametrize(
    ("given", "known"),
    [
        ("containernet1", {"network": "containernet1"}),
        ({"network": "n", "fixed_ip": "10.0.0.9"}, {"network": "n", "fixed_ip": "10.0.0.9"}),
        ({"network": "n", "fixed_ip": "FD00::0009"}, {"network": "n", "fixed_ip": "fd00::9"}),
        ({"port": "p", "network": None, "fixed_ip": ""}, {"port": "p"}),
    ],
)
def test_networks(given, known):
    assert check.networks([given]) == [known]


@pytest.mark.parametrize(
    ("given", "complaint"),
    [
        (7, "one of them is a number; give a name, an id, or a dictionary."),
        ({"net": "n"}, "net is unknown there; it takes network, port, fixed_ip."),
        ({"network": "n", "port": "p"}, "each takes either network or port."),
        ({"fixed_ip": "10.0.0.9"}, "each takes either network or port."),
        ({"port": "p", "fixed_ip": "10.0.0.9"}, "a port has its address already, so fixed_ip goes with network only."),
        ({"network": "n", "fixed_ip": "10.0.0"}, 'the fixed_ip "10.0.0" is no IP address.'),
    ],
)
def test_networks_are_refused(given, complaint):
    with pytest.raises(ValueError) as caught:
        check.networks([given])
    assert str(caught.value) == complaint


def test_exposed_ports_have_one_form():
    assert check.exposed_ports(["8080", "80/tcp", "53/udp", "80"]) == ["53/udp", "80/tcp", "8080/tcp"]


@pytest.mark.parametrize("port", ["0", "65536", "80/sctp", "http", "80-90", "-1", ""])
def test_exposed_ports_are_refused(port):
    with pytest.raises(ValueError, match=f'^"{port}" is no port; one looks like 80, 80/tcp or 53/udp.$'):
        check.exposed_ports([port])


def test_mounts_hold_bytes_in_the_order_of_their_paths():
    assert check.mounts(
        [
            {"destination": "/etc/b", "content": "AP8=\n", "encoding": "base64"},
            {"destination": "/etc/a", "content": "ä", "encoding": "text"},
        ]
    ) == [{"destination": "/etc/a", "content": "ä".encode()}, {"destination": "/etc/b", "content": b"\x00\xff"}]


@pytest.mark.parametrize(
    ("mounts", "complaint"),
    [
        ([{"destination": "etc/a", "content": "s3cret"}], 'the destination "etc/a" is no absolute path of a file.'),
        ([{"destination": "/etc/", "content": "s3cret"}], 'the destination "/etc/" is no absolute path of a file.'),
        ([{"destination": "/a", "content": "s3cret"}] * 2, 'the destination "/a" is given twice.'),
        ([{"destination": "/a", "content": "s3cret!", "encoding": "base64"}], "the content of /a is not base64."),
        ([{"destination": "/a", "content": "x" * (2**20 + 1)}], "the files have 1048577 bytes in all, and at most 1048576 fit."),
    ],
)
def test_mounts_are_refused_without_a_word_of_their_content(mounts, complaint):
    with pytest.raises(ValueError) as caught:
        check.mounts(mounts)
    assert str(caught.value) == complaint


def test_restart_policy_is_in_zuns_form():
    assert check.restart_policy({"name": "on-failure", "maximum_retry_count": 3}) == {
        "Name": "on-failure",
        "MaximumRetryCount": "3",
    }
    assert check.restart_policy({"name": "always", "maximum_retry_count": None}) == {"Name": "always", "MaximumRetryCount": "0"}


@pytest.mark.parametrize(
    "policy", [{"name": "always", "maximum_retry_count": 3}, {"name": "on-failure", "maximum_retry_count": -1}]
)
def test_restart_policy_is_refused(policy):
    with pytest.raises(ValueError, match="goes with on-failure only"):
        check.restart_policy(policy)


def test_healthcheck_keeps_only_what_is_given():
    assert check.healthcheck({"cmd": "true", "interval": 5, "retries": None, "timeout": None}) == {"cmd": "true", "interval": 5}


def test_names_are_a_set():
    assert check.names(["b", "a", "b"]) == ["a", "b"]
    with pytest.raises(ValueError, match="one of them is empty"):
        check.names(["a", ""])
