# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Waiting ends at once when it can, and says what it saw when it cannot."""

from __future__ import annotations

import time

import pytest
from ansible_collections.chi.edge.plugins.module_utils import _waiter
from ansible_collections.chi.edge.plugins.module_utils._errors import EdgeError, WaitTimeout
from blazarclient.exception import BlazarClientException


@pytest.fixture
def naps(monkeypatch):
    """A clock that only the waiter's own naps move."""
    taken = []
    now = [1000.0]

    def sleep(seconds):
        taken.append(seconds)
        now[0] += seconds

    monkeypatch.setattr(_waiter.time, "monotonic", lambda: now[0])
    monkeypatch.setattr(_waiter.time, "sleep", sleep)
    return taken


def wait(states, timeout=30.0, **kwargs):
    answers = iter(states)

    def look():
        state = next(answers)
        if isinstance(state, Exception):
            raise state
        return state

    return _waiter.wait(look, lambda state: state == "ACTIVE", str, "the lease", timeout, 2.0, **kwargs)


def test_first_look_comes_without_a_nap(naps):
    assert wait(["ACTIVE"]) == "ACTIVE"
    assert naps == []


def test_looks_come_quickly_first_and_never_further_apart_than_the_interval(naps):
    wait(["PENDING"] * 12 + ["ACTIVE"])
    assert naps[0] == 0.25
    assert naps == sorted(naps)
    assert max(naps) == 2.0


def test_the_last_look_is_at_the_timeout(naps):
    with pytest.raises(WaitTimeout):
        wait(["PENDING"] * 100, timeout=7.0)
    assert sum(naps) == pytest.approx(7.0)


def test_timeout_carries_the_last_object_seen(naps):
    with pytest.raises(WaitTimeout) as caught:
        wait(["PENDING"] * 100, key="lease")
    assert caught.value.result == {"lease": "PENDING"}
    assert caught.value.message == "Waited 30 s for the lease, but it is PENDING. Raise wait_timeout if that is only slow."


def test_a_terminal_state_ends_the_wait_at_once(naps):
    def is_done(state):
        if state == "ERROR":
            raise EdgeError("the lease failed")
        return False

    with pytest.raises(EdgeError, match="the lease failed"):
        _waiter.wait(lambda: "ERROR", is_done, str, "the lease", 30.0, 2.0)
    assert naps == []


def test_transient_faults_are_as_good_as_no_look(naps):
    fault = BlazarClientException("ERROR: down", code=503)
    assert wait([fault, fault, "ACTIVE"]) == "ACTIVE"


def test_other_faults_end_the_wait(naps):
    with pytest.raises(BlazarClientException):
        wait([BlazarClientException("ERROR: no", code=403)])


def test_every_look_is_told(naps):
    seen = []
    wait(["PENDING", "STARTING", "ACTIVE"], watch=lambda state, elapsed, timeout: seen.append(state))
    assert seen == ["PENDING", "STARTING", "ACTIVE"]


def test_patiently_asks_again_only_after_transient_faults(naps):
    answers = [BlazarClientException("ERROR: down", code=502), "leases"]

    def call():
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    assert _waiter.patiently(call) == "leases"
    assert naps == [0.5]
    answers[:] = [BlazarClientException("ERROR: no", code=500), "leases"]
    with pytest.raises(BlazarClientException):
        _waiter.patiently(call)


def test_the_real_clock_stops():
    start = time.monotonic()
    assert len(list(_waiter.clock(0.3, 0.1))) >= 3
    assert time.monotonic() - start < 2
