# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to the collection: not an interface for others.
"""Files out of a container: only those that differ, checked here before any of them takes its place (contract 3.8).

They are read in portions by commands of the container's, and not as archives: for those the image needs C(tar), and the service
does not tell when it fails.
"""

from __future__ import annotations

import contextlib
import grp
import itertools
import os
import posixpath
import pwd
import tempfile
import typing as t

from . import _copy_entries as entries
from ._copy_entries import Entry
from ._copy_look import Looked, list_tree
from ._copy_pieces import UNIT, Piece, Portions
from ._copy_plan import PRESERVE, Comparison, Step, Wishes, new_directory
from ._copy_safety import see_that_it_stays_inside
from ._errors import EdgeError, NotFoundError
from ._exec import Exec
from ._exec_script import PREFIX
from ._exec_ways import ConnectionLost
from ._exec_words import word, words

if t.TYPE_CHECKING:
    from collections.abc import Iterator

_HERE = "on this machine"


class Plan(t.NamedTuple):
    """What a copy is to do.

    :ivar source: the path in the container. :ivar target: the path of the root on this machine.
    :ivar steps: for the root and all that is in it.
    """

    source: str
    target: str
    looked: Looked
    steps: list[Step]

    @property
    def changes(self) -> list[Step]:
        """The steps that change something."""
        return [step for step in self.steps if step.is_change]


def plan(container: Exec, path: str, target: str, wishes: Wishes) -> Plan:
    """Look what there is on both sides, and tell what is to be done. One command.

    :param path: in the container, absolute; of a directory that ends with a slash, only what is in it.
    :param target: on this machine. A file goes into a directory, and into what ends with a slash.
    :raises NotFoundError: :raises EdgeError: for what cannot be done.
    """
    looked = list_tree(container, path)
    source = posixpath.normpath(path)
    root = looked.entries[0]
    see_that_it_stays_inside(looked.entries, f'"{path}" in container "{container.name}"')
    name = posixpath.basename(source)
    is_into = target.endswith("/") or (root.kind == "file" and os.path.isdir(target))
    if name and (is_into if root.kind == "file" else not path.endswith("/")):
        target = os.path.join(target, name)
    target = os.path.abspath(target)
    comparison = Comparison(_HERE, lambda entry: entry.digest, wishes, (os.geteuid(), os.getegid()), *_numbers(wishes))
    steps = []
    for entry in looked.entries:
        # none comes out that lends its owner's rights
        entry = entry._replace(mode=entry.mode & 0o777)
        place = os.path.join(target, entry.path) if entry.path else target
        before = entries.look(place, entry.path, looked.algorithm, follow=not entry.path and root.kind == "directory")
        steps.append(comparison.step(entry, place, before))
    folder = os.path.dirname(target)
    if os.path.exists(folder) and not os.path.isdir(folder):
        raise EdgeError(f'Could not copy into "{folder}" {_HERE}: it is a file.')
    if not os.path.isdir(folder):
        if root.kind == "file" and not is_into:
            raise NotFoundError(f'There is no directory "{folder}" {_HERE}.')
        steps.insert(0, new_directory(folder))
    return Plan(source, target, looked, steps)


def perform(container: Exec, planned: Plan) -> None:
    """Do what was planned.

    :raises EdgeError: when it could not be done; then no file has been half replaced.
    """
    if not planned.changes:
        return
    base = planned.steps[0].path
    while not os.path.isdir(base):
        base = os.path.dirname(base)
    with _told(base), tempfile.TemporaryDirectory(prefix=PREFIX, dir=base) as stage:
        files = [(number, step) for number, step in enumerate(planned.changes) if step.is_new and step.entry.kind == "file"]
        for number, _step in files:
            open(os.path.join(stage, str(number)), "wb").close()
        Portions(lambda portion: _carry(container, planned.source, stage, portion)).run(
            (number, step.entry) for number, step in files
        )
        for number, step in files:
            if entries.digest_of(os.path.join(stage, str(number)), planned.looked.algorithm) != step.entry.digest:
                place = path_of(planned.source, step.entry)
                raise EdgeError(f'"{place}" in container "{container.name}" changed while it was copied. Nothing was replaced.')
        _put_in_place(stage, planned.changes)


def path_of(source: str, entry: Entry) -> str:
    """The path of an entry in the container."""
    return posixpath.join(source, entry.path) if entry.path else source


def content_of(container: Exec, path: str, size: int) -> bytes:
    """The content of a file. :param size: that it has."""
    data = container.read(f"cat {word(path)}") if size else b""
    if len(data) != size:
        raise EdgeError(f'Could not read all of "{path}" in container "{container.name}".')
    return data


def _carry(container: Exec, source: str, stage: str, portion: list[Piece]) -> None:
    data = container.read(_reading(source, portion))
    if len(data) != sum(piece.size for piece in portion):
        raise ConnectionLost(f'Not all of what was read from container "{container.name}" has arrived, or it changed meanwhile.')
    at = 0
    for piece in portion:
        with open(os.path.join(stage, str(piece.number)), "r+b") as file:
            file.seek(piece.offset)
            file.write(data[at : at + piece.size])
        at += piece.size


def _reading(source: str, portion: list[Piece]) -> str:
    """Code that prints the pieces one after the other."""
    lines: list[str] = []
    for is_whole, pieces in itertools.groupby(portion, lambda piece: piece.is_whole):
        places = [(path_of(source, piece.entry), piece) for piece in pieces]
        if is_whole:
            lines.append(f"cat {words(path for path, _piece in places)}")
        else:
            lines += [
                f"dd if={word(path)} bs={UNIT} skip={piece.offset // UNIT} count={-(-piece.size // UNIT)}"
                for path, piece in places
            ]
    return "; ".join(lines)


def _put_in_place(stage: str, steps: list[Step]) -> None:
    """Put everything into its place; what a directory may not do with itself comes last."""
    for number, step in enumerate(steps):
        draft = os.path.join(stage, str(number))
        if step.is_new and step.entry.kind == "directory":
            os.makedirs(step.path, exist_ok=True)
        elif step.is_new:
            if step.entry.kind == "link":
                os.symlink(step.entry.target, draft)
            _own(draft, step)
            os.replace(draft, step.path)
    for step in reversed(steps):
        if not step.is_new or step.entry.kind == "directory":
            _own(step.path, step)


def _own(path: str, step: Step) -> None:
    if step.owner is not None or step.group is not None:
        os.chown(path, -1 if step.owner is None else step.owner, -1 if step.group is None else step.group, follow_symlinks=False)
    if step.mode is not None:
        os.chmod(path, step.mode)


def _numbers(wishes: Wishes) -> tuple[int | None, int | None]:
    return _number("user", wishes.owner, pwd.getpwnam), _number("group", wishes.group, grp.getgrnam)


def _number(kind: str, name: str, lookup: t.Callable[[str], t.Any]) -> int | None:
    if name in ("", PRESERVE):
        return None
    try:
        return int(name) if name.isdecimal() else int(lookup(name)[2])  # in both records the number is the third
    except KeyError:
        raise EdgeError(f'There is no {kind} "{name}" {_HERE}.') from None


@contextlib.contextmanager
def _told(place: str) -> Iterator[None]:
    try:
        yield
    except OSError as exc:
        raise EdgeError(f'Could not write "{exc.filename or place}" {_HERE}: {exc.strerror or exc}.') from exc
