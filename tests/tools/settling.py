# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Patience with services, which tidy up behind their answers."""

from __future__ import annotations

import time
from collections.abc import Callable


def settles(is_so: Callable[[], object], seconds: float = 30) -> bool:
    """Whether something becomes so in the time."""
    end = time.monotonic() + seconds
    while not is_so():
        if time.monotonic() > end:
            return False
        time.sleep(0.5)
    return True
