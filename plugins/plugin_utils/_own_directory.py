# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to the collection: not an interface for others.
"""Our directory in Ansible's private one of this run (0700). It goes with the run, if that is let to come to an end.

Ansible leaves its directory behind when it is terminated or killed, and in ours is a token then. So the next run looks for that.
"""

from __future__ import annotations

import os
import re
import shutil
import time

from ansible import constants as C

_NAME = "chi_edge"

# As Ansible calls its directory: by the process, and eight characters more.
_OF_A_RUN = re.compile(r"ansible-local-(\d+)\w{8}", re.ASCII)

# Seconds that a directory must have been left alone: a process of another container cannot be seen from here.
_LEFT_ALONE = 3600


def own_directory() -> str:
    """The path; it is made by who needs it."""
    path = os.path.join(C.DEFAULT_LOCAL_TMP, _NAME)
    if not os.path.exists(path):
        forget_dead_runs(os.path.dirname(C.DEFAULT_LOCAL_TMP))
    return path


def forget_dead_runs(place: str) -> None:
    """Remove what we have put into the directories of runs that are no more, and nothing else."""
    try:
        found = [match for name in os.listdir(place) if (match := _OF_A_RUN.fullmatch(name))]
    except OSError:
        return
    for match in found:
        path = os.path.join(place, match[0], _NAME)
        if not _is_alive(int(match[1])) and _was_left_alone(path):
            shutil.rmtree(path, ignore_errors=True)


def _is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:
        return True
    return True


def _was_left_alone(path: str) -> bool:
    try:
        return time.time() - os.stat(path).st_mtime > _LEFT_ALONE
    except OSError:
        return False
