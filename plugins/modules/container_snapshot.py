#!/usr/bin/python

# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The module chi.edge.container_snapshot."""

from __future__ import annotations

DOCUMENTATION = r"""
module: container_snapshot
short_description: Make an image of a container
version_added: 0.1.0
author: The chi.edge contributors (@chi-edge)
description:
  - Makes an image of a container as it is now, and puts it into Glance, from where containers can be created with
    O(chi.edge.container#module:image_driver=glance).
  - Zun pauses the container meanwhile.
  - It needs Zun on Docker. Where containers run on Kubernetes, as at CHI@Edge today, the module says so before anything happens.
extends_documentation_fragment:
  - chi.edge.cloud
  - chi.edge.wait
  - chi.edge.attributes
attributes:
  idempotent:
    support: partial
    details:
      - An image that is there is left as it is, whatever has become of the container, unless O(force=true).
options:
  container:
    description: Name or id of the container. It is Running, Stopped or Paused.
    type: str
    required: true
    aliases: [name, id]
  image:
    description:
      - Name of the image, in lower case, without a tag and without the port of a registry.
    type: str
    required: true
    aliases: [repository]
  tag:
    description: Tag of the image. Glance keeps it as one of the image's tags.
    type: str
    default: latest
  force:
    description:
      - Whether to make a new image if the project has one of that name and tag. When the new one is there the old one is deleted.
    type: bool
    default: false
  wait:
    description:
      - Whether to wait until the image can be used and the container is again what it was.
  wait_timeout:
    description: Seconds to wait at the most, for each of the two.
notes:
  - Glance also has images of other projects under any name; only the project's own are looked at.
seealso:
  - module: chi.edge.container
  - module: openstack.cloud.image
"""

EXAMPLES = r"""
- name: Keep what was installed in the container
  chi.edge.container_snapshot:
    cloud: my_cloud
    container: sensor
    image: sensor-installed
    tag: v1

- name: Run another one from it
  chi.edge.container:
    cloud: my_cloud
    name: sensor-2
    image: sensor-installed:v1
    image_driver: glance
    lease: my-lease
"""

RETURN = r"""
image:
  description:
    - The image. In check mode what is not known yet is null.
  returned: success
  type: dict
  sample:
    id: 83ff9b65-ed38-4984-839b-24b2c7709534
    name: sensor-installed
    tags: [v1]
    status: active
    size: 1880064
    container_format: docker
    disk_format: qcow2
    checksum: 61c8d6a4f8d0a3a2a3f2d1c9be1a4a0e
    created_at: "2026-06-24T15:45:07Z"
  contains:
    id:
      description: Id of the image.
      type: str
    name:
      description: Its name.
      type: str
    tags:
      description: Its tags.
      type: list
      elements: str
    status:
      description: V(active) when it can be used.
      type: str
    size:
      description: Its size in bytes.
      type: int
    container_format:
      description: V(docker).
      type: str
    disk_format:
      description: What Zun told Glance; it has no meaning here.
      type: str
    checksum:
      description: MD5 of the image's file.
      type: str
    created_at:
      description: When it was made, in UTC.
      type: str
"""

from ..module_utils._module import run_module
from ..module_utils._operations import container_snapshot as operation


def main() -> None:
    run_module(operation)


if __name__ == "__main__":
    main()
