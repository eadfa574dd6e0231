# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tells the module containers what the role edge_container wants of it."""

from __future__ import annotations

import typing as t

from ..plugin_utils._edge_container import Wish, orders

DOCUMENTATION = r"""
name: edge_container_orders
short_description: Write what the role chi.edge.edge_container wants as the module chi.edge.containers takes it
version_added: 0.1.0
author:
  - The chi.edge contributors (@chi-edge)
description:
  - Makes the option O(chi.edge.containers#module:containers) out of what P(chi.edge.edge_containers#filter) has read. The role
    P(chi.edge.edge_container#role) does it for you.
positional: _input
options:
  _input:
    description: The containers, as P(chi.edge.edge_containers#filter) gives them.
    type: list
    elements: dict
    required: true
  shared:
    description: Further options that go for each of them. What is null is left out.
    type: dict
    default: {}
  reservations:
    description: The id of the reservation of each, in the same order.
    type: list
    elements: str
    default: []
  ruled:
    description:
      - The results of M(openstack.cloud.security_group) for each, in the same order. Without them a container with rules of its
        own is put in no group.
    type: list
    elements: dict
    default: []
"""

EXAMPLES = r"""
- name: Run what was read
  chi.edge.containers:
    containers: "{{ [{'name': 'web'}, {'name': 'db'}] | chi.edge.edge_containers(shared) | chi.edge.edge_container_orders }}"
  vars:
    shared: {lease: pair, image: docker.io/library/nginx}
"""

RETURN = r"""
_value:
  description: One dictionary for each container, with the names of the module's options.
  type: list
  elements: dict
  sample:
    - {name: web, image: docker.io/library/nginx, floating_ip: true}
    - {name: db, image: docker.io/library/nginx, floating_ip: true}
"""


def edge_container_orders(
    wishes: list[Wish],
    shared: dict[str, t.Any] | None = None,
    reservations: list[str | None] | None = None,
    ruled: list[dict[str, t.Any]] | None = None,
) -> list[dict[str, t.Any]]:
    """See DOCUMENTATION."""
    return orders(wishes, shared or {}, reservations, ruled)


class FilterModule:
    """See DOCUMENTATION."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        """The filter by its name."""
        return {"edge_container_orders": edge_container_orders}
