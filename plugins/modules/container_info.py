#!/usr/bin/python

# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Documentation and entry point of chi.edge.container_info."""

from __future__ import annotations

DOCUMENTATION = r"""
module: container_info
short_description: List containers, with their logs and what they use
version_added: 0.1.0
author:
  - The chi.edge contributors (@chi-edge)
description:
  - Lists the containers of the project, and on demand reads their logs, what they use, and their processes.
  - The list is empty if there is none that matches. Only containers that match all of the options are listed.
  - It takes one request, one more for O(lease), and one for each container and each of O(logs), O(stats) and O(processes).
extends_documentation_fragment:
  - chi.edge.cloud
  - chi.edge.attributes_info
options:
  name:
    description:
      - Name of the container, or a pattern such as V(sensor-*). Several containers can have one name.
    type: str
  id:
    description: UUID of the container.
    type: str
    aliases: [uuid]
  status:
    description: Containers in one of these. Without it any but C(Deleted), which counts as absent.
    type: list
    elements: str
    choices: [Creating, Created, Running, Stopped, Paused, Restarting, Rebuilding, Deleting, Deleted, Error, Dead, Unknown]
  image:
    description: Name of the image as the container has it, or a pattern such as V(*/edge_ssh_image:*).
    type: str
  labels:
    description: Labels that the container must have, with these values.
    type: dict
  lease:
    description:
      - Name or id of a lease; containers that M(chi.edge.container) placed on it are listed.
      - What other tools have made does not tell its lease.
    type: str
  reservation:
    description: Id of a device reservation; containers that M(chi.edge.container) placed by it are listed.
    type: str
  logs:
    description: Whether to read the logs. Values of the container's environment are hidden in them.
    type: bool
    default: false
  tail:
    description: How many of the last lines of each log; V(0) for all of them.
    type: int
    default: 100
  since:
    description:
      - From when on logs are read. How long ago it was, such as V(10m), V(4h) or V(1d12h), or an ISO date such as
        V(2027-01-31 15:00), which is UTC if it has no zone.
    type: str
  stats:
    description: Whether to read what each running container uses at the moment. The docker driver measures for a second each.
    type: bool
    default: false
  processes:
    description: Whether to list the processes inside each running container. CHI@Edge cannot do that.
    type: bool
    default: false
notes:
  - A single container that O(name) or O(id) names is shown as it is on its device. A list is what Zun knows, which may be half a
    minute behind.
  - What cannot be read of a container, since its status does not allow it or the service does not have it, is V(null). The task
    warns if the service refuses it.
seealso:
  - module: chi.edge.container
"""

EXAMPLES = r"""
- name: List the containers on a lease
  chi.edge.container_info:
    cloud: edge
    lease: my-lease
  register: found

- name: Show their addresses
  ansible.builtin.debug:
    msg: "{{ found.containers | items2dict(key_name='name', value_name='fixed_ip') }}"

- name: Read what all sensors have logged in the last ten minutes
  chi.edge.container_info:
    cloud: edge
    name: sensor-*
    labels:
      role: camera
    logs: true
    since: 10m
  register: found

- name: Show it
  ansible.builtin.debug:
    msg: "{{ item.logs.splitlines() }}"
  loop: "{{ found.containers | selectattr('logs') }}"
  loop_control:
    label: "{{ item.name }}"

- name: See what a container is doing
  chi.edge.container_info:
    cloud: edge
    name: web
    stats: true
    processes: true
"""

RETURN = r"""
containers:
  description:
    - The containers by name; each as M(chi.edge.container) returns it, with what else was asked for.
  returned: success
  type: list
  elements: dict
  sample:
    - id: 0e1d7d0c-54a6-4d1c-8a63-4ce7b0b4a1c7
      uuid: 0e1d7d0c-54a6-4d1c-8a63-4ce7b0b4a1c7
      name: web
      status: Running
      status_reason:
      status_detail: Up 2 minutes
      task_state:
      image: ghcr.io/chameleoncloud/edge_hello:latest
      image_driver: docker
      command: [httpd, -f, -p, "80"]
      entrypoint: []
      environment: {"GREETING": "VALUE_SPECIFIED_IN_NO_LOG_PARAMETER"}
      workdir: /root
      hostname: 3f7a2c1d9e0b
      labels: {"role": "sensor"}
      security_groups: [362cf83e-6d46-4ce7-bd87-ad35f5b42759]
      ports: [80]
      restart_policy: {}
      interactive: false
      cpu: 0.0
      memory: "0"
      project_id: 4bb4741e9a704ae4b8f519f62f30e4a7
      created_at: "2026-11-21 23:58:10"
      addresses: {"a21041dc-c6bf-4b7a-ad93-77563f820bd6": [{"addr": "10.20.0.190", "version": 4}]}
      fixed_ip: 10.20.0.190
      port_id: 3c2c9ae9-2b8c-4a19-9a4f-0d05ff6a3a3c
      lease_id: 8aad6912-2eb5-4140-812f-123e5cb56ca3
      reservation_id: 500e0c36-2089-46a5-bf7c-cc46e5f65a0d
      logs: "hello from aarch64\n"
      stats: {"cpu_percent": 0.4, "memory_mib": 11.5, "memory_limit_mib": 3792.1, "memory_percent": 0.3}
      processes: [{"uid": "root", "pid": "30843", "time": "00:00:00", "cmd": "httpd -f -p 80"}]
  contains:
    id:
      description: Its UUID.
      type: str
    uuid:
      description: The same, by the name that Zun has for it.
      type: str
    name:
      description: Its name.
      type: str
    status:
      description: Its status, in Zun's word.
      type: str
    status_reason:
      description: Why it has that status, if Zun says so.
      type: str
    status_detail:
      description: More about the status, if Zun says so.
      type: str
    task_state:
      description: What Zun is doing with it at the moment.
      type: str
    image:
      description: Its image.
      type: str
    image_driver:
      description: Where the image came from.
      type: str
    command:
      description: What it runs.
      type: list
      elements: str
    entrypoint:
      description: What is put before the command.
      type: list
      elements: str
    environment:
      description: The names of its variables. The values are hidden.
      type: dict
    workdir:
      description: Directory that the command starts in.
      type: str
    hostname:
      description: Host name inside the container.
      type: str
    labels:
      description: Its labels, without those of M(chi.edge.container) itself.
      type: dict
    security_groups:
      description: Ids of its security groups.
      type: list
      elements: str
    ports:
      description: Numbers of its exposed ports.
      type: list
      elements: int
    restart_policy:
      description: What is done when the command ends.
      type: dict
    interactive:
      description: Whether the command has a terminal.
      type: bool
    cpu:
      description: Number of processors.
      type: float
    memory:
      description: Memory in MiB.
      type: str
    project_id:
      description: Id of the project it belongs to.
      type: str
    created_at:
      description: When it was created, if Zun says so.
      type: str
    addresses:
      description: All addresses, by the id of their network.
      type: dict
    fixed_ip:
      description: Its address on its first network.
      type: str
    port_id:
      description: Id of the Neutron port that has the address.
      type: str
    lease_id:
      description: Id of the lease it was made with, if M(chi.edge.container) made it and was given a lease.
      type: str
    reservation_id:
      description: Id of the reservation it was made with, if M(chi.edge.container) made it.
      type: str
    logs:
      description: The last lines of its log, both streams in one; V(null) if there is none to be had.
      returned: with O(logs)
      type: str
    stats:
      description:
        - What it uses. These are the measures of the docker driver, which also has C(block_read_bytes), C(block_written_bytes),
          C(received_bytes) and C(sent_bytes); CHI@Edge tells C(cpu) and C(memory) in the words of Kubernetes.
      returned: with O(stats)
      type: dict
    processes:
      description: Its processes, with the titles of C(ps) in lower case.
      returned: with O(processes)
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
from ..module_utils._operations import container_info as operation


def main() -> None:
    """Run as an ordinary module."""
    run_module(operation)


if __name__ == "__main__":
    main()
