# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to the collection: not an interface for others.
"""What an operation is given, wherever it runs: as an ordinary module or inside Ansible's own process."""

from __future__ import annotations

import time
import typing as t
from functools import cached_property

if t.TYPE_CHECKING:
    from ._cloud import Cloud


class Pace:
    """When a wait may speak: at once, on each change of state, then after 10, 20, 40, 60, 60 s."""

    def __init__(self) -> None:
        self._state: str | None = None
        self._last = 0.0
        self._gap = 10.0

    def is_time(self, state: str) -> bool:
        """Whether to say I(state) now; counts on being obeyed."""
        now = time.monotonic()
        if state != self._state:
            self._gap = 10.0
        elif now - self._last >= self._gap:
            self._gap = min(self._gap * 2, 60.0)
        else:
            return False
        self._state, self._last = state, now
        return True


class Context:
    """The task's parameters and modes, and the ways to speak to its user.

    :param params: validated options.
    :param check_mode: nothing may be changed.
    :param diff: the user wants to see the difference.
    """

    def __init__(self, params: dict[str, t.Any], check_mode: bool, diff: bool) -> None:
        self.params = params
        self.check_mode = check_mode
        self.diff = diff
        self._at_end: list[t.Callable[[], None]] = []

    @cached_property
    def cloud(self) -> Cloud:
        """The cloud of this task; connects when first asked for."""
        from ._cloud import Cloud

        return Cloud(self)

    def warn(self, message: str) -> None:
        """Show a warning with the result."""
        raise NotImplementedError

    def secret(self, value: str) -> None:
        """Never show this value, wherever it turns up."""
        raise NotImplementedError

    def watcher(self, subject: str) -> t.Callable[[str, float, float], None] | None:
        """Something that shows the progress of a wait for I(subject), where the user can see it live."""
        return None

    def token_directory(self) -> str | None:
        """A private directory that lives as long as this run of Ansible, if there is one (0700)."""
        return None

    def at_end(self, call: t.Callable[[], None]) -> None:
        """Have something done when the operation is over, also after a failure."""
        self._at_end.append(call)

    def close(self) -> None:
        """Do what was to be done at the end. What cannot be done is no failure of the task."""
        for call in self._at_end:
            try:
                call()
            except OSError:
                continue
