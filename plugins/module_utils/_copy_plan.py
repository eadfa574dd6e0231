# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to the collection: not an interface for others.
"""What a copy into a container has to do: a comparison of what there is and what is wanted. Changes nothing."""

from __future__ import annotations

import posixpath
import re
import typing as t

from ._copy_entries import Entry
from ._copy_look import Looked, Surroundings, look_at
from ._copy_source import NEW_DIRECTORY, Source
from ._errors import EdgeError, NotFoundError
from ._exec import Exec

PRESERVE = "preserve"

_IN_WORDS = {"directory": "a directory", "link": "a link", "file": "a file", "other": "a device, a pipe or a socket"}


class Wishes(t.NamedTuple):
    """What the copies are to be like.

    :ivar mode: :ivar directory_mode: permissions; None as the source has them.
    :ivar keeps_mode: a file that is replaced keeps its own instead of the source's.
    :ivar owner: :ivar group: a name or a number; C(preserve) as the source has it; empty to leave it as it is.
    """

    mode: int | None = None
    directory_mode: int | None = None
    keeps_mode: bool = False
    owner: str = ""
    group: str = ""


class Step(t.NamedTuple):
    """What is to be done about one name.

    :ivar entry: what is to be there. :ivar path: in the container, absolute. :ivar before: what is there.
    :ivar is_new: its content, or its target, is to come. :ivar mode: :ivar owner: :ivar group: None to leave as it is.
    """

    entry: Entry
    path: str
    before: Entry
    is_new: bool
    mode: int | None
    owner: int | None
    group: int | None

    @property
    def is_change(self) -> bool:
        """Whether anything is to be done."""
        return self.is_new or self.mode is not None or self.owner is not None or self.group is not None


class Plan(t.NamedTuple):
    """What a copy is to do.

    :ivar target: the path of the root in the container. :ivar steps: for the root and all that is in it.
    """

    target: str
    looked: Looked
    around: Surroundings
    steps: list[Step]

    @property
    def changes(self) -> list[Step]:
        """The steps that change something."""
        return [step for step in self.steps if step.is_change]


def plan(container: Exec, source: Source, path: str, wishes: Wishes) -> Plan:
    """Look what there is in a container, and tell what is to be done. One command.

    :param path: in the container, absolute. A file goes into a directory, and into what ends with a slash.
    :raises NotFoundError: :raises EdgeError: for what cannot be done.
    """
    root = source.entries[0]
    plain = re.sub("^/+", "/", posixpath.normpath(path))
    inside = posixpath.join(plain, source.name) if source.name else plain
    target = inside if path.endswith("/") or root.kind == "directory" else plain
    folder = posixpath.dirname(target)
    more = [posixpath.join(target, entry.path) for entry in source.entries[1:]]
    looked, around = look_at(container, [target, f"{target}/.", folder, f"{folder}/.", inside, *more], wishes.owner, wishes.group)
    present, within, above, above_within, present_inside = looked.entries[:5]
    if within.kind == "directory" and root.kind == "directory":
        present = within  # also at the end of a link
    elif within.kind == "directory" and inside != target:
        target, present, above_within = inside, present_inside, within
    where = f'in container "{container.name}"'
    if above.exists and above_within.kind != "directory":
        raise EdgeError(f'Could not copy into "{folder}" {where}: it is {_IN_WORDS[above.kind]}.')
    comparison = Comparison(
        where,
        lambda entry: source.digest(entry, looked.algorithm),
        wishes,
        (around.user, around.group),
        _number(where, "user", wishes.owner, around.owners),
        _number(where, "group", wishes.group, around.groups),
    )
    steps = [
        comparison.step(entry, posixpath.join(target, entry.path) if entry.path else target, before)
        for entry, before in zip(source.entries, [present, *looked.entries[5:]], strict=True)
    ]
    if root.kind == "file" and above_within.kind != "directory":
        if not path.endswith("/"):
            raise NotFoundError(f'There is no directory "{folder}" {where}.')
        steps.insert(0, new_directory(folder))
    return Plan(target, looked, around, steps)


def new_directory(path: str) -> Step:
    """What is to be done to have a directory that nobody has described."""
    return Step(Entry("", "directory"), path, Entry("", "missing"), True, NEW_DIRECTORY, None, None)


class Comparison:
    """Compares what there is with what is wanted, name by name.

    :param where: this is, for messages. :param digest: of what is wanted. :param us: the user and the group that we write as.
    :param owner: :param group: the numbers of those that are wished for by name.
    """

    def __init__(
        self,
        where: str,
        digest: t.Callable[[Entry], str],
        wishes: Wishes,
        us: tuple[int, int],
        owner: int | None,
        group: int | None,
    ) -> None:
        self._where = where
        self._digest = digest
        self._wishes = wishes
        self._us = us
        self._owner = owner
        self._group = group

    def step(self, entry: Entry, path: str, before: Entry) -> Step:
        """What is to be done about one name. :raises EdgeError: when it is taken by something of another kind."""
        if before.exists and (entry.kind == "directory") != (before.kind == "directory"):
            raise EdgeError(
                f'Could not copy {_IN_WORDS[entry.kind]} to "{path}" {self._where}: '
                f"there is {_IN_WORDS[before.kind]} of that name."
            )
        is_new = self._is_new(entry, before)
        return Step(entry, path, before, is_new, self._mode(entry, before, is_new), *self._ownership(entry, before, is_new))

    def _is_new(self, entry: Entry, before: Entry) -> bool:
        if entry.kind != before.kind:
            return True
        if entry.kind == "file":
            return before.size != entry.size or self._digest(entry) != before.digest
        return entry.kind == "link" and before.target != entry.target

    def _mode(self, entry: Entry, before: Entry, is_new: bool) -> int | None:
        if entry.kind == "link":
            return None
        wanted = self._wishes.mode if entry.kind == "file" else self._wishes.directory_mode
        if wanted is None:
            wanted = before.mode if self._wishes.keeps_mode and before.kind == entry.kind else entry.mode
        return wanted if is_new or wanted != before.mode else None

    def _ownership(self, entry: Entry, before: Entry, is_new: bool) -> tuple[int | None, int | None]:
        """What takes a file's place belongs to us at first, and then to the owner that the file had."""
        found: list[int | None] = []
        for wish, number, own, present, ours in (
            (self._wishes.owner, self._owner, entry.owner, before.owner, self._us[0]),
            (self._wishes.group, self._group, entry.group, before.group, self._us[1]),
        ):
            wanted = own if wish == PRESERVE else number
            if wanted is None and is_new and before.kind == "file":
                wanted = present
            if wanted is None or wanted == (ours if is_new else present):
                found.append(None)
            else:
                found.append(wanted)
        return found[0], found[1]


def _number(where: str, kind: str, name: str, known: dict[str, int | None]) -> int | None:
    if name in ("", PRESERVE):
        return None
    number = int(name) if name.isdecimal() else known[name]
    if number is None:
        raise EdgeError(f'There is no {kind} "{name}" {where}.')
    return number
