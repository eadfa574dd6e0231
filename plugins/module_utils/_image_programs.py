# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to the collection: not an interface for others.
"""For which machine the programs in an image are made, whatever its label says."""

from __future__ import annotations

import posixpath
import struct
import tarfile
import typing as t
from collections import Counter

from ._image import Image, LayerReader, reading

# Docker's word for what e_machine in an ELF header says.
_MACHINES = {3: "386", 21: "ppc64le", 22: "s390x", 40: "arm", 62: "amd64", 183: "arm64", 243: "riscv64", 258: "loong64"}

# The kernel reads no more of a script's first line.
_HEAD = 256

_FILE = "file"
_LINK = "link"


class Entry(t.NamedTuple):
    """A file of the image. :param text: the target of a link, or the interpreter of a script."""

    kind: str
    machine: str | None = None
    text: str | None = None


class Programs:
    """The files that a container would see: all layers, one upon the other."""

    def __init__(self) -> None:
        self._entries: dict[str, Entry] = {}

    # -- what they are made for ------------------------------------------------------------------------------------

    @property
    def machines(self) -> Counter[str]:
        """How many programs and libraries there are for each machine."""
        return Counter(entry.machine for entry in self._entries.values() if entry.machine)

    def machine_of_start(self, settings: t.Mapping[str, t.Any]) -> tuple[str, str] | None:
        """What a container would start first: its path and machine, or None if that cannot be told.

        :param settings: of the image, in Docker's words.
        """
        words = [*(settings.get("Entrypoint") or []), *(settings.get("Cmd") or [])]
        if not words:
            return None
        environment = dict(item.partition("=")[::2] for item in settings.get("Env") or [])
        folders = environment.get("PATH", "/usr/local/bin:/usr/bin:/bin").split(":")
        name = words[0]
        if "/" in name:
            folders = [settings.get("WorkingDir") or "/"]
        places = [posixpath.join(folder, name) for folder in folders]
        found = next(filter(None, map(self._find, places)), None)
        for _script in range(4):  # a script's interpreter may be a script
            if found is None or found[1].text is None:
                break
            found = self._find(found[1].text)
        return (f"/{found[0]}", found[1].machine) if found and found[1].machine else None

    def _find(self, path: str) -> tuple[str, Entry] | None:
        """The file that a path leads to, through links of files and folders."""
        steps = path.split("/")[::-1]
        here = ""
        for _step in range(400):
            if not steps:
                entry = self._entries.get(here)
                return (here, entry) if entry else None
            step = steps.pop()
            there = posixpath.normpath(posixpath.join("/", here, step)).strip("/")
            entry = self._entries.get(there)
            if entry and entry.kind == _LINK and entry.text:
                steps += entry.text.split("/")[::-1]
                here = "" if entry.text.startswith("/") else here
            else:
                here = there
        return None

    # -- how they are read -----------------------------------------------------------------------------------------

    def add_layer(self, reader: LayerReader) -> None:
        """Put a layer upon the others, and read it to its end."""
        with reading(reader.name), tarfile.open(fileobj=t.cast(t.IO[bytes], reader), mode="r|") as tar:
            for member in tar:
                self._add(tar, member)
        reader.drain()

    def _add(self, tar: tarfile.TarFile, member: tarfile.TarInfo) -> None:
        path = posixpath.normpath(posixpath.join("/", member.name)).strip("/")
        folder, name = posixpath.split(path)
        if name == ".wh..wh..opq":
            self._remove(folder, itself=False)
        elif name.startswith(".wh."):
            self._remove(posixpath.join(folder, name[4:]), itself=True)
        elif member.isreg():
            stream = tar.extractfile(member)
            self._entries[path] = _entry(stream.read(_HEAD) if stream else b"")
        elif member.islnk():
            target = posixpath.normpath(posixpath.join("/", member.linkname)).strip("/")
            self._entries[path] = self._entries.get(target, Entry(_FILE))
        elif member.issym():
            self._entries[path] = Entry(_LINK, text=member.linkname)
        elif not member.isdir():
            self._entries[path] = Entry(_FILE)
        else:
            self._entries.pop(path, None)  # a folder in the place of a link

    def _remove(self, path: str, itself: bool) -> None:
        inside = f"{path}/" if path else ""
        for known in [known for known in self._entries if known.startswith(inside) or (itself and known == path)]:
            del self._entries[known]


def _entry(head: bytes) -> Entry:
    if head.startswith(b"\x7fELF") and len(head) >= 20:
        order = ">" if head[5] == 2 else "<"
        number = struct.unpack_from(f"{order}H", head, 18)[0]
        return Entry(_FILE, machine=_MACHINES.get(number, f"ELF machine {number}"))
    if head.startswith(b"#!"):
        words = head[2:].split(b"\n")[0].split()
        return Entry(_FILE, text=words[0].decode(errors="replace") if words else None)
    return Entry(_FILE)


def complaint(image: Image, programs: Programs, architecture: str) -> str | None:
    """Why the image cannot be for that architecture although it is labelled so, or None."""
    machines = programs.machines
    if not machines:
        return None
    most, number = machines.most_common(1)[0]
    if most != architecture:
        return f"{number} of the {machines.total()} programs and libraries in it are made for {most}"
    start = programs.machine_of_start(image.settings)
    if start and start[1] != architecture:
        return f"the program that it starts, {start[0]}, is made for {start[1]}"
    return None
