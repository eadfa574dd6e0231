# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Commands and files in a container, which here is this machine: see tests/tools/kubernetes_zun.py."""

from __future__ import annotations

import os

import pytest
from ansible_collections.chi.edge.plugins.module_utils._secrets import HIDDEN
from ansible_collections.chi.edge.tests.tools.kubernetes_zun import NAME
from ansible_collections.chi.edge.tests.tools.operations import Runner

pytestmark = pytest.mark.xdist_group("inside")


@pytest.fixture(autouse=True)
def quick():
    """Here time is what the commands take."""


@pytest.fixture
def run(zun):
    """Runs an operation there."""
    return Runner(zun)


# -- commands ------------------------------------------------------------------------------------------------------


def test_a_command_is_told_as_ansible_tells_of_one(run):
    result = run("container_exec", container=NAME, command="echo 'a  b'; echo err >&2", shell=True)
    assert (result["rc"], result["stdout"], result["stderr"]) == (0, "a  b", "err")
    assert result["changed"] and result["stdout_lines"] == ["a  b"] and result["start"] < result["end"]


def test_words_environment_directory_and_input_arrive(run, tmp_path):
    script = 'pwd; printf "%s|" "$@" "$WORD"; cat'
    result = run(
        "container_exec",
        container=NAME,
        argv=["sh", "-c", script, "sh", "a b", ""],
        chdir=str(tmp_path),
        environment={"WORD": "it's"},
        stdin="line",
        strip_empty_ends=False,
    )
    assert result["stdout"] == f"{tmp_path}\na b||it's|line\n"


def test_a_code_that_is_not_zero_is_a_failure_with_all_that_was_said(run):
    failed = run.fails("container_exec", container=NAME, command="echo no; exit 4", shell=True)
    assert failed.message == "non-zero return code"
    assert (failed.result["rc"], failed.result["stdout"], failed.result["changed"]) == (4, "no", True)


def test_what_cannot_be_started_has_changed_nothing(run):
    failed = run.fails("container_exec", container=NAME, command="/nothing/here")
    assert failed.result["changed"] is False and failed.result["rc"] == 127


def test_a_command_that_takes_too_long_is_ended(run):
    failed = run.fails("container_exec", container=NAME, command="echo begun; exec sleep 60", shell=True, timeout=1)
    assert "1 s" in failed.message and failed.result["stdout"] == "begun"


def test_one_that_need_not_run_does_not(run, tmp_path):
    (tmp_path / "there").touch()
    result = run("container_exec", container=NAME, command="false", creates=f"{tmp_path}/th*")
    assert not result["changed"] and result["msg"].startswith("Did not run command since")
    result = run("container_exec", check=True, container=NAME, command="false", removes=f"{tmp_path}/nothing")
    assert not result["changed"] and result["msg"].startswith("Would not run command since")
    assert "no directory" in run.fails("container_exec", container=NAME, command="false", creates="x", chdir="/nowhere").message


def test_check_mode_runs_nothing(run, zun):
    result = run("container_exec", check=True, container=NAME, command="false")
    assert result["skipped"] and not zun.commands
    assert run("container_exec", check=True, container="later", command="false", creates="/x")["changed"]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"command": "true", "timeout": 0}, "timeout: "),
        ({"argv": ["true"], "shell": True}, "shell: "),
        ({"command": "  "}, "command: there is nothing to run."),
        ({"command": "echo 'a"}, "command: it cannot be split"),
        ({"command": "true", "environment": {"A-B": "x"}}, 'environment: "A-B" is no name'),
        ({"command": "true", "environment": {"A": ["x"]}}, "environment: "),
    ],
)
def test_what_makes_no_sense_is_told_without_a_cloud(run, zun, options, message):
    assert run.fails("container_exec", container=NAME, **options).message.startswith(message)
    assert not zun.asked


def test_an_image_without_a_shell(run, zun, tmp_path):
    (tmp_path / "hello").symlink_to("/bin/echo")
    zun.programs = str(tmp_path)
    result = run("container_exec", container=NAME, argv=["hello", "you"])
    assert result["stdout"] == "you"
    if not zun.has_channels:
        assert result["merged"] and "no shell" in run.told.warnings[0]
    assert "shell" in run.fails("container_exec", container=NAME, command="hello", creates="/x").message


# -- files ---------------------------------------------------------------------------------------------------------


def test_a_file_is_copied_once(run, tmp_path):
    options = {"container": NAME, "content": "a\n", "container_path": f"{tmp_path}/file", "mode": "0600"}
    result = run("container_copy", check=True, **options)
    assert result["changed"] and not (tmp_path / "file").exists()
    assert result["diff"] == run("container_copy", **options)["diff"]
    assert (tmp_path / "file").read_text() == "a\n" and (tmp_path / "file").stat().st_mode & 0o777 == 0o600
    assert not run("container_copy", **options)["changed"]


def test_the_diff_shows_texts_line_by_line_and_all_else_in_words(run, tmp_path):
    source, target = tmp_path / "source", tmp_path / "target"
    source.mkdir(), target.mkdir()
    (source / "text").write_text("new\n"), (target / "text").write_text("old\n")
    (source / "binary").write_bytes(b"\0"), (target / "binary").write_bytes(b"\1\0")
    (source / "large").write_bytes(b"x" * 200_000)
    (source / "link").symlink_to("text")
    for number in range(20):
        (source / f"z-{number:02}").touch()
    shown = run("container_copy", check=True, container=NAME, local_path=f"{source}/", container_path=str(target))["diff"]
    by_file = {}
    for item in shown:
        by_file.setdefault(item["after_header"].rpartition("/")[2], {}).update(item)
    assert (by_file["text"]["before"], by_file["text"]["after"]) == ("old\n", "new\n")
    assert by_file["binary"]["src_binary"] == 1 and "before" not in by_file["binary"]
    assert by_file["large"]["src_larger"] == 100 * 1024
    assert by_file["link"]["after"] == {"state": "link", "target": "text"}
    assert shown[-1]["after"].startswith("and 4 more:\n")


def test_a_tree_comes_back_as_it_went(run, tmp_path):
    source = tmp_path / "source"
    (source / "deep").mkdir(parents=True)
    (source / "deep" / "data").write_bytes(os.urandom(30_000))
    run("container_copy", container=NAME, local_path=f"{source}/", container_path=f"{tmp_path}/inside")
    options = {
        "state": "from_container",
        "container": NAME,
        "container_path": f"{tmp_path}/inside/",
        "local_path": f"{tmp_path}/back",
    }
    result = run("container_copy", **options)
    assert result["changed"] and result["files"] == 1 and result["diff"]
    assert (tmp_path / "back" / "deep" / "data").read_bytes() == (source / "deep" / "data").read_bytes()
    assert not run("container_copy", **options)["changed"]


def test_a_single_file_has_its_checksum(run, tmp_path):
    (tmp_path / "file").write_text("x")
    options = {"container": NAME, "container_path": f"{tmp_path}/file"}
    result = run("container_copy", state="from_container", local_path=f"{tmp_path}/copy", **options)
    assert result["checksum"] and result["checksum"] == run("container_copy", content="x", **options)["checksum"]


def test_check_mode_copies_to_a_container_that_will_be(run):
    result = run("container_copy", check=True, container="later", content="x", container_path="/tmp/x")
    assert result["changed"] and "There is no container" in run.told.warnings[0]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"container_path": "file"}, "no absolute path"),
        ({"container_path": "/a\0b"}, "NUL"),
        ({"container_path": "/dir/"}, "Give the path of a file"),
        ({"state": "from_container"}, "content: "),
        ({"mode": "rw"}, 'mode: "rw" is no mode'),
        ({"directory_mode": True}, 'directory_mode: "True" is no mode'),
        ({"content": None, "local_path": "/nothing/here"}, "/nothing/here"),
    ],
)
def test_a_copy_that_makes_no_sense_is_told_without_a_cloud(run, zun, options, message):
    given = {"container": NAME, "content": "x", "container_path": "/tmp/x", **options}
    assert message in run.fails("container_copy", **{key: value for key, value in given.items() if value is not None}).message
    assert not zun.asked


def test_what_may_be_secret_is_not_shown():
    from ansible_collections.chi.edge.plugins.module_utils._operations import container_copy, container_exec

    assert container_copy.conceal({"content": "x"}) == {"content": HIDDEN} and container_copy.conceal({"a": 1}) == {"a": 1}
    shown = container_exec.conceal({"environment": {"A": "x"}, "stdin": "y", "command": "z"})
    assert shown == {"environment": {"A": HIDDEN}, "stdin": HIDDEN, "command": "z"}
