# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What goes over the wire, as plain data."""

from __future__ import annotations

import typing as t

# By method, host and path: C("GET blazar/v1/leases").
Answers = dict[str, t.Any]


class Raw(t.NamedTuple):
    """An answer that is no plain success: its body is JSON, or bytes as they are."""

    status: int
    body: t.Any
    kind: str = "application/json"
    headers: dict[str, str] = {}
