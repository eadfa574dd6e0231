# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Waiting for a container, with a service that stumbles, dawdles, or leaves force to administrators."""

from __future__ import annotations

import types

import pytest
from ansible_collections.chi.edge.plugins.module_utils import _container_waits
from ansible_collections.chi.edge.plugins.module_utils._container_status import ContainerFailed, Settling
from ansible_collections.chi.edge.plugins.module_utils._errors import EdgeError, WaitTimeout
from zunclient import exceptions

ID = "0e1d7d0c-54a6-4d1c-8a63-4ce7b0b4a1c7"
SECRET = "hunter22"


def raw(status, reason=None, task=None, **fields):
    return {
        "uuid": ID,
        "name": "web",
        "status": status,
        "status_reason": reason,
        "task_state": task,
        "environment": {"PASSWORD": SECRET},
        "addresses": {"n": [{"addr": "10.20.0.9", "version": 4, "port": "p"}]},
        **fields,
    }


class FakeZun:
    """Tells these states one after the other, the last for ever: None for gone, an exception for a fault. May refuse force."""

    def __init__(self, *states, refusal=None, log=""):
        self._states = list(states)
        self._refusal = refusal
        self._log = log
        self.calls = []
        self.containers = self

    def get(self, _id):
        state = self._states.pop(0) if len(self._states) > 1 else self._states[0]
        if state is None:
            raise exceptions.NotFound()
        if isinstance(state, Exception):
            raise state
        return types.SimpleNamespace(to_dict=lambda: state)

    def delete(self, _id, **how):
        self.calls.append(how)
        if "force" in how and self._refusal:
            raise self._refusal

    def stop(self, _id, timeout):
        self.calls.append({"stop": timeout})

    def logs(self, _id, **_how):
        return self._log


@pytest.fixture(autouse=True)
def naps(monkeypatch):
    """Time goes by only in naps."""
    now = [1000.0]
    monkeypatch.setattr("time.monotonic", lambda: now[0])
    monkeypatch.setattr("time.sleep", lambda seconds: now.__setitem__(0, now[0] + seconds))
    return now


def attendant(zun, timeout=60.0):
    cloud = types.SimpleNamespace(zun=zun, project_id="p")
    return _container_waits.Attendant(cloud, timeout, 1.0, None, {"PASSWORD": SECRET})


# -- deleting ------------------------------------------------------------------------------------------------------


def test_a_running_one_is_stopped_and_deleted():
    zun = FakeZun(raw("Deleting"), None)
    attendant(zun).until_it_is_gone(raw("Running"), 3, is_enough=False)
    assert zun.calls == [{"stop": 3}, {"stop": True}]


def test_it_can_be_enough_that_zun_has_begun():
    zun = FakeZun(raw("Deleting"))
    attendant(zun).until_it_is_gone(raw("Stopped"), 3, is_enough=True)
    assert zun.calls == [{"stop": True}]


def test_where_force_is_not_for_us_its_creation_is_waited_for():
    zun = FakeZun(raw("Creating"), raw("Creating"), raw("Running"), raw("Deleting"), None, refusal=exceptions.Forbidden())
    attendant(zun).until_it_is_gone(raw("Creating"), 3, is_enough=False)
    assert zun.calls == [{"force": True}] * 3 + [{"stop": 3}, {"stop": True}]


def test_what_zun_cannot_delete_is_deleted_by_force():
    zun = FakeZun(*[raw("Error", "list index out of range")] * 9, None)
    attendant(zun).until_it_is_gone(raw("Stopped"), 3, is_enough=False)
    assert zun.calls == [{"stop": True}, {"force": True}]


def test_for_a_moment_every_deletion_looks_like_an_error():
    zun = FakeZun(raw("Deleting"), raw("Error", "No such container"), raw("Error", "No such container"), None)
    attendant(zun).until_it_is_gone(raw("Stopped"), 3, is_enough=False)
    assert zun.calls == [{"stop": True}]


def test_a_deletion_that_has_come_to_nothing_is_asked_for_again():
    up = raw("Running", "You cannot remove a running container")
    zun = FakeZun(raw("Created", task="container_starting"), *[up] * 8, None)
    attendant(zun).until_it_is_gone(raw("Created"), 3, is_enough=False)
    assert zun.calls == [{"stop": True}, {"stop": 3}, {"stop": True}]


def test_what_zun_cannot_delete_is_an_error_where_force_is_not_for_us():
    zun = FakeZun(raw("Error", "list index out of range"), refusal=exceptions.Forbidden())
    with pytest.raises(EdgeError) as caught:
        attendant(zun).until_it_is_gone(raw("Stopped"), 3, is_enough=False)
    assert caught.value.message == f'Could not delete container "web" ({ID}): Error, list index out of range.'
    assert SECRET not in str(caught.value.result)


# -- running -------------------------------------------------------------------------------------------------------


def test_the_answer_to_the_creation_is_the_first_look():
    zun = FakeZun(raw("Running"))
    with pytest.raises(ContainerFailed, match="There are not enough hosts"):
        attendant(zun).until_it_runs(raw("Error", "There are not enough hosts available."), Settling(2.0), is_new=True)


def test_a_failure_is_told_with_its_log_and_without_secrets():
    zun = FakeZun(raw("Stopped", status_detail="Exited(1) 1 seconds ago "), log=f"begun\nwrong password {SECRET}\n")
    with pytest.raises(ContainerFailed) as caught:
        attendant(zun).until_it_runs(raw("Creating"), Settling(2.0))
    assert caught.value.message == (
        'Container "web" has exited: Stopped, Exited(1) 1 seconds ago. Its log ends with "wrong password ********". '
        "Its command fails; what it wrote last is in logs."
    )
    assert caught.value.result["logs"] == "begun\nwrong password ********"
    assert SECRET not in str(caught.value.result)


def test_the_time_out_tells_what_was_seen_last():
    zun = FakeZun(raw("Creating", "ErrImagePull", "image_pulling"))
    with pytest.raises(WaitTimeout) as caught:
        attendant(zun, timeout=5).until_it_runs(raw("Creating"), Settling(2.0))
    assert caught.value.message.startswith(
        'Waited 5 s for container "web" to run, but it is Creating, task image_pulling, ErrImagePull.'
    )
    assert caught.value.result["container"]["status"] == "Creating"
    assert caught.value.result["logs"] == ""
    assert SECRET not in str(caught.value.result)


def test_all_waits_of_a_task_share_one_time(naps):
    patient = attendant(FakeZun(raw("Creating")), timeout=30)
    naps[0] += 20
    with pytest.raises(WaitTimeout, match="^Waited 10 s for"):
        patient.until_it_runs(raw("Creating"), Settling(2.0))


@pytest.mark.parametrize("fault", [exceptions.InternalServerError(), exceptions.ServiceUnavailable()])
def test_a_service_that_does_not_answer_at_the_moment_is_asked_again(fault):
    up = raw("Running", status_detail="Up 5 seconds")
    assert attendant(FakeZun(raw("Creating"), fault, fault, up)).until_it_runs(raw("Creating"), Settling(2.0)) == up


def test_what_is_deleted_meanwhile_is_not_waited_for():
    with pytest.raises(EdgeError, match='^Container "web" was deleted meanwhile'):
        attendant(FakeZun(None)).until_it_runs(raw("Creating"), Settling(2.0))


def test_without_waiting_only_a_failure_is_told():
    patient = attendant(FakeZun(None))
    patient.see_that_it_may_run(raw("Creating"), Settling(2.0))
    with pytest.raises(ContainerFailed, match="has failed: Error, No."):
        patient.see_that_it_may_run(raw("Error", "No"), Settling(2.0))
