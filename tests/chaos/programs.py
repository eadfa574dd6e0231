# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The programs of the local cloud, stopped and started under its clients."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class Programs:
    """What supervisord runs.

    :param cloud: the local cloud's directory.
    """

    def __init__(self, cloud: Path) -> None:
        self._command = [cloud / "venv" / "bin" / "supervisorctl", "-c", cloud / "etc" / "supervisord.conf"]

    def __call__(self, *words: str) -> str:
        """Tell supervisord something."""
        return subprocess.run([*self._command, *words], capture_output=True, text=True, check=False).stdout

    def is_up(self, name: str) -> bool:
        return "RUNNING" in self("status", name)

    @contextmanager
    def without(self, name: str) -> Iterator[None]:
        """While the program is stopped."""
        self("stop", name)
        try:
            yield
        finally:
            self("start", name)

    def kill(self, name: str) -> None:
        """End it as the kernel does when memory is short, and have it run again."""
        self("signal", "KILL", name)
        end = time.monotonic() + 15
        while not self.is_up(name) and time.monotonic() < end:
            self("start", name)
            time.sleep(0.5)
