# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to the collection: not an interface for others.
"""Files into a container: only those that differ, checked there before any of them takes its place (contract 3.8).

What is to come is put under plain numbers into a directory of our own. One script then checks all digests, and only if every
one is right moves each file to its place in one step. So nothing half-written is ever seen.
"""

from __future__ import annotations

import contextlib
import posixpath
import secrets

from ._copy_entries import ALGORITHMS
from ._copy_look import Place, Surroundings
from ._copy_pieces import Piece, Portions
from ._copy_plan import Plan, Step
from ._copy_source import Source
from ._errors import EdgeError
from ._exec import Exec
from ._exec_script import PLACES, PREFIX
from ._exec_words import word, words

_SUMS = "sums"

# So many digests travel with the script, and so many names go into one command line.
_SUMS_WITH_SCRIPT = 20
_AT_ONCE = 400

_FAILURES = {
    80: "what was sent is gone again",
    81: "its parts could not be put together; the space has run out",
    82: "it has not arrived as it was sent, or it changed while it was being sent",
    83: "the place cannot be written to",
    84: "owner or mode could not be set, and the image's user may not do that",
}


def perform(container: Exec, source: Source, planned: Plan) -> None:
    """Do what was planned.

    :raises EdgeError: when it could not be done; then no file has been half replaced.
    """
    steps = planned.changes
    if steps:
        Transfer(container, source, planned.around, planned.looked.program, steps).run()


class Transfer:
    """Brings the changes of one copy into a container."""

    def __init__(self, container: Exec, source: Source, around: Surroundings, program: str, steps: list[Step]) -> None:
        self._container = container
        self._source = source
        self._around = around
        self._program = program
        self._steps = steps
        self._stage = f"{self._place().path}/{PREFIX}{secrets.token_hex(8)}.in"
        self._cut: set[int] = set()

    def run(self) -> None:
        """Send what is new, check it, and put all into its place."""
        self._container.stage.owner = (self._around.user, self._around.group)
        try:
            Portions(self._carry).run((number, step.entry) for number, step in self._files())
            self._finish()
        except BaseException:
            with contextlib.suppress(EdgeError):
                self._container.shell(f"rm -rf {word(self._stage)}", timeout=10)
            raise

    def _files(self) -> list[tuple[int, Step]]:
        return [(number, step) for number, step in enumerate(self._steps) if step.is_new and step.entry.kind == "file"]

    def _place(self) -> Place:
        """For what is on its way.

        :raises EdgeError: when there is none, or no space in any or at the destination.
        """
        if not self._around.places:
            places = PLACES.replace(" ", ", ")
            raise EdgeError(f'Container "{self._container.name}" has no place that can be written to: neither of {places}.')
        needed = sum(step.entry.size for _number, step in self._files())
        place = next((place for place in self._around.places if place.takes(needed)), None)
        full = self._around.places[0] if place is None else self._around.destination
        if place is None or not full.takes(needed):
            raise EdgeError(
                f'There is not enough space in container "{self._container.name}" at "{full.path}": '
                f"{in_words(needed)} are needed, and {in_words(full.free or 0)} are free."
            )
        return place

    def _carry(self, portion: list[Piece]) -> None:
        self._cut |= {piece.number for piece in portion if not piece.is_whole}
        self._container.stage.put(
            self._stage, {piece.name: self._source.read(piece.entry, piece.offset, piece.size) for piece in portion}
        )

    def _finish(self) -> None:
        files = self._files()
        algorithm = ALGORITHMS[self._program]
        sums = "".join(f"{self._source.digest(step.entry, algorithm)}  {number}\n" for number, step in files)
        if len(files) > _SUMS_WITH_SCRIPT:
            self._container.stage.put(self._stage, {_SUMS: sums.encode()})
            sums = ""
        outcome = self._container.shell(self._script(files, sums))
        if outcome.rc:
            said = outcome.stderr.decode(errors="replace").strip().splitlines()
            why = _FAILURES.get(outcome.rc, f"code {outcome.rc}")
            raise EdgeError(
                f'Could not copy to "{self._steps[0].path}" in container "{self._container.name}": {why}.'
                + (f" It said: {said[-1]}" if said else "")
            )

    # -- the script ------------------------------------------------------------------------------------------------

    def _script(self, files: list[tuple[int, Step]], sums: str) -> str:
        stage = word(self._stage)
        lines = [f"mkdir -p -m 700 {stage} && cd {stage} || exit 80", f"trap 'cd /; rm -rf {stage}' 0"]
        for number in sorted(self._cut):
            lines.append(f'for p in {number}.*; do cat "$p" >>{number} && rm "$p" || exit 81; done')
        if sums:
            lines.append(f"printf %s {word(sums)} >{_SUMS} || exit 81")
        if files:
            lines.append(f"{self._program} -c {_SUMS} >/dev/null 2>&1 || exit 82")
        lines += self._owners_and_modes([(str(number), step) for number, step in files])
        lines += self._places()
        settled = [(step.path, step) for step in self._steps if not (step.is_new and step.entry.kind == "file")]
        lines += self._owners_and_modes(settled)
        return "\n".join(lines)

    def _places(self) -> list[str]:
        """Code that puts everything into its place. Between two file systems a move is a copy, so then it takes two."""
        lines = [
            f"q={word(self._steps[0].path)}",
            'while [ ! -d "$q" ]; do q=${q%/*}; [ "$q" ] || q=/; done',
            'far=; [ "$(stat -c %d .)" = "$(stat -c %d "$q")" ] || far=1',
            f'place() {{ if [ "$far" ]; then n=${{2%/*}}/{posixpath.basename(self._stage)}.$1',
            'mv -f "$1" "$n" && mv -f "$n" "$2" || { rm -f "$n"; exit 83; }',
            'else mv -f "$1" "$2" || exit 83; fi; }',
        ]
        for number, step in enumerate(self._steps):
            if not step.is_new:
                continue
            if step.before.kind == "link":
                lines.append(f"rm -f {word(step.path)}")
            if step.entry.kind == "directory":
                lines.append(f"mkdir -p {word(step.path)} || exit 83")
                continue
            if step.entry.kind == "link":
                lines.append(f"ln -s -- {word(step.entry.target)} {number} || exit 81")
            lines.append(f"place {number} {word(step.path)}")
        return lines

    @staticmethod
    def _owners_and_modes(steps: list[tuple[str, Step]]) -> list[str]:
        """Code that sets owners and then modes, since the former takes from the latter; many at once."""
        owners: dict[str, list[str]] = {}
        modes: dict[str, list[str]] = {}
        for path, step in steps:
            if step.owner is not None or step.group is not None:
                owner = "" if step.owner is None else str(step.owner)
                owners.setdefault(owner if step.group is None else f"{owner}:{step.group}", []).append(path)
            if step.mode is not None and step.entry.kind != "link":
                modes.setdefault(f"{step.mode:04o}", []).append(path)
        return [
            f"{program} {value} {words(paths[at : at + _AT_ONCE])} || exit 84"
            for program, table in (("chown -h", owners), ("chmod", modes))
            for value, paths in table.items()
            for at in range(0, len(paths), _AT_ONCE)
        ]


def in_words(size: int) -> str:
    """A number of bytes for people."""
    for unit in ("bytes", "KiB", "MiB"):
        if size < 1024:
            return f"{size:.0f} {unit}"
        size //= 1024
    return f"{size} GiB"
