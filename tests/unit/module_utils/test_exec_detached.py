# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Commands that outlive their request, against a loopback server that executes as Zun on Kubernetes does (a stand-in).

The shell code that runs is the real one. Each way that the service may have carries it.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
import time
import types

import pytest
import requests
from ansible_collections.chi.edge.plugins.module_utils import _exec_detached, _exec_script, _exec_stage
from ansible_collections.chi.edge.plugins.module_utils._errors import EdgeError, NotFoundError, ServiceError, attempt
from ansible_collections.chi.edge.plugins.module_utils._exec import Exec
from ansible_collections.chi.edge.plugins.module_utils._exec_detached import CommandTimeout, NoShell
from ansible_collections.chi.edge.plugins.module_utils._exec_rest import Rest
from ansible_collections.chi.edge.plugins.module_utils._exec_ways import (
    Command,
    ConnectionLost,
    NoSuchProgram,
    NotExecutable,
    StillRunning,
)
from ansible_collections.chi.edge.tests.tools.kubernetes_zun import CONTAINER, NAME, serving

pytestmark = [pytest.mark.xdist_group("inside"), pytest.mark.usefixtures("nothing_is_left_inside")]

NEEDED = ("sh", "mkdir", "rm", "sleep", "wc", "base64")


@pytest.fixture(params=[False, True], ids=["rest", "channels"])
def zun(request):
    with serving(has_channels=request.param) as running:
        yield running


@pytest.fixture
def rest():
    with serving(has_channels=False) as running:
        yield running


def inside(zun, **more):
    return Exec(zun.ask, CONTAINER, NAME, zun.has_channels, survives=True, **more)


def run(zun, *argv, timeout=60.0, **more):
    return inside(zun).run(Command(argv, **more), timeout)


def image(tmp_path, *programs):
    """The PATH of an image that has just these programs."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for program in programs:
        (folder / program).symlink_to(shutil.which(program))
    return str(folder)


def test_a_short_command_takes_one_request(zun):
    assert run(zun, "sh", "-c", r"printf 'out\000\377\r\n'; printf 'err\001\200' >&2; exit 3") == (
        3,
        b"out\0\xff\r\n",
        b"err\1\x80",
        False,
    )
    assert sum(asked.endswith("execute") for asked in zun.asked) == 1


def test_a_long_command_outlives_the_service_and_brings_all(rest):
    rest.limit = 1  # the service gives up before the first look is over
    outcome = run(rest, "sh", "-c", "echo one; sleep 2; echo two; echo three >&2; exit 4")
    assert outcome == (4, b"one\ntwo\n", b"three\n", False)


def test_a_long_command_in_a_session(zun, monkeypatch):
    monkeypatch.setattr("ansible_collections.chi.edge.plugins.module_utils._exec_channels.Channels.patience", 1)
    monkeypatch.setattr("ansible_collections.chi.edge.plugins.module_utils._exec_rest.Rest.patience", 1)
    seen = []
    command = Command(["sh", "-c", "sleep 2; echo late"])
    outcome = inside(zun).run(command, 30, lambda state, elapsed, timeout: seen.append((state, timeout)))
    assert outcome.stdout == b"late\n" and ("running", 30) in seen


def test_much_output_comes_in_pieces(zun):
    outcome = run(zun, "sh", "-c", "head -c 1300000 /dev/urandom | tee /dev/stderr")
    assert len(outcome.stdout) == 1300000 and outcome.stdout == outcome.stderr


def test_output_without_base64(zun, tmp_path):
    zun.programs = image(tmp_path, "sh", "mkdir", "rm", "sleep", "wc", "od", "printf")
    assert run(zun, "printf", r"\000a\377\n") == (0, b"\0a\xff\n", b"", False)


def test_words_are_programs_and_not_what_the_shell_has_itself(zun):
    assert (
        run(zun, "printf", "%s|", "a b", "", "'", '"', "\\", "$HOME", "é☁", "*", "l\nb").stdout
        == "a b||'|\"|\\|$HOME|é☁|*|l\nb|".encode()
    )
    assert run(zun, "echo", r"a\nb").stdout == b"a\\nb\n"
    with pytest.raises(NoSuchProgram):
        run(zun, "exit", "3")


def test_surroundings(zun, tmp_path):
    folder = tmp_path / "it's é"
    folder.mkdir()
    outcome = run(zun, "sh", "-c", 'pwd; printf %s "$A"', chdir=str(folder), environment={"A": 'x\'y "z"\n$HOME\n'})
    assert outcome.stdout.decode() == f'{folder}\nx\'y "z"\n$HOME\n'


@pytest.mark.parametrize(
    "stdin", [b"", b"text \xc3\xa9\n", b"\0\1\xff" * 10, os.urandom(200_000)], ids=["none", "text", "bytes", "long"]
)
def test_what_it_reads(zun, stdin):
    assert run(zun, "cat", stdin=stdin).stdout == stdin


def test_what_it_reads_reaches_an_image_without_tar(zun, tmp_path):
    stdin = os.urandom(200_000)
    zun.programs = image(tmp_path, *NEEDED, "cat", "dd", "id")
    assert run(zun, "cat", stdin=stdin).stdout == stdin


def test_without_tar_and_what_replaces_it(rest, tmp_path):
    rest.programs = image(tmp_path, *NEEDED, "cat", "id")
    with pytest.raises(EdgeError, match="its image has no tar, and to do without it takes base64 and dd"):
        run(rest, "cat", stdin=os.urandom(200_000))


def test_no_such_program_and_one_that_cannot_be_executed(zun):
    with pytest.raises(NoSuchProgram, match='^Could not run "nonesuch" in container "pod": there is no such program.$') as caught:
        run(zun, "nonesuch")
    assert caught.value.result["rc"] == 127
    with pytest.raises(NotExecutable, match="it cannot be executed") as caught:
        run(zun, "/etc/passwd")
    assert caught.value.result["rc"] == 126
    assert run(zun, "sh", "-c", "exit 127").rc == 127


def test_no_such_directory(zun):
    with pytest.raises(EdgeError, match='^Could not run "true" in container "pod": there is no directory "/nowhere".$'):
        run(zun, "true", chdir="/nowhere")


def test_when_the_time_is_up_it_is_ended_with_all_that_it_has_started(rest):
    mark = f"3{time.time_ns() % 10**6}"
    with pytest.raises(CommandTimeout, match="had not come to its end after 1 s") as caught:
        run(rest, "sh", "-c", f"echo begun; sleep {mark} & sleep {mark}", timeout=1)
    assert caught.value.result["stdout"] == "begun\n"
    seen = subprocess.run(["ps", "-eo", "stat,args"], capture_output=True, text=True, check=True).stdout.splitlines()
    assert not [line for line in seen if f"sleep {mark}" in line and not line.startswith("Z")]


def test_an_interrupted_task_ends_what_it_has_begun(rest, monkeypatch):
    mark = f"3{time.time_ns() % 10**6}"

    def interrupt(_seconds):
        raise KeyboardInterrupt

    monkeypatch.setattr(_exec_detached, "time", types.SimpleNamespace(sleep=interrupt, monotonic=time.monotonic))
    with pytest.raises(KeyboardInterrupt):
        run(rest, "sleep", mark)
    assert subprocess.run(["pgrep", "-f", f"^sleep {mark}$"], capture_output=True, check=False).returncode == 1


def test_without_a_shell_nothing_has_run_and_the_plain_way_is_taken(rest, tmp_path):
    rest.programs = image(tmp_path, "ls")
    outcome = Exec(rest.ask, CONTAINER, NAME, False).run(Command(["ls", "/nowhere"]))
    assert outcome.merged and outcome.rc == 2 and b"nowhere" in outcome.stdout
    with pytest.raises(
        EdgeError, match='has no shell: there is no program "sh" in its image. chdir, environment and stdin need that'
    ):
        Exec(rest.ask, CONTAINER, NAME, False).run(Command(["ls"], chdir="/"))
    with pytest.raises(NoSuchProgram):
        Exec(rest.ask, CONTAINER, NAME, False).run(Command(["nonesuch"]))


def test_without_a_shell_a_long_command_cannot_be_followed(rest, tmp_path):
    rest.programs, rest.limit = image(tmp_path, "sleep"), 0.5
    with pytest.raises(StillRunning, match='^"sleep" is still running in container "pod"'):
        Exec(rest.ask, CONTAINER, NAME, False).run(Command(["sleep", "1"]))


def test_without_the_programs_that_it_takes(rest, tmp_path):
    rest.programs = image(tmp_path, "sh", "mkdir", "rm", "sleep", "wc")
    with pytest.raises(NoShell, match="has neither base64 nor od"):
        inside(rest).shell("exit 3")
    assert Exec(rest.ask, CONTAINER, NAME, False).run(Command(["sh", "-c", "exit 3"])) == (3, b"", b"", True)


def test_a_session_needs_no_shell(tmp_path):
    with serving() as zun:
        zun.programs = image(tmp_path, "ls")
        outcome = Exec(zun.ask, CONTAINER, NAME, True).run(Command(["ls", "/nowhere"]))
        assert (outcome.rc, outcome.stdout, outcome.merged) == (2, b"", False) and b"nowhere" in outcome.stderr


# -- when requests fail ------------------------------------------------------------------------------------------------


def test_a_lost_answer_is_asked_for_and_the_command_runs_once(rest, tmp_path):
    rest.limit, rest.drop_answers = 0.5, 1
    outcome = run(rest, "sh", "-c", f"echo x >>{tmp_path}/runs; sleep 1; echo done")
    assert outcome.stdout == b"done\n" and (tmp_path / "runs").read_text() == "x\n"


def test_an_answer_that_is_lost_with_the_result_is_told(rest, tmp_path):
    rest.drop_answers = 1
    with pytest.raises(ConnectionLost, match=r"It is not known whether the command has run\.$"):
        run(rest, "sh", "-c", f"echo x >>{tmp_path}/runs")
    assert (tmp_path / "runs").read_text() == "x\n"


def test_looks_survive_an_outage(rest, monkeypatch):
    monkeypatch.setattr("ansible_collections.chi.edge.plugins.module_utils._exec_rest.Rest.patience", 1)
    monkeypatch.setattr(_exec_detached, "_LEISURE", 0)
    command = Command(["sh", "-c", "sleep 2; echo done"])
    broken = []

    def watch(_state, _elapsed, _timeout):
        if not broken:
            broken.append(rest.fail.setdefault("execute", [503, 504]))

    assert inside(rest).run(command, 30, watch).stdout == b"done\n"
    assert broken and not broken[0]


def test_a_container_that_is_gone_before(rest):
    rest.status = "Deleted"
    with pytest.raises(
        NotFoundError, match='^Container "pod" is gone: it was deleted meanwhile, and the end of its lease does that.$'
    ):
        run(rest, "true")


def test_a_container_that_goes_meanwhile(rest, monkeypatch):
    monkeypatch.setattr("ansible_collections.chi.edge.plugins.module_utils._exec_rest.Rest.patience", 1)

    def watch(_state, _elapsed, _timeout):
        rest.status = "Deleted"

    try:
        with pytest.raises(EdgeError, match=r"the end of its lease does that\. The command was running\.$") as caught:
            inside(rest).run(Command(["sleep", "3"]), 30, watch)
        assert not isinstance(caught.value, NotFoundError)
    finally:
        time.sleep(3)
        for left in rest.left():
            shutil.rmtree(left)


def test_a_container_that_does_not_run(rest):
    rest.status = "Stopped"
    with pytest.raises(EdgeError, match='^Container "pod" is Stopped, and only in one that is Running can anything be done'):
        run(rest, "true")


def test_a_refusal_is_told_in_the_services_words(rest):
    rest.fail["execute"] = [403]
    with pytest.raises(EdgeError, match=r'^Could not run "sh" in container "pod": as the test wants it \(HTTP 403\)'):
        run(rest, "true")


def test_an_archive_has_the_padding_that_the_service_relies_on():
    data = _exec_stage.archive("d", {"f": b"x"}, (5, 6))
    assert len(data) % 10240 == 0


# -- what is told to nobody -----------------------------------------------------------------------------------------


SECRET = "s3cret-of-the-command"


def test_what_a_command_is_given_stands_in_no_command(zun):
    outcome = run(zun, "sh", "-c", 'cat; printf %s "$TOKEN"', environment={"TOKEN": f"{SECRET}-1"}, stdin=f"{SECRET}-2 ".encode())
    assert outcome.stdout == f"{SECRET}-2 {SECRET}-1".encode()
    assert SECRET not in str(zun.commands)


def test_in_a_session_neither(zun):
    outcome = Exec(zun.ask, CONTAINER, NAME, zun.has_channels).run(Command(["env"], environment={"TOKEN": SECRET}))
    assert f"TOKEN={SECRET}\n".encode() in outcome.stdout
    assert SECRET not in str(zun.commands)


def test_where_no_file_can_be_had_it_is_given_all_the_same(zun, tmp_path):
    zun.programs = image(tmp_path, "sh", "mkdir", "rm", "sleep", "wc", "od", "cat")
    assert run(zun, "cat", environment={"TOKEN": SECRET}, stdin=b"text").stdout == b"text"


def test_nothing_stays_of_what_a_command_was_to_be_given(zun):
    with pytest.raises(EdgeError, match='there is no directory "/nowhere"'):
        run(zun, "true", chdir="/nowhere", environment={"TOKEN": SECRET})


def test_nothing_stays_of_what_could_be_put_there_in_part_only(zun, tmp_path):
    zun.programs = image(tmp_path, *NEEDED, "env")
    dd = tmp_path / "bin" / "dd"
    dd.write_text("#!/bin/sh\nexit 1\n")
    dd.chmod(0o755)
    assert f"TOKEN={SECRET}\n".encode() in run(zun, "env", environment={"TOKEN": SECRET}).stdout


def test_an_address_that_is_not_reached_is_told_without_the_command():
    """The clients put the whole address into their words."""
    with _nobody() as port, pytest.raises(ServiceError) as caught, attempt('run "sh"'):
        requests.post(f"http://127.0.0.1:{port}/v1/containers/x/execute?command=echo+{SECRET}&run=true", timeout=5)
    assert "Connection refused" in caught.value.message and "/v1/containers/x/execute" in caught.value.message
    assert SECRET not in str(caught.value.result) + caught.value.message


@contextlib.contextmanager
def _nobody():
    """A port that nobody listens at."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield taken.getsockname()[1]


def test_nothing_lies_about_while_a_command_runs(zun, monkeypatch):
    """Should we be killed meanwhile, nobody takes it away later."""
    own = f"{os.getpid()}-quiet"  # others run commands in this machine at the same time
    monkeypatch.setattr(_exec_detached.secrets, "token_hex", lambda _size: own)
    script = f'ls -d /tmp/.chi-edge-{own}.in /tmp/.chi-edge-{own}/i 2>&1; cat; printf %s "$TOKEN"'
    for stdin in (b"a text", os.urandom(100_000)):
        outcome = run(zun, "sh", "-c", script, environment={"TOKEN": SECRET}, stdin=stdin)
        said, given = outcome.stdout[: -len(stdin) - len(SECRET)], outcome.stdout[-len(stdin) - len(SECRET) :]
        assert given == stdin + SECRET.encode()
        assert said.count(b"No such file") == 2


def test_what_comes_twice_runs_once_also_with_what_it_is_given(rest):
    way = Rest(rest.ask, CONTAINER, NAME)
    command = Command(["sh", "-c", 'sleep 2; printf %s "$TOKEN"'], environment={"TOKEN": SECRET})
    stage = _exec_stage.Stage(rest.ask, way, CONTAINER, NAME)
    stage.put(_exec_script.stage_of("twice"), _exec_script.staged(command))
    words = _exec_script.start("twice", command, 1, is_staged=True)
    first, second = (_exec_script.parse(way.call(words).out.decode(), "twice") for _time in range(2))
    last = _exec_script.parse(way.call(_exec_script.follow("twice", 5)).out.decode(), "twice")
    way.call(_exec_script.remove("twice"))
    assert (first.state, second.state, last.streams[0]) == ("running", "again", SECRET.encode())
