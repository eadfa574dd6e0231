# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tells which security groups of the role edge_container are there more than once, or have a rule more than once."""

from __future__ import annotations

import typing as t

from ..plugin_utils._twins import Thing, twins

DOCUMENTATION = r"""
name: edge_container_twins
short_description: Tell which security groups or rules of the role chi.edge.edge_container are there more than once
version_added: 0.1.0
author:
  - The chi.edge contributors (@chi-edge)
description:
  - Runs at the same time may each make the security group of a container, or a rule in it. This tells which of the groups may go,
    as they have the name of an older one, and which have to have their rules made anew. The role does it for you.
  - A group that the role P(chi.edge.edge_container#role) has not made is left out.
positional: _input
options:
  _input:
    description: The security groups, as M(openstack.cloud.security_group_info) returns them.
    type: list
    elements: dict
    required: true
"""

EXAMPLES = r"""
- name: Look at the security groups of a container
  openstack.cloud.security_group_info:
    name: chi.edge sensor
  register: found

- name: Tell which of them are too many, or have rules that are
  ansible.builtin.debug:
    msg: "{{ found.security_groups | chi.edge.edge_container_twins }}"
"""

RETURN = r"""
_value:
  description:
    - Those groups, each with its C(id). Its C(state) is V(absent) where it may go, and V(present) where it has a rule twice.
  type: list
  elements: dict
  sample: [{id: 67685977-fba1-4706-b873-606e8c2ed4f6, state: absent}]
"""


def edge_container_twins(groups: list[Thing]) -> list[dict[str, str]]:
    """See DOCUMENTATION."""
    return twins(groups)


class FilterModule:
    """See DOCUMENTATION."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        """The filter by its name."""
        return {"edge_container_twins": edge_container_twins}
