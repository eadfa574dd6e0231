# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is known of a build: its files, and whether it runs."""

from __future__ import annotations

import fcntl
import json
import os
import pathlib
import re
import shutil
import time

# The phases of a build in their order, and a line of diskimage-builder's log that each begins with.
FIRST, LAST, OVER = "root file system", "checksum", "over"
PHASES = {
    FIRST: None,
    "packages": re.compile(r"Running hooks from \S+/extra-data\.d"),
    "disk": re.compile(r"blockdevice \[-\] create\(\) called"),
    "conversion": re.compile(r"Converting image using qemu-img"),
    LAST: None,
}

# Of the log, the times, and what diskimage-builder tells of its environment over and over.
_TIME = re.compile(r"^[-\d]+ [:.\d]+ \| ")
_NOISE = re.compile(r"\++ |dib-run-parts Sourcing ")
# Credentials in an address, wherever they come from.
_SECRET = re.compile(r"(?<=://)[^/@\s]+@")


class State:
    """The folder of a build.

    A build runs as long as its worker holds the lock: that cannot be forgotten when it dies, and cannot be mistaken for another
    process that has got its number.
    """

    def __init__(self, build: pathlib.Path):
        self.build = build
        self.job_file = build / "job.json"
        self.log = build / "build.log"
        self.outcome_file = build / "outcome.json"
        self.result_file = build / "result.json"
        self._lock = build / "lock"
        self._phases = build / "phases.json"

    def clear(self) -> None:
        """Forget an earlier build."""
        for path in self.build.iterdir():
            if path != self._lock:
                shutil.rmtree(path) if path.is_dir() else path.unlink()

    def hold(self) -> int | None:
        """Take the lock: a handle, which holds it for every process that has got it. None if somebody else has it."""
        handle = os.open(self._lock, os.O_RDWR | os.O_CREAT, 0o644)
        for _attempt in range(20):  # whoever asks is_running has it for a moment
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return handle
            except BlockingIOError:
                time.sleep(0.05)
        os.close(handle)
        return None

    def note(self, pid: int) -> None:
        """Note whose the lock is from now on."""
        self._lock.write_text(str(pid))

    def is_running(self) -> bool:
        try:
            with open(self._lock) as handle:
                fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except FileNotFoundError:
            return False
        except BlockingIOError:
            return True
        return False

    def pid(self) -> int:
        return int(self._lock.read_text())

    def job(self) -> dict:
        return self._read(self.job_file) or {}

    def outcome(self) -> dict | None:
        """How the build has ended: `error`, a sentence or None, and `result`. None while it has not."""
        return self._read(self.outcome_file)

    # -- phases ------------------------------------------------------------------------------------------------------------

    def enter(self, phase: str) -> None:
        """Note that a phase has begun."""
        begun = self._begun()
        begun[phase] = time.time()
        self.write(self._phases, begun)

    def phase(self) -> str:
        return next(reversed(self._begun()), FIRST)

    def is_past(self, phase: str) -> bool:
        """Whether a later phase has begun, or the build is over; that it is only when its outcome is known."""
        order = [*PHASES, OVER]
        return self.outcome() is not None or (phase != LAST and order.index(self.phase()) > order.index(phase))

    def durations(self) -> dict[str, int]:
        """Seconds that each phase has taken, or has gone on for."""
        begun = list(self._begun().items())
        ends = [start for _phase, start in begun[1:]] + [time.time()]
        return {phase: round(ends[index] - start) for index, (phase, start) in enumerate(begun) if phase != OVER}

    def tail(self, lines: int = 25) -> str:
        """The end of the log, as it follows a sentence."""
        try:
            with open(self.log, errors="replace") as log:
                told = [_TIME.sub("", line.rstrip()) for line in log]
        except OSError:
            return ""
        last = [_SECRET.sub("***@", line) for line in told if not _NOISE.match(line)][-lines:]
        return f" The log is {self.log}, and ends with:\n" + "\n".join(last)

    def write(self, path: pathlib.Path, content: dict) -> None:
        """At once, so that nobody reads half of it."""
        scratch = path.with_suffix(".new")
        scratch.write_text(json.dumps(content, indent=2) + "\n")
        scratch.replace(path)

    def _begun(self) -> dict[str, float]:
        return self._read(self._phases) or {}

    def _read(self, path: pathlib.Path) -> dict | None:
        try:
            return json.loads(path.read_text())
        except FileNotFoundError:
            return None
