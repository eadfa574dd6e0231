# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reads what the role edge_container was asked for."""

from __future__ import annotations

import typing as t

from ansible.errors import AnsibleFilterError

from ..plugin_utils._edge_container import Wish, read_wishes

DOCUMENTATION = r"""
name: edge_containers
short_description: Read what the role chi.edge.edge_container was asked for
version_added: 0.1.0
author:
  - The chi.edge contributors (@chi-edge)
description:
  - Brings the variables of the role P(chi.edge.edge_container#role) into one shape, whether they came as YAML, or as the text
    that an AWX survey or C(-e key=value) gives. An empty text is the same as nothing.
  - The role does it for you. It is useful in a playbook that wants to know beforehand what the role will make of its variables.
positional: _input
options:
  _input:
    description: The list of several containers, or nothing for one. A text holds it as YAML or JSON.
    type: raw
    required: true
  shared:
    description:
      - What goes for all containers, or is said of the one, by the names of the role's variables without their prefix.
      - Several containers need C(name), C(lease) or C(lease_name), since the role finds their lease by it.
    type: dict
    required: true
"""

EXAMPLES = r"""
- name: Show what would be provisioned
  ansible.builtin.debug:
    msg: "{{ edge_container_containers | chi.edge.edge_containers(shared) }}"
  vars:
    edge_container_containers: '[{"name": "web", "device": "iot-rpi4-01"}, {"name": "db", "floating_ip": "no"}]'
    shared:
      lease_name: pair
      image: ghcr.io/chameleoncloud/edge_ssh_image:latest
      exposed_ports: 8080/tcp, 22/tcp
      verify_port: "8080"
      command: ""
"""

RETURN = r"""
_value:
  description:
    - One dictionary for each container, with the names of the role's variables without their prefix. What is unset is left out.
    - C(own_group) is the name of the security group that the role makes of C(security_group_rules), where there are any.
  type: list
  elements: dict
  sample:
    - name: web
      image: ghcr.io/chameleoncloud/edge_ssh_image:latest
      device: iot-rpi4-01
      exposed_ports: [8080/tcp, 22/tcp]
      verify_port: 8080
      floating_ip: true
"""


def edge_containers(containers: t.Any, shared: dict[str, t.Any]) -> list[Wish]:
    """See DOCUMENTATION."""
    try:
        return read_wishes(containers, shared)
    except ValueError as exc:
        raise AnsibleFilterError(str(exc)) from None


class FilterModule:
    """See DOCUMENTATION."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        """The filter by its name."""
        return {"edge_containers": edge_containers}
