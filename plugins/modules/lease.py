#!/usr/bin/python
# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: lease
short_description: Lease edge devices from Blazar
version_added: 0.1.0
author:
  - The chi.edge contributors (@chi-edge)
description:
  - Makes, extends, renames, ends and deletes a lease of Blazar, the reservation service of Chameleon and of OpenStack.
  - A lease reserves devices, or floating IPs, hosts and networks, for a time. A container on a leased device needs the id of the
    device's reservation, which is in RV(lease.reservation_ids).
  - When a lease ends or is deleted, all containers on its devices are deleted, with all their data.
  - Blazar lets several leases have one name, and keeps those that have ended. So O(name) means the one lease of that name that is
    live, which is to say that it runs or is still to run. If several are live, the task fails and lists them.
  - Tasks that make a lease of one name at the same time end with one lease. It is the one that was made first, and the others are
    deleted again by those who made them.
  - Blazar may give a device to two leases when one of them is moved over the other. So the calendar is read before and after a
    lease is extended or moved. If a neighbour has come to have the device, that is taken back and the task fails.
  - What the options ask for besides a name is used in full when a lease is made. A lease that is there is only held against what
    was asked for in absolute terms, which are dates and O(minimum_remaining). An unchanged O(start=now) with a O(duration) never
    moves it, and neither does any other offset from now.
extends_documentation_fragment:
  - chi.edge.cloud
  - chi.edge.wait
  - chi.edge.attributes
attributes:
  idempotent:
    support: partial
    details:
      - With O(minimum_remaining) and no longer O(duration) beside it every run extends the lease by the time that has passed.
options:
  name:
    description:
      - The lease's name, of 80 characters at the most.
      - With O(id) it is the new name of that lease.
    type: str
  id:
    description: The lease's id. Such a lease is never made, only changed, ended or deleted.
    type: str
  state:
    description:
      - V(present) makes the lease if there is none that is live, and otherwise changes what differs.
      - V(absent) deletes it. By name that is the live one and any of that name that failed; those that have ended are but
        records, and stay unless they are named by O(id).
      - V(ended) ends it now and keeps its record. One that has not started yet has nothing to keep, and is deleted.
    type: str
    choices: [present, absent, ended]
    default: present
  start:
    description:
      - When the lease starts. V(now), or an offset from now such as V(+2h), or an ISO date such as V(2027-01-31 15:00) or
        V(2027-01-31T15:00:00+01:00). A date without a zone is UTC. Seconds are dropped.
      - A date moves a lease that has not started yet. If O(duration) is given as well, it counts from the new start.
      - V(first_free) lets a new lease start as soon as all its devices are free together for O(duration), by the site's calendar.
        Where somebody else is quicker, the next such time is taken. A lease that is there is not moved.
    type: str
    default: now
    aliases: [start_date]
  end:
    description:
      - When the lease ends, written like O(start).
      - A date shortens or extends a lease that is there. An offset is used only when a lease is made.
      - To make a lease takes O(end) or O(duration).
    type: str
    aliases: [end_date]
  duration:
    description:
      - How long a new lease is to last, in weeks, days, hours and minutes, such as V(4h), V(1d12h), V(90m) or V(1w).
      - Chameleon allows 7 days at the most.
    type: str
  before_end_date:
    description:
      - When Blazar does what it was told to do before the end, such as to send a mail. Written like O(start).
      - A date moves that of a lease that is there.
      - If it is not given, the site decides; at Chameleon it is 48 hours before the end.
    type: str
  minimum_remaining:
    description:
      - How long the lease must go on from now, such as V(1d), for a job that runs every night.
      - If less is left, the lease is extended so that it ends after the longer of this and O(duration), counted from now, or from
        its start if that is still to come.
      - Chameleon extends a lease only in its last 48 hours, and by 7 days at the most.
    type: str
  device:
    description:
      - Which device to lease, for the common case of one kind of device. The name of a device, or a dictionary of properties that
        all must be equal, such as C(machine_name), C(vendor), C(model), C(uid) or any other property of the site's devices.
        An empty dictionary takes any device.
      - To make a lease takes O(device) or O(reservations).
    type: raw
  count:
    description: How many such devices; one if it is not given.
    type: int
  reservations:
    description:
      - All that the lease reserves. If each container must have a device of its own, give each device a reservation.
      - An empty list makes a lease that reserves nothing.
      - The reservations of a lease cannot be changed. If those of a lease that is there differ from these, the task warns.
    type: list
    elements: dict
    suboptions:
      resource_type:
        description:
          - What is reserved, for instance V(device), V(virtual:floatingip), V(physical:host), V(network) or V(flavor:instance).
            Each site has some of these.
        type: str
        default: device
      min:
        description: How many it must be at least, for devices and hosts. The default is 1.
        type: int
      max:
        description: How many it may be at the most, for devices and hosts. The default is O(reservations[].min).
        type: int
      amount:
        description: How many, for floating IPs and instances. The default is 1.
        type: int
      device:
        description: Which device, like O(device).
        type: raw
      resource_properties:
        description:
          - Which device or host, as Blazar has it, as a list or as JSON. C(["==", "$name", "iot-rpi4-01"]), with one of C(==),
            C(!=), C(<), C(<=), C(>) and C(>=), or several such filters as in C(["and", FILTER, FILTER]). Values are strings, and
            are compared as strings.
        type: raw
      network:
        description: Name or id of the external network, for floating IPs.
        type: str
      before_end:
        description: What Blazar does before the end, for instance V(email) or V(default). Each site has its own default.
        type: str
      extra:
        description: Further keys, passed on to Blazar as they are, for instance C(flavor_id) or C(network_name).
        type: dict
  replace_failed:
    description:
      - Whether a lease of that O(name) that has failed to start is deleted and made anew. If not, the task fails and tells why.
      - A lease that was only left in C(ERROR) by an update that Blazar refused is brought back in any case.
    type: bool
    default: false
notes:
  - With O(wait) the task waits until the lease is C(ACTIVE) if it starts within O(wait_timeout), until it is C(TERMINATED) if
    it is to be ended, and until it is gone if it is to be deleted. A lease that starts later is left C(PENDING).
  - To make leases takes an application credential that was made with C(--unrestricted). A restricted one can change and delete
    them.
  - Before a lease is extended or moved, the calendar is read, since Blazar itself might give a device to two leases.
seealso:
  - name: Blazar
    description: The reservation service of OpenStack.
    link: https://docs.openstack.org/blazar/latest/
"""

EXAMPLES = r"""
- name: Lease a Raspberry Pi for four hours from now on
  chi.edge.lease:
    cloud: edge
    name: my-lease
    device:
      machine_name: raspberrypi4-64
    duration: 4h
  register: made

- name: Show what a container on that device needs
  ansible.builtin.debug:
    msg: "{{ made.lease.reservation_ids.device[0] }} on {{ made.lease.devices[0].name }}"

- name: Have a day left at least, for a job that runs every night
  chi.edge.lease:
    cloud: edge
    name: my-lease
    device: iot-rpi4-01
    minimum_remaining: 1d
    duration: 3d

- name: Lease two known devices and a floating IP for a day to come
  chi.edge.lease:
    cloud: edge
    name: my-course
    start: 2027-01-31 15:00
    end: 2027-02-01T18:00:00+01:00
    reservations:
      - device: iot-rpi4-01
      - resource_properties: ["and", ["==", "$vendor", "Nvidia"], ["!=", "$name", "iot-jetson04"]]
      - resource_type: virtual:floatingip
        network: public
        amount: 2

- name: Lease a Jetson as soon as one is free for four hours
  chi.edge.lease:
    cloud: edge
    name: my-experiment
    device: {machine_name: jetson-nano}
    start: first_free
    duration: 4h

- name: Rename a lease
  chi.edge.lease:
    cloud: edge
    id: 8aad6912-2eb5-4140-812f-123e5cb56ca3
    name: my-other-lease

- name: End a lease now, and keep its record
  chi.edge.lease:
    cloud: edge
    name: my-lease
    state: ended

- name: Delete a lease
  chi.edge.lease:
    cloud: edge
    name: my-lease
    state: absent
"""

RETURN = r"""
lease:
  description:
    - The lease. V(null) if it is deleted or there is none.
    - In check mode what is not known yet is V(null).
  returned: success, and on failure when the lease was seen
  type: dict
  contains:
    id:
      description: The lease's id.
      type: str
      sample: 8aad6912-2eb5-4140-812f-123e5cb56ca3
    name:
      description: The lease's name.
      type: str
      sample: my-lease
    status:
      description: C(PENDING), C(ACTIVE), C(TERMINATED) or C(ERROR), or one of the short moments in between.
      type: str
      sample: ACTIVE
    degraded:
      description: Whether a device has failed since.
      type: bool
      sample: false
    project_id:
      description: The project that the lease belongs to.
      type: str
      sample: a5f0758da4a5404bbfcef0a64206614c
    user_id:
      description: The user who made the lease.
      type: str
      sample: b8f54a6a4ab64b5e8a5b4a0c6a1ad0a7
    start_date:
      description: When the lease starts.
      type: str
      sample: "2027-01-31T15:00:00Z"
    end_date:
      description: When the lease ends.
      type: str
      sample: "2027-01-31T19:00:00Z"
    before_end_date:
      description: When Blazar does what is to be done before the end; V(null) if the lease has no such event.
      type: str
      sample: "2027-01-31T15:00:00Z"
    created_at:
      description: When the lease was made.
      type: str
      sample: "2027-01-31T15:00:12Z"
    updated_at:
      description: When the lease was changed last.
      type: str
      sample: "2027-01-31T15:00:21Z"
    reservations:
      description: The reservations as Blazar has them, with numbers, times and filters parsed.
      type: list
      elements: dict
      sample:
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
    reservation_ids:
      description: The ids of the reservations by their type. A container takes one of C(device).
      type: dict
      sample:
        device:
          - 500e0c36-2089-46a5-bf7c-cc46e5f65a0d
    devices:
      description:
        - The devices that the lease has been given, with their id, their name and what else the site tells of them.
        - V(null) if the site does not tell, or the lease is not live.
      type: list
      elements: dict
      sample:
        - id: 5f0c7b0e-1d3a-4a44-9c58-0f2f5d1c9a10
          name: iot-rpi4-01
          device_type: container
          device_driver: k8s
          reservable: true
    events:
      description: The start, the end and what comes before the end.
      type: list
      elements: dict
      sample:
        - event_type: start_lease
          time: "2027-01-31T15:00:00Z"
          status: DONE
        - event_type: end_lease
          time: "2027-01-31T19:00:00Z"
          status: UNDONE
failure:
  description: What Blazar said when it refused.
  returned: when a service refused
  type: dict
  contains:
    status:
      description: The HTTP status; V(null) if there was no answer.
      type: int
      sample: 500
    message:
      description: The service's own words.
      type: str
      sample: Invalid lease status.
"""

from ..module_utils._module import run_module
from ..module_utils._operations import lease as operation


def main() -> None:
    run_module(operation)


if __name__ == "__main__":
    main()
