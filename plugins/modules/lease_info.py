#!/usr/bin/python

# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Documentation and entry point of chi.edge.lease_info."""

from __future__ import annotations

DOCUMENTATION = r"""
module: lease_info
short_description: List leases of Blazar
version_added: 0.1.0
author:
  - The chi.edge contributors (@chi-edge)
description:
  - Lists the leases of the project, those that have ended as well, with their reservations and devices.
  - The list is empty if there is none that matches. Only leases that match all of the options are listed.
  - It takes one request, and two more if one of the leases holds devices.
extends_documentation_fragment:
  - chi.edge.cloud
  - chi.edge.attributes_info
options:
  name:
    description: Name of the lease. Several leases can have one name.
    type: str
  id:
    description: Id of the lease.
    type: str
  status:
    description: Leases in one of these.
    type: list
    elements: str
    choices: [PENDING, ACTIVE, TERMINATED, ERROR, CREATING, STARTING, UPDATING, TERMINATING, DELETING]
  live:
    description:
      - V(true) for the leases that run or are still to run, which are those that M(chi.edge.lease) knows by name; V(false) for
        those that are over or have failed.
    type: bool
seealso:
  - module: chi.edge.lease
  - module: chi.edge.device_info
"""

EXAMPLES = r"""
- name: List the leases that run or are still to run
  chi.edge.lease_info:
    cloud: edge
    live: true
  register: found

- name: Show when each ends
  ansible.builtin.debug:
    msg: "{{ item.name }} ends at {{ item.end_date }} and has {{ item.devices | map(attribute='name') | join(', ') }}"
  loop: "{{ found.leases }}"
  loop_control:
    label: "{{ item.id }}"

- name: Delete the records of all leases that have ended
  block:
    - name: List them
      chi.edge.lease_info:
        cloud: edge
        status: [TERMINATED]
      register: ended

    - name: Delete each
      chi.edge.lease:
        cloud: edge
        id: "{{ item }}"
        state: absent
      loop: "{{ ended.leases | map(attribute='id') }}"
"""

RETURN = r"""
leases:
  description: The leases, by their start; each as M(chi.edge.lease) returns it.
  returned: success
  type: list
  elements: dict
  sample:
    - id: 8aad6912-2eb5-4140-812f-123e5cb56ca3
      name: my-lease
      status: ACTIVE
      degraded: false
      project_id: a5f0758da4a5404bbfcef0a64206614c
      user_id: b8f54a6a4ab64b5e8a5b4a0c6a1ad0a7
      start_date: "2027-01-31T15:00:00Z"
      end_date: "2027-01-31T19:00:00Z"
      before_end_date: "2027-01-31T15:00:00Z"
      created_at: "2027-01-31T15:00:12Z"
      updated_at: "2027-01-31T15:00:21Z"
      reservations:
        - id: 500e0c36-2089-46a5-bf7c-cc46e5f65a0d
          lease_id: 8aad6912-2eb5-4140-812f-123e5cb56ca3
          resource_id: 48001fa1-ccb5-4e30-b511-a90455930776
          resource_type: device
          status: active
          min: 1
          max: 1
          resource_properties: ["==", "$machine_name", "raspberrypi4-64"]
          before_end: default
          missing_resources: false
          resources_changed: false
          created_at: "2027-01-31T15:00:12Z"
          updated_at: "2027-01-31T15:00:21Z"
      reservation_ids:
        device:
          - 500e0c36-2089-46a5-bf7c-cc46e5f65a0d
      events:
        - event_type: start_lease
          time: "2027-01-31T15:00:00Z"
          status: DONE
        - event_type: before_end_lease
          time: "2027-01-31T15:00:00Z"
          status: DONE
        - event_type: end_lease
          time: "2027-01-31T19:00:00Z"
          status: UNDONE
      devices:
        - id: 5f0c7b0e-1d3a-4a44-9c58-0f2f5d1c9a10
          name: iot-rpi4-01
          device_type: container
          device_driver: k8s
          reservable: true
  contains:
    id:
      description: The lease's id.
      type: str
    name:
      description: The lease's name.
      type: str
    status:
      description: C(PENDING), C(ACTIVE), C(TERMINATED) or C(ERROR), or one of the short moments in between.
      type: str
    degraded:
      description: Whether a device has failed since.
      type: bool
    project_id:
      description: The project that the lease belongs to.
      type: str
    user_id:
      description: The user who made the lease.
      type: str
    start_date:
      description: When the lease starts.
      type: str
    end_date:
      description: When the lease ends.
      type: str
    before_end_date:
      description: When Blazar does what is to be done before the end; V(null) if the lease has no such event.
      type: str
    created_at:
      description: When the lease was made.
      type: str
    updated_at:
      description: When the lease was changed last.
      type: str
    reservations:
      description: The reservations as Blazar has them, with numbers, times and filters parsed.
      type: list
      elements: dict
    reservation_ids:
      description: The ids of the reservations by their type. A container takes one of C(device).
      type: dict
    events:
      description: The start, the end and what comes before the end.
      type: list
      elements: dict
    devices:
      description: The devices that the lease has been given; V(null) if the site does not tell, or the lease is not live.
      type: list
      elements: dict
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
from ..module_utils._operations import lease_info as operation


def main() -> None:
    """Run as an ordinary module."""
    run_module(operation)


if __name__ == "__main__":
    main()
