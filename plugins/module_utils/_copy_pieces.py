# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to the collection: not an interface for others.
"""Files cut and bundled into portions that one request carries within a gateway's time (contract 3.8)."""

from __future__ import annotations

import typing as t

from ._copy_entries import Entry
from ._errors import ServiceError
from ._exec_ways import ConnectionLost, StillRunning

# Bytes of one request at first, and at the least. At 4 MiB a line of 1 Mbit/s still keeps below a gateway's 60 s.
PORTION = 4 * 1024 * 1024
SMALLEST = 256 * 1024

# A file is cut at multiples of this, and counts for so much beside its content.
UNIT = 64 * 1024
_OVERHEAD = 16 * 1024


class Piece(t.NamedTuple):
    """A part of a file. :ivar number: of the file within the copy."""

    number: int
    entry: Entry
    offset: int
    size: int

    @property
    def is_whole(self) -> bool:
        """Whether it is all of the file."""
        return self.size == self.entry.size

    @property
    def name(self) -> str:
        """A name for it that sorts in the order of the file."""
        return str(self.number) if self.is_whole else f"{self.number}.{self.offset:015d}"

    def halves(self) -> tuple[Piece, Piece]:
        """The piece as two."""
        half = self.size // 2 // UNIT * UNIT
        return self._replace(size=half), self._replace(offset=self.offset + half, size=self.size - half)


class Portions:
    """Carries pieces, as many at once as the service can take.

    :param carry: carries a portion; to do it again does no harm.
    """

    def __init__(self, carry: t.Callable[[list[Piece]], None]) -> None:
        self._carry = carry
        self._room = PORTION

    def run(self, entries: t.Iterable[tuple[int, Entry]]) -> None:
        """Carry files, with their numbers, from the first byte to the last."""
        portion: list[Piece] = []
        weight = 0
        for number, entry in entries:
            offset = 0
            while not portion or portion[-1].number != number or offset < entry.size:
                left = self._room - weight - _OVERHEAD
                size = entry.size - offset
                if size > left:
                    size = left // UNIT * UNIT
                if size <= 0 < entry.size or left < 0:
                    self._deliver(portion)
                    portion, weight = [], 0
                    continue
                portion.append(Piece(number, entry, offset, size))
                offset += size
                weight += size + _OVERHEAD
        if portion:
            self._deliver(portion)

    def _deliver(self, portion: list[Piece]) -> None:
        try:
            self._carry(portion)
        except (ConnectionLost, StillRunning, ServiceError) as exc:
            weight = sum(piece.size for piece in portion)
            if weight <= SMALLEST or (isinstance(exc, ServiceError) and exc.status not in (None, 413, 502, 503, 504)):
                raise
            self._room = max(self._room // 2, SMALLEST)
            middle = len(portion) // 2
            for half in (portion[:middle], portion[middle:]) if middle else ([piece] for piece in portion[0].halves()):
                self._deliver(half)
