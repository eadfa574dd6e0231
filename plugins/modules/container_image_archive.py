#!/usr/bin/python

# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Documentation and entry point of chi.edge.container_image_archive."""

from __future__ import annotations

DOCUMENTATION = r"""
module: container_image_archive
short_description: Make the archive of a container image that surely is for a device's architecture
version_added: 0.1.0
author:
  - The chi.edge contributors (@chi-edge)
description:
  - Reads a container image from an archive, or makes one of a root filesystem, sees that it is for the wanted architecture, and
    writes it as an archive under a name of your choice. It needs no container engine.
  - An image tells its architecture by a label, and a wrong one hides until the container ends in an C(exec format error). So the
    programs in the image are looked at too. Most of them, and the one that a container starts, must be made for O(architecture).
  - The same image gives the same archive, byte by byte, whatever has saved it. C(docker load), Zun with its image driver
    C(glance), and M(chi.edge.container_image) read it.
extends_documentation_fragment:
  - chi.edge.attributes
attributes:
  action_group:
    description: Use C(module_defaults) with the name of the module. It knows no cloud and no registry, and is in no group.
    support: none
    membership: []
options:
  archive:
    description:
      - Path of an archive with one image, as C(docker save) writes it, before and since Docker 25, or an archive of the Open
        Container Initiative. It may be compressed by gzip, bzip2 or xz.
      - In the latter kind there may be images for several platforms, and the one for O(architecture) is taken.
    type: path
  rootfs:
    description:
      - Path of a root filesystem to make an image of, either a directory or a tar archive, which may be compressed.
      - Owners, permissions and links are kept. Of a directory, extended attributes such as capabilities are not.
    type: path
  config:
    description: What a container of the image does, unless told otherwise. Only with O(rootfs).
    type: dict
    suboptions:
      command:
        description: What it runs, or what the entrypoint is given. A list, or a text that is split as a shell would.
        type: raw
      entrypoint:
        description: What is put before the command. A list, or a text that is split as a shell would.
        type: raw
      environment:
        description: Environment variables. C(PATH) has the usual value unless it is given.
        type: dict
      exposed_ports:
        description: Ports that it listens on, such as V(8080) or V(53/udp).
        type: list
        elements: str
      labels:
        description: Labels of the image.
        type: dict
      user:
        description: User to run as, by name or number, perhaps with a group, such as V(1000:1000). Root unless told.
        type: str
      workdir:
        description: Directory to start in. V(/) unless told.
        type: str
  name:
    description:
      - The name that the image gets, such as V(sensor:1.0), without a registry. Zun would not understand one with a port. Without
        a tag C(latest) is meant.
    type: str
    required: true
  architecture:
    description: The architecture that the image must be for, in Docker's word.
    type: str
    choices: [amd64, arm, arm64, riscv64]
    default: arm64
  verify_programs:
    description: Whether to look at the programs in the image, too, instead of trusting its label.
    type: bool
    default: true
  dest:
    description: Path of the archive to write. Its directory must be there, with room for the image twice.
    type: path
    required: true
seealso:
  - module: chi.edge.container_image
  - name: Role chi.edge.container_image
    description: Builds images, and brings them to where a cloud finds them.
    link: https://github.com/chi-edge/chi.edge/blob/main/roles/container_image/README.md
"""

EXAMPLES = r"""
- name: See that a saved image is for a Raspberry Pi, and name it
  chi.edge.container_image_archive:
    archive: /tmp/saved.tar.gz
    name: sensor:1.0
    dest: /tmp/sensor.tar

- name: Make an image of a root filesystem
  chi.edge.container_image_archive:
    rootfs: /srv/sensor
    config:
      command: [/usr/bin/sensor, --verbose]
      environment:
        LANG: C.UTF-8
      exposed_ports: [8080]
    name: sensor:1.0
    dest: /tmp/sensor.tar
"""

RETURN = r"""
image:
  description: The image in the archive.
  returned: success
  type: dict
  sample:
    path: /tmp/sensor.tar
    name: sensor:1.0
    id: sha256:33c9e399acd6b3e4f27f8f5d0a5d3f9bd06f3a21d4e0ab92f3fcf0f1a8aeb9d0
    os: linux
    architecture: arm64
    variant: v8
    size: 2007040
    sha512: 7a8cb3e0b06c05d6e5783b6f9a4fd4f22d66f0e623685085af97de736784dfcd00599278def595a7b10f8a2554f8cb2031153f1eb5c1d424b2ab
    programs: {arm64: 1}
    command: [/bin/serve]
    entrypoint:
    exposed_ports: [8080/tcp]
    labels: {}
  contains:
    path:
      description: Path of the archive.
      type: str
    name:
      description: Name of the image in it.
      type: str
    id:
      description: Digest of the image's configuration, which is what an engine calls the image.
      type: str
    os:
      description: The operating system.
      type: str
    architecture:
      description: The architecture.
      type: str
    variant:
      description: Which kind of the architecture, if the label says so.
      type: str
    size:
      description: Size of the archive in bytes.
      type: int
    sha512:
      description: Checksum of the archive.
      type: str
    programs:
      description: How many programs and libraries there are for each architecture.
      type: dict
    command:
      description: What a container runs.
      type: list
      elements: str
    entrypoint:
      description: What is put before the command.
      type: list
      elements: str
    exposed_ports:
      description: Ports that a container listens on.
      type: list
      elements: str
    labels:
      description: Labels of the image.
      type: dict
"""

from ..module_utils._module import run_module
from ..module_utils._operations import container_image_archive as operation


def main() -> None:
    """Run as an ordinary module."""
    run_module(operation)


if __name__ == "__main__":
    main()
