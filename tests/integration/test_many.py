# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Twenty containers at once: few requests, one line of progress for all, and a plan of five hundred that stays small."""

from __future__ import annotations

import re
import sys
import time
from pathlib import Path

import pytest

sys.path[:0] = [str(Path(__file__).resolve().parents[1] / folder) for folder in ("tools", "benchmark")]

import many  # noqa: E402

from counting_proxy import counting  # noqa: E402


@pytest.fixture(scope="module")
def lease(clouds):
    """A device on which all of them run."""
    many.lease(start="now", duration="1h", device={"name": many.DEVICE})
    yield
    many.play(many.containers(20, state="absent"))
    many.lease(state="absent")


def test_twenty_are_made_and_found_and_taken_down_with_few_requests(playbook, lease):
    task = many.containers(20)
    made = playbook([task])
    assert made.status == 0, made.text
    assert re.search(r"\[localhost\] containers: \d+ of 20 Running, \d+ Creating", made.stderr), made.stderr
    assert re.search(r"\[localhost\] containers: 20 of 20 Running, \d+ s", made.stderr), made.stderr
    with counting() as count:
        again = playbook([task], env=count.environment)
    assert again.recap["changed"] == 0, again.text
    assert "20 of 20" not in again.stderr
    asked = [path for _method, port, path in count.requests if port != 8080]
    # beside the twenty that ask whether the containers answer
    assert len(count.requests) <= 30 and len(asked) <= 10, count
    begun = time.monotonic()
    with counting() as count:
        gone = playbook([many.containers(20, state="absent")], env=count.environment)
    seconds = time.monotonic() - begun
    assert gone.recap["changed"] == 1, gone.text
    asked = [path for method, _port, path in count.requests if method == "GET" and path == "/v1/containers"]
    # the waiting takes the longer the slower the machine is; what goes for each are its address, a look, its end and its removal
    assert len(asked) <= 10 + 2 * seconds and len(count.requests) - len(asked) <= 4 * 20 + 10, f"{seconds:.0f} s\n{count}"


def test_the_plan_of_five_hundred_is_small_and_takes_no_more_than_five_of_one_hundred():
    seconds = {count: many.planned(count) for count in (100, 500)}
    assert seconds[500][1] < 200
    assert seconds[500][0] < 5 * seconds[100][0] + 2, seconds
