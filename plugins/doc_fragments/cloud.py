# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The options that say which cloud, as openstack.cloud has them, so that module_defaults can be shared."""

from __future__ import annotations


class ModuleDocFragment:
    """Fragment C(chi.edge.cloud)."""

    DOCUMENTATION = r"""
options:
  cloud:
    description:
      - Which cloud to use. A string is the name of a cloud in C(clouds.yaml); a dictionary is a whole cloud configuration,
        as openstacksdk takes it, and then none of the other options of the cloud may be given.
      - If it is not given, E(OS_CLOUD) tells, or the other C(OS_*) variables, or C(clouds.yaml) has just one cloud.
    type: raw
  auth:
    description:
      - What the authentication plugin needs, for instance C(auth_url), C(application_credential_id) and
        C(application_credential_secret).
      - With an application credential give no project, no user and no domain; it carries its own.
    type: dict
  auth_type:
    description: Name of the authentication plugin, for instance V(v3applicationcredential).
    type: str
  region_name:
    description: Name of the region; at Chameleon the name of the site, for instance V(CHI@Edge).
    type: str
  validate_certs:
    description: Whether the certificates of the services are verified. Verified unless said otherwise.
    type: bool
    aliases: [verify]
  ca_cert:
    description: Path of a bundle of certificates to verify the services with.
    type: str
    aliases: [cacert]
  client_cert:
    description: Path of a client certificate.
    type: str
    aliases: [cert]
  client_key:
    description: Path of the client certificate's key.
    type: str
    aliases: [key]
  api_timeout:
    description: Seconds that one request may take before it is given up. The default is openstacksdk's.
    type: int
  interface:
    description: Which of a service's endpoints to use.
    type: str
    choices: [admin, internal, public]
    default: public
    aliases: [endpoint_type]
  sdk_log_path:
    description: File that openstacksdk logs into.
    type: str
  sdk_log_level:
    description: How much openstacksdk logs into O(sdk_log_path).
    type: str
    choices: [INFO, DEBUG]
    default: INFO
requirements:
  - python >= 3.10
  - openstacksdk >= 2.0.0
  - python-blazarclient >= 4.0.0, or chameleon-blazarclient
  - python-zunclient >= 5.0.0, or chameleon-zunclient
notes:
  - All times are UTC, given and returned, unless a date that is given carries another zone.
"""
