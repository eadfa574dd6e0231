# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Somebody who looks around while a run is on: at the list of processes, and at the files that the run makes."""

from __future__ import annotations

import os
import threading
import typing as t
from pathlib import Path

_PAUSE = 0.02


class Onlooker:
    """Looks for secrets as long as the context lasts.

    :param secrets: that nobody may see. :param directories: where the run may put files.
    :ivar seen: where a secret was seen, with the beginning of what it stood in.
    """

    def __init__(self, secrets: t.Collection[str], directories: t.Collection[Path]) -> None:
        self._secrets = [secret.encode() for secret in secrets]
        self._directories = directories
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)
        self.seen: set[str] = set()
        self.looks = 0

    def __enter__(self) -> Onlooker:
        self._thread.start()
        return self

    def __exit__(self, *_exc: object) -> None:
        self._is_over.set()
        self._thread.join()

    def left(self) -> list[str]:
        """The files with secrets that there still are."""
        return [str(path) for path, _content in self._files()]

    def _look(self) -> None:
        try:
            while not self._is_over.wait(_PAUSE):
                self._look_once()
        except Exception as exc:
            self.seen.add(f"nothing more, since the onlooker failed: {exc!r}")

    def _look_once(self) -> None:
        self.looks += 1
        for number in filter(str.isdigit, os.listdir("/proc")):
            process = Path("/proc", number)
            words = _read(process / "cmdline")
            self._note(f"{process}/cmdline", words)
            if b"ansible" in words:  # a container's own processes have its variables
                self._note(f"{process}/environ", _read(process / "environ"))
        for path, content in self._files():
            if _mode(path) & 0o077:
                self._note(f"{path} ({_mode(path):o})", content)

    def _files(self) -> t.Iterator[tuple[Path, bytes]]:
        for directory in self._directories:
            # passes over what goes away meanwhile
            for folder, _folders, names in os.walk(directory):
                for path in (Path(folder, name) for name in names):
                    content = _read(path)
                    if any(secret in content for secret in self._secrets):
                        yield path, content

    def _note(self, where: str, content: bytes) -> None:
        if any(secret in content for secret in self._secrets):
            self.seen.add(f"{where}: {content[:200].decode(errors='replace')}")


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:  # it is gone, or is a directory
        return b""


def _mode(path: Path) -> int:
    """Who may read a file: its own mode, and that of the directories that it is in."""
    try:
        mode = path.stat().st_mode & 0o777
        for folder in list(path.parents)[:4]:
            mode &= folder.stat().st_mode | 0o700 if folder.stat().st_mode & 0o077 else 0o700
    except OSError:
        return 0
    return mode
