# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to the collection: not an interface for others.
"""Files, directories and links, as both sides of a copy see them; and those of the machine that we run on."""

from __future__ import annotations

import os
import stat
import typing as t

from ._errors import EdgeError
from ._file_digest import digest_of_file

# By what the container has; both sides use the same.
ALGORITHMS = {"sha256sum": "sha256", "sha1sum": "sha1", "md5sum": "md5"}


class Entry(t.NamedTuple):
    """What there is under a name.

    :ivar path: relative to the root of what is copied, whose own is empty; or absolute.
    :ivar kind: C(file), C(directory), C(link), C(other) (a device, a pipe, a socket) or C(missing).
    :ivar mode: permissions. :ivar owner: :ivar group: numbers. :ivar size: bytes.
    :ivar digest: of a file, as hexadecimal digits. :ivar target: of a link.
    """

    path: str
    kind: str
    mode: int = 0
    owner: int = 0
    group: int = 0
    size: int = 0
    digest: str = ""
    target: str = ""

    @property
    def exists(self) -> bool:
        """Whether there is anything."""
        return self.kind != "missing"


def look(path: str, relative: str, algorithm: str = "", follow: bool = False) -> Entry:
    """What there is on this machine.

    :param path: where it is. :param relative: the path that the entry is to have.
    :param algorithm: of C(hashlib), to have a file's digest. :param follow: what a link leads to.
    :raises EdgeError: when it may not be read.
    """
    try:
        found = os.stat(path, follow_symlinks=follow)
        kind = _kind(found.st_mode)
        digest = digest_of(path, algorithm) if algorithm and kind == "file" else ""
        target = os.readlink(path) if kind == "link" else ""
    except (FileNotFoundError, NotADirectoryError):
        return Entry(relative, "missing")
    except OSError as exc:
        raise EdgeError(f'Could not read "{path}": {exc.strerror}.') from exc
    return Entry(relative, kind, stat.S_IMODE(found.st_mode), found.st_uid, found.st_gid, found.st_size, digest, target)


def tree(root: str) -> list[Entry]:
    """A file, or a directory and all that is in it, without digests. A link is followed if it is the root itself.

    :raises EdgeError: when something may not be read, or is a device, a pipe or a socket.
    """
    entries = [look(root, "", follow=True)]
    for entry in entries:
        place = os.path.join(root, entry.path) if entry.path else root
        if entry.kind == "other":
            raise EdgeError(f'Could not copy "{place}": it is neither a file, nor a directory, nor a link.')
        if entry.kind == "directory":
            try:
                names = sorted(os.listdir(place))
            except OSError as exc:
                raise EdgeError(f'Could not read "{place}": {exc.strerror}.') from exc
            entries.extend(look(os.path.join(place, name), os.path.join(entry.path, name)) for name in names)
    return entries


def digest_of(path: str, algorithm: str) -> str:
    """The digest of a file's content."""
    with open(path, "rb") as file:
        return digest_of_file(file, algorithm)


def read(path: str) -> bytes:
    """The content of a file."""
    with open(path, "rb") as file:
        return file.read()


def _kind(mode: int) -> str:
    if stat.S_ISREG(mode):
        return "file"
    if stat.S_ISDIR(mode):
        return "directory"
    return "link" if stat.S_ISLNK(mode) else "other"
