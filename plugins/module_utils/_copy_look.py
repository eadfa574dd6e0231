# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to the collection: not an interface for others.
"""What there is in a container: kinds, owners, modes and digests of any number of files with one command (contract 3.8)."""

from __future__ import annotations

import re
import typing as t
from contextlib import contextmanager

from ._copy_entries import ALGORITHMS, Entry
from ._errors import EdgeError, NotFoundError
from ._exec import Exec
from ._exec_script import PLACES
from ._exec_words import word, words

# Names for one round, so that no command line becomes too long.
_AT_ONCE = 400

_KINDS = {"f": "file", "d": "directory", "l": "link", "o": "other", "-": "missing"}

# Exit codes of our own.
_NO_TOOL, _MISSING = 90, 91

_TOOLS = (
    f"for s in {' '.join(ALGORITHMS)}; do command -v $s >/dev/null && break; s=; done\n"
    f'[ "$s" ] || {{ echo "{", ".join(ALGORITHMS)}" >&2; exit {_NO_TOOL}; }}\n'
    f"command -v stat >/dev/null || {{ echo stat >&2; exit {_NO_TOOL}; }}\n"
    'echo "$s"\n'
)

# Each program runs once for all the names. A loop over the words sees those that were there before it began.
_ROUND = r"""
existing() { k=$#; for p do if [ -e "$p" ] || [ -L "$p" ]; then set -- "$@" "$p"; fi; done; shift $k
[ $# -eq 0 ] || stat -c '%a %u %g %s' "$@"; }
regular() { k=$#; for p do if [ -f "$p" ] && [ ! -L "$p" ]; then set -- "$@" "$p"; fi; done; shift $k
[ $# -eq 0 ] || $s "$@"; }
round() {
t=
for p do
if [ -L "$p" ]; then t=${t}l; elif [ -f "$p" ]; then t=${t}f; elif [ -d "$p" ]; then t=${t}d
elif [ -e "$p" ]; then t=${t}o; else t=${t}-; fi
done
echo "round $t"
for p do printf '%s\0' "$p"; done
existing "$@"
regular "$@"
for p do [ ! -L "$p" ] || { readlink "$p"; printf '\0'; }; done
echo over
}
"""

_RECORD = re.compile(rb"(\d+ \d+ \d+ \d+)\n")
# a name with a line feed is printed with a mark and in one line, or by other programs as it is
_DIGEST, _OF_ONE_LINE = re.compile(rb"((?:\\|)[0-9a-f]{32,64}) "), re.compile(rb".*\n")
_ROUND_BEGINS, _ROUND_ENDS = re.compile(rb"round ([fdlo-]*)\n"), re.compile(rb"over\n")
_NAME, _TARGET = re.compile(rb"([^\0]*)\0"), re.compile(rb"([^\0]*)\n\0")


class Looked(t.NamedTuple):
    """What was seen.

    :ivar algorithm: of the digests, in the terms of C(hashlib). :ivar program: that makes them.
    :ivar entries: in the order that was asked for.
    """

    algorithm: str
    program: str
    entries: list[Entry]


class Place(t.NamedTuple):
    """A directory that can be written to. :ivar free: bytes that it takes; None if that was not told."""

    path: str
    free: int | None

    def takes(self, size: int) -> bool:
        """Whether so many bytes may have room there."""
        return self.free is None or size <= self.free


class Surroundings(t.NamedTuple):
    """What a copy into a container must know.

    :ivar places: for what is on its way, the best first. :ivar destination: where the first path is, or will be.
    :ivar user: :ivar group: who we are in there.
    :ivar owners: :ivar groups: the numbers of names; None for a name that is not known.
    """

    places: list[Place]
    destination: Place
    user: int
    group: int
    owners: dict[str, int | None]
    groups: dict[str, int | None]


def look_at(container: Exec, paths: t.Sequence[str], owner: str = "", group: str = "") -> tuple[Looked, Surroundings]:
    """Look at files, and at what a copy of them must know. One command.

    :param paths: absolute, the first one stands for where they are. :param owner: :param group: names to look up.
    :raises EdgeError: when the image lacks what that takes.
    """
    rounds = "".join(f"round {words(paths[at : at + _AT_ONCE])}\n" for at in range(0, len(paths), _AT_ONCE))
    text = _output(container, f"{_TOOLS}{_surroundings(paths[0], owner, group)}{_ROUND}{rounds}", paths[0])
    with _understood(container, paths[0]):
        program, text = text.split(b"\n", 1)
        lines, text = text.split(b"around\n", 1)
        entries = list(_entries(text))
        around = lines.decode(errors="replace").splitlines()
        writable, user, own_group, uid, gid, *told = around
        where = [*writable.split(), paths[0]]
        sizes = told if len(told) >= len(where) else [""] * len(where)  # df tells all or nothing
        *places, destination = (Place(path, _free(line)) for path, line in zip(where, sizes, strict=True))
        return Looked(ALGORITHMS[program.decode()], program.decode(), entries), Surroundings(
            places,
            destination,
            int(user or 0),
            int(own_group or 0),
            {owner: _number(uid)},
            {group: _number(gid)},
        )


def list_tree(container: Exec, path: str) -> Looked:
    """A file, or a directory and all that is in it; a link is followed if it is the path itself. One command.

    :param path: absolute. The entries' paths are relative to it.
    :raises NotFoundError: :raises EdgeError: when the image lacks what that takes, or something may not be read.
    """
    script = (
        f"p={word(path)}\n"
        f'[ -e "$p" ] || [ -L "$p" ] || exit {_MISSING}\n'
        f"{_TOOLS}"
        'if [ -d "$p" ]; then\n'
        f"command -v find >/dev/null || {{ echo find >&2; exit {_NO_TOOL}; }}\n"
        f"""cd "$p" && find . -exec sh -c {word(f's=$1; shift{_ROUND}round "$@"')} sh $s '{{}}' +
else
[ ! -L "$p" ] || p=$(readlink -f "$p")
{_ROUND}round "$p"; fi
"""
    )
    text = _output(container, script, path)
    with _understood(container, path):
        program, text = text.split(b"\n", 1)
        root, *rest = _entries(text)
        entries = [root._replace(path=""), *sorted(entry._replace(path=entry.path.removeprefix("./")) for entry in rest)]
        return Looked(ALGORITHMS[program.decode()], program.decode(), entries)


def _surroundings(path: str, owner: str, group: str) -> str:
    """Code that prints what M(Surroundings) holds, a line each."""
    lookup = (
        'while IFS=: read -r n x g y; do [ "$n" != {name} ] || {{ echo $g; break; }}; done <{file} | {{ read -r g; echo $g; }}'
    )
    return "\n".join(
        (
            f'set --; for b in {PLACES}; do [ ! -d $b ] || [ ! -w $b ] || set -- "$@" $b; done; echo "$*"',
            "id -u; id -g",
            lookup.format(name=word(owner), file="/etc/passwd"),
            lookup.format(name=word(group), file="/etc/group"),
            f"q={word(path)}",
            'while [ ! -d "$q" ]; do q=${q%/*}; [ "$q" ] || q=/; done',
            'df -Pk "$@" "$q" 2>/dev/null | { read -r x; while read -r x; do echo "$x"; done; }',
            "echo around",
            "",
        )
    )


def _output(container: Exec, script: str, path: str) -> bytes:
    outcome = container.shell(script)
    said = outcome.stderr.decode(errors="replace").strip()
    if outcome.rc == _MISSING:
        raise NotFoundError(f'There is no "{path}" in container "{container.name}".')
    if outcome.rc == _NO_TOOL:
        raise EdgeError(f'Could not compare files in container "{container.name}": its image has none of: {said}.')
    if outcome.rc or said:
        raise EdgeError(f'Could not read "{path}" in container "{container.name}": {said or f"code {outcome.rc}"}.')
    return outcome.stdout


@contextmanager
def _understood(container: Exec, path: str) -> t.Iterator[None]:
    """A container's programs may print anything."""
    try:
        yield
    except (ValueError, LookupError) as exc:
        raise EdgeError(
            f'Could not read "{path}" in container "{container.name}": its programs do not print what they print elsewhere.'
        ) from exc


def _entries(text: bytes) -> t.Iterator[Entry]:
    """What the rounds have printed. :raises ValueError: when that is not what they print."""
    at = 0

    def read(pattern: re.Pattern[bytes]) -> str:
        nonlocal at
        found = pattern.match(text, at)
        if not found:
            raise ValueError(text[at : at + 80])
        at = found.end()
        return (found[1] if pattern.groups else b"").decode("utf-8", "surrogateescape")

    def digest_of(name: str) -> str:
        digest = read(_DIGEST)
        for _line in range(1 if digest.startswith("\\") else 1 + name.count("\n")):
            read(_OF_ONE_LINE)
        return digest.lstrip("\\")

    while at < len(text):
        kinds = read(_ROUND_BEGINS)
        names = [read(_NAME) for _kind in kinds]
        records = [read(_RECORD).split() if kind != "-" else ["0"] * 4 for kind in kinds]
        digests = [digest_of(name) if kind == "f" else "" for kind, name in zip(kinds, names, strict=True)]
        targets = [read(_TARGET) if kind == "l" else "" for kind in kinds]
        read(_ROUND_ENDS)
        for name, kind, (mode, owner, group, size), digest, target in zip(names, kinds, records, digests, targets, strict=True):
            yield Entry(name, _KINDS[kind], int(mode, 8), int(owner), int(group), int(size), digest, target)


def _number(text: str) -> int | None:
    return int(text) if text.isdecimal() else None


def _free(line: str) -> int | None:
    """The bytes that are free, in a line of C(df -Pk)."""
    found = re.search(r" (\d+) +(?:\d+%|-) ", line)
    return int(found[1]) * 1024 if found else None
