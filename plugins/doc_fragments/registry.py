# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The options of the modules that speak with a registry of container images."""

from __future__ import annotations


class ModuleDocFragment:
    """Fragment C(chi.edge.registry). It stands before that of the attributes, since the action group here is another."""

    DOCUMENTATION = r"""
options:
  username:
    description: Name to log in with, if the registry asks for a login. Needs O(password).
    type: str
  password:
    description: Password or access token of O(username).
    type: str
  validate_certs:
    description:
      - Whether the registry's certificate is verified.
      - With V(false) the registry may also be one without TLS. On this machine it may always be.
    type: bool
    default: true
  ca_cert:
    description: Path of a bundle of certificates to verify the registry with.
    type: path
  timeout:
    description: Seconds to wait for each answer of the registry at the most.
    type: int
    default: 30
attributes:
  action_group:
    description: Use C(group/chi.edge.registry) in C(module_defaults) to set defaults for the modules that speak with a registry.
    support: full
    membership:
      - chi.edge.registry
requirements:
  - requests, which openstacksdk brings
"""
