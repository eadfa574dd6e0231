# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to the collection: not an interface for others.
"""What may come out of a container: nothing that lies, or leads, outside the place that it is copied to (contract 3.8).

A container's programs may have been tampered with, so what they say of its files is not believed.
"""

from __future__ import annotations

import typing as t

from ._copy_entries import Entry
from ._errors import EdgeError

# A chain of links that is longer is taken for a circle.
_LONGEST_CHAIN = 40


def see_that_it_stays_inside(entries: t.Sequence[Entry], where: str) -> None:
    """Check a whole tree.

    :param entries: the root first. :param where: they come from, for messages.
    :raises EdgeError: for the first one that must not be copied.
    """
    known = {entry.path: entry for entry in entries}
    for entry in entries:
        reason = _reason(entry, known)
        if reason:
            raise EdgeError(f'Refused to copy "{entry.path}" from {where}: {reason}. Nothing has been copied.')


def _reason(entry: Entry, known: dict[str, Entry]) -> str:
    parts = entry.path.split("/") if entry.path else []
    if any(part in ("", ".", "..") or "\0" in part for part in parts):
        return "it would lie outside the destination"
    if parts:
        parent = known.get("/".join(parts[:-1]))
        if parent is None or parent.kind != "directory":
            return "it does not lie in a directory of its own tree"
    if entry.kind not in ("file", "directory", "link"):
        return "it is a device, a pipe or a socket"
    if entry.kind == "link" and _resolved([*parts[:-1], *_steps(entry.target)], known) is None:
        return f'it is a link that leads outside, to "{entry.target}"'
    return ""


def _steps(target: str) -> list[str]:
    return ["/", *target.split("/")] if target.startswith("/") else target.split("/")


def _resolved(parts: list[str], known: dict[str, Entry]) -> list[str] | None:
    """Where a path leads if each link on its way is followed, or None if that is outside."""
    place: list[str] = []
    left = list(reversed(parts))
    followed = 0
    while left:
        part = left.pop()
        if part in ("", "."):
            continue
        if part == "/" or (part == ".." and not place):
            return None
        if part == "..":
            place.pop()
            continue
        place.append(part)
        found = known.get("/".join(place))
        if found is not None and found.kind == "link":
            followed += 1
            if followed > _LONGEST_CHAIN:
                return None
            place.pop()
            left.extend(reversed(_steps(found.target)))
    return place
