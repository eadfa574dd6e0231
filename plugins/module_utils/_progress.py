# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to the collection: not an interface for others.
"""How far many have come, in one line for all of them."""

from __future__ import annotations

import threading
import time
from collections import Counter

from ._waiter import Watch

# Seconds between two lines: of twenty at once each second brings several changes.
_PAUSE = 2.0


class Progress:
    """Tells how many of how many are where they should be, and what the others are doing.

    :param watch: shows it; None where nobody looks. :param goal: the wanted state, in a word.
    """

    def __init__(self, watch: Watch | None, total: int, goal: str, timeout: float) -> None:
        self._watch = watch
        self._total = total
        self._goal = goal
        self._timeout = timeout
        self._states: dict[int, tuple[bool, str]] = {}
        self._done = self._failed = 0
        self._begun = time.monotonic()
        self._told = 0.0
        self._lock = threading.Lock()

    def watch_of(self, index: int, beyond: str | None = None) -> Watch | None:
        """What watches one of them.

        :param beyond: the state itself is reached, and what is told is of something further; put before it.
        """
        if not self._watch:
            return None

        def watch(state: str, _elapsed: float, _timeout: float) -> None:
            word = state.partition(",")[0]
            self._states[index] = (True, beyond + word) if beyond is not None else (word == self._goal, word)
            self._tell()

        return watch

    def finished(self, index: int, is_well: bool) -> None:
        """One has come to its end. It is told with the next look, or if it was the last and there was anything to tell."""
        with self._lock:
            self._states.pop(index, None)
            self._done += is_well
            self._failed += not is_well
        if self._told and self._done + self._failed == self._total:
            self._told = 0.0
            self._tell()

    def _tell(self) -> None:
        with self._lock:
            now = time.monotonic()
            if not self._watch or now - self._told < _PAUSE:
                return
            self._told = now
            states = list(self._states.values())
            reached = self._done + sum(is_reached for is_reached, _word in states)
            others = Counter(word for _is_reached, word in states if word != self._goal)
            others.update({"failed": self._failed} if self._failed else {})
            parts = [f"{reached} of {self._total} {self._goal}", *(f"{count} {word}" for word, count in sorted(others.items()))]
            self._watch(", ".join(parts), now - self._begun, self._timeout)
