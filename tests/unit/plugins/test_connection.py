# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The connection into a container, which here is this machine: see tests/tools/kubernetes_zun.py."""

from __future__ import annotations

import os

import pytest
from ansible.errors import AnsibleConnectionFailure, AnsibleError, AnsibleFileNotFound
from ansible.playbook.play_context import PlayContext
from ansible.plugins.loader import connection_loader
from ansible_collections.chi.edge.tests.tools.kubernetes_zun import CONTAINER, NAME

pytestmark = pytest.mark.xdist_group("inside")

ASKED_FOR_A_TOKEN = "POST /v3/auth/tokens"


@pytest.fixture
def connect(zun):
    """A connection with these options."""
    opened = []

    def make(container=NAME, **options):
        connection = connection_loader.get("chi.edge.zun", PlayContext(), None)
        given = {"container": container, "cloud": zun.cloud(), **options}
        connection.set_options(var_options={f"chi_edge_{key}": value for key, value in given.items()})
        if "remote_user" in options:
            connection.set_option("remote_user", options["remote_user"])
        opened.append(connection)
        return connection

    yield make
    for connection in opened:
        connection.close()


def test_a_command_has_its_streams_and_its_code(connect):
    assert connect().exec_command("echo out; echo err >&2; exit 3") == (3, b"out\n", b"err\n")


def test_a_command_reads_what_it_is_given(connect):
    assert connect().exec_command("cat", in_data=b"\x00\xff" * 5000)[1] == b"\x00\xff" * 5000


def test_one_log_in_and_one_look_serve_all_tasks_of_a_run(connect, zun, private):
    for _task in range(3):
        connect().exec_command("true")
    assert zun.asked.count(ASKED_FOR_A_TOKEN) == 1
    assert sum(asked.endswith(f"containers/{NAME}") for asked in zun.asked) == 1
    assert all(path.stat().st_mode & 0o077 == 0 for path in private.iterdir() if path.suffix != ".lock")


def test_a_token_that_is_refused_is_renewed(connect, zun):
    connection = connect()
    connection.exec_command("true")
    zun.fail["execute"] = [401]
    assert connection.exec_command("echo again")[1] == b"again\n"
    assert zun.asked.count(ASKED_FOR_A_TOKEN) == 2


def test_files_go_in_and_out(connect, tmp_path):
    (tmp_path / "here").write_bytes(os.urandom(50_000))
    connection = connect()
    connection.put_file(str(tmp_path / "here"), str(tmp_path / "there"))
    connection.fetch_file(str(tmp_path / "there"), str(tmp_path / "back"))
    assert (tmp_path / "back").read_bytes() == (tmp_path / "here").read_bytes()


def test_a_file_that_is_not_there(connect, tmp_path):
    with pytest.raises(AnsibleFileNotFound, match="There is no"):
        connect().put_file(str(tmp_path / "nothing"), "/tmp/x")
    with pytest.raises(AnsibleFileNotFound, match="nothing"):
        connect().fetch_file(str(tmp_path / "nothing"), str(tmp_path / "x"))


def test_a_container_that_is_not_there_or_does_not_run_is_unreachable(connect, zun):
    with pytest.raises(AnsibleConnectionFailure, match='There is no container "nothing"'):
        connect("nothing").exec_command("true")
    zun.status = "Stopped"
    with pytest.raises(AnsibleConnectionFailure, match="Stopped"):
        connect(CONTAINER).exec_command("true")


def test_a_command_that_takes_too_long_is_a_failed_task(connect):
    with pytest.raises(AnsibleError, match="1 s") as caught:
        connect(command_timeout=1).exec_command("sleep 30")
    assert not isinstance(caught.value, AnsibleConnectionFailure)


def test_one_can_only_be_whom_the_image_has(connect):
    assert connect(remote_user="root").exec_command("id -un")[1] == b"root\n"
    with pytest.raises(AnsibleConnectionFailure, match='Could not be "pi" in container "pod"'):
        connect(remote_user="pi").exec_command("true")


def test_a_reset_looks_for_the_container_anew(connect, zun):
    connection = connect()
    connection.exec_command("true")
    connection.reset()
    connection.exec_command("true")
    assert sum(asked.endswith(f"containers/{NAME}") for asked in zun.asked) == 2


def test_a_successor_of_the_container_is_found(connect, zun):
    """What is known of the container is older than it."""
    connection = connect()
    connection.exec_command("true")
    zun.fail |= {"execute": [404], CONTAINER: [404]}
    assert connection.exec_command("echo new")[1] == b"new\n"


def test_become_cannot_ask_for_a_password(connect):
    class Become:
        name = "sudo"

        def expect_prompt(self):
            return True

    connection = connect()
    connection.become = Become()
    with pytest.raises(AnsibleError, match="no terminal to give a password at"):
        connection.exec_command("true")


def test_missing_libraries_are_named(connect, monkeypatch):
    from ansible_collections.chi.edge.plugins.plugin_utils import _door

    def missing(*_args):
        raise ImportError("no requests")

    monkeypatch.setattr(_door, "LightCloud", missing)
    with pytest.raises(AnsibleError, match="needs openstacksdk, python-blazarclient and python-zunclient"):
        connect().exec_command("true")
