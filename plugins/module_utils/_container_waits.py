# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to the collection: not an interface for others.
"""Waits for what a container is to become, and tells why it does not (contract 3.4, 3.5)."""

from __future__ import annotations

import time
import typing as t
from contextlib import contextmanager

from . import _container as zun
from ._container_status import ContainerFailed, Settling, advice_on, in_words
from ._errors import EdgeError, ServiceError, WaitTimeout
from ._waiter import Watch, wait

if t.TYPE_CHECKING:
    from ._cloud import Cloud

# Lines of its log that a failed container's user is shown, and how much of the last is put into the message.
LOG_LINES = 20
LONGEST_LINE = 200

# Seconds after which a container that is being deleted stays what it is, if nothing is done to it; and one that is still what it
# was: its deletion has come to nothing, as on Docker when it was just being started.
STUCK = {"Error": 5.0, "Deleting": 60.0}
UNTOUCHED = 5.0


class Attendant:
    """Waits for one container, through all of a task's waits with the one time-out that the user has set.

    :param timeout: seconds. :param interval: seconds.
    :param watch: sees the progress. :param environment: its values are hidden in what is shown of the log.
    """

    def __init__(
        self, cloud: Cloud, timeout: float, interval: float, watch: Watch | None, environment: t.Mapping[str, str]
    ) -> None:
        self._cloud = cloud
        self._timeout = timeout
        self._interval = interval
        self._watch = watch
        self._environment = environment
        self._begun = time.monotonic()

    def begin_anew(self) -> None:
        """Have the whole time again, for another container in the place of the one that was waited for."""
        self._begun = time.monotonic()

    def until_it_runs(self, raw: zun.Raw, judge: Settling, is_new: bool = False) -> zun.Raw:
        """Wait until it runs for good.

        :param is_new: I(raw) is the answer to its creation, and says already if no device takes it.
        :raises ContainerFailed: with C(container) and C(logs), when it never will. :raises WaitTimeout: so too, when not in time.
        """
        with self._explanation(raw):
            return self._wait(raw, lambda now: judge(zun.container_view(now)), "to run", is_seen=is_new)

    def see_that_it_may_run(self, raw: zun.Raw, judge: Settling) -> None:
        """Without waiting see that it has not failed. :raises ContainerFailed: as M(until_it_runs)."""
        with self._explanation(raw):
            judge(zun.container_view(raw))

    def until_it_is(self, status: str, raw: zun.Raw) -> zun.Raw:
        """Wait until it has the status."""
        return self._wait(raw, lambda now: now["status"] == status, f"to be {status}")

    def until_it_is_gone(self, raw: zun.Raw, stop_timeout: int, is_enough: bool) -> None:
        """Delete it, as soon as its status allows, and wait until it is gone.

        :param stop_timeout: seconds for its program to end by itself.
        :param is_enough: whether it is enough that Zun has begun.
        :raises EdgeError: with C(container), when Zun cannot delete it.
        """
        is_asked = is_forced = False
        stuck, stuck_since = "", 0.0

        def is_done(now: zun.Raw | None) -> bool:
            nonlocal is_asked, is_forced, stuck, stuck_since
            if now is None:
                return True
            view = zun.container_view(now)
            status = "" if view["task_state"] else view["status"]
            if not is_asked:
                is_asked = zun.ask_to_delete(self._cloud, view, stop_timeout)
            elif not status or status != stuck:
                stuck, stuck_since = status, time.monotonic()  # for a moment this is so in every deletion
            elif time.monotonic() - stuck_since < STUCK.get(status, UNTOUCHED):
                pass
            elif status not in STUCK:
                stuck, is_asked = "", zun.ask_to_delete(self._cloud, view, stop_timeout)
            elif not is_forced:
                is_forced = zun.ask_to_delete(self._cloud, view, stop_timeout, by_force=True)
                if not is_forced:
                    raise EdgeError(f"Could not delete {zun.in_words(view)}: {in_words(view)}.", container=view)
            return is_asked and is_enough

        self._wait(raw, is_done, "to be gone", is_seen=True, may_be_gone=True)

    @contextmanager
    def _explanation(self, raw: zun.Raw) -> t.Iterator[None]:
        """Puts a failure into words that help, with the end of the log."""
        try:
            yield
        except ContainerFailed as exc:
            view, logs = exc.view, self._logs(raw)
            said = [
                f'Container "{view["name"]}" {exc.message}: {in_words(view)}.',
                f'Its log ends with "{logs.splitlines()[-1][:LONGEST_LINE]}".' if logs else "",
                advice_on(view, logs),
            ]
            raise ContainerFailed(" ".join(filter(None, said)), view, logs=logs) from exc
        except WaitTimeout as exc:
            exc.result["logs"] = self._logs(raw)
            raise

    def _wait(
        self, raw: zun.Raw, is_done: t.Callable[[t.Any], bool], what: str, is_seen: bool = False, may_be_gone: bool = False
    ) -> t.Any:
        """:param is_seen: I(raw) is how it is now, and counts as the first look."""
        last: zun.Raw | None = raw
        looks = iter([raw] if is_seen else [])

        def look() -> zun.Raw | None:
            nonlocal last
            try:
                last = next(looks, None) or zun.read_container(self._cloud, raw["uuid"])
            except ServiceError as exc:
                if exc.status != 500:
                    raise
                return last  # Zun's word for a device that does not answer at the moment
            if last is None and not may_be_gone:
                raise EdgeError(
                    f'Container "{raw["name"]}" was deleted meanwhile; the end of its lease does that.',
                    container=zun.container_view(raw),
                )
            return last

        left = max(round(self._timeout - (time.monotonic() - self._begun)), 1)
        try:
            return wait(
                look, is_done, _state, f'container "{raw["name"]}" {what}', left, self._interval, self._watch, "container"
            )
        except WaitTimeout as exc:
            # it is of use only in the shape of all results
            exc.result["container"] = zun.container_view(exc.result["container"]) if exc.result["container"] else None
            raise

    def _logs(self, raw: zun.Raw) -> str:
        values = {*self._environment.values(), *(raw.get("environment") or {}).values()}
        return zun.log_tail(self._cloud, zun.container_view(raw), LOG_LINES, values)


def _state(raw: zun.Raw | None) -> str:
    return in_words(zun.container_view(raw)) if raw else "gone"
