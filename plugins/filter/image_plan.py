# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reads what the role image_builder was asked for."""

from __future__ import annotations

import typing as t

from ansible.errors import AnsibleFilterError

from ..plugin_utils import _image_plan

DOCUMENTATION = r"""
name: image_plan
short_description: Read what the role chi.edge.image_builder was asked for
version_added: 0.1.0
author:
  - The chi.edge contributors (@chi-edge)
description:
  - Makes the plan of a disk image out of the variables of the role P(chi.edge.image_builder#role), whether they came as YAML, or
    as the text that an AWX survey or C(-e key=value) gives. An empty text is the same as nothing.
  - The role does it for you. It is useful in a playbook that wants to know beforehand what an image will be called, or whether
    it would be built anew.
positional: _input
options:
  _input:
    description: The role's variables, by their names without the prefix C(image_builder_).
    type: dict
    required: true
  elements:
    description: The folder with the role's own elements, on the controller.
    type: path
    required: true
"""

EXAMPLES = r"""
- name: Tell what the image will be called
  ansible.builtin.debug:
    msg: "{{ ({'release': 'noble', 'variant': 'sage', 'arch': 'arm64'} | chi.edge.image_plan(elements)).name }}"
  vars:
    elements: /usr/share/ansible/collections/ansible_collections/chi/edge/roles/image_builder/files/elements
"""

RETURN = r"""
_value:
  description:
    - The plan. Among other things it has the C(name), the C(fingerprint) of all that the image is built from, the C(inputs) that
      the fingerprint stands for, the C(elements), the C(provenance), and the C(properties) in Glance.
  type: dict
"""


def image_plan(given: dict[str, t.Any], elements: str) -> dict[str, t.Any]:
    """See DOCUMENTATION."""
    try:
        return _image_plan.read(given, elements)
    except ValueError as exc:
        raise AnsibleFilterError(str(exc)) from None


class FilterModule:
    """See DOCUMENTATION."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        """The filter by its name."""
        return {"image_plan": image_plan}
