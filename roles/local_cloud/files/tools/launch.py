# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Become a program of the local cloud once what it needs answers.

Supervisor starts every program through this one, so the whole cloud can be started at once, in any order, and a
program that dies comes back in the right order too. What its earlier life left behind is ended first.
"""

from __future__ import annotations

import argparse
import os
import pathlib
import shutil
import time

import strays
from waiting import answers

POLL = 0.25  # seconds


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--await", dest="needs", action="append", default=[], help="tcp:, unix: or http: address")
    parser.add_argument("--wipe", type=pathlib.Path, help="a folder that must not outlive a restart")
    parser.add_argument("--relieve", type=pathlib.Path, action="append", default=[], help="a pid file whose process makes way")
    parser.add_argument("command", nargs=argparse.REMAINDER)
    arguments = parser.parse_args()

    if mark := os.environ.get(strays.MARK):
        directory, _colon, program = mark.rpartition(":")
        strays.end(strays.marked(pathlib.Path(directory), program))
    for pidfile in arguments.relieve:
        strays.end(strays.recorded(pidfile))
        # After a boot its number may be another process's, and would be believed.
        pidfile.unlink(missing_ok=True)
    if arguments.wipe:
        shutil.rmtree(arguments.wipe, ignore_errors=True)

    for need in arguments.needs:
        while not answers(need):
            time.sleep(POLL)
    os.execvp(arguments.command[0], arguments.command)


main()
