# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import os
import shlex
import subprocess

import pytest
from ansible_collections.chi.edge.plugins.module_utils._errors import EdgeError
from ansible_collections.chi.edge.plugins.module_utils._exec_words import exports, joined, pattern, split, word, words
from hypothesis import example, given, settings
from hypothesis import strategies as st

TEXT = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]))
# what a file name may be: any bytes but NUL and the slash
NAME = st.binary(min_size=1, max_size=20).map(lambda raw: raw.replace(b"\0", b"-").replace(b"/", b"-"))


def sh(script: str) -> bytes:
    return subprocess.run(["sh", "-c", script], capture_output=True, check=True).stdout


@given(st.lists(TEXT, min_size=1))
def test_the_service_splits_a_command_into_the_words_that_it_was_made_of(argv):
    assert shlex.split(joined(argv)) == argv


@settings(deadline=None, max_examples=60)
@given(st.lists(TEXT, max_size=5))
def test_a_shell_hands_words_on_unchanged(texts):
    assert sh(f"printf '%s\\0' x {words(texts)}") == b"".join(f"{text}\0".encode() for text in ["x", *texts])


@settings(deadline=None, max_examples=60)
@given(NAME)
@example(b"-\x80")
def test_names_that_are_no_text_pass_too(raw):
    assert sh(f"printf %s {word(os.fsdecode(raw))}") == raw


@settings(deadline=None, max_examples=40)
@given(NAME)
def test_a_pattern_finds_what_it_names_and_nothing_else(tmp_path_factory, raw):
    name = raw.decode(errors="ignore").strip(".") or "x"
    if any(char in name for char in "*?[]"):
        return
    folder = tmp_path_factory.mktemp("glob")
    (folder / name).touch()
    (folder / "other-file").touch()
    assert sh(f"cd {folder} && printf '%s\\0' {pattern(name)} {pattern('other-*')}") == f"{name}\0other-file\0".encode()


@settings(deadline=None, max_examples=40)
@given(TEXT)
def test_a_variable_has_its_value(value):
    assert sh(f'{exports({"A": value})}printf %s "$A"') == value.encode()


def test_a_command_line_is_split_as_a_shell_does_it():
    assert split('a \'b c\' "d\\"e" f\\ g') == ["a", "b c", 'd"e', "f g"]


@pytest.mark.parametrize("command", ["echo 'oops", 'echo "oops', "echo oops\\"])
def test_a_command_line_that_cannot_be_split(command):
    with pytest.raises(EdgeError, match=r"^command: it cannot be split into words: no .*\. Check its quotes, or give argv\.$"):
        split(command)


def test_a_command_cannot_hold_a_nul():
    with pytest.raises(EdgeError, match=r"^A command cannot hold the character NUL\.$"):
        joined(["a", "b\0c"])


@pytest.mark.parametrize("name", ["", "1A", "A-B", "A B", "Ä", "A=B"])
def test_a_shell_cannot_set_a_variable_of_such_a_name(name):
    with pytest.raises(EdgeError, match="is no name for a variable"):
        exports({name: "x"})
