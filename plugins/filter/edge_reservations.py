# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Gives each of several containers a device of its own."""

from __future__ import annotations

import typing as t

from ansible.errors import AnsibleFilterError

from ..plugin_utils._edge_container import Wish, assign

DOCUMENTATION = r"""
name: edge_reservations
short_description: Give each of several containers a device of its own
version_added: 0.1.0
author:
  - The chi.edge contributors (@chi-edge)
description:
  - Chooses for each container one of the device reservations of a lease, so that no two containers land on the same device.
  - A container that is there already keeps the reservation that it has. Those that want a certain device choose before those that
    take any.
  - It is an error when no reservation is left that suits a container.
positional: _input
options:
  _input:
    description: The lease, as M(chi.edge.lease) returns it.
    type: dict
    required: true
  containers:
    description:
      - The containers, as P(chi.edge.edge_containers#filter) gives them. Of each, C(name) and C(device) are looked at. C(device)
        is the name of a device or a dictionary of its properties.
    type: list
    elements: dict
    required: true
  present:
    description: The id of the reservation that each container has already, in the same order; null if it has none.
    type: list
    elements: str
    default: []
"""

EXAMPLES = r"""
- name: Lease two devices
  chi.edge.lease:
    name: pair
    duration: 4h
    reservations:
      - device: iot-rpi4-01
      - device: {machine_name: jetson-nano}
  register: leased

- name: Start a container on each
  chi.edge.container:
    name: "{{ item.name }}"
    image: ghcr.io/chameleoncloud/edge_ssh_image:latest
    lease: pair
    reservation: "{{ (leased.lease | chi.edge.edge_reservations(containers))[index] }}"
  loop: "{{ containers }}"
  loop_control:
    index_var: index
  vars:
    containers:
      - {name: talker, device: iot-rpi4-01}
      - {name: listener, device: {machine_name: jetson-nano}}
"""

RETURN = r"""
_value:
  description:
    - The id of a reservation for each container, in the same order. All are null where check mode has only predicted the lease.
  type: list
  elements: str
  sample: [500e0c36-2089-46a5-bf7c-cc46e5f65a0d, 0960d641-bdbc-4666-a100-65fd48a886e3]
"""


def edge_reservations(
    lease: dict[str, t.Any], containers: list[Wish], present: list[str | None] | None = None
) -> list[str | None]:
    """See DOCUMENTATION."""
    try:
        return assign(lease, containers, present or [None] * len(containers))
    except ValueError as exc:
        raise AnsibleFilterError(str(exc)) from None


class FilterModule:
    """See DOCUMENTATION."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        """The filter by its name."""
        return {"edge_reservations": edge_reservations}
