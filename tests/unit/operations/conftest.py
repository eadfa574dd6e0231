# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whole operations on a small cloud: as a user gives the options, through the real clients."""

from __future__ import annotations

import time
import typing as t

import pytest
from ansible_collections.chi.edge.tests.tools.operations import Runner
from ansible_collections.chi.edge.tests.tools.small_cloud import SmallCloud, serving


@pytest.fixture
def there() -> t.Iterator[SmallCloud]:
    """The cloud."""
    with serving() as cloud:
        yield cloud


@pytest.fixture
def run(there: SmallCloud) -> Runner:
    """Runs an operation there."""
    return Runner(there)


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """A pause is as good as none, and time passes by it."""
    passed = 0.0
    real = time.monotonic

    def sleep(seconds: float) -> None:
        nonlocal passed
        passed += seconds

    monkeypatch.setattr(time, "sleep", sleep)
    monkeypatch.setattr(time, "monotonic", lambda: real() + passed)
