#!/usr/bin/python

# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Documentation and entry point of chi.edge.floating_ip_info."""

from __future__ import annotations

DOCUMENTATION = r"""
module: floating_ip_info
short_description: List the floating IPs of the project
version_added: 0.1.0
author:
  - The chi.edge contributors (@chi-edge)
description:
  - Lists the floating IPs that the project has, and what they are attached to.
  - The list is empty if there is none that matches. Only addresses that match all of the options are listed.
  - It takes one request, one more for O(container) and one more for O(network).
extends_documentation_fragment:
  - chi.edge.cloud
  - chi.edge.attributes_info
options:
  id:
    description: Id of the floating IP.
    type: str
  address:
    description: The address that is reachable from outside.
    type: str
    aliases: [floating_ip_address]
  container:
    description:
      - Name or id of a container. Its addresses are those that are attached to it, and those that M(chi.edge.floating_ip) made
        for a container of that name and that are attached to nothing.
    type: str
  port:
    description: Id of the port that it is attached to.
    type: str
  network:
    description: Name or id of the external network that it comes from.
    type: str
  status:
    description: Addresses in one of these.
    type: list
    elements: str
    choices: [ACTIVE, DOWN, ERROR]
  attached:
    description: V(true) for addresses that are attached to something, V(false) for those that are not in use.
    type: bool
seealso:
  - module: chi.edge.floating_ip
"""

EXAMPLES = r"""
- name: List the addresses that are not in use
  chi.edge.floating_ip_info:
    cloud: edge
    attached: false
  register: idle

- name: Give back those that were made for containers
  chi.edge.floating_ip:
    cloud: edge
    address: "{{ item.address }}"
    state: absent
  loop: "{{ idle.floating_ips | selectattr('description', 'match', 'chi.edge container ') }}"
  loop_control:
    label: "{{ item.address }}"

- name: Find the address of a container
  chi.edge.floating_ip_info:
    cloud: edge
    container: sensor
    attached: true
  register: found

- name: Show it
  ansible.builtin.debug:
    msg: "{{ found.floating_ips | map(attribute='address') | join(', ') }}"
"""

RETURN = r"""
floating_ips:
  description: The addresses in ascending order; each as M(chi.edge.floating_ip) returns it.
  returned: success
  type: list
  elements: dict
  sample:
    - id: 3f5cb9a1-5d6c-4a2b-8b2e-0f5f5d1c9a10
      address: 129.114.34.140
      status: ACTIVE
      port_id: 8b8a4b3c-6f0e-4a0e-9f43-2b4dd2f3c7a1
      fixed_address: 192.168.64.23
      network_id: 4b6e178b-c3bb-4ab6-9d76-20d4bcfd15ce
      router_id: 4d4e3c26-5eeb-4065-a1d5-abc1310bf3e4
      project_id: deb5d35ce688416d99404e85ff036e6c
      description: chi.edge container sensor
      tags: []
      created_at: "2026-06-24T15:45:07Z"
      updated_at: "2026-06-24T15:45:08Z"
  contains:
    id:
      description: Id of the floating IP.
      type: str
    address:
      description: The address that is reachable from outside.
      type: str
    status:
      description: V(ACTIVE) when the router has taken it up, V(DOWN) before that and while it is attached to nothing.
      type: str
    port_id:
      description: Id of the port that it is attached to, or null.
      type: str
    fixed_address:
      description: The port's own address, which is not reachable from outside.
      type: str
    network_id:
      description: Id of the external network that it comes from.
      type: str
    router_id:
      description: Id of the router that translates it, or null.
      type: str
    project_id:
      description: Id of the project that owns it.
      type: str
    description:
      description: Its description; begins with C(chi.edge) if this collection made it.
      type: str
    tags:
      description: Its tags; one that begins with C(reservation:) tells that it belongs to a lease.
      type: list
      elements: str
    created_at:
      description: When it was made.
      type: str
    updated_at:
      description: When it was last changed.
      type: str
failure:
  description: What the service said.
  returned: when a service refused or could not be reached
  type: dict
  sample:
    status: 401
    message: The request you have made requires authentication.
    request_id: req-5f0c7b0e-1d3a-4a44-9c58-0f2f5d1c9a10
"""

from ..module_utils._module import run_module
from ..module_utils._operations import floating_ip_info as operation


def main() -> None:
    """Run as an ordinary module."""
    run_module(operation)


if __name__ == "__main__":
    main()
