# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to the collection: not an interface for others.
"""What a container's status means: runs for good, not yet, or never will, and why (contract 3.4). Knows no service."""

from __future__ import annotations

import re
import time
import typing as t

from ._errors import EdgeError

View = dict[str, t.Any]

# Seconds that a trouble may last that can go by itself. With it a failure is told within 15 s of the service knowing.
GRACE = 10.0

# The engine's own words: how long a container has been running.
_UP = re.compile(r"Up (\d+) (seconds|mins|hours|days)")
_SECONDS = {"seconds": 1, "mins": 60, "hours": 3600, "days": 86400}

# The engine's words, wrapped by Zun's client of it.
_WRAPPED = re.compile(r'Docker internal error: \d+ .*? for \S+: [\w ]+ \("(.*)"\)\.?', re.DOTALL)

_ADVICE = (
    (
        r"exec format error",
        "The program is made for another kind of processor than the device has. Devices of CHI@Edge are ARM: use an image for "
        "linux/arm64 (docker buildx build --platform linux/arm64 makes one, docker manifest inspect tells what there is).",
    ),
    (
        r"not enough hosts|reservation (not found|begins|ended|is in status)",
        "A container is placed on a device only by a device reservation of this project, in a lease that is ACTIVE: see the "
        "options reservation and lease.",
    ),
    (
        r"unschedulable|insufficient smarter-devices|nodes are available",
        "No device can take it now. The device may lack what device_profiles asks for, be offline, or be held by another "
        "container; one that was just deleted lets go of it after about a minute.",
    ),
    (
        r"cannot download image|error on pulling|failed to pull|pull access denied|errimagepull|imagepullbackoff|no such image"
        r"|manifest (for .*)?(unknown|not found)|(image|repository) .* (not found|not present)|could not be found",
        "Check the image's name and tag; for a private one give registry.",
    ),
    (
        r"no such file or directory|executable file not found",
        "The image has no such program.",
    ),
    (
        r"Exited\(0\)",
        "A container lives as long as its command, and this one has come to its end: sleep infinity is one that has none.",
    ),
    (
        r"Exited\(|containersnotready|restarting",
        "Its command fails; what it wrote last is in logs.",
    ),
)


class ContainerFailed(EdgeError):
    """The container will not come to run by itself.

    :ivar view: how it was seen last.
    """

    def __init__(self, message: str, view: View, **result: t.Any) -> None:
        super().__init__(message, container=view, **result)
        self.view = view


class Trouble(t.NamedTuple):
    """Why a container does not run. :ivar is_final: whether waiting is of no use."""

    words: str
    is_final: bool


def in_words(view: View) -> str:
    """The status with what the service says about it: C(Error, There are not enough hosts available.)"""
    status, reason = view["status"], view["status_reason"] or ""
    if status == "Deleting":
        return str(status)
    if wrapped := _WRAPPED.fullmatch(reason):
        reason = wrapped[1]
    detail = " ".join((view["status_detail"] or "").split())
    if detail == status or _UP.match(detail):
        detail = ""  # says nothing, or something else at each look
    task = f"task {view['task_state']}" if view["task_state"] and status != "Error" else ""
    unreachable = "but with no address on a port yet" if status == "Running" and not has_address(view) else ""
    return ", ".join(filter(None, [status, task, reason, detail, unreachable]))


def has_address(view: View) -> bool:
    """Whether the container can be reached, or is never meant to be."""
    return view["port_id"] is not None or set(view["addresses"]) == {"no_network"}


def is_up(view: View) -> bool:
    """Whether the container runs and can be reached, at this moment."""
    return view["status"] == "Running" and has_address(view)


def has_failed(view: View) -> bool:
    """Whether the container could not be made, placed or started. One that could not be started is soon C(Created) again."""
    could_not_start = view["status"] == "Created" and view["status_reason"] and not view["task_state"]
    return view["status"] in ("Error", "Dead") or bool(could_not_start)


def trouble_of(view: View) -> Trouble | None:
    """What keeps the container from running, or None if it runs or may be on its way."""
    status = view["status"]
    if status == "Error" and "unschedulable" in f"{view['status_detail']}".lower():
        return Trouble("cannot be scheduled", is_final=False)
    if has_failed(view):
        return Trouble("has failed", is_final=True)
    if status in ("Deleting", "Deleted"):
        return Trouble("was deleted", is_final=True)
    if status == "Stopped" and not view["task_state"]:
        return Trouble("has exited", is_final=True)
    if status == "Restarting" and not view["task_state"]:
        return Trouble("keeps exiting and being restarted", is_final=False)
    return None


def advice_on(view: View, logs: str) -> str:
    """What to do about a container that does not run, or an empty string."""
    said = " ".join(str(view[key]) for key in ("status_reason", "status_detail", "status") if view[key])
    for pattern, advice in _ADVICE:
        if re.search(pattern, f"{said} {logs if 'exec format' in pattern else ''}", re.IGNORECASE):
            return advice
    return ""


class Settling:
    """Judges look after look whether a container has come to run for good.

    :param stable_for: seconds that it has to be running.
    :param excused: the status that it had when it was asked to start; Zun shows it until the request is worked on.
    :param ran_before: it is being restarted, so one that has been running for longer than this is still the old run.
    """

    def __init__(
        self,
        stable_for: float,
        excused: str | None = None,
        ran_before: bool = False,
        now: t.Callable[[], float] = time.monotonic,
    ) -> None:
        self._stable_for = stable_for
        self._excused = excused
        self._ran_before = ran_before
        self._now = now
        self._begun = now()
        self._up_since: float | None = None
        self._trouble_since: float | None = None
        self._has_exited = False

    def __call__(self, view: View) -> bool:
        """Whether it runs for good.

        :raises ContainerFailed: when it never will.
        """
        now = self._now()
        if view["status"] != self._excused or view["task_state"]:
            self._excused = None
        # while it is restarted, one look may catch it between two runs without a word that anything is going on
        has_exited_before, self._has_exited = self._has_exited, view["status"] == "Stopped"
        if trouble := trouble_of(view):
            self._up_since = None
            if self._trouble_since is None:
                self._trouble_since = now
            is_final = trouble.is_final and not self._excused and (has_exited_before or not self._has_exited)
            if is_final or now - self._trouble_since >= GRACE:
                raise ContainerFailed(trouble.words, view)
            return False
        uptime = _uptime(view)
        # the engine tells whole seconds
        if not is_up(view) or (self._ran_before and uptime > now - self._begun + 1):
            self._up_since = None
            return False
        if self._up_since is None:
            self._up_since = now
        return max(now - self._up_since, uptime) >= self._stable_for


def _uptime(view: View) -> float:
    """Seconds that the container has been running, as far as the engine says; while a task is on, its words are old."""
    match = None if view["task_state"] else _UP.search(view["status_detail"] or "")
    return int(match[1]) * _SECONDS[match[2]] if match else 0
