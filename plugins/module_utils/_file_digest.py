# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to the collection: not an interface for others.
"""The digest of a file of any size. C(hashlib.file_digest) would do, but came with Python 3.11."""

from __future__ import annotations

import hashlib
import typing as t

_BLOCK = 2**20


def digest_of_file(file: t.BinaryIO, algorithm: str) -> str:
    """The digest of what is in the file from where it stands, as hexadecimal digits. :param algorithm: of C(hashlib)."""
    digest = hashlib.new(algorithm, usedforsecurity=False)
    while block := file.read(_BLOCK):
        digest.update(block)
    return digest.hexdigest()
