# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The local cloud's Blazar answers a member's requests as Chameleon's does: the recorded ones are asked again.

Needs a cloud: OS_CLIENT_CONFIG_FILE with the cloud edge-admin, whose user makes the recorded actors for the time of the run.
"""

from __future__ import annotations

import pytest

import recording

STORIES = recording.stories()
CASES = [pytest.param(case, id=case.id) for cases in STORIES.values() for case in cases]


@pytest.mark.parametrize("case", CASES)
def test_answers_as_recorded(case, outcomes):
    outcome = outcomes[case.id]
    if outcome.missed:
        pytest.skip(outcome.missed)
    assert not outcome.differences, "\n".join([f"{case.method} {case.path}", *outcome.differences, f"answer: {outcome.answer}"])


def test_every_deviation_is_used_and_has_a_reason():
    recorded = [entry for cases in recording.recorded()["stories"].values() for entry in cases]
    for deviation in recording.deviations():
        assert deviation["reason"] and deviation["instead"]
        matched = [entry["id"] for entry in recorded if recording.matches(entry, deviation)]
        assert matched, deviation
        assert set(deviation.get("cases", ())) <= set(matched)


def test_what_is_not_replayed_has_a_reason():
    replayed = {case.id for cases in STORIES.values() for case in cases}
    for reason, cases in recording.recorded()["not_replayed"].items():
        assert reason
        assert not replayed.intersection(cases)
