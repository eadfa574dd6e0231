# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Find and end processes that an earlier life of the cloud left behind.

After a SIGKILL of supervisor its programs live on without it, hold the ports and are in no pid file that could be
trusted. So each carries a mark in its environment, which its children inherit.
"""

from __future__ import annotations

import os
import pathlib
import signal
import time

MARK = "LOCAL_CLOUD_PROGRAM"  # its value is DIRECTORY:PROGRAM
POLL = 0.1  # seconds
PATIENCE = 10  # seconds between the polite signal and the certain one, and again after that


def marked(directory: pathlib.Path, program: str | None = None) -> list[int]:
    """Every process but this one that bears the mark of a program of this cloud, or of any."""
    wanted = f"{MARK}={directory}:{program or ''}".encode()
    found = []
    for entry in pathlib.Path("/proc").iterdir():
        if entry.name.isdigit() and int(entry.name) != os.getpid():
            try:
                variables = (entry / "environ").read_bytes().split(b"\0")
            except OSError:
                continue
            if wanted in variables if program else any(variable.startswith(wanted) for variable in variables):
                found.append(int(entry.name))
    return found


def recorded(pidfile: pathlib.Path) -> list[int]:
    """The process that a pid file names, when it is alive and is the program the file is called after."""
    try:
        pid = int(pidfile.read_text())
        command = pathlib.Path(f"/proc/{pid}/comm").read_text().strip()
    except (OSError, ValueError):
        return []
    return [pid] if command == pidfile.stem and alive(pid) else []


def alive(pid: int) -> bool:
    """Whether a process still does anything: a zombie does not."""
    try:
        state = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state not in ("Z", "X")


def end(pids: list[int], signals: tuple[int, ...] = (signal.SIGTERM, signal.SIGKILL)) -> None:
    """End processes, politely first if not told otherwise; return when they are gone."""
    for number in signals:
        for pid in pids:
            try:
                os.kill(pid, number)
            except ProcessLookupError:
                continue
        deadline = time.monotonic() + PATIENCE
        while (pids := [pid for pid in pids if alive(pid)]) and time.monotonic() < deadline:
            time.sleep(POLL)
        if not pids:
            return
    raise SystemExit(f"These processes do not end, not even by SIGKILL: {pids}.")
