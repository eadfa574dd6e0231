# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to the collection: not an interface for others.
"""Elements of diskimage-builder: folders with what they do to an image."""

from __future__ import annotations

import base64
import hashlib
import json
import typing as t
from pathlib import Path

# Elements are scripts; what is larger is meant to be fetched by them.
LIMIT = 8 * 2**20

Element = list[dict[str, t.Any]]


def collect(names: t.Iterable[str], folders: t.Iterable[str]) -> dict[str, Element]:
    """The files of the elements of these names that lie in these folders, and of those that they depend on.

    An element that is in none of the folders is left out: diskimage-builder has many of its own.

    :param folders: the first that has an element of a name counts.
    :returns: for each element a list of files, each with C(path), C(executable) and C(content), which is in base64.
    :raises ValueError: for an element that is too large.
    """
    places = [Path(folder) for folder in folders]
    found: dict[str, Element] = {}
    waiting = list(names)
    while waiting:
        name = waiting.pop()
        place = next((folder / name for folder in places if (folder / name).is_dir()), None)
        if place is None or name in found:
            continue
        found[name] = _read(place)
        dependencies = place / "element-deps"
        waiting += dependencies.read_text().split() if dependencies.exists() else []
    return dict(sorted(found.items()))


def digest(element: Element) -> str:
    """What tells one content of an element from another."""
    return hashlib.sha256(json.dumps(element, sort_keys=True).encode()).hexdigest()[:16]


def _read(place: Path) -> Element:
    paths = sorted(path for path in place.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    if sum(path.stat().st_size for path in paths) > LIMIT:
        raise ValueError(f"The element {place} holds more than {LIMIT >> 20} MiB. Let it fetch what is large during the build.")
    return [
        {
            "path": path.relative_to(place).as_posix(),
            "executable": bool(path.stat().st_mode & 0o100),
            "content": base64.b64encode(path.read_bytes()).decode(),
        }
        for path in paths
    ]
