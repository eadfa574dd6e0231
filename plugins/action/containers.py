# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs chi.edge.containers inside Ansible's own process where that is the same."""

from __future__ import annotations

from ..module_utils._operations import containers
from ..plugin_utils._in_process import InProcessAction


class ActionModule(InProcessAction):
    """See chi.edge.containers."""

    operation = containers
