# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to the collection: not an interface for others.
"""What is to be copied into a container: a file or a tree of this machine, or a text."""

from __future__ import annotations

import hashlib
import os
import typing as t

from . import _copy_entries as entries
from ._copy_entries import Entry
from ._errors import NotFoundError

# For what has no mode of its own, and nothing to replace.
NEW_FILE, NEW_DIRECTORY = 0o644, 0o755


class Source(t.NamedTuple):
    """What is to be copied.

    :ivar root: a path on this machine, or None. :ivar content: instead of it.
    :ivar name: that the copy has in a directory that it is copied into; empty to become that directory.
    :ivar entries: the root and what is in it.
    """

    root: str | None
    content: bytes | None
    name: str
    entries: list[Entry]

    def read(self, entry: Entry, offset: int, size: int) -> bytes:
        """A part of a file."""
        if self.content is not None:
            return self.content[offset : offset + size]
        with open(self._place(entry), "rb") as file:
            file.seek(offset)
            return file.read(size)

    def digest(self, entry: Entry, algorithm: str) -> str:
        """The digest of a file."""
        if self.content is not None:
            return hashlib.new(algorithm, self.content, usedforsecurity=False).hexdigest()
        return entries.digest_of(self._place(entry), algorithm)

    def _place(self, entry: Entry) -> str:
        return os.path.join(str(self.root), entry.path) if entry.path else str(self.root)


def source_of(path: str) -> Source:
    """A file or a directory of this machine; of one that ends with a slash, only what is in it.

    :raises NotFoundError: :raises EdgeError:
    """
    found = entries.tree(path)
    if not found[0].exists:
        raise NotFoundError(f'There is no "{path}" to copy.')
    is_content = path.endswith("/") and found[0].kind == "directory"
    return Source(path, None, "" if is_content else os.path.basename(os.path.abspath(path)), found)


def source_with(content: bytes) -> Source:
    """A file that is nowhere yet."""
    return Source(None, content, "", [Entry("", "file", NEW_FILE, size=len(content))])
