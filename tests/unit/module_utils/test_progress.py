# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One line for many."""

from __future__ import annotations

from ansible_collections.chi.edge.plugins.module_utils import _progress


def test_it_tells_how_many_of_how_many_and_what_the_others_do(monkeypatch):
    monkeypatch.setattr(_progress, "_PAUSE", 0.0)
    lines = []
    progress = _progress.Progress(lambda state, elapsed, timeout: lines.append(state), 4, "Running", 300)
    for index in range(3):
        progress.watch_of(index)("Creating, task image_pulling", 0, 300)
    progress.watch_of(2)("Running, but with no address on a port yet", 0, 300)
    progress.finished(0, True)
    progress.watch_of(1, "floating IP ")("DOWN", 0, 300)
    progress.finished(1, True)
    progress.finished(2, False)
    progress.finished(3, True)
    assert lines == [
        "0 of 4 Running, 1 Creating",
        "0 of 4 Running, 2 Creating",
        "0 of 4 Running, 3 Creating",
        "1 of 4 Running, 2 Creating",
        "3 of 4 Running, 1 floating IP DOWN",
        "3 of 4 Running, 1 failed",
    ]


def test_it_does_not_tell_every_change():
    lines = []
    progress = _progress.Progress(lambda *told: lines.append(told), 20, "gone", 300)
    for index in range(20):
        progress.watch_of(index)("Deleting", 0, 300)
    assert len(lines) == 1


def test_of_what_needs_no_waiting_nothing_is_told():
    lines = []
    progress = _progress.Progress(lambda *told: lines.append(told), 2, "Running", 300)
    progress.finished(0, True)
    progress.finished(1, True)
    assert lines == []


def test_where_nobody_looks_nothing_is_watched():
    progress = _progress.Progress(None, 1, "gone", 300)
    assert progress.watch_of(0) is None
    progress.finished(0, True)
