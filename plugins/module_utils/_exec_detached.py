# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to the collection: not an interface for others.
"""A command that outlives the request that starts it, with both streams apart and a true return code (contract 3.6).

M(_exec_script) is what runs inside the container; this is the side that asks.
"""

from __future__ import annotations

import contextlib
import math
import secrets
import time
import typing as t

from . import _exec_script as script
from ._errors import EdgeError, NotFoundError
from ._exec_script import Report
from ._exec_stage import CannotStage, Stage
from ._exec_ways import (
    Answer,
    Command,
    ConnectionLost,
    NeverSent,
    NoSuchProgram,
    NotExecutable,
    Outcome,
    StillRunning,
    Way,
)
from ._waiter import Watch, clock

# Bytes of input that travel with the command where no file can be had.
WITH_COMMAND = 64 * 1024

# Seconds without an answer until a command that runs by itself is given up, and a request that has not gone out.
OUTAGE = 300.0
_UNREACHABLE = 10.0

# After how long a time, for the time that a command has run, and after how long at the most, it is looked at again.
_LEISURE, _LONGEST_PAUSE = 0.1, 15.0


class NoShell(EdgeError):
    """The container has not what it takes to run a command by itself; nothing has been run."""


class CommandTimeout(EdgeError):
    """The time that the command was given was up, and it has been ended."""


class Detached:
    """Runs commands by a shell of the container's.

    :param way: carries the requests. :param name: the container's, for messages. :param stage: for what they are given.
    """

    def __init__(self, way: Way, name: str, stage: Stage) -> None:
        self._way = way
        self._name = name
        self._stage = stage

    def run(self, command: Command, timeout: float = math.inf, watch: Watch | None = None) -> Outcome:
        """Run a command to its end.

        :param timeout: seconds that it may take. :param watch: sees that it runs.
        :raises NoShell: :raises NoSuchProgram: :raises NotExecutable: when nothing has been run.
        :raises NotFoundError: when the container was gone before it could be run.
        :raises CommandTimeout: with C(stdout) and C(stderr).
        :raises ConnectionLost: when it cannot be known whether the command has run.
        """
        identity = secrets.token_hex(8)
        begun = time.monotonic()
        report: Report | None = None
        try:
            report = self._started(identity, command, timeout)
            while not report.is_over:
                elapsed = time.monotonic() - begun
                if watch:
                    watch("running", elapsed, timeout)
                if elapsed >= timeout:
                    raise self._out_of_time(identity, command, timeout)
                time.sleep(min(elapsed * _LEISURE, _LONGEST_PAUSE, timeout - elapsed))
                report = self._looked_at(identity, command, begun + timeout - time.monotonic())
            out, err = self._streams(identity, report)
            return self._outcome(command, report, out, err)
        except NotFoundError as exc:
            if report is None:
                raise
            raise EdgeError(f"{exc.message} The command was running.", **exc.result) from exc
        except EdgeError:
            raise
        except BaseException:
            # the task is being interrupted, and what it has begun is not to go on alone
            with contextlib.suppress(EdgeError):
                self._way.call(script.end(identity))
                self._way.call(script.remove(identity))
            raise

    def _started(self, identity: str, command: Command, timeout: float) -> Report:
        is_staged = self._staged(identity, command)
        seconds = max(1, int(min(self._way.patience, timeout)))
        words = script.start(identity, command, seconds, is_staged)
        try:
            report = self._reported(identity, self._persistently(words, _UNREACHABLE, NeverSent))
        except StillRunning:
            return Report("running")
        except NoShell:
            self._clear(identity)
            raise
        except ConnectionLost as exc:
            report = self._looked_at(identity, command, 1)
            if report.state == "absent":
                raise ConnectionLost(f"{exc.message} It is not known whether the command has run.", **exc.result) from exc
        if report.state in ("nodir", "unstaged"):
            self._clear(identity)
        if report.state == "nodir":
            raise EdgeError(f'{self._trying(command)}: there is no directory "{command.chdir}".', rc=1)
        if report.state == "unstaged":
            raise EdgeError(f"{self._trying(command)}: its input could not be put into the container; is /tmp full?")
        return report

    def _staged(self, identity: str, command: Command) -> bool:
        """Put what the command is to be given into files. :returns: whether there is any, and it lies there."""
        files = script.staged(command)
        try:
            if files:
                self._stage.put(script.stage_of(identity), files)
        except NoSuchProgram:
            return False  # there is not even a shell, and that is told better by the command itself
        except CannotStage:
            self._clear(identity)  # of which there may be a part
            # who is in the container may then see what the command is given
            if len(command.stdin or b"") > WITH_COMMAND:
                raise
            return False
        return bool(files)

    def _clear(self, identity: str) -> None:
        """Take away what a command was to be given that has not begun."""
        with contextlib.suppress(EdgeError):
            self._way.call(["rm", "-rf", script.stage_of(identity)])

    def _looked_at(self, identity: str, command: Command, left: float) -> Report:
        seconds = max(1, int(min(self._way.patience, left)))
        try:
            return self._reported(identity, self._persistently(script.follow(identity, seconds), OUTAGE, ConnectionLost))
        except StillRunning:
            return Report("running")

    def _persistently(self, words: t.Sequence[str], outage: float, fault: type[EdgeError]) -> Answer:
        """Make a request that does no harm a second time again and again while nobody answers."""
        for _elapsed in clock(outage, 5):
            try:
                return self._way.call(words)
            except NoSuchProgram as exc:
                raise NoShell(f'Container "{self._name}" has no shell: there is no program "{words[0]}" in its image.') from exc
            except EdgeError as exc:
                if not isinstance(exc, fault):
                    raise
                last = exc
        raise last

    def _reported(self, identity: str, answer: Answer) -> Report:
        report = script.parse(answer.out.decode(errors="replace"), identity)
        if report is None:
            raise ConnectionLost(
                f'Container "{self._name}" gave no proper answer; its shell ended with code {answer.code}.',
                stdout=answer.out[-1000:].decode(errors="replace"),
            )
        if report.state == "nowhere":
            places = script.PLACES.replace(" ", ", ")
            raise NoShell(f'Container "{self._name}" has no place that can be written to: neither of {places}. Is it full?')
        if report.state == "toolless":
            raise NoShell(f'Container "{self._name}" has neither base64 nor od, and output needs one of them.')
        return report

    def _outcome(self, command: Command, report: Report, out: bytes, err: bytes) -> Outcome:
        if report.state == "none":
            raise NoSuchProgram(f"{self._trying(command)}: there is no such program.", rc=127)
        if report.state == "denied":
            raise NotExecutable(f"{self._trying(command)}: it cannot be executed.", rc=126)
        if report.state != "done":
            raise EdgeError(
                f"{self._trying(command)}: it is gone without a return code. The container was restarted meanwhile, or its "
                "memory or its space has run out.",
                **_as_text(out, err),
            )
        return Outcome(report.code, out, err)

    def _out_of_time(self, identity: str, command: Command, timeout: float) -> CommandTimeout:
        report = self._reported(identity, self._persistently(script.end(identity), OUTAGE, ConnectionLost))
        return CommandTimeout(
            f'"{command.argv[0]}" in container "{self._name}" was ended, since it had not come to its end after {timeout:g} s. '
            "Raise the time-out if it needs longer.",
            **_as_text(*self._streams(identity, report)),
        )

    def _streams(self, identity: str, report: Report) -> tuple[bytes, bytes]:
        """Both streams, fetched if they did not come along; then nothing of the command is left in the container."""
        out, err = (
            self._fetched(identity, letter, size) if stream is None else stream
            for letter, size, stream in zip("oe", report.sizes, report.streams, strict=True)
        )
        if report.is_kept:
            self._persistently(script.remove(identity), _UNREACHABLE, ConnectionLost)
        return out, err

    def _fetched(self, identity: str, letter: str, size: int) -> bytes:
        pieces: list[bytes] = []
        for number in range(-(-size // script.WITH_REPORT)):
            answer = self._persistently(script.piece(identity, letter, number), OUTAGE, ConnectionLost)
            try:
                pieces.append(script.unpacked(answer.out.decode(errors="replace")))
            except ValueError as exc:
                raise ConnectionLost(f'Container "{self._name}" gave no proper answer when it was asked for the output.') from exc
        return b"".join(pieces)[:size]

    def _trying(self, command: Command) -> str:
        return f'Could not run "{command.argv[0]}" in container "{self._name}"'


def _as_text(out: bytes, err: bytes) -> dict[str, str]:
    return {"stdout": out.decode(errors="replace"), "stderr": err.decode(errors="replace")}
