# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is told of a gate is what came of it, with the sources as they are."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
GATE = str(ROOT / "tests" / "tools" / "gate.py")


@pytest.fixture
def project(tmp_path):
    """A project with one commit and two gates."""
    (tmp_path / "Makefile").write_text("good bad: tools  ## is as it should be\n")
    (tmp_path / ".gitignore").write_text("/.build/\n")
    for words in (["init", "-q"], ["add", "."], ["-c", "user.name=a", "-c", "user.email=a@b", "commit", "-qm", "One"]):
        subprocess.run(["git", *words], cwd=tmp_path, check=True)
    return tmp_path


def run(project, name, script):
    return subprocess.run([sys.executable, GATE, "run", name, script], cwd=project, check=False).returncode


def status(project):
    command = [sys.executable, GATE, "status", "good", "bad"]
    lines = subprocess.run(command, cwd=project, check=True, capture_output=True, text=True).stdout.splitlines()
    return {line.split("  ")[0].strip(): line for line in lines[2:4]}, lines[-1]


def test_a_gate_that_has_not_been_run_is_not_green(project):
    gates, summary = status(project)
    assert "not run" in gates["good"] and gates["good"].endswith("is as it should be")
    assert summary.startswith("0 of 2 have passed with the sources as they are: commit ")


def test_a_gate_has_the_result_of_its_script(project):
    assert run(project, "good", "true") == 0
    assert run(project, "bad", "false | true\necho never") == 1, "as make would run it"
    gates, summary = status(project)
    assert re.match(r"good +passed +0\.\d ", gates["good"]) and re.match(r"bad +failed ", gates["bad"])
    assert summary.startswith("1 of 2")


@pytest.mark.parametrize("change", ["tracked", "new"])
def test_a_result_is_not_that_of_other_sources(project, change):
    run(project, "good", "true")
    (project / ("Makefile" if change == "tracked" else "new")).write_text("good bad: ## changed\n")
    (project / "Makefile").touch()
    gates, summary = status(project)
    assert "passed, but other sources (at " in gates["good"]
    assert summary.startswith("0 of 2") and summary.endswith(" and changes that are not committed")


def test_a_commit_of_the_same_sources_changes_nothing(project):
    (project / "new").write_text("x")
    run(project, "good", "true")
    for words in (["add", "."], ["-c", "user.name=a", "-c", "user.email=a@b", "commit", "-qm", "Two"]):
        subprocess.run(["git", *words], cwd=project, check=True)
    assert re.match(r"good +passed ", status(project)[0]["good"])


def test_a_gate_that_is_interrupted_has_not_passed(project):
    process = subprocess.Popen([sys.executable, GATE, "run", "good", "touch .build/begun; exec sleep 60"], cwd=project)
    while not (project / ".build" / "begun").exists():
        time.sleep(0.05)
    process.send_signal(signal.SIGTERM)
    assert process.wait(10) == 128 + signal.SIGTERM
    assert re.match(r"good +interrupted ", status(project)[0]["good"])


def test_every_gate_of_the_project_says_what_it_sees_to():
    text = (ROOT / "Makefile").read_text()
    lists = dict(re.findall(r"^(LINT|UNITS|TEST|RELEASE) := (.*)$", text, re.MULTILINE))
    told = re.findall(r"^([\w. -]+):.*?## ", text, re.MULTILINE)
    targets = {name for names in told for name in names.split()}
    gates = [name for names in lists.values() for name in names.split() if not name.startswith("$")]
    assert len(gates) > 15 and set(gates) <= targets
