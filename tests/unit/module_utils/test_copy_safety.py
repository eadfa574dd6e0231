# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import os

import pytest
from ansible_collections.chi.edge.plugins.module_utils._copy_entries import Entry
from ansible_collections.chi.edge.plugins.module_utils._copy_safety import see_that_it_stays_inside
from ansible_collections.chi.edge.plugins.module_utils._errors import EdgeError
from hypothesis import given, settings
from hypothesis import strategies as st

ROOT = Entry("", "directory")


def directory(path):
    return Entry(path, "directory")


def file(path):
    return Entry(path, "file")


def link(path, target):
    return Entry(path, "link", target=target)


@pytest.mark.parametrize(
    "entries",
    [
        [Entry("", "file")],
        [ROOT],
        [ROOT, directory("a"), file("a/b"), link("a/c", "b"), link("a/d", "../a/b"), link("e", "a"), link("f", "nowhere/yet")],
        [ROOT, directory("a"), link("a/up", ".."), link("x", "a/up/a/b")],
        [ROOT, file("..a"), file("a..")],
    ],
)
def test_what_stays_inside(entries):
    see_that_it_stays_inside(entries, "there")


@pytest.mark.parametrize(
    ("entries", "reason"),
    [
        ([ROOT, file("../x")], "outside"),
        ([ROOT, file("/etc/passwd")], "outside"),
        ([ROOT, directory("a"), file("a/../../x")], "outside"),
        ([ROOT, file("a//b")], "outside"),
        ([ROOT, file("a/b")], "directory of its own tree"),
        ([ROOT, link("a", "."), file("a/b")], "directory of its own tree"),
        ([ROOT, Entry("sda", "other")], "a device, a pipe or a socket"),
        ([Entry("", "other")], "a device, a pipe or a socket"),
        ([Entry("", "missing")], "a device, a pipe or a socket"),
        ([ROOT, link("a", "/etc/passwd")], 'leads outside, to "/etc/passwd"'),
        ([ROOT, link("a", "../x")], "leads outside"),
        ([ROOT, directory("a"), link("a/b", "../../x")], "leads outside"),
        ([ROOT, link("a", "b"), link("b", "../x")], "leads outside"),
        ([ROOT, link("a", "a")], "leads outside"),
        # by its letters the last one stays inside
        ([ROOT, directory("a"), directory("a/b"), link("a/b/up", "../.."), link("x", "a/b/up/../etc")], "leads outside"),
    ],
)
def test_what_does_not(entries, reason):
    with pytest.raises(EdgeError, match=reason) as caught:
        see_that_it_stays_inside(entries, "there")
    assert "Nothing has been copied" in caught.value.message


PART = st.sampled_from(["a", "b", "c", "..", ".", ""])
ENTRY = st.tuples(st.lists(PART, min_size=1, max_size=3), st.sampled_from("fdl"), st.lists(PART, min_size=1, max_size=5))


@settings(deadline=None, max_examples=300)
@given(
    st.lists(st.tuples(st.lists(PART, min_size=1, max_size=3), st.sampled_from("fdl"), st.lists(PART, min_size=1, max_size=5)))
)
def test_whatever_is_let_through_cannot_leave(tmp_path_factory, wanted):
    """The links that pass are made for real, and then no name leads out."""
    kinds = {"f": "file", "d": "directory", "l": "link"}
    entries = [ROOT]
    for parts, kind, target in wanted:
        entry = Entry("/".join(parts), kinds[kind], target="/".join(target) if kind == "l" else "")
        if entry.path in {known.path for known in entries} or (kind == "l" and not entry.target):
            continue
        try:
            see_that_it_stays_inside([*entries, entry], "there")
        except EdgeError:
            continue
        entries.append(entry)
    root = os.path.realpath(tmp_path_factory.mktemp("root"))
    for entry in entries[1:]:
        path = os.path.join(root, entry.path)
        if entry.kind == "directory":
            os.mkdir(path)
        elif entry.kind == "link":
            os.symlink(entry.target, path)
        else:
            open(path, "w").close()
    for entry in entries:
        assert (os.path.realpath(os.path.join(root, entry.path)) + "/").startswith(root + "/")
