# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to the collection: not an interface for others.
"""Bytes into a container, under plain names in a directory of our own (contract 3.8).

Zun's C(put_archive) is the quick way. Kubernetes' driver runs C(tar) in the container for it, pastes the path unquoted into a
command, and does not tell when C(tar) fails; hence the plain names, and what arrives is to be checked. Where it cannot be
used the bytes travel in commands, for which the container needs C(base64) and C(dd).
"""

from __future__ import annotations

import base64
import io
import posixpath
import tarfile
import typing as t

from ._errors import EdgeError, ServiceError, attempt
from ._exec_ways import Ask, NoSuchProgram, Way, path_of
from ._waiter import patiently

# What one command carries; with base64 it stays below the 128 KiB that Linux allows a word.
_PIECE = 72 * 1024


class CannotStage(EdgeError):
    """The image has not what it takes to put files there."""


class Stage:
    """Puts files into directories of our own in one container.

    :param way: for where archives cannot be used. :param name: the container's, for messages.
    :param uses_archives: False to go without from the start.
    :ivar owner: user and group of the container's commands; asked for when that is not known.
    """

    def __init__(self, ask: Ask, way: Way, container: str, name: str, uses_archives: bool = True) -> None:
        self._ask = ask
        self._way = way
        self._container = container
        self._name = name
        self._uses_archives = uses_archives
        self.owner: tuple[int, int] | None = None

    def put(self, directory: str, files: t.Mapping[str, bytes]) -> None:
        """Write files into a directory, which is made if need be, and nobody else's. To do it again does no harm.

        :param directory: an absolute path of plain characters, whose parent exists. :param files: content by plain name.
        :raises ServiceError: :raises CannotStage:
        """
        if self._uses_archives:
            try:
                self._put_archive(directory, files)
                return
            except ServiceError as exc:
                if exc.status not in (400, 500, 501):  # no tar in the image, or no such directory
                    raise
                self._uses_archives = False
        self._put_pieces(directory, files)

    def _put_archive(self, directory: str, files: t.Mapping[str, bytes]) -> None:
        parent, name = posixpath.split(directory)
        # docker's engine unpacks it as root
        self.owner = self.owner or self._asked_for_owner()
        body = {"data": base64.b64encode(archive(name, files, self.owner)).decode()}
        with attempt(f'put files into container "{self._name}"'):
            patiently(lambda: self._ask("POST", path_of(self._container, "put_archive"), {"path": parent}, body))

    def _asked_for_owner(self) -> tuple[int, int]:
        answer = patiently(lambda: self._way.call(["sh", "-c", "id -u; id -g"]))
        numbers = answer.out.decode(errors="replace").split()
        return (int(numbers[0]), int(numbers[1])) if len(numbers) == 2 and all(map(str.isdecimal, numbers)) else (0, 0)

    def _put_pieces(self, directory: str, files: t.Mapping[str, bytes]) -> None:
        for name, content in files.items():
            for offset in range(0, max(len(content), 1), _PIECE):
                text = base64.b64encode(content[offset : offset + _PIECE]).decode()
                script = (
                    "command -v base64 >/dev/null && command -v dd >/dev/null || exit 90; "
                    '[ -d "$1" ] || mkdir -m 700 "$1" || exit 91; '
                    f'printf %s "$3" | base64 -d | dd of="$1/$2" bs={_PIECE} seek={offset // _PIECE} conv=notrunc 2>/dev/null'
                )
                self._put_piece(["sh", "-c", script, "sh", directory, name, text], directory)

    def _put_piece(self, words: list[str], directory: str) -> None:
        trying = f'Could not put files into container "{self._name}"'
        try:
            answer = patiently(lambda: self._way.call(words))
        except NoSuchProgram as exc:
            raise CannotStage(f"{trying}: its image has neither tar nor a shell (sh), and one of them is needed.") from exc
        if answer.code == 90:
            raise CannotStage(f"{trying}: its image has no tar, and to do without it takes base64 and dd.")
        if answer.code:
            raise CannotStage(f"{trying}: {directory} cannot be written to. Is it full, or read-only?")


def archive(directory: str, files: t.Mapping[str, bytes], owner: tuple[int, int]) -> bytes:
    """A tar archive of a private directory with files in it; it has the padding that Zun's driver relies on (contract 3.8)."""
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w", format=tarfile.USTAR_FORMAT) as tar:
        folder = tarfile.TarInfo(directory)
        folder.type, folder.mode = tarfile.DIRTYPE, 0o700
        folder.uid, folder.gid = owner
        tar.addfile(folder)
        for name, content in files.items():
            member = tarfile.TarInfo(f"{directory}/{name}")
            member.size, member.mode = len(content), 0o600
            member.uid, member.gid = owner
            tar.addfile(member, io.BytesIO(content))
    return stream.getvalue()
