# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""When a container counts as running, when as failed, and what its user is told about it."""

from __future__ import annotations

import pytest
from ansible_collections.chi.edge.plugins.module_utils._container import container_view
from ansible_collections.chi.edge.plugins.module_utils._container_status import (
    GRACE,
    ContainerFailed,
    Settling,
    advice_on,
    in_words,
    trouble_of,
)

ADDRESSES = {"n": [{"addr": "10.20.0.9", "version": 4, "port": "p"}]}


def seen(status, detail=None, task=None, reason=None, addresses=None):
    return container_view(
        {
            "uuid": "u",
            "name": "web",
            "status": status,
            "status_detail": detail,
            "status_reason": reason,
            "task_state": task,
            "addresses": ADDRESSES if addresses is None else addresses,
        }
    )


def settle(looks, stable_for=2.0, excused=None):
    """Judge looks of (second, view); returns the second at which the container counts as running, or None."""
    second = 0.0
    judge = Settling(stable_for, excused, now=lambda: second)
    for second, view in looks:  # noqa: B007  the clock reads it
        if judge(view):
            return second
    return None


UP = seen("Running")
NOT_STARTED = (
    'Docker internal error: 400 Client Error for http+docker://localhost/v1.41/containers/b1af/start: Bad Request ("failed to '
    'create shim task: exec: "/bin/nothing": stat /bin/nothing: no such file or directory: unknown").'
)


def test_runs_when_it_has_been_running_long_enough():
    assert settle([(0, seen("Creating")), (1, UP), (2, UP), (2.9, UP), (3.1, UP)]) == 3.1


def test_the_engines_own_word_for_how_long_counts():
    assert settle([(0, seen("Creating")), (1, seen("Running", "Up 3 seconds"))]) == 1
    assert settle([(0, seen("Running", "Up 2 mins"))], stable_for=100) == 0


def test_the_engines_word_is_old_while_a_task_is_on():
    assert settle([(0, seen("Running", "Up 2 hours", task="container_rebooting"))]) is None


def test_does_not_run_without_an_address_on_a_port():
    without = seen("Running", addresses={"n": [{"addr": "10.20.0.9", "version": 4, "port": None}]})
    assert settle([(0, without), (5, without), (6, UP), (9, UP)]) == 9
    assert settle([(0, seen("Running", addresses={})), (9, seen("Running", addresses={}))]) is None


def test_runs_without_an_address_if_there_is_to_be_none():
    assert settle([(0, seen("Running", "Up 5 seconds", addresses={"no_network": []}))]) == 0


def test_must_run_anew_after_an_interruption():
    assert settle([(0, UP), (1, seen("Created")), (2, UP), (3, UP), (4, UP)]) == 4


@pytest.mark.parametrize(
    ("view", "words"),
    [
        (seen("Error", reason="There are not enough hosts available."), "has failed"),
        (seen("Error", "ContainersNotReady"), "has failed"),
        (seen("Dead"), "has failed"),
        (seen("Created", "Exited(127)  ago (error)", reason=NOT_STARTED), "has failed"),
        (seen("Deleting"), "was deleted"),
    ],
)
def test_fails_at_once(view, words):
    with pytest.raises(ContainerFailed) as caught:
        settle([(0, seen("Creating")), (1, view)])
    assert caught.value.message == words
    assert caught.value.view == view


def test_an_exit_is_believed_at_the_second_look():
    stopped = seen("Stopped", "Exited(1) 2 seconds ago ")
    assert settle([(0, seen("Creating")), (1, stopped), (2, UP), (3, stopped), (4, UP), (6, UP)]) == 6
    with pytest.raises(ContainerFailed, match="has exited") as caught:
        settle([(0, seen("Creating")), (1, stopped), (2, stopped)])
    assert caught.value.view == stopped


@pytest.mark.parametrize("view", [seen("Error", "Unschedulable", reason="0/50 nodes are available"), seen("Restarting")])
def test_a_trouble_that_may_go_gets_a_short_grace(view):
    assert settle([(0, view), (GRACE - 0.1, view), (GRACE, UP), (GRACE + 2, UP)]) == GRACE + 2
    with pytest.raises(ContainerFailed):
        settle([(0, view), (GRACE - 0.1, view), (GRACE, view)])


def test_running_between_two_crashes_does_not_renew_the_grace():
    crashing = [(0, seen("Restarting")), (4, UP), (5, seen("Restarting")), (8, UP), (GRACE + 1, seen("Restarting"))]
    with pytest.raises(ContainerFailed, match="keeps exiting"):
        settle(crashing)


def test_the_status_before_the_request_is_excused_until_another_is_seen():
    stopped = seen("Stopped", "Exited(0) 3 mins ago ")
    assert settle([(0, stopped), (1, stopped), (2, UP), (4, UP)], excused="Stopped") == 4
    with pytest.raises(ContainerFailed, match="has exited"):
        settle([(0, stopped), (1, seen("Stopped", task="container_starting")), (2, stopped), (3, stopped)], excused="Stopped")
    with pytest.raises(ContainerFailed, match="has exited"):
        settle([(0, stopped), (GRACE, stopped)], excused="Stopped")


@pytest.mark.parametrize("view", [seen("Stopped", task="container_starting"), seen("Restarting", task="container_rebooting")])
def test_a_container_that_zun_is_at_work_on_is_no_trouble(view):
    assert trouble_of(view) is None


@pytest.mark.parametrize(
    ("view", "words"),
    [
        (seen("Creating", task="image_pulling"), "Creating, task image_pulling"),
        (seen("Error", "Reservation not found", reason="No hosts."), "Error, No hosts., Reservation not found"),
        (seen("Running", "Up 3 seconds", addresses={}), "Running, but with no address on a port yet"),
        (seen("Stopped", "Exited(1) 2 seconds ago "), "Stopped, Exited(1) 2 seconds ago"),
        (seen("Created", "Created", task="container_starting"), "Created, task container_starting"),
        (seen("Error", task="container_creating", reason="Image nope not present"), "Error, Image nope not present"),
        (seen("Deleting", "Exited(1)", task="container_deleting", reason="No."), "Deleting"),
        (
            seen("Created", "Exited(127)  ago (error)", reason=NOT_STARTED),
            'Created, failed to create shim task: exec: "/bin/nothing": stat /bin/nothing: no such file or directory: unknown, '
            "Exited(127) ago (error)",
        ),
    ],
)
def test_in_words(view, words):
    assert in_words(view) == words


@pytest.mark.parametrize(
    ("view", "logs", "advice"),
    [
        (seen("Stopped", "Exited(1) now"), "exec /bin/sh: exec format error", "ARM: use an image for linux/arm64"),
        (
            seen("Error", reason='OCI runtime create failed: exec: "/x": Exec format error'),
            "",
            "ARM: use an image for linux/arm64",
        ),
        (seen("Error", reason="There are not enough hosts available."), "", "options reservation and lease"),
        (seen("Error", "Unschedulable", reason="1 Insufficient smarter-devices/ttyACM0"), "", "after about a minute"),
        (seen("Error", reason="Image nope not present with pull policy of Never"), "", "for a private one give registry"),
        (
            seen("Error", reason="Docker internal error: 404 Client Error: Not Found (manifest unknown)"),
            "",
            "private one give registry",
        ),
        (seen("Stopped", "Exited(0) 2 seconds ago"), "no such image", "sleep infinity"),
        (seen("Stopped", "Exited(2) 2 seconds ago"), "", "Its command fails"),
        (seen("Error", "ContainersNotReady"), "", "Its command fails"),
        (seen("Created", reason=NOT_STARTED), "", "The image has no such program."),
        (seen("Error", reason="Disk full"), "", ""),
    ],
)
def test_advice(view, logs, advice):
    given = advice_on(view, logs)
    assert advice in given
    assert bool(given) is bool(advice)


def test_the_run_before_a_restart_does_not_count():
    old, new = seen("Running", "Up 5 mins"), seen("Running", "Up 2 seconds")
    second = 0.0
    judge = Settling(2.0, "Running", ran_before=True, now=lambda: second)
    assert not judge(old)
    second = 3.0
    assert judge(new)
