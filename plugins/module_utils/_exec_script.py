# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to the collection: not an interface for others.
"""The shell code that runs a command inside a container apart from the request that starts it (contract 3.6).

Zun's own C(execute) gives up after some seconds, mixes the two streams, and breaks on output that is no UTF-8. So a command
gets a directory of its own, and in it a file for each stream, C(o) and C(e), and one for the return code, C(r). The request
that starts the command waits a moment for it. If it is over by then, the same request brings the result and removes the
directory, so a short command takes one request. A longer one is followed with further requests.

The directory is a claim as well: making it comes first and works once, so a request that comes twice does not run the command
twice.

It takes a POSIX shell, C(mkdir), C(rm), C(sleep), C(wc), and C(base64) or C(od). A short command leaves no orphan behind: in
many a container there is no first process that would care for one.
"""

from __future__ import annotations

import base64
import contextlib
import re
import typing as t

from ._exec_ways import Command
from ._exec_words import exports, word

# Where a command's directory may lie: the first place that takes something, so not one that is full. The directory is in the
# container, has a name that nobody can guess, is made with 0700, and is not used if it is there already.
PLACES = "/tmp /var/tmp /dev/shm"  # nosec B108
PREFIX = ".chi-edge-"

# In a command's stage, what it reads, and shell code that sets its variables.
STDIN = "stdin"
VARIABLES = "variables"

# Seconds after which the service that started a command may have stopped listening.
_LATE = 4

# A longer stream does not come with the report.
WITH_REPORT = 512 * 1024

_MARK = "chi-edge"

_FIND = f"""\
for b in {PLACES}; do d=$b/{PREFIX}$i; [ -d "$d" ] && break; d=; done
[ "$d" ] || {{ echo "{_MARK} $i absent"; exit 0; }}
"""

_AGAIN = f"""\
for b in {PLACES}; do [ ! -e $b/{PREFIX}$i ] || {{ echo "{_MARK} $i again"; exit 0; }}; done
"""

# tell STATE CODE: a line that says how it stands, then both streams as text, each closed by a line. n=-1 is without them, and
# k says that the directory stays.
_TELL = f"""\
if command -v base64 >/dev/null; then text() {{ base64; }}
elif command -v od >/dev/null; then text() {{ od -An -v -tx1; }}
else echo "{_MARK} $i toolless"; exit 0
fi
tell() {{
a=0 b=0
[ ! -s "$d/o" ] || a=$(wc -c <"$d/o")
[ ! -s "$d/e" ] || b=$(wc -c <"$d/e")
[ $a -le $n ] && [ $b -le $n ] || k=1
echo "{_MARK} $i $1 $2" $a $b $k
[ $a -eq 0 ] || [ $a -gt $n ] || text <"$d/o"
echo -
[ $b -eq 0 ] || [ $b -gt $n ] || text <"$d/e"
echo .
}}
"""

# born PID: when a process was started, so that a later one of that number is not taken for it.
_BORN = """\
born() { read -r l <"/proc/$1/stat" || return 1; set -- ${l##*) }; shift 19; echo "$1"; }
"""

# What the command is given is open, and so out of sight, before it begins. The pause is a child of its own, which the end of the
# command cuts short. Nobody may be there any more to hear the result: if that has come late, or somebody has asked for it, the
# directory stays.
_START = f"""\
for b in {PLACES}; do
d=$b/{PREFIX}$i
[ ! -e "$d" ] || {{ echo "{_MARK} $i again"; exit 0; }}
mkdir -m 700 "$d" && {{ echo >"$d/p" && break; rm -rf "$d"; }}
d=
done
[ "$d" ] || {{ echo "{_MARK} $i nowhere"; exit 0; }}
s= f=
trap 'f=1; [ -z "$s" ] || kill $s' USR1
{{
eval "$x"
exec 3<$in
{{clear}}(exec "$@") >"$d/o" 2>"$d/e" <&3 3<&- &
p=$!
exec 3<&-
echo $p >"$d/p"
wait $p
r=$?
case $r in 126|127)
q=none
case $1 in
*/*) [ ! -e "$1" ] || q=denied; [ ! -f "$1" ] || [ ! -x "$1" ] || q=;;
*) IFS=:; for l in $PATH; do [ ! -f "$l/$1" ] || {{ q=denied; [ ! -x "$l/$1" ] || {{ q=; break; }}; }}; done;;
esac
r="$r $q";;
esac
echo $r >"$d/r"
kill -USR1 $$
}} </dev/null >/dev/null &
j=$!
echo $j $(born $j) >"$d/j"
sleep $w </dev/null >/dev/null &
s=$!
[ -z "$f" ] || kill $s
wait $s
kill $s
wait $s
if [ -s "$d/r" ]; then
wait $j
read -r r q <"$d/r"
k=0
[ ! -e "$d/f" ] || k=1
read -r u l </proc/uptime && [ $((${{u%.*}} - $(born $$) / 100)) -gt {_LATE} ] && k=1
tell ${{q:-done}} $r
[ $k -eq 1 ] || rm -rf "$d"
else
n=-1 k=1
tell running 0
fi
"""

_FOLLOW = """\
k=1
: >"$d/f"
read -r j t <"$d/j"
alive() { [ "$(born $j)" = "$t" ] && kill -0 $j; }
q=0 c=1
while [ "$c" ]; do
alive || c=
[ ! -s "$d/r" ] || break
[ $q -lt $w ] || break
[ -z "$c" ] || sleep 1
q=$((q+1))
done
if [ -s "$d/r" ]; then
read -r r q <"$d/r"
tell ${q:-done} $r
elif [ "$c" ]; then
n=-1
tell running 0
else
tell lost 0
fi
"""

# Whoever has a parent on the list comes onto the list, until no more do.
_END = """\
k=1
: >"$d/f"
read -r j t <"$d/j"
read -r p <"$d/p"
g=" $p " c=1
[ "$(born $j)" = "$t" ] || g= c=
while [ "$c" ]; do
c=
for q in /proc/[0-9]*; do
q=${q#/proc/}
case $g in *" $q "*) continue;; esac
read -r l <"/proc/$q/stat" || continue
set -- ${l##*) }
case $g in *" $2 "*) g="$g$q "; c=1;; esac
done
done
[ -z "$g" ] || kill -TERM $g
for q in 1 2; do [ -z "$g" ] || ! kill -0 $p || sleep 1; done
[ -z "$g" ] || kill -KILL $g
tell ended 0
"""


class Report(t.NamedTuple):
    """How a command stands.

    :ivar state: C(done), C(none) (there is no such program), C(denied) (it cannot be executed), C(running), C(ended) (by us),
        C(lost) (it is over and left no return code), C(absent) (there is no such command), C(again) (it was started before),
        C(nowhere) (no place can be written to), C(toolless) (neither base64 nor od), C(nodir) (no such working directory),
        C(unstaged) (what it is to read is not there).
    :ivar code: the return code, where the state is one of the first three.
    :ivar sizes: of stdout and stderr in bytes.
    :ivar streams: stdout and stderr; None for one that does not come with the report.
    :ivar is_kept: the command's directory is still there.
    """

    state: str
    code: int = 0
    sizes: tuple[int, int] = (0, 0)
    streams: tuple[bytes | None, bytes | None] = (b"", b"")
    is_kept: bool = True

    @property
    def is_over(self) -> bool:
        """Whether there is nothing more to wait for."""
        return self.state not in ("running", "again")


def stage_of(identity: str) -> str:
    """The directory in the container for what a command is to be given; it goes with the command."""
    return f"/tmp/{PREFIX}{identity}.in"  # as of PLACES # nosec B108


def staged(command: Command) -> dict[str, bytes]:
    """What a command is to be given, as files: it may be secret, and whatever stands in a command can be read by others."""
    files = {STDIN: command.stdin or b"", VARIABLES: exports(command.environment or {}).encode("utf-8", "surrogateescape")}
    return {name: content for name, content in files.items() if content}


def start(identity: str, command: Command, seconds: int, is_staged: bool = False) -> list[str]:
    """The words that start a command and wait for it a little.

    :param identity: names its directory. :param seconds: at least 1.
    :param is_staged: what M(staged) gives lies already in M(stage_of).
    """
    argv, chdir, environment, stdin = command
    checks, source = "", exports(environment or {})
    stage = stage_of(identity)
    if is_staged:
        files = staged(command)
        checks = _AGAIN  # the first one has taken them
        for name, content in files.items():
            checks += f'[ "$(wc -c <{stage}/{name})" -eq {len(content)} ] || {{ echo "{_MARK} $i unstaged"; exit 0; }}\n'
        source = f". {stage}/{VARIABLES}; " if VARIABLES in files else ""
    if is_staged and stdin:
        source += f"in={stage}/{STDIN}"
    else:
        source += f"in=$d/i; {_written(stdin)} >$in" if stdin else "in=/dev/null"
    if chdir:
        checks += f'cd {word(chdir)} || {{ echo "{_MARK} $i nodir"; exit 0; }}\n'
    first = f"x={word(source)}\n"
    # on an emulated device each program takes its time, so none is run for nothing
    clear = f'rm -rf "$d/i" {stage}\n' if is_staged or stdin else ""
    body = _BORN + _TELL + checks + first + _START.replace("{clear}", clear)
    return ["sh", "-c", _script(identity, seconds, body), "sh", *argv]


def follow(identity: str, seconds: int) -> list[str]:
    """The words that wait for a command a little more and tell how it stands."""
    return ["sh", "-c", _script(identity, seconds, _FIND + _BORN + _TELL + _FOLLOW)]


def end(identity: str) -> list[str]:
    """The words that end a command and all that it has started, politely and then by force."""
    return ["sh", "-c", _script(identity, 0, _FIND + _BORN + _TELL + _END)]


def remove(identity: str) -> list[str]:
    """The words that remove all that there is of a command."""
    places = " ".join(f"{place}/{PREFIX}{identity}" for place in PLACES.split())
    return ["rm", "-rf", *places.split(), stage_of(identity)]


def piece(identity: str, stream: str, number: int) -> list[str]:
    """The words that print a piece of a stream as text, for M(unpacked); each piece has C(WITH_REPORT) bytes."""
    body = f'{_FIND}{_TELL}dd if="$d/{stream}" bs={WITH_REPORT} skip={number} count=1 | text'
    return ["sh", "-c", _script(identity, 0, body)]


def _written(data: bytes) -> str:
    """Shell code that writes the bytes."""
    if b"\0" not in data:
        with contextlib.suppress(UnicodeDecodeError):
            return f"printf %s {word(data.decode())}"
    return f"printf %s {base64.b64encode(data).decode()} | base64 -d"


def _script(identity: str, seconds: int, body: str) -> str:
    # what the code itself says on stderr would come between the lines
    return f"exec 2>/dev/null\ni={identity} w={seconds} n={WITH_REPORT}\n{body}"


def parse(text: str, identity: str) -> Report | None:
    """The report in what a request has brought; None if there is none, or not all of it."""
    head = re.search(rf"^{_MARK} {identity} (\w+)(?: (\d{{1,9}}) +(\d{{1,15}}) +(\d{{1,15}}) (\d))?$", text, re.MULTILINE)
    if not head:
        return None
    if head[2] is None:
        return Report(head[1])
    body = re.fullmatch(r"\n(.*?)^-\n(.*?)^\.\s*", text[head.end() :], re.MULTILINE | re.DOTALL)
    if not body:
        return None
    sizes = int(head[3]), int(head[4])
    try:
        out, err = (
            unpacked(part) if size <= WITH_REPORT and head[1] != "running" else None
            for part, size in zip((body[1], body[2]), sizes, strict=True)
        )
    except ValueError:
        return None
    if any(stream is not None and len(stream) != size for stream, size in ((out, sizes[0]), (err, sizes[1]))):
        return None
    return Report(head[1], int(head[2]), sizes, (out, err), is_kept=head[5] == "1")


def as_text(script: str) -> str:
    """The code with its output as text, for M(unpacked)."""
    return f"exec 2>/dev/null; if command -v base64 >/dev/null; then t=base64; else t='od -An -v -tx1'; fi; {{ {script}; }} | $t"


def unpacked(text: str) -> bytes:
    """The bytes of a stream that has travelled as text: C(base64), or C(od), whose lines begin with a blank.

    :raises ValueError: if it is neither.
    """
    compact = "".join(text.split())
    return bytes.fromhex(compact) if text[:1] == " " else base64.b64decode(compact, validate=True)
