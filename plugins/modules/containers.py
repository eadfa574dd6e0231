#!/usr/bin/python

# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The module chi.edge.containers."""

from __future__ import annotations

DOCUMENTATION = r"""
module: containers
short_description: Run many containers on edge devices, side by side
version_added: 0.1.0
author: The chi.edge contributors (@chi-edge)
description:
  - Does for a list of containers what M(chi.edge.container) and M(chi.edge.floating_ip) do for one, and waits until each answers.
  - All go side by side. What one request can tell all is asked once, whether for one container or a hundred. While it waits, it
    lists the containers rather than ask for each.
  - Before anything is changed, all of them are checked. If anything is wrong with one, no container is changed.
  - After that, the failure of one does not hold up the others. The task fails at the end, and tells what is wrong with each.
extends_documentation_fragment:
  - chi.edge.cloud
  - chi.edge.wait
  - chi.edge.attributes
attributes:
  check_mode:
    details:
      - What a new container and a new address will be is not known beforehand, so their ids are null then.
  idempotent:
    support: partial
    details:
      - A second run changes nothing unless O(recreate=always).
options:
  containers:
    description: The containers, each by its name.
    type: list
    elements: dict
    required: true
    suboptions:
      name:
        description: Name of the container, as O(chi.edge.container#module:name).
        type: str
        required: true
      image:
        description: As O(chi.edge.container#module:image).
        type: str
      image_driver:
        description: As O(chi.edge.container#module:image_driver).
        type: str
        choices: [docker, glance]
      image_pull_policy:
        description: As O(chi.edge.container#module:image_pull_policy).
        type: str
        choices: [always, ifnotpresent, never]
      command:
        description: As O(chi.edge.container#module:command).
        type: raw
      entrypoint:
        description: As O(chi.edge.container#module:entrypoint).
        type: raw
      environment:
        description: As O(chi.edge.container#module:environment).
        type: dict
      workdir:
        description: As O(chi.edge.container#module:workdir).
        type: str
      labels:
        description: As O(chi.edge.container#module:labels).
        type: dict
      hostname:
        description: As O(chi.edge.container#module:hostname).
        type: str
      networks:
        description: As O(chi.edge.container#module:networks).
        type: list
        elements: raw
        aliases: [nets]
      security_groups:
        description: As O(chi.edge.container#module:security_groups).
        type: list
        elements: str
      exposed_ports:
        description: As O(chi.edge.container#module:exposed_ports).
        type: list
        elements: str
      device_profiles:
        description: As O(chi.edge.container#module:device_profiles).
        type: list
        elements: str
      runtime:
        description: As O(chi.edge.container#module:runtime).
        type: str
      mounts:
        description: As O(chi.edge.container#module:mounts).
        type: list
        elements: dict
        suboptions:
          destination:
            description: As O(chi.edge.container#module:mounts[].destination).
            type: str
            required: true
          content:
            description: As O(chi.edge.container#module:mounts[].content).
            type: str
            required: true
          encoding:
            description: As O(chi.edge.container#module:mounts[].encoding).
            type: str
            choices: [text, base64]
            default: text
      cpu:
        description: As O(chi.edge.container#module:cpu).
        type: float
      memory:
        description: As O(chi.edge.container#module:memory).
        type: int
      restart_policy:
        description: As O(chi.edge.container#module:restart_policy).
        type: dict
        suboptions:
          name:
            description: As O(chi.edge.container#module:restart_policy.name).
            type: str
            required: true
            choices: ["no", always, on-failure, unless-stopped]
          maximum_retry_count:
            description: As O(chi.edge.container#module:restart_policy.maximum_retry_count).
            type: int
      interactive:
        description: As O(chi.edge.container#module:interactive).
        type: bool
      healthcheck:
        description: As O(chi.edge.container#module:healthcheck).
        type: dict
        suboptions:
          cmd:
            description: As O(chi.edge.container#module:healthcheck.cmd).
            type: str
            required: true
          interval:
            description: As O(chi.edge.container#module:healthcheck.interval).
            type: int
          retries:
            description: As O(chi.edge.container#module:healthcheck.retries).
            type: int
          timeout:
            description: As O(chi.edge.container#module:healthcheck.timeout).
            type: int
      registry:
        description: As O(chi.edge.container#module:registry).
        type: str
      lease:
        description: As O(chi.edge.container#module:lease).
        type: str
      reservation:
        description: As O(chi.edge.container#module:reservation).
        type: str
      hints:
        description: As O(chi.edge.container#module:hints).
        type: dict
      floating_ip:
        description:
          - Whether the container has a floating IP with O(state=present). One that is there already is left in any case.
          - With O(state=absent) what was made for the container is released whatever is said here.
        type: bool
        default: false
      address:
        description: The address that the floating IP is to have, as O(chi.edge.floating_ip#module:address).
        type: str
        aliases: [floating_ip_address]
      external_network:
        description: The network that the floating IP comes from, as O(chi.edge.floating_ip#module:network).
        type: str
      verify_port:
        description: A TCP port that the container must listen on before the task is content.
        type: int
      verify_url:
        description:
          - What must answer by HTTP before the task is content, with a success or a redirection.
          - Either only what comes after the address, such as V(/health), with O(containers[].verify_port) or the first exposed
            port, or V(:8080/health); or a whole URL, in which V({address}) stands for the address.
          - It is asked from where the task runs.
        type: str
  state:
    description:
      - With V(present) each container exists as wanted and runs, has its floating IP, and answers.
      - With V(absent) there is none of the containers, and what was made for them is released. Only their names matter.
    type: str
    choices: [present, absent]
    default: present
  concurrency:
    description: How many containers are worked on at a time. The next one's turn comes when one of them has arrived or failed.
    type: int
    default: 10
  recreate:
    description: What to do with containers that differ or have failed, as O(chi.edge.container#module:recreate).
    type: str
    choices: [never, on_change, always]
    default: never
  stable_for:
    description: Seconds that a container has to be running before it counts as running; one that fails does so soon.
    type: float
    default: 2.0
  stop_timeout:
    description: Seconds that a command is given to end by itself when its container is deleted.
    type: int
    default: 5
  wait_timeout:
    description:
      - Seconds that each step of each container may take, to run, to be reached, and to answer. When they are up it has failed,
        and its result carries what was seen last.
  wait_interval:
    description: Seconds between two looks. The first looks follow each other more quickly.
    type: float
    default: 1.0
notes:
  - Zun's list may be half a minute behind the devices. So of several containers, one that has ended by itself a moment ago may
    count as running, unless it is asked whether it answers. What this task itself has begun is looked at on its device.
seealso:
  - module: chi.edge.container
  - module: chi.edge.floating_ip
  - module: chi.edge.lease
"""

EXAMPLES = r"""
- name: Run a web server on each of three devices of a lease
  chi.edge.containers:
    cloud: chi_edge
    containers:
      - {name: web-1, reservation: "{{ ids[0] }}", image: "{{ image }}", exposed_ports: [80/tcp], floating_ip: true}
      - {name: web-2, reservation: "{{ ids[1] }}", image: "{{ image }}", exposed_ports: [80/tcp], floating_ip: true}
      - {name: spare, reservation: "{{ ids[2] }}", image: "{{ image }}", command: sleep infinity}
    recreate: on_change
  vars:
    ids: "{{ leased.lease.reservation_ids.device }}"
    image: ghcr.io/organization/web:latest
  register: made

- name: Show where they answer
  ansible.builtin.debug:
    msg: "{{ made.containers | map(attribute='url') }}"

- name: Take them down, four at a time
  chi.edge.containers:
    cloud: chi_edge
    containers: [{name: web-1}, {name: web-2}, {name: spare}]
    state: absent
    concurrency: 4
"""

RETURN = r"""
containers:
  description: What has become of each, in the order of O(containers).
  returned: always, unless the task has failed before it looked at any
  type: list
  elements: dict
  sample:
    - name: web-1
      changed: true
      failed: false
      created: [container, floating_ip]
      container: {id: 0e1d7d0c-54a6-4d1c-8a63-4ce7b0b4a1c7, name: web-1, status: Running, fixed_ip: 10.20.0.190}
      differences: []
      floating_ip: {address: 129.114.34.140, status: ACTIVE}
      address: 129.114.34.140
      url: http://129.114.34.140/
  contains:
    name:
      description: Its name.
      type: str
    changed:
      description: Whether anything of it was changed.
      type: bool
    failed:
      description: Whether it could not be brought into the wanted state.
      type: bool
    msg:
      description: Why it failed.
      type: str
    created:
      description:
        - What was made where there was none, V(container), V(floating_ip), or both. A container that took the place of another
          does not count, nor does an address that was attached again.
      type: list
      elements: str
    container:
      description: As RV(chi.edge.container#module:container).
      type: dict
    differences:
      description: As RV(chi.edge.container#module:differences).
      type: list
      elements: str
    floating_ip:
      description: As RV(chi.edge.floating_ip#module:floating_ip), or null if none was asked for.
      type: dict
    address:
      description: Where it is reached, the address of its floating IP if it has one, else its own on its first network.
      type: str
    url:
      description: Where it answers, if that can be told from what is verified, or from its first exposed port.
      type: str
    answer:
      description: How it answered last, if it did not as wanted.
      type: str
    logs:
      description: The last lines of its log, if it has failed. Values of its environment are hidden in them.
      type: str
    failure:
      description: What the service said, if it has refused.
      type: dict
"""

from ..module_utils._module import run_module
from ..module_utils._operations import containers as operation


def main() -> None:
    run_module(operation)


if __name__ == "__main__":
    main()
