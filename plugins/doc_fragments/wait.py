# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The options that say how long to wait for an effect."""

from __future__ import annotations


class ModuleDocFragment:
    """Fragment C(chi.edge.wait)."""

    DOCUMENTATION = r"""
options:
  wait:
    description:
      - Whether to wait until the service says that the wanted state has come.
      - Without waiting everything is still done that needs no waiting.
    type: bool
    default: true
  wait_timeout:
    description: Seconds to wait at the most. When they are up the task fails, and its result carries what was seen last.
    type: int
    default: 300
    aliases: [timeout]
  wait_interval:
    description: Seconds between two looks. The first looks follow each other more quickly.
    type: float
    default: 2.0
"""
