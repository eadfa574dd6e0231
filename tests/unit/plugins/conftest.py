# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Plugins as Ansible loads them, with a run's private directory of their own."""

from __future__ import annotations

import pytest
from ansible import constants as C


@pytest.fixture(autouse=True)
def private(tmp_path, monkeypatch):
    """Where a run keeps what is its own."""
    directory = tmp_path / "run"
    directory.mkdir(0o700)
    monkeypatch.setattr(C, "DEFAULT_LOCAL_TMP", str(directory))
    return directory / "chi_edge"
