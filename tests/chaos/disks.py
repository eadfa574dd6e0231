# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Small disks: what a program or a container writes to one soon fills it."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

# Takes a directory along into the mount namespace of a process, and lays it over another one there.
_LAY_OVER = """
import ctypes, os, sys
OPEN_TREE, MOVE_MOUNT, CLONE, EMPTY_PATH, NEW_NAMESPACE, HERE = 428, 429, 1, 4, 0x20000, -100
libc = ctypes.CDLL(None, use_errno=True)
def done(result):
    if result < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return result
source, process, target = sys.argv[1:]
tree = done(libc.syscall(OPEN_TREE, HERE, source.encode(), CLONE))
done(libc.setns(os.open(f"/proc/{process}/ns/mnt", os.O_RDONLY), NEW_NAMESPACE))
done(libc.syscall(MOVE_MOUNT, tree, b"", HERE, target.encode(), EMPTY_PATH))
"""


@contextmanager
def small(place: Path) -> Iterator[Path]:
    """A disk of a megabyte at a directory that is made."""
    place.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m,mode=1777", "tmpfs", place], check=True)
    try:
        yield place
    finally:
        subprocess.run(["umount", "--lazy", place], check=True)


def fill(place: Path) -> Path:
    """Write until nothing more fits. :returns: the file, without which there is space again."""
    much = place / "much"
    with contextlib.suppress(OSError), much.open("wb", buffering=0) as file:
        while True:
            file.write(bytes(4096))
    return much


@contextmanager
def laid_over(disk: Path, container: str, path: str) -> Iterator[None]:
    """A disk in place of a directory of a running container, for its programs as well as for the engine.

    :param container: its id in Zun.
    """
    told = subprocess.run(["docker", "inspect", f"zun-{container}"], capture_output=True, check=True).stdout
    (seen,) = json.loads(told)
    for_the_engine = seen["GraphDriver"]["Data"]["MergedDir"] + path
    subprocess.run([sys.executable, "-c", _LAY_OVER, disk, str(seen["State"]["Pid"]), path], check=True)
    subprocess.run(["mount", "--bind", disk, for_the_engine], check=True)
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", for_the_engine], check=True)
