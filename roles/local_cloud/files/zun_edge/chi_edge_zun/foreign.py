# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How a container is made to fail as on a device of another architecture, without Zun.

On one machine the engine would run every program: its own natively, others through an emulator. Comparing the image's
label with the device would not do: the label is often wrong (`docker import` labels everything with the host's
architecture), and no kernel reads it. So the program that the container is about to run is looked at as a kernel does,
by its ELF header, and if it is foreign, the created container is given a program of no architecture in its place.
Everything after that is real: the kernel's ENOEXEC, the engine's "exec /bin/sh: exec format error" in the log, exit
code 1, what Zun makes of it, and what a restart policy does.
"""

from __future__ import annotations

import io
import posixpath
import tarfile

import docker
from docker import errors

from chi_edge_zun import programs

# A script may name a script as its interpreter; the kernel follows four.
_MOST_INTERPRETERS = 4

# Holds a file's head even where extended attributes make its tar header long.
_ENOUGH_OF_AN_ARCHIVE = 2**17


def refuse(engine: docker.APIClient, container_id: str, architecture: str) -> str | None:
    """Make a container that was created, but not started, unable to start if its program is foreign.

    Returns the path of the program if it was replaced. A program that cannot be found is left to the engine, which
    says so. Raises docker.errors.APIError.
    """
    details = engine.inspect_container(container_id)
    config = details["Config"]
    for path in programs.candidates(details["Path"], config["Env"] or [], config["WorkingDir"] or "/"):
        if (head := _head(engine, container_id, path)) is None:
            continue
        if not _is_foreign(engine, container_id, head, architecture):
            return None
        engine.put_archive(container_id, posixpath.dirname(path), programs.unrunnable(path))
        return path
    return None


def _is_foreign(engine, container_id, head, architecture):
    for _each in range(_MOST_INTERPRETERS):
        if (interpreter := programs.interpreter(head)) is None:
            break
        head = _head(engine, container_id, interpreter) or b""
    return programs.foreign(head, architecture)


def _head(engine, container_id, path):
    """Return the first bytes of a file in a container, following a link, or None if there is no such file."""
    try:
        begin, stat = _begin_of_archive(engine, container_id, path)
        if stat["linkTarget"]:
            begin, _stat = _begin_of_archive(engine, container_id, stat["linkTarget"])
    except errors.NotFound:
        return None
    with tarfile.open(fileobj=io.BytesIO(begin), mode="r|") as archive:
        member = archive.next()
        return archive.extractfile(member).read(programs.HEAD_BYTES) if member.isfile() else None


def _begin_of_archive(engine, container_id, path):
    chunks, stat = engine.get_archive(container_id, path)
    begin = b""
    # All is fetched, though little is kept: for a reader that goes away the engine logs an error.
    for chunk in chunks:
        if len(begin) < _ENOUGH_OF_AN_ARCHIVE:
            begin += chunk
    return begin, stat
