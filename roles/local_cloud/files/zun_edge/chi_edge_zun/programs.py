# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which architecture a container's program is made for: the rules alone, without Zun and without Docker."""

from __future__ import annotations

import io
import posixpath
import struct
import tarfile
from collections.abc import Iterator, Sequence

# Architectures, by the names that devices and container images use for them,
# and the values of e_machine in the ELF header of what they run. A 64-bit ARM device runs 32-bit programs too.
_ARM, _ARM64, _X86, _X86_64 = 40, 183, 3, 62
MACHINES = {
    "aarch64": frozenset({_ARM64, _ARM}),
    "arm64": frozenset({_ARM64, _ARM}),
    "armv7l": frozenset({_ARM}),
    "arm": frozenset({_ARM}),
    "x86_64": frozenset({_X86_64, _X86}),
    "amd64": frozenset({_X86_64, _X86}),
}

# As much of a program as says what it is: the ELF header up to e_machine, or a script's first line.
HEAD_BYTES = 256

_DEFAULT_PATH = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

# An ELF header for e_machine 0, "no machine": no kernel runs it, and no emulator is registered for it.
_ELF_OF_NO_MACHINE = struct.pack("<16sHHIQQQIHHHHHH", b"\x7fELF\x02\x01\x01", 2, 0, 1, 0, 0, 0, 0, 64, 56, 0, 0, 0, 0)


def candidates(program: str, environment: Sequence[str], directory: str) -> Iterator[str]:
    """Yield the absolute paths under which the engine looks for a program, in its order.

    environment: the container's `NAME=value` pairs. directory: its working directory.
    """
    if "/" in program:
        yield posixpath.normpath(posixpath.join("/", directory, program))
        return
    path = [pair for pair in environment if pair.startswith("PATH=")] or [_DEFAULT_PATH]
    for entry in path[-1].removeprefix("PATH=").split(":"):
        yield posixpath.normpath(posixpath.join("/", directory, entry, program))


def machine(head: bytes) -> int | None:
    """Return e_machine of the ELF file that begins with head, or None if it is no ELF file."""
    if head[:4] != b"\x7fELF" or len(head) < 20:
        return None
    byte_order = ">" if head[5] == 2 else "<"
    return struct.unpack_from(f"{byte_order}H", head, 18)[0]


def interpreter(head: bytes) -> str | None:
    """Return the interpreter that the script that begins with head names, or None if it is no script."""
    if head[:2] != b"#!":
        return None
    words = head[2:].split(b"\n", 1)[0].split()
    return words[0].decode(errors="replace") if words else None


def foreign(head: bytes, architecture: str) -> bool:
    """Return whether head begins an ELF file that the architecture cannot run."""
    made_for = machine(head)
    return made_for is not None and made_for not in MACHINES[architecture]


def unrunnable(path: str) -> bytes:
    """Return a tar archive that, unpacked in the directory of path, leaves there a program that no kernel can run."""
    member = tarfile.TarInfo(posixpath.basename(path))
    member.size = len(_ELF_OF_NO_MACHINE)
    member.mode = 0o755
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as archive:
        archive.addfile(member, io.BytesIO(_ELF_OF_NO_MACHINE))
    return stream.getvalue()
