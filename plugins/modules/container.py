#!/usr/bin/python

# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The module chi.edge.container."""

from __future__ import annotations

DOCUMENTATION = r"""
module: container
short_description: Run a container on an edge device
version_added: 0.1.0
author: The chi.edge contributors (@chi-edge)
description:
  - Creates, starts, stops, restarts, changes and deletes a container of Zun on a device that a lease holds.
  - Only the options that are given are compared with a container that exists. An option that is empty counts as not given.
  - Zun does not tell all that a container was made with. So at its creation the module leaves notes in labels of its own, which
    begin with C(chi-edge-), and later compares with those. Of a container that something else has made it knows only what Zun
    tells, and takes the rest to be as wanted.
  - Tasks that make a container of one name at the same time end with one container. It is the one that was made first, and the
    others are deleted again by those who made them, or, should they have been killed, by the next task.
extends_documentation_fragment:
  - chi.edge.cloud
  - chi.edge.wait
  - chi.edge.attributes
attributes:
  idempotent:
    support: partial
    details:
      - A second run changes nothing unless O(state=restarted) or O(recreate=always).
options:
  name:
    description:
      - Name of the container. To Zun a name is not unique; two of one name that were not made together are an error that lists
        them, and then O(id) tells which is meant.
      - With O(id) it is the name that the container is to have.
      - It takes 2 to 255 letters, digits, C(_), C(.) and C(-). Where the service runs containers on Kubernetes, as CHI@Edge does,
        it takes only at most 63 lower-case letters, digits and inner dashes; any other is refused there, and elsewhere warned of.
    type: str
  id:
    description: UUID of a container that exists.
    type: str
    aliases: [uuid]
  state:
    description:
      - With V(present) the container exists as wanted and runs. One that is stopped or paused is started.
      - With V(stopped) it exists as wanted and does not run. Zun makes no container without starting it, so one that does not
        exist is created, waited for and stopped.
      - With V(restarted) it is as V(present) has it, and is restarted if it was there before.
      - With V(absent) it does not exist. One that Zun only remembers as C(Deleted) counts as absent.
    type: str
    choices: [present, stopped, restarted, absent]
    default: present
  image:
    description:
      - Name of the image, such as V(ghcr.io/organization/image:tag). Needed to create a container.
      - Devices of CHI@Edge are ARM, so it has to be for C(linux/arm64).
    type: str
  image_driver:
    description: Where the image comes from; V(glance) is for services that do not run on Kubernetes. V(docker) unless told.
    type: str
    choices: [docker, glance]
  image_pull_policy:
    description:
      - When the image is pulled. It matters only at the creation, so it is not compared.
      - Some services let only administrators choose.
    type: str
    choices: [always, ifnotpresent, never]
  command:
    description:
      - What the container runs, in the place of the image's own command; a list of words, or a string that is split into words as
        a shell does it. No shell runs it; for pipes and variables run one, as in V(sh -c '...').
      - A container lives as long as its command.
    type: raw
  entrypoint:
    description: What is put before O(command), in the place of the image's own entry point; written as O(command) is.
    type: raw
  environment:
    description:
      - Variables for the container. All values are strings, so quote numbers and booleans. The container may have others beside.
      - The values are taken for secrets. They are in no result, no difference and no log; only the names are. In the lines of its
        log that are shown of a container that failed, they are hidden if they have four characters or more.
      - The service itself shows them to all members of the project.
    type: dict
  workdir:
    description: Directory that the command starts in.
    type: str
  labels:
    description:
      - Labels for the container, by the rules of Kubernetes. It may have others beside.
      - Names that begin with C(chi-edge-) are for the module's own notes.
    type: dict
  hostname:
    description: Host name inside the container.
    type: str
  networks:
    description:
      - Networks for the container. Each is a name or an id, or a dictionary with C(network) or C(port), which are names or ids,
        and perhaps C(fixed_ip), an address on the network.
      - Without it Zun chooses one. CHI@Edge always uses its own, and there is a warning.
    type: list
    elements: raw
    aliases: [nets]
  security_groups:
    description:
      - Names or ids of security groups that say what may reach the container.
      - Cannot be given with O(exposed_ports).
    type: list
    elements: str
  exposed_ports:
    description:
      - Ports that anyone may reach, such as V(80), V(80/tcp) or V(53/udp).
      - Cannot be given with O(security_groups).
    type: list
    elements: str
  device_profiles:
    description:
      - Profiles that give the container a device's hardware, such as V(pi_gpio). The device has to have it.
      - Only Chameleon's Zun knows them; elsewhere they are refused.
    type: list
    elements: str
  runtime:
    description: Runtime of the container, such as V(nvidia) on a Jetson.
    type: str
  mounts:
    description:
      - Files for the container, at most 1 MiB in all. They are written when it is created.
      - Their content is shown nowhere.
    type: list
    elements: dict
    suboptions:
      destination:
        description: Absolute path of the file in the container.
        type: str
        required: true
      content:
        description: What is in the file.
        type: str
        required: true
      encoding:
        description: How O(mounts[].content) is written. V(base64) is for what is no text.
        type: str
        choices: [text, base64]
        default: text
  cpu:
    description: Number of processors. It can be changed in place, though not on Kubernetes, which ignores it.
    type: float
  memory:
    description: Memory in MiB. It can be changed in place, though not on Kubernetes, which ignores it.
    type: int
  restart_policy:
    description: What is done when the command ends. CHI@Edge always starts it again.
    type: dict
    suboptions:
      name:
        description: When to start it again.
        type: str
        required: true
        choices: ["no", always, on-failure, unless-stopped]
      maximum_retry_count:
        description: How often, with O(restart_policy.name=on-failure).
        type: int
  interactive:
    description: Whether the command gets an open standard input and a terminal, so that a bare shell does not end at once.
    type: bool
  healthcheck:
    description: A check that the engine makes. CHI@Edge does not carry it out as it should.
    type: dict
    suboptions:
      cmd:
        description: Command that succeeds as long as all is well.
        type: str
        required: true
      interval:
        description: Seconds between two checks.
        type: int
      retries:
        description: Failures in a row that count.
        type: int
      timeout:
        description: Seconds that one check may take.
        type: int
  registry:
    description: Name or id of a registry of Zun, which holds the credentials to pull a private image with.
    type: str
  lease:
    description:
      - Name or id of the lease whose device the container is to run on. It must be active when the container is created.
      - If it has several device reservations, O(reservation) tells which is meant.
    type: str
  reservation:
    description:
      - Id of the device reservation that the container is to run by.
      - CHI@Edge runs no container without O(reservation) or O(lease).
    type: str
  hints:
    description: Further hints for Zun's scheduler.
    type: dict
  recreate:
    description:
      - What to do about a difference that cannot be changed in place, and about a container that has failed. Only O(name) with
        O(id), O(cpu) and O(memory) can be changed in place.
      - With V(never) a difference is reported in a warning and in RV(differences), and the container is left as it is. With
        O(state=present) a container that has failed is an error.
      - With V(on_change) the container is deleted and created again. Its files, its address and its id are lost then.
      - With V(on_change) this is also done to one that was there and is still being created when O(wait_timeout) is over, since
        Zun can lose sight of one. The new one has as much time again.
      - With V(always) that is done every time.
      - Whatever can be wrong with the new container's options is found out before the old one is deleted.
    type: str
    choices: [never, on_change, always]
    default: never
  stable_for:
    description: Seconds that a container has to be running before it counts as running; one that fails does so soon.
    type: float
    default: 2.0
  stop_timeout:
    description: Seconds that the command is given to end by itself when the container is stopped, restarted or deleted.
    type: int
    default: 5
  wait_interval:
    description: Seconds between two looks. The first looks follow each other more quickly.
    type: float
    default: 1.0
notes:
  - To wait for a container means that it runs, that it has been running for O(stable_for), and that it has an address on a port.
    A container that has failed is not waited for any longer.
  - A container that fails after its creation is left, so that it can be looked at.
seealso:
  - module: chi.edge.lease
  - module: chi.edge.floating_ip
"""

EXAMPLES = r"""
- name: Run a web server on the device of a lease
  chi.edge.container:
    cloud: chi_edge
    name: web
    image: ghcr.io/chameleoncloud/edge_ssh_image:latest
    lease: my-lease
    exposed_ports: [80/tcp]
    command: httpd -f -p 80
    environment:
      GREETING: hello

- name: Replace it if anything about it has changed
  chi.edge.container:
    cloud: chi_edge
    name: web
    image: ghcr.io/chameleoncloud/edge_ssh_image:latest
    lease: my-lease
    mounts:
      - destination: /etc/app.conf
        content: "{{ lookup('ansible.builtin.template', 'app.conf.j2') }}"
    recreate: on_change

- name: Use a camera
  chi.edge.container:
    cloud: chi_edge
    name: camera
    image: ghcr.io/organization/camera:latest
    reservation: 500e0c36-2089-46a5-bf7c-cc46e5f65a0d
    device_profiles: [pi_camera]

- name: Restart it, so that its program reads its configuration anew
  chi.edge.container:
    cloud: chi_edge
    name: web
    state: restarted

- name: Stop it
  chi.edge.container:
    cloud: chi_edge
    name: web
    state: stopped

- name: Delete it
  chi.edge.container:
    cloud: chi_edge
    name: web
    state: absent
"""

RETURN = r"""
container:
  description:
    - The container, or null if it is absent. After a failure it is the container as it was seen last.
    - In check mode it is what is foreseen; what cannot be known yet is null.
  returned: always, but after a failure only if it got that far
  type: dict
  contains:
    id:
      description: Its UUID.
      type: str
      sample: 0e1d7d0c-54a6-4d1c-8a63-4ce7b0b4a1c7
    uuid:
      description: The same, by the name that Zun has for it.
      type: str
      sample: 0e1d7d0c-54a6-4d1c-8a63-4ce7b0b4a1c7
    name:
      description: Its name.
      type: str
      sample: web
    status:
      description: Its status, in Zun's word.
      type: str
      sample: Running
    status_reason:
      description: Why it has that status, if Zun says so.
      type: str
      sample: There are not enough hosts available.
    status_detail:
      description: More about the status, if Zun says so.
      type: str
      sample: Up 2 seconds
    task_state:
      description: What Zun is doing with it at the moment.
      type: str
      sample: image_pulling
    fixed_ip:
      description: Its address on its first network.
      type: str
      sample: 10.20.0.190
    port_id:
      description: Id of the Neutron port that has the address.
      type: str
      sample: 3c2c9ae9-2b8c-4a19-9a4f-0d05ff6a3a3c
    addresses:
      description: All addresses, by the id of their network.
      type: dict
      sample: {"a21041dc-c6bf-4b7a-ad93-77563f820bd6": [{"addr": "10.20.0.190", "version": 4}]}
    lease_id:
      description: Id of the lease it was made with, if this module made it and was given O(lease).
      type: str
      sample: 8aad6912-2eb5-4140-812f-123e5cb56ca3
    reservation_id:
      description: Id of the reservation it was made with, if this module made it.
      type: str
      sample: 500e0c36-2089-46a5-bf7c-cc46e5f65a0d
    image:
      description: Its image.
      type: str
      sample: ghcr.io/chameleoncloud/edge_ssh_image:latest
    image_driver:
      description: Where the image came from.
      type: str
      sample: docker
    command:
      description: What it runs.
      type: list
      elements: str
      sample: [httpd, -f, -p, "80"]
    entrypoint:
      description: What is put before the command.
      type: list
      elements: str
      sample: []
    environment:
      description: The names of its variables. The values are hidden.
      type: dict
      sample: {"GREETING": "VALUE_SPECIFIED_IN_NO_LOG_PARAMETER"}
    workdir:
      description: Directory that the command starts in.
      type: str
      sample: /root
    hostname:
      description: Host name inside the container.
      type: str
      sample: 3f7a2c1d9e0b
    labels:
      description: Its labels, without the module's own.
      type: dict
      sample: {"role": "sensor"}
    security_groups:
      description: Ids of its security groups.
      type: list
      elements: str
      sample: [362cf83e-6d46-4ce7-bd87-ad35f5b42759]
    ports:
      description: Numbers of its exposed ports.
      type: list
      elements: int
      sample: [80]
    restart_policy:
      description: What is done when the command ends.
      type: dict
      sample: {}
    interactive:
      description: Whether the command has a terminal.
      type: bool
      sample: false
    cpu:
      description: Number of processors.
      type: float
      sample: 0.0
    memory:
      description: Memory in MiB.
      type: int
      sample: 0
    project_id:
      description: Id of the project it belongs to.
      type: str
      sample: 4bb4741e9a704ae4b8f519f62f30e4a7
    created_at:
      description: When it was created, if Zun says so.
      type: str
      sample: "2026-11-21T23:58:10Z"
differences:
  description: Options in which the container is not as wanted and was left as it is.
  returned: success
  type: list
  elements: str
  sample: [exposed_ports, image]
logs:
  description: The last lines of the container's log. Values of its environment are hidden in them.
  returned: when the container has failed or the time was up
  type: str
  sample: "exec /bin/sh: exec format error"
"""

from ..module_utils._module import run_module
from ..module_utils._operations import container as operation


def main() -> None:
    run_module(operation)


if __name__ == "__main__":
    main()
