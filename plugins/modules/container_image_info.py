#!/usr/bin/python

# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Documentation and entry point of chi.edge.container_image_info."""

from __future__ import annotations

DOCUMENTATION = r"""
module: container_image_info
short_description: Read from a registry for which platforms a container image is built
version_added: 0.1.0
author:
  - The chi.edge contributors (@chi-edge)
description:
  - Asks the registry of a container image for which platforms there is one, without an engine and without downloading it. So it
    can be told before a device is leased whether the image would run there, or end in an C(exec format error).
  - Reads images and indexes of images, of Docker and of the Open Container Initiative. Attestations in an index are left out.
  - It takes a request to log in, if the registry asks for that, one for the name, and one more if that is no index.
extends_documentation_fragment:
  - chi.edge.registry
  - chi.edge.attributes_info
options:
  image:
    description:
      - The image, by the name that C(docker pull) takes. Without a registry in it, Docker Hub is meant.
    type: str
    required: true
    aliases: [name]
notes:
  - A registry that refuses, or cannot be reached, is a failure, and the status in RV(failure) tells them apart. An image that
    the registry does not have is none; then RV(image) is V(null). Some registries, such as Docker Hub, will not tell that from
    an image that is private, and refuse in both cases.
seealso:
  - module: chi.edge.container_image
  - name: Role chi.edge.container_image
    description: Makes images for edge devices, and looks at those of others.
    link: https://github.com/chi-edge/chi.edge/blob/main/roles/container_image/README.md
"""

EXAMPLES = r"""
- name: Look at an image
  chi.edge.container_image_info:
    image: ghcr.io/chameleoncloud/edge_hello:latest
  register: found

- name: See that it runs on a Raspberry Pi
  ansible.builtin.assert:
    that: "'arm64' in found.image.platforms | map(attribute='architecture')"

- name: Look at a private image
  chi.edge.container_image_info:
    image: ghcr.io/example/sensor:1.0
    username: example
    password: "{{ vaulted_token }}"
"""

RETURN = r"""
image:
  description: What the registry has, or V(null) if it has nothing by that name.
  returned: success
  type: dict
  sample:
    reference: docker.io/library/nginx:1.27
    digest: sha256:09369da6b10306312cd908661320086bf87fbae1b6b0c49a1f50ba531fef2eab
    media_type: application/vnd.oci.image.index.v1+json
    id:
    platforms:
      - os: linux
        architecture: amd64
        variant:
        digest: sha256:b95a99feebf7797479e0c5eb5ec0bdfa5d9f504bc94da550c2f58e839ea6914f
      - os: linux
        architecture: arm64
        variant: v8
        digest: sha256:e0e1f0b7d5d3b5e4a6d0f4f2c7d3f3e6d1b4b4d0a2b6c1a0f7e8d9c0b1a29384
  contains:
    reference:
      description: The name in full.
      type: str
    digest:
      description: Digest of what the name leads to.
      type: str
    media_type:
      description: What the name leads to, an image or an index of images.
      type: str
    id:
      description:
        - Digest of the image's configuration, which is what an engine calls the image. V(null) for an index.
      type: str
    platforms:
      description: The platforms that there is an image for.
      type: list
      elements: dict
      contains:
        os:
          description: The operating system.
          type: str
        architecture:
          description: The architecture, in Docker's word, such as V(arm64).
          type: str
        variant:
          description: Which kind of the architecture, such as V(v8), or V(null).
          type: str
        digest:
          description: Digest of the image for this platform.
          type: str
failure:
  description: What the registry said.
  returned: when it refused or could not be reached
  type: dict
  sample:
    status: 401
    message: requested access to the resource is denied
    request_id:
"""

from ..module_utils._module import run_module
from ..module_utils._operations import container_image_info as operation


def main() -> None:
    """Run as an ordinary module."""
    run_module(operation)


if __name__ == "__main__":
    main()
