# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to the collection: not an interface for others.
"""The road of one resource to its wanted state: the same in every module that changes something."""

from __future__ import annotations

import typing as t

from ._context import Context
from ._difference import Difference
from ._errors import EdgeError

T = t.TypeVar("T")

WAIT_SPEC: dict[str, t.Any] = {
    "wait": {"type": "bool", "default": True},
    "wait_timeout": {"type": "int", "default": 300, "aliases": ["timeout"]},
    "wait_interval": {"type": "float", "default": 2.0},
}


class Resource:
    """Base of the operations that change something.

    A subclass names its C(noun) and has a method for each choice of O(state). Such a method sets C(self.current) to the
    resource's dictionary, or to None when it is gone, and makes every change through M(change), which check mode holds
    back. So both modes walk the same path.
    """

    noun: t.ClassVar[str]

    def __init__(self, context: Context) -> None:
        self.context = context
        self.params = context.params
        self.cloud = context.cloud
        self.difference = Difference()
        self.changed = False
        self.is_new = False  # made, or foreseen, by this task where there was none
        self.current: dict[str, t.Any] | None = None

    def run(self) -> dict[str, t.Any]:
        """Bring the resource into the wanted state and return the task's result."""
        try:
            getattr(self, self.params["state"])()
        except EdgeError as exc:  # what was changed before it failed is changed nevertheless
            exc.result.setdefault("changed", self.changed)
            raise
        result: dict[str, t.Any] = {"changed": self.changed, self.noun: self.current}
        if self.context.diff:
            result["diff"] = self.difference.render(f"{self.noun} {self.subject}")
        return result

    @property
    def subject(self) -> str:
        """The name by which the user knows the resource, for messages."""
        return str(self.params.get("name") or self.params.get("id"))

    def change(self, make: t.Callable[[], T], predicted: T) -> T:
        """Make a change, or in check mode only say what it would give."""
        result = predicted if self.context.check_mode else make()
        self.changed = True
        return result

    @property
    def waits(self) -> bool:
        """Whether to wait for the effect of a change; in check mode there is none."""
        return bool(self.params["wait"]) and not self.context.check_mode

    @property
    def patience(self) -> dict[str, float]:
        """The time-out and the interval for M(_waiter.wait), in seconds."""
        return {"timeout": self.params["wait_timeout"], "interval": self.params["wait_interval"]}
