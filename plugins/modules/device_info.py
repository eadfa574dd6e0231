#!/usr/bin/python

# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Documentation and entry point of chi.edge.device_info."""

from __future__ import annotations

DOCUMENTATION = r"""
module: device_info
short_description: List edge devices and when they are free
version_added: 0.1.0
author:
  - The chi.edge contributors (@chi-edge)
description:
  - Lists the devices that a site leases out, each with its properties, whether it is for this project, whether it is free now,
    when it is leased, and when it is free next.
  - With O(duration) it also finds the first slot in which O(count) of the devices are free at once. Its start can be given to
    M(chi.edge.lease) as O(chi.edge.lease#module:start).
  - It takes two requests, and a third for the names of the project's own leases.
extends_documentation_fragment:
  - chi.edge.cloud
  - chi.edge.attributes_info
options:
  device:
    description:
      - Which devices, written as O(chi.edge.lease#module:device) is. The name of a device, or a dictionary of properties that all
        must be equal, such as C(machine_name), C(vendor), C(model), C(uid) or any other property of the site's devices.
    type: raw
    aliases: [name]
  resource_properties:
    description:
      - Which devices, as Blazar has it, as a list or as JSON, such as C(["!=", "$vendor", "Nvidia"]); see
        O(chi.edge.lease#module:reservations[].resource_properties).
    type: raw
  duration:
    description:
      - For how long the devices are to be free, in weeks, days, hours and minutes, such as V(4h), V(1d12h), V(90m) or V(1w).
    type: str
  count:
    description: How many of them are to be free at once.
    type: int
    default: 1
  start:
    description:
      - The earliest that they are to be free. V(now), or an offset from now such as V(+2h), or an ISO date such as
        V(2027-01-31 15:00) or V(2027-01-31T15:00:00+01:00). A date without a zone is UTC. What has passed means now.
    type: str
    default: now
    aliases: [start_date]
  deadline:
    description: When the slot must end at the latest, written like O(start).
    type: str
notes:
  - A site may keep its devices or its calendar from its users. The task warns of it then and returns what is left. Without the
    list of the devices they are known only by their ids.
  - Between the look and the lease somebody else may take the device; then M(chi.edge.lease) says so.
seealso:
  - module: chi.edge.lease
  - name: Playbook chi.edge.calendar
    description: Shows the same as a page to look at.
    link: https://github.com/chi-edge/chi.edge
"""

EXAMPLES = r"""
- name: List all devices
  chi.edge.device_info:
    cloud: edge
  register: found

- name: Show which are free now
  ansible.builtin.debug:
    msg: "{{ found.devices | selectattr('free') | selectattr('authorized') | map(attribute='name') | join(', ') }}"

- name: Find the first time in which two Raspberry Pis are free for six hours, until Friday evening
  chi.edge.device_info:
    cloud: edge
    device:
      machine_name: raspberrypi4-64
    count: 2
    duration: 6h
    deadline: 2027-02-05 18:00
  register: found

- name: Lease two of them then
  chi.edge.lease:
    cloud: edge
    name: my-lease
    device:
      machine_name: raspberrypi4-64
    count: 2
    start: "{{ found.slot.start }}"
    duration: 6h
  when: found.slot is not none
"""

RETURN = r"""
devices:
  description: The devices by name; each with its columns, its properties, and the following.
  returned: success
  type: list
  elements: dict
  sample:
    - id: 5f0c7b0e-1d3a-4a44-9c58-0f2f5d1c9a10
      name: iot-rpi4-01
      device_type: container
      device_driver: k8s
      reservable: true
      machine_name: raspberrypi4-64
      vendor: Raspberry Pi
      model: Raspberry Pi 4 Model B
      uid: 8dd501a8-35fc-5f58-9792-8f27210b22ff
      authorized: true
      free: false
      busy:
        - start_date: "2027-01-31T15:00:00Z"
          end_date: "2027-01-31T19:00:00Z"
          reservation_id: 500e0c36-2089-46a5-bf7c-cc46e5f65a0d
          lease_id: 8aad6912-2eb5-4140-812f-123e5cb56ca3
          lease_name: my-lease
          ours: true
      next_free:
        start_date: "2027-01-31T19:00:00Z"
        end_date:
  contains:
    id:
      description: Its id.
      type: str
    name:
      description: Its name; V(null) if the site does not tell.
      type: str
    device_type:
      description: What it is leased for.
      type: str
    device_driver:
      description: How it is run.
      type: str
    reservable:
      description: Whether it is leased out at all. One that is not may still be free in the calendar.
      type: bool
    authorized:
      description: Whether it is for this project, by its property C(authorized_projects); V(null) if the site does not tell.
      type: bool
    free:
      description: Whether nobody has leased it at this moment; V(null) if the calendar cannot be seen.
      type: bool
    busy:
      description: When it is leased, now and later; V(null) if the calendar cannot be seen.
      type: list
      elements: dict
      contains:
        start_date:
          description: Since when or from when.
          type: str
        end_date:
          description: Until when.
          type: str
        reservation_id:
          description: Id of the reservation.
          type: str
        lease_id:
          description: Id of the lease.
          type: str
        lease_name:
          description: Name of the lease, if it is the project's own.
          type: str
        ours:
          description: Whether it is the project's own.
          type: bool
    next_free:
      description:
        - The first time from O(start) on in which it is free, for O(duration) at least; V(null) if it cannot be leased by this
          project, or the calendar cannot be seen.
      type: dict
      contains:
        start_date:
          description: From when.
          type: str
        end_date:
          description: When the next lease of it starts; V(null) if there is none.
          type: str
slot:
  description:
    - The first slot in which O(count) of the devices are free for O(duration), not later than O(deadline); V(null) if there is
      none, and a warning tells why.
  returned: success, with O(duration)
  type: dict
  sample:
    start: "2027-01-31T19:00:00Z"
    start_date: "2027-01-31T19:00:00Z"
    end_date: "2027-02-01T01:00:00Z"
    devices: [iot-rpi4-01, iot-rpi4-02]
  contains:
    start:
      description:
        - What to give to M(chi.edge.lease) as its O(chi.edge.lease#module:start); V(now) for a slot that begins now.
      type: str
    start_date:
      description: When it begins.
      type: str
    end_date:
      description: When it has lasted for O(duration).
      type: str
    devices:
      description: The names of all devices that are free in it, which may be more than O(count); ids where there are no names.
      type: list
      elements: str
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
from ..module_utils._operations import device_info as operation


def main() -> None:
    """Run as an ordinary module."""
    run_module(operation)


if __name__ == "__main__":
    main()
