# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Any string goes into a container and comes out unchanged: words, variables, input, directories, names, targets and contents.

The service is a stand-in that executes as Zun does; the shells and programs that the strings pass through are real: those of
this machine, and BusyBox's.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest
from ansible_collections.chi.edge.plugins.module_utils import _copy_in, _copy_out, _copy_plan, _copy_source
from ansible_collections.chi.edge.plugins.module_utils._copy_plan import Wishes
from ansible_collections.chi.edge.plugins.module_utils._exec import Exec
from ansible_collections.chi.edge.plugins.module_utils._exec_ways import Command
from ansible_collections.chi.edge.plugins.module_utils._exec_words import exports, joined, word, words
from ansible_collections.chi.edge.tests.tools.kubernetes_zun import CONTAINER, NAME, serving
from hypothesis import example, given, settings
from hypothesis import strategies as st

BUSYBOX = shutil.which("busybox")
SHELLS = [["/bin/sh", "-c"], ["bash", "-c"], *([[BUSYBOX, "sh", "-c"]] if BUSYBOX else [])]

# what a command line and a variable can hold: anything but NUL
TEXT = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=30)
NASTY = 'it\'s "q" $HOME `id` \\ * ? [a] ~ ! # & ; | < > ( ) { } %s \n\t\r é ☁ -n'
# what a file can be called: any bytes but NUL and the slash
FILE_NAME = (
    st.binary(min_size=1, max_size=30)
    .map(lambda raw: os.fsdecode(raw.replace(b"\0", b"-").replace(b"/", b"-")))
    .filter(lambda name: name not in (".", ".."))
)


@pytest.fixture(scope="module", params=["this machine's programs", "BusyBox's programs"])
def container(request, tmp_path_factory):
    with serving(has_channels=False) as zun:
        if request.param.startswith("BusyBox"):
            zun.programs = str(busybox(tmp_path_factory.mktemp("busybox")))
        yield Exec(zun.ask, CONTAINER, NAME, zun.has_channels, survives=True)


def busybox(folder):
    """The PATH of an image that has nothing but BusyBox."""
    if not BUSYBOX:
        pytest.skip("there is no BusyBox")
    for program in subprocess.run([BUSYBOX, "--list"], capture_output=True, text=True, check=True).stdout.split():
        if not (folder / program).is_symlink():
            (folder / program).symlink_to(BUSYBOX)
    return folder


@pytest.mark.parametrize("shell", SHELLS, ids=lambda shell: "-".join(shell[:-1]).replace("/", ""))
@given(texts=st.lists(TEXT, max_size=4), value=TEXT)
@example(texts=[NASTY, "", "-"], value=NASTY)
def test_a_shell_hands_words_and_variables_on(shell, texts, value):
    script = f"{exports({'A': value})}printf '%s\\0' \"$A\" {words(texts)}"
    said = subprocess.run([*shell, script], capture_output=True, check=True).stdout
    assert said == b"".join(f"{text}\0".encode() for text in [value, *texts])


@pytest.mark.parametrize("shell", SHELLS, ids=lambda shell: "-".join(shell[:-1]).replace("/", ""))
@given(name=FILE_NAME)
@example(name=NASTY)
@example(name="-\udcff\n\n")
def test_a_shell_hands_names_on_that_are_no_text(shell, name):
    raw = os.fsencode(name)
    script = f"printf %s {word(name)}"
    assert subprocess.run([*shell, script], capture_output=True, check=True).stdout == raw


@given(argv=st.lists(TEXT, min_size=1, max_size=4))
@example(argv=[NASTY, ""])
def test_what_splits_as_a_shell_does_gives_the_words_back(argv):
    said = subprocess.run(["sh", "-c", f"printf '%s\\0' {joined(argv)}"], capture_output=True, check=True).stdout
    assert said == b"".join(f"{item}\0".encode() for item in argv)


@settings(max_examples=8)
@given(argv=st.lists(TEXT, max_size=3), value=TEXT, stdin=st.binary(max_size=200), folder=FILE_NAME)
@example(argv=[NASTY, ""], value=NASTY, stdin=b"\0\xff\r\n", folder=NASTY)
def test_a_command_gets_what_it_is_given(container, argv, value, stdin, folder):
    with tempfile.TemporaryDirectory() as place:
        inner = Path(place, folder)
        inner.mkdir()
        script = 'printf "%s\\0" "$A" "$@"; cat; cat mark'
        (inner / "mark").write_bytes(b"\0here")
        command = Command(["sh", "-c", script, "sh", *argv], str(inner), {"A": value}, stdin)
        outcome = container.run(command, 60)
    assert outcome.stderr == b""
    assert outcome.stdout == b"".join(f"{item}\0".encode() for item in [value, *argv]) + stdin + b"\0here"


@settings(max_examples=8)
@given(
    files=st.dictionaries(FILE_NAME, st.binary(max_size=300), min_size=1, max_size=4),
    folder=FILE_NAME,
    target=FILE_NAME,
)
@example(
    files={NASTY: b"\0\xff", "-rf": b"", "\n": b"x", "a\n": b"y", "\\": b"z"},
    folder="\udcff\n",
    target="\udcfe",
)
@example(files={"-": b""}, folder="-", target="--")
def test_a_copy_comes_back_as_it_went(container, files, folder, target):
    with tempfile.TemporaryDirectory() as place:
        here, there, back = (Path(place, name) for name in ("here", "there", "back"))
        inner = here / folder
        inner.mkdir(parents=True)
        for name, content in files.items():
            (inner / name).write_bytes(content)
        link = inner / f"link to {len(files)}"
        if not link.exists():
            link.symlink_to(target)
        source = _copy_source.source_of(f"{here}/")
        _copy_in.perform(container, source, _copy_plan.plan(container, source, f"{there}/", Wishes()))
        _copy_out.perform(container, _copy_out.plan(container, f"{there}/", f"{back}/", Wishes()))
        assert tree(here) == tree(there) == tree(back)
        assert not _copy_plan.plan(container, source, f"{there}/", Wishes()).changes


def tree(root):
    """What there is in a directory, as bytes."""
    found = {}
    for path in root.rglob("*"):
        name = os.fsencode(path.relative_to(root))
        found[name] = os.fsencode(os.readlink(path)) if path.is_symlink() else path.read_bytes() if path.is_file() else None
    return found
