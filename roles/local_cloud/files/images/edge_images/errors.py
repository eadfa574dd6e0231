# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The one error that the command turns into a sentence for its user."""

from __future__ import annotations


class ImageError(Exception):
    """What was tried, and what stood in the way."""
