#!/usr/bin/python

# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Documentation and entry point of chi.edge.container_image."""

from __future__ import annotations

DOCUMENTATION = r"""
module: container_image
short_description: Keep a container image in a registry
version_added: 0.1.0
author:
  - The chi.edge contributors (@chi-edge)
description:
  - Pushes the image in an archive to a registry, or takes its name out of there. It needs no container engine, and so neither
    its login nor its trust in the registry.
  - An image is the same if its id is, which is the digest of its configuration. Then nothing is done.
extends_documentation_fragment:
  - chi.edge.registry
  - chi.edge.attributes
options:
  name:
    description:
      - The image, by the name that C(docker push) takes, with its registry and tag. Without a tag C(latest) is meant.
    type: str
    required: true
  archive:
    description:
      - Path of the archive, as C(docker save) or M(chi.edge.container_image_archive) writes it. Needed to push.
    type: path
  state:
    description:
      - V(present) sees that the registry has that image under that name.
      - V(absent) takes the name away. Other names of the same image stay, also where the registry can delete only whole images.
        It may forbid to delete at all, and then the task fails.
    type: str
    choices: [present, absent]
    default: present
notes:
  - Where the name leads to an index of images for several platforms, the one image takes its place, and the task warns.
  - The registry frees the space of what no name leads to when its operator has it collect that.
seealso:
  - module: chi.edge.container_image_archive
  - module: chi.edge.container_image_info
"""

EXAMPLES = r"""
- name: Push an image
  chi.edge.container_image:
    name: ghcr.io/example/sensor:1.0
    archive: /tmp/sensor.tar
    username: example
    password: "{{ vaulted_token }}"

- name: Take it away
  chi.edge.container_image:
    name: ghcr.io/example/sensor:1.0
    username: example
    password: "{{ vaulted_token }}"
    state: absent
"""

RETURN = r"""
image:
  description: The image, or V(null) if it is gone.
  returned: success
  type: dict
  sample:
    name: ghcr.io/example/sensor:1.0
    digest: sha256:c766aac6ac609736053f3de033acb8b5f95e86c8e8e7699fb6fe629ecf594cd3
    id: sha256:33c9e399acd6b3e4f27f8f5d0a5d3f9bd06f3a21d4e0ab92f3fcf0f1a8aeb9d0
  contains:
    name:
      description: Its name in full.
      type: str
    digest:
      description: Digest by which the registry has it. V(null) in check mode, if it would be pushed.
      type: str
    id:
      description: Digest of its configuration, which is what an engine calls it.
      type: str
failure:
  description: What the registry said.
  returned: when it refused or could not be reached
  type: dict
  sample:
    status: 403
    message: denied
    request_id:
"""

from ..module_utils._module import run_module
from ..module_utils._operations import container_image as operation


def main() -> None:
    """Run as an ordinary module."""
    run_module(operation)


if __name__ == "__main__":
    main()
