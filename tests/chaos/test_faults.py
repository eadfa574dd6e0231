# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whatever happens to a request, the next run ends in exactly the wanted state.

A story provisions, changes and takes down; in each of the three one fault meets one request. Side by side, one on each device.
"""

from __future__ import annotations

import pytest
from lanes import DEVICES, LANE
from schedule import draw, share_of
from stories import PHASES

STORIES = 62
STORIES_OF_THREE = 5


@pytest.fixture(scope="session")
def one(new_story):
    """A container on the device of this worker, and the requests of each phase."""
    story = new_story(f"chaos-{LANE}", [DEVICES[LANE]])
    return story, story.record()


@pytest.fixture(scope="session")
def three(new_story):
    """Three containers on three devices, and the requests of each phase."""
    story = new_story("chaos-three", list(DEVICES))
    return story, story.record()


def happens(told, number: int, stories: int, seed: int) -> None:
    story, requests = told
    story.told[:] = [f"CHI_EDGE_SEED={seed}, draw {number}"]
    cases = {phase: draw(requests[phase], stories, seed)[number] for phase in PHASES}
    before = story.eye.remains_of(story.name)
    assert not before, "an earlier story has left something"
    try:
        met = {phase: story.goes_through(phase, case) for phase, case in cases.items()}
    except AssertionError:
        story.ends()
        raise
    missed = [f"{phase}, {cases[phase]}" for phase, is_met in met.items() if not is_met]
    if len(missed) == len(PHASES):
        pytest.fail(f"no fault met its request: {missed}")


@pytest.mark.parametrize("number", share_of(STORIES))
def test_a_fault_is_repaired_by_the_next_run(one, number, seed):
    happens(one, number, STORIES, seed)


@pytest.mark.alone
@pytest.mark.parametrize("number", share_of(STORIES_OF_THREE))
def test_a_fault_with_three_containers_is_repaired_by_the_next_run(three, number, seed):
    happens(three, number, STORIES_OF_THREE, seed)
