# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""However a run ends, it shows no secret and leaves none: in success, in failure, in a crash, and when it is cancelled.

The runs are real, and so is the shell that the command runs in; the service is a stand-in whose container is this machine.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from ansible_collections.chi.edge.tests.tools.kubernetes_zun import NAME, serving
from ansible_collections.chi.edge.tests.tools.onlooker import Onlooker

# Each worker has its own, since what others do at the same time is looked at as well.
WORKER = os.environ.get("PYTEST_XDIST_WORKER", "alone")
CREDENTIAL = f"s3cret-of-the-credential-{WORKER}"
VARIABLE = f"s3cret-of-the-command-{WORKER}"
INPUT = f"s3cret-that-is-read-{WORKER}"
SECRETS = (CREDENTIAL, VARIABLE, INPUT)

# What makes our own code fail, with a secret in the words: a word of the command that is split with the standard library.
CRASH = f"""
import shlex
split = shlex.split
def failing(text, *args, **kwargs):
    if text == "crash":
        raise RuntimeError("what is {VARIABLE}?")
    return split(text, *args, **kwargs)
shlex.split = failing
"""


@pytest.fixture(params=[True, False], ids=["in process", "as a module"])
def start(request, tmp_path):
    """Begins a run of one task; returns its process and what it was made in."""

    def begin(zun, command, **more):
        (tmp_path / "clouds.yaml").write_text("clouds: {}\n")
        (tmp_path / "sitecustomize.py").write_text(CRASH)
        login = {"auth_url": f"{zun.url}/v3", "application_credential_id": "x", "application_credential_secret": CREDENTIAL}
        task = {"auth_type": "v3applicationcredential", "auth": login, "region_name": "one", "container": NAME}
        task |= {"command": command, "environment": {"TOKEN": VARIABLE}, "stdin": INPUT, **more}
        play = {
            "hosts": "localhost",
            "gather_facts": False,
            "vars": {"chi_edge_in_process": request.param, "ansible_python_interpreter": sys.executable},
            "tasks": [{"chi.edge.container_exec": task, "register": "told"}, {"ansible.builtin.debug": {"var": "told"}}],
        }
        (tmp_path / "play.yml").write_text(json.dumps([play]))
        surroundings = {
            "ANSIBLE_LOCAL_TEMP": str(tmp_path / "local"),
            "ANSIBLE_REMOTE_TEMP": str(tmp_path / "remote"),
            "ANSIBLE_LOG_PATH": str(tmp_path / "log"),
            "ANSIBLE_NOCOLOR": "true",
            "OS_CLIENT_CONFIG_FILE": str(tmp_path / "clouds.yaml"),
            "PYTHONPATH": str(tmp_path),
            "TMPDIR": str(tmp_path / "temporary"),
        }
        (tmp_path / "temporary").mkdir()
        return subprocess.Popen(
            [str(Path(sys.executable).with_name("ansible-playbook")), str(tmp_path / "play.yml"), "-vvvvv", "--diff"],
            env={**os.environ, **surroundings},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    return begin


@pytest.fixture
def onlooker(tmp_path):
    with Onlooker(SECRETS, [tmp_path / name for name in ("local", "remote", "temporary")]) as watch:
        yield watch


def nothing_was_seen(text, onlooker, tmp_path, is_cancelled=False):
    assert onlooker.looks
    for secret in SECRETS:
        assert secret not in text
        assert secret not in (tmp_path / "log").read_text()
    assert not onlooker.seen
    # Ansible itself, when it is cancelled, leaves the modules that it was about to run, for nobody but their user to read
    assert not [path for path in onlooker.left() if not (is_cancelled and "AnsiballZ" in path)]


@pytest.mark.parametrize(
    ("command", "status", "said"),
    [
        ("sh -c 'cat >/dev/null; echo fine'", 0, '"stdout": "fine"'),
        ("sh -c 'cat >/dev/null; exit 3'", 2, "non-zero return code"),
        ("crash", 2, "RuntimeError: what is ********?"),
    ],
    ids=["success", "failure", "crash"],
)
def test_a_run_that_comes_to_its_end(start, onlooker, tmp_path, command, status, said):
    with serving(has_channels=False) as zun:
        process = start(zun, command)
        text, _nothing = process.communicate(timeout=60)
    assert process.returncode == status, text[-3000:]
    assert said in text
    nothing_was_seen(text, onlooker, tmp_path)
    assert not list((tmp_path / "local").glob("*"))


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=lambda number: number.name)
def test_a_run_that_is_cancelled(start, onlooker, tmp_path, number):
    """The command itself goes on, as one does whose connection breaks, but what it was given is not to be found any more."""
    mark = tmp_path / "mark"
    with serving(has_channels=False) as zun:
        process = start(zun, f"sh -c 'cat >/dev/null; echo $$ >{mark}; exec sleep 20'")
        try:
            until = time.monotonic() + 30
            while not mark.exists() or not mark.read_text():
                assert process.poll() is None and time.monotonic() < until
                time.sleep(0.05)
            # Ansible's workers have a session of their own, so the terminal's Ctrl-C reaches only the first process
            process.send_signal(number)
            text, _nothing = process.communicate(timeout=30)
        finally:
            with contextlib.suppress(ProcessLookupError, FileNotFoundError):  # a module may have ended it
                os.kill(int(mark.read_text()), signal.SIGKILL)
        assert process.returncode != 0
        nothing_was_seen(text, onlooker, tmp_path, is_cancelled=True)
        kept = [content for made in zun.left() for content in contents(made)]
        assert not [content for content in kept if any(one.encode() in content for one in SECRETS)]
        clear(zun)


def contents(directory):
    """What its files hold, while it may just be removed by the command that it belongs to."""
    for parent, _directories, names in os.walk(directory):
        for name in names:
            with contextlib.suppress(FileNotFoundError):
                if (Path(parent) / name).is_file():  # and no pipe
                    yield (Path(parent) / name).read_bytes()


def clear(zun):
    """What a cancelled command leaves in its container, here in this machine."""
    time.sleep(0.5)
    for made in zun.left():
        subprocess.run(["rm", "-rf", made], check=True)
