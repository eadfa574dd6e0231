# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to the collection: not an interface for others.
"""Quoting: any string goes into a container and arrives there unchanged (contract 3.6).

Zun takes a command as one string and splits it as a shell would, without running one.
"""

from __future__ import annotations

import re
import shlex
import typing as t

from ._errors import EdgeError

# Of a pattern for file names, what a shell may see as it is; anything else is escaped.
_PLAIN_IN_PATTERN = re.compile(r"[A-Za-z0-9_./,:@%+^!*?\[\]-]")

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def joined(argv: t.Sequence[str]) -> str:
    """The one string that Zun splits into these words again.

    :raises EdgeError: for a NUL, which no command can hold.
    """
    if any("\0" in word for word in argv):
        raise EdgeError("A command cannot hold the character NUL.")
    return shlex.join(argv)


def split(command: str) -> list[str]:
    """The words of a command, as a shell splits it. :raises EdgeError: for quotes that do not close."""
    try:
        return shlex.split(command)
    except ValueError as exc:
        raise EdgeError(f"command: it cannot be split into words: {str(exc).lower()}. Check its quotes, or give argv.") from exc


def word(text: str) -> str:
    """The text as one word of a shell script, also bytes that are no UTF-8 (as C(surrogateescape) has them)."""
    raw = text.encode("utf-8", "surrogateescape")
    try:
        raw.decode()
    except UnicodeDecodeError:
        # such a word could not travel in JSON; and a dash in front would be an option of printf
        body = raw.rstrip(b"\n")  # those at the end a shell takes away from what a program prints
        octal = "".join(chr(byte) if 0x20 < byte < 0x7F and byte not in b"-\\%'\"$`" else f"\\{byte:03o}" for byte in body)
        ends = "\n" * (len(raw) - len(body))
        return f"\"$(printf '{octal}'){ends}\""
    return shlex.quote(text)


def words(texts: t.Iterable[str]) -> str:
    """Several words, apart by blanks."""
    return " ".join(map(word, texts))


def pattern(glob: str) -> str:
    """A file name with C(*), C(?) and C([...]) for a shell to expand, everything else in it taken as it is."""
    return "".join(char if _PLAIN_IN_PATTERN.match(char) else shlex.quote(char) for char in glob)


def exports(environment: t.Mapping[str, str]) -> str:
    """Shell code that sets the variables. :raises EdgeError: for a name that a shell cannot set."""
    for name in environment:
        if not _NAME.fullmatch(name):
            raise EdgeError(f'environment: "{name}" is no name for a variable: it takes letters, digits and "_".')
    return "".join(f"export {name}={word(value)}; " for name, value in environment.items())
