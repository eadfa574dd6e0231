# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What tests of several parts share."""

from __future__ import annotations

import pytest
from ansible_collections.chi.edge.plugins.module_utils import _waiter


@pytest.fixture
def time_flies(monkeypatch):
    """Sleeping takes no time, but the clock goes on."""
    passed = [0.0]
    monkeypatch.setattr(_waiter.time, "sleep", lambda seconds: passed.__setitem__(0, passed[0] + seconds))
    monkeypatch.setattr(_waiter.time, "monotonic", lambda: passed[0])
    return passed
