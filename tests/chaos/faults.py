# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The faults that are put between the clients and the services, and how each request is told from the others.

Read by the tests and, in another Python, by the proxy: so it imports nothing but the standard library.
"""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass

# What a fault does to one request. The proxy has a method of the same name for each.
INSTEAD = ("unreached", "error_500", "unavailable_503", "busy_429", "revoked_401", "killed_before")
AFTERWARDS = ("lost", "gateway_502", "reset", "truncated", "killed_after")
FAULTS = (*INSTEAD, *AFTERWARDS, "silent")
KILLS = ("killed_before", "killed_after")

# Longer than an impatient client waits, and as long as a router that has been restarted says nothing.
SILENCE = 30.0

_ID = re.compile(r"[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}")


@dataclass(frozen=True)
class Request:
    """One request of a run, in words that are the same in the next run."""

    method: str
    port: int
    path: str
    occurrence: int

    def __str__(self) -> str:
        return f"{self.method} :{self.port}{self.path} #{self.occurrence}"


@dataclass(frozen=True)
class Case:
    """A fault that meets one request."""

    request: Request
    fault: str

    def __str__(self) -> str:
        return f"{self.fault} at {self.request}"

    def to_dict(self) -> dict:
        return asdict(self)

    @classmethod
    def from_dict(cls, data: dict) -> Case:
        return cls(Request(**data["request"]), data["fault"])


class Counter:
    """Names the requests of a run as they come."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._seen: dict[tuple[str, int, str], int] = {}

    def next(self, method: str, port: int, path: str) -> Request:
        """:param path: with or without a query. Ids and the run's own name are left out of it."""
        bare = _ID.sub("ID", path.partition("?")[0])
        if self._name:
            bare = bare.replace(self._name, "NAME")
        key = (method, port, bare)
        self._seen[key] = self._seen.get(key, 0) + 1
        return Request(*key, self._seen[key])
