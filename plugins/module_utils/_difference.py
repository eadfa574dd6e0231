# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to the collection: not an interface for others.
"""One tracker that decides what changes and renders the diff, so that the two cannot disagree."""

from __future__ import annotations

import typing as t


class Difference:
    """The options whose wanted value is not the present one."""

    def __init__(self) -> None:
        self._before: dict[str, t.Any] = {}
        self._after: dict[str, t.Any] = {}

    def compare(self, name: str, present: t.Any, wanted: t.Any) -> None:
        """Note the option if it differs. None as wanted means that the user did not ask for anything."""
        if wanted is not None and wanted != present:
            self.note(name, present, wanted)

    def note(self, name: str, present: t.Any, wanted: t.Any) -> None:
        """Note a difference that was found by other means than comparing."""
        self._before[name] = present
        self._after[name] = wanted

    def __bool__(self) -> bool:
        return bool(self._before or self._after)

    def __contains__(self, name: str) -> bool:
        return name in self._after

    @property
    def names(self) -> list[str]:
        """The differing options, sorted."""
        return sorted(self._after)

    def render(self, subject: str) -> dict[str, t.Any]:
        """The C(diff) of a task's result."""
        return {
            "before_header": subject,
            "after_header": subject,
            "before": self._before,
            "after": self._after,
        }
