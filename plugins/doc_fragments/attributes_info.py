# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a module that only looks can promise, in Ansible's own terms."""

from __future__ import annotations


class ModuleDocFragment:
    """Fragment C(chi.edge.attributes_info)."""

    DOCUMENTATION = r"""
options: {}
attributes:
  action_group:
    description: Use C(group/chi.edge.all) in C(module_defaults) to set defaults for all modules of the collection.
    support: full
    membership:
      - chi.edge.all
  check_mode:
    description: Can run in C(check_mode). This module changes nothing, so it does the same there.
    support: full
  diff_mode:
    description: Returns what has changed, or would change, when C(diff) is asked for. This module changes nothing.
    support: N/A
  idempotent:
    description: A second run with the same options changes nothing, and neither does the first.
    support: full
  action:
    description: Has an action plugin of the same name, so that some of the work is done on the controller.
    support: full
    details:
      - The task runs inside Ansible's own process where that gives the same result, which saves a second a task. Set the
        variable C(chi_edge_in_process) to V(false) to have it run as an ordinary module always.
  async:
    description: Supports being used with C(async).
    support: full
"""
