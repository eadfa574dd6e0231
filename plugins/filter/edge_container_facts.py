# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Puts together what the role edge_container has done."""

from __future__ import annotations

import typing as t

from ..plugin_utils._edge_container import Wish, facts

DOCUMENTATION = r"""
name: edge_container_facts
short_description: Put together what the role chi.edge.edge_container has done
version_added: 0.1.0
author:
  - The chi.edge contributors (@chi-edge)
description:
  - Makes the fact C(edge_container) that the role P(chi.edge.edge_container#role) leaves for what follows it, out of the results
    of its tasks. The role does it for you.
positional: _input
options:
  _input:
    description: The lease, as M(chi.edge.lease) returns it.
    type: dict
    required: true
  wishes:
    description: What was wanted, as P(chi.edge.edge_containers#filter) gives it.
    type: list
    elements: dict
    required: true
  made:
    description: What M(chi.edge.containers) returns of each, in the same order. Nothing is known of what was taken down.
    type: list
    elements: dict
    default: []
"""

EXAMPLES = r"""
- name: Keep what is known of a container
  ansible.builtin.set_fact:
    sensor: "{{ leased.lease | chi.edge.edge_container_facts([{'name': 'sensor'}], made.containers) }}"
"""

RETURN = r"""
_value:
  description:
    - The C(lease), and of the first container C(name), C(container), C(reservation), C(floating_ip), C(addresses), C(address) and
      C(url). C(containers) has the same of each container.
  type: dict
"""


def edge_container_facts(
    lease: dict[str, t.Any] | None, wishes: list[Wish], made: list[dict[str, t.Any]] | None = None
) -> dict[str, t.Any]:
    """See DOCUMENTATION."""
    return facts(lease, wishes, made or [])


class FilterModule:
    """See DOCUMENTATION."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        """The filter by its name."""
        return {"edge_container_facts": edge_container_facts}
