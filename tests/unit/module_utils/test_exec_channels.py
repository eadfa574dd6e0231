# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The sessions of today's CHI@Edge, against a loopback server that speaks their protocol (a stand-in)."""

from __future__ import annotations

import time

import pytest
from ansible_collections.chi.edge.plugins.module_utils import _exec_channels
from ansible_collections.chi.edge.plugins.module_utils._errors import EdgeError
from ansible_collections.chi.edge.plugins.module_utils._exec_channels import Channels, are_offered, code_of
from ansible_collections.chi.edge.plugins.module_utils._exec_ways import ConnectionLost, NeverSent, NoSuchProgram, StillRunning
from ansible_collections.chi.edge.tests.tools.kubernetes_zun import CONTAINER, NAME, SUBPROTOCOL, serving

pytestmark = pytest.mark.xdist_group("inside")


@pytest.fixture
def zun():
    with serving() as running:
        yield running


def channels(zun):
    return Channels(zun.ask, CONTAINER, NAME)


def test_both_streams_and_the_code_come_apart_and_unchanged(zun):
    script = r"printf 'out\000\377\r\n'; printf 'err\001\200' >&2; exit 3"
    assert channels(zun).call(["sh", "-c", script]) == (3, b"out\0\xff\r\n", b"err\1\x80")


def test_success_has_a_code_too(zun):
    assert channels(zun).call(["true"]) == (0, b"", b"")


def test_words_arrive_unchanged(zun):
    words = ["a b", "", "'", '"', "\\", "$HOME", "é☁", "*", "line\nbreak", "\t", "`x`", "#", "~"]
    assert channels(zun).call(["printf", "%s|", *words]).out.decode() == "".join(f"{word}|" for word in words)


def test_much_output(zun):
    answer = channels(zun).call(["head", "-c", "3000000", "/dev/zero"])
    assert len(answer.out) == 3000000 and answer.code == 0


def test_there_is_no_time_limit_and_silence_is_bridged(zun, monkeypatch):
    monkeypatch.setattr(_exec_channels, "_SILENCE", 0.2)
    assert channels(zun).call(["sh", "-c", "sleep 1; echo late"]).out == b"late\n"
    assert zun.asked.count("ping") >= 2


def test_the_handshake_names_the_one_subprotocol_and_no_origin(zun):
    channels(zun).call(["true"])
    assert zun.asked[-1] == f"session {SUBPROTOCOL}, origin None"


def test_a_missing_program_is_told_from_a_failing_one(zun):
    with pytest.raises(NoSuchProgram, match='^Could not run "nonesuch" in container "pod": there is no such program.$'):
        channels(zun).call(["nonesuch"])
    assert channels(zun).call(["sh", "-c", "exit 127"]).code == 127


def test_a_session_without_a_result_is_no_success(zun):
    zun.cut_after = 0.5
    with pytest.raises(ConnectionLost, match="the session ended without the return code") as caught:
        channels(zun).call(["sh", "-c", "echo begun; sleep 3"])
    assert caught.value.result["stdout"] == "begun\n"


def test_when_the_time_is_up_it_says_that_the_command_goes_on(zun):
    begun = time.monotonic()
    with pytest.raises(StillRunning, match="It goes on running") as caught:
        channels(zun).call(["sh", "-c", "echo begun; sleep 3"], 0.5)
    assert time.monotonic() - begun < 2 and caught.value.result["stdout"] == "begun\n"


@pytest.mark.parametrize("action", [503, 504])
def test_without_a_session_nothing_has_begun(zun, action):
    zun.fail["execute"] = [action]
    with pytest.raises(NeverSent):
        channels(zun).call(["true"])
    assert not zun.commands


def test_a_refusal_is_told(zun):
    zun.fail["execute"] = [403]
    with pytest.raises(EdgeError, match='^Could not run "true" in container "pod": as the test wants it'):
        channels(zun).call(["true"])


def test_a_refused_session_is_told(zun):
    zun.has_channels = False
    with pytest.raises(NeverSent, match="the service refused the session"):
        channels(zun).call(["true"])


def test_they_are_recognised(zun):
    assert are_offered(zun.ask, CONTAINER, NAME)


def test_an_image_without_the_program_that_is_tried_has_them_all_the_same(zun, tmp_path):
    zun.programs = str(tmp_path)
    assert are_offered(zun.ask, CONTAINER, NAME)


def test_a_service_that_refuses_them_has_none(zun):
    zun.has_channels = False
    assert not are_offered(zun.ask, CONTAINER, NAME)


def test_a_service_that_speaks_raw_bytes_has_none_and_has_run_only_what_does_nothing(zun):
    zun.has_channels, zun.speaks_raw = False, True
    assert not are_offered(zun.ask, CONTAINER, NAME)
    assert zun.commands in ([], [["true"]])


@pytest.mark.parametrize(
    ("status", "code"),
    [
        ({"status": "Success"}, 0),
        ({"status": "Failure", "details": {"causes": [{"reason": "ExitCode", "message": "7"}]}}, 7),
        ({"status": "Failure", "details": {"causes": [{"reason": "Other"}, {"reason": "ExitCode", "message": "255"}]}}, 255),
        ({"status": "Failure", "details": {"causes": [{"reason": "ExitCode", "message": "soon"}]}}, None),
        ({"status": "Failure", "details": None}, None),
        ({"status": "Failure", "message": "no such file"}, None),
        ({}, None),
    ],
)
def test_the_code_in_a_status(status, code):
    assert code_of(status) == code
