# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Says how an image is built."""

from __future__ import annotations

import typing as t

from ..plugin_utils import _image_job

DOCUMENTATION = r"""
name: image_job
short_description: Say how the role chi.edge.image_builder builds an image
version_added: 0.1.0
author:
  - The chi.edge contributors (@chi-edge)
description:
  - Makes the command line and the environment of diskimage-builder, and the files that it reads, out of what is wanted and what
    the building host can do.
  - The role P(chi.edge.image_builder#role) does it for you.
positional: _input
options:
  _input:
    description: The plan, as P(chi.edge.image_plan#filter) gives it.
    type: dict
    required: true
  found:
    description:
      - What the building host can do. C(mirror) and C(security_mirror) are where it gets packages, C(layout) is how the disk is
        laid out, C(tmpfs) whether it has memory enough to build in, C(stand_in) whether it lacks device-mapper.
    type: dict
    required: true
  directory:
    description: The role's folder on the building host.
    type: str
    required: true
"""

EXAMPLES = r"""
- name: Show the command that would build an image
  ansible.builtin.debug:
    msg: "{{ (plan | chi.edge.image_job(found, '/var/lib/chi-edge/image_builder')).command | join(' ') }}"
  vars:
    elements: /usr/share/ansible/collections/ansible_collections/chi/edge/roles/image_builder/files/elements
    plan: "{{ {'release': 'bookworm', 'variant': 'docker'} | chi.edge.image_plan(elements) }}"
    found:
      mirror: http://deb.debian.org/debian
      security_mirror: http://deb.debian.org/debian-security
      layout: efi
      tmpfs: true
      stand_in: false
"""

RETURN = r"""
_value:
  description:
    - The job. It has the C(command), its C(environment), the C(elements) with their content, and the C(file) that comes of it.
  type: dict
"""


def image_job(plan: dict[str, t.Any], found: dict[str, t.Any], directory: str) -> dict[str, t.Any]:
    """See DOCUMENTATION."""
    return _image_job.make(plan, found, directory)


class FilterModule:
    """See DOCUMENTATION."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        """The filter by its name."""
        return {"image_job": image_job}
