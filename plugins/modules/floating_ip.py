#!/usr/bin/python
# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Documentation and entry point of chi.edge.floating_ip."""

from __future__ import annotations

DOCUMENTATION = r"""
module: floating_ip
short_description: Reach a container through a floating IP
version_added: 0.1.0
author:
  - The chi.edge contributors (@chi-edge)
description:
  - Gives a container of Zun, or any port of Neutron, an address that is reachable from outside, and takes it away again.
  - An address is made and attached by one request, so that no other job can snatch it in between. It is marked as made for
    this container, in its description, by the same request.
  - Nobody else's address is ever picked up unasked. An address that is not in use is attached again only if it was made for
    the same container, which loses its address when it is recreated, or if O(address) names it.
  - Only what bears the mark is released. An address that was attached by other means, or belongs to a lease, is detached.
extends_documentation_fragment:
  - chi.edge.cloud
  - chi.edge.wait
  - chi.edge.attributes
attributes:
  check_mode:
    details:
      - What a new address will be is not known beforehand, so RV(floating_ip.address) is null then.
      - Assumes that a container that is not there will have been made, and warns about it.
options:
  container:
    description:
      - Name or id of the container.
      - With O(state=absent) it need not exist any more; what was made for it is found by its name. An id does not help then.
    type: str
  port:
    description: Id of a port of Neutron, for an address of something else than a container.
    type: str
  address:
    description:
      - The address that is wanted, which the project has already. It is attached although it was not made by this collection,
        and in the place of one that was.
      - If the project does not have it, it is asked for; most clouds let only their administrators choose a new one.
      - With O(state=absent) only this address is taken away, and neither O(container) nor O(port) is needed.
    type: str
    aliases: [floating_ip_address]
  network:
    description:
      - Name or id of the external network that a new address comes from. It is needed where there are several.
      - With O(state=absent), and to find what is attached already, only addresses of this network count.
    type: str
  move:
    description:
      - Whether O(address) may be taken away from another container or port that it is attached to, and whether an address that
        this collection did not make may give way to it.
    type: bool
    default: false
  release:
    description:
      - Whether the address goes back to the pool or is only detached, with O(state=absent) and when it gives way to O(address).
      - By default it goes back if this collection made it, and is detached if not.
      - What this collection did not make is released only if O(address) names it.
    type: bool
  state:
    description: Whether the container or port has a floating IP.
    type: str
    choices: [present, absent]
    default: present
seealso:
  - module: chi.edge.container
  - name: Floating IPs in the Neutron API
    description: What the service itself knows about them.
    link: https://docs.openstack.org/api-ref/network/v2/#floating-ips-floatingips
"""

EXAMPLES = r"""
- name: Reach the container from outside
  chi.edge.floating_ip:
    container: sensor
  register: reached

- name: Show where
  ansible.builtin.debug:
    msg: "http://{{ reached.floating_ip.address }}:8080/"

- name: Use an address that the project has already, wherever it is attached now
  chi.edge.floating_ip:
    container: sensor
    address: 129.114.34.140
    move: true

- name: Detach the address and keep it for the next container of that name
  chi.edge.floating_ip:
    container: sensor
    state: absent
    release: false

- name: Give back what was made for the container, also when the container is gone
  chi.edge.floating_ip:
    container: sensor
    state: absent

- name: Give back an address that was made by other means
  chi.edge.floating_ip:
    address: 129.114.34.141
    state: absent
    release: true
"""

RETURN = r"""
floating_ip:
  description:
    - The address as it is now, or null if it was released or there is none.
    - With O(state=absent) and an address that was only detached, that one.
  returned: success
  type: dict
  sample:
    id: 3f5cb9a1-5d6c-4a2b-8b2e-0f5f5d1c9a10
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
floating_ips:
  description: All addresses of the project, as RV(floating_ip), when the pool or the quota is exhausted.
  returned: when there is no address to be had
  type: list
  elements: dict
failure:
  description: What the service said.
  returned: when a service refused or could not be reached
  type: dict
  sample:
    status: 409
    message: No more IP addresses available on network 4b6e178b-c3bb-4ab6-9d76-20d4bcfd15ce.
"""

from ..module_utils._module import run_module
from ..module_utils._operations import floating_ip as operation


def main() -> None:
    """Run as an ordinary module."""
    run_module(operation)


if __name__ == "__main__":
    main()
