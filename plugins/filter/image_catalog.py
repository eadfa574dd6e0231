# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Finds an image of the role image_builder in Glance."""

from __future__ import annotations

import typing as t

from ..plugin_utils import _image_catalog

DOCUMENTATION = r"""
name: image_catalog
short_description: Find an image of the role chi.edge.image_builder in Glance
version_added: 0.1.0
author:
  - The chi.edge contributors (@chi-edge)
description:
  - Compares what there is in Glance with what is wanted, and says what has to be done.
  - The role P(chi.edge.image_builder#role) does it for you.
  - Only images that the role has made are counted in, and none that may be another project's.
positional: _input
options:
  _input:
    description: All images that can be seen, as M(openstack.cloud.image_info) returns them.
    type: list
    elements: dict
    required: true
  plan:
    description: What is wanted, as P(chi.edge.image_plan#filter) gives it.
    type: dict
    required: true
"""

EXAMPLES = r"""
- name: Look at all images
  openstack.cloud.image_info:
    cloud: chameleon
  register: seen

- name: Tell whether an image is up to date
  ansible.builtin.debug:
    msg: "{{ (seen.images | chi.edge.image_catalog(plan)).is_same }}"
  vars:
    elements: /usr/share/ansible/collections/ansible_collections/chi/edge/roles/image_builder/files/elements
    plan: "{{ {'release': 'bookworm', 'variant': 'docker'} | chi.edge.image_plan(elements) }}"
"""

RETURN = r"""
_value:
  description:
    - C(objection) says that the name belongs to an image that is not the role's, or is null.
    - C(current) is the image or null, C(is_same) whether it was built from the same, C(properties) those that it lacks,
      C(corrections) what is to be corrected of it, in words.
    - C(leftovers) are uploads that have never become an image; C(retired) is what the current one is to be called once there is a
      new one; C(surplus) and C(surplus_then) are the old ones that are too many now and then; C(all) is every one of them.
  type: dict
"""


def image_catalog(images: list[dict[str, t.Any]], plan: dict[str, t.Any]) -> dict[str, t.Any]:
    """See DOCUMENTATION."""
    return _image_catalog.compare(images, plan)


class FilterModule:
    """See DOCUMENTATION."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        """The filter by its name."""
        return {"image_catalog": image_catalog}
