# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to the collection: not an interface for others.
"""What a container says and does: its log, what it uses, its processes (contract 3.1, 3.5, 3.8).

Values of its environment are hidden in all of it: they may be secrets, and programs print them.
"""

from __future__ import annotations

import re
import typing as t
from datetime import datetime

from . import _shape, _times
from ._back_end import recognise
from ._container import Raw
from ._errors import attempt
from ._secrets import masked
from ._waiter import patiently

if t.TYPE_CHECKING:
    from ._cloud import Cloud

# Zun answers 409 while a container is in any other (contract 3.5).
HAS_LOG = frozenset({"Created", "Error", "Paused", "Running", "Stopped", "Unknown"})
HAS_PROCESSES = frozenset({"Running"})

# The docker driver's words; the Kubernetes one has others, which are passed on.
_MEASURES = {
    "CPU %": "cpu_percent",
    "MEM USAGE(MiB)": "memory_mib",
    "MEM LIMIT(MiB)": "memory_limit_mib",
    "MEM %": "memory_percent",
}
_TABLE = _shape.fields(Titles=_shape.each(_shape.text), Processes=_shape.each(_shape.each(_shape.text)))
_PAIR = re.compile(r"(\d+)/(\d+)", re.ASCII)
_PAIRS = {"BLOCK I/O(B)": ("block_read_bytes", "block_written_bytes"), "NET I/O(B)": ("received_bytes", "sent_bytes")}


def read_log(cloud: Cloud, raw: Raw, tail: int, since: int | None) -> str:
    """The log; both streams in one, since Zun merges them.

    :param tail: how many of the last lines; 0 for all. :param since: as M(since_on_wire) gives it.
    """
    asked = {"stdout": True, "stderr": True, "tail": tail or "all", **({"since": since} if since is not None else {})}
    with attempt(f'read the log of container "{raw["name"]}"'):
        log = patiently(lambda: cloud.zun.containers.logs(raw["uuid"], **asked))
    return _without_secrets(log, raw) if isinstance(log, str) else ""


def since_on_wire(cloud: Cloud, since: datetime) -> int:
    """What Zun takes for C(since): the docker driver a moment, the Kubernetes driver a number of seconds that have passed.

    One request, to know which it is.
    """
    if recognise(cloud).is_kubernetes:
        return max(0, round((_times.now() - since).total_seconds()))
    return round(since.timestamp())


def read_stats(cloud: Cloud, raw: Raw) -> dict[str, t.Any]:
    """What the container uses at the moment. The docker driver measures for a second."""
    with attempt(f'read the usage of container "{raw["name"]}"'):
        stats = patiently(lambda: cloud.zun.containers.stats(raw["uuid"]))
        _shape.require(stats, _shape.table(_shape.anything), "stats")
    return stats_view(stats)


def stats_view(stats: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    """The measures under names that can be used as such, as numbers."""
    view: dict[str, t.Any] = {}
    for key, value in stats.items():
        pair = _PAIR.fullmatch(str(value)) if key in _PAIRS else None
        if pair:
            view.update(zip(_PAIRS[key], map(int, pair.groups()), strict=True))
        elif key != "CONTAINER":
            view[_MEASURES.get(key, key)] = value
    return view


def read_processes(cloud: Cloud, raw: Raw) -> list[dict[str, str]]:
    """The processes inside, a dictionary each, with the titles of ps in lower case as keys."""
    with attempt(f'list the processes of container "{raw["name"]}"'):
        table = _shape.require(patiently(lambda: cloud.zun.containers.top(raw["uuid"])), _TABLE, "processes")
    titles = [re.sub(r"\W", "", title).lower() for title in table["Titles"]]
    return [dict(zip(titles, (_without_secrets(cell, raw) for cell in row), strict=False)) for row in table["Processes"]]


def _without_secrets(text: str, raw: Raw) -> str:
    return masked(text, map(str, (raw.get("environment") or {}).values()))
