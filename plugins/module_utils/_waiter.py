# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to the collection: not an interface for others.
"""How to wait. Knows nothing of any service."""

from __future__ import annotations

import time
import typing as t

from ._errors import WaitTimeout, is_transient

T = t.TypeVar("T")


def clock(timeout: float, interval: float) -> t.Iterator[float]:
    """Yield the seconds passed, the first time without sleeping, until the time is up.

    The first looks come quickly, since most waits are short, then ever less often until they are I(interval) apart.
    The last look is at the time-out itself.

    :param timeout: seconds in all.
    :param interval: the longest pause between two looks, in seconds.
    """
    start = time.monotonic()
    pause = min(interval, max(interval / 8, 0.25))
    while True:
        elapsed = time.monotonic() - start
        yield elapsed
        left = timeout - (time.monotonic() - start)
        if left <= 0:
            return
        time.sleep(min(pause, left))
        pause = min(pause * 1.5, interval)


class Watch(t.Protocol):
    """Told of every look."""

    def __call__(self, state: str, elapsed: float, timeout: float, /) -> None:
        """:param state: as seen. :param elapsed: the seconds passed, :param timeout: of how many."""


def wait(
    look: t.Callable[[], T],
    is_done: t.Callable[[T], bool],
    state_of: t.Callable[[T], str],
    what: str,
    timeout: float,
    interval: float,
    watch: Watch | None = None,
    key: str = "last",
) -> T:
    """Look again and again until I(is_done), and return the object then seen.

    A transient fault of a look is as good as no look.

    :param look: fetches the object.
    :param is_done: true when the wanted state has come; raises when it can no longer come.
    :param state_of: a word or two for people.
    :param what: the wanted state in words, for the error: C(lease "x" to become ACTIVE).
    :param timeout: seconds. :param interval: seconds, see M(clock).
    :param key: the name under which the last object seen goes into the failed task's result.
    :raises WaitTimeout: when the time is up.
    """
    last: T | None = None
    trouble = ""
    for elapsed in clock(timeout, interval):
        try:
            last = look()
        except Exception as exc:
            if not is_transient(exc.__cause__ or exc):
                raise
            trouble = str(exc)
            continue
        if watch:
            watch(state_of(last), elapsed, timeout)
        if is_done(last):
            return last
    seen = f"it is {state_of(last)}" if last is not None else f"nothing was seen of it ({trouble or 'no answer'})"
    raise WaitTimeout(f"Waited {timeout:g} s for {what}, but {seen}. Raise wait_timeout if that is only slow.", **{key: last})


def patiently(call: t.Callable[[], T], attempts: int = 4, pause: float = 0.5) -> T:
    """Make a call that changes nothing, again after a transient fault.

    :param pause: seconds before the second attempt; each further one waits twice as long.
    """
    for attempt in range(1, attempts):
        try:
            return call()
        except Exception as exc:
            if not is_transient(exc.__cause__ or exc):
                raise
        time.sleep(pause * 2 ** (attempt - 1))
    return call()
