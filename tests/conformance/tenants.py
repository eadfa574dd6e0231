# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The recorded actors, in a domain of their own: nobody else can lease the devices that are enrolled for them."""

from __future__ import annotations

import secrets

import openstack
from openstack.connection import Connection


class Tenants:
    """The projects and users of the recording; `connections` holds the one of each actor."""

    DOMAIN = "conformance"

    def __init__(self, admin: Connection):
        self._admin = admin
        self.connections: dict[str, Connection] = {"admin": admin}

    def create(self) -> None:
        domain = self._admin.identity.create_domain(name=self.DOMAIN)
        demo = self._user(domain.id, "demo", "demo")
        self.connections["member"] = self._credential(demo, "member", unrestricted=True)
        self.connections["restricted"] = self._credential(demo, "restricted", unrestricted=False)
        self.connections["other"] = self._user(domain.id, "other", "fork-other")

    def remove(self) -> None:
        """Delete the domain, and all that is in it."""
        for domain in self._admin.identity.domains(name=self.DOMAIN):
            self._admin.identity.update_domain(domain, is_enabled=False)
            self._admin.identity.delete_domain(domain)

    def project_ids(self) -> set[str]:
        """The projects in the domain, if there is one."""
        identity = self._admin.identity
        domains = identity.domains(name=self.DOMAIN)
        return {project.id for domain in domains for project in identity.projects(domain_id=domain.id)}

    def _user(self, domain_id: str, name: str, project_name: str) -> Connection:
        identity, password = self._admin.identity, secrets.token_urlsafe()
        project = identity.create_project(name=project_name, domain_id=domain_id)
        user = identity.create_user(name=name, domain_id=domain_id, password=password)
        identity.assign_project_role_to_user(project, user, identity.find_role("member"))
        return self._connect("v3password", user_id=user.id, password=password, project_id=project.id)

    def _credential(self, user: Connection, name: str, unrestricted: bool) -> Connection:
        made = user.identity.create_application_credential(user.current_user_id, name, unrestricted=unrestricted)
        return self._connect(
            "v3applicationcredential", application_credential_id=made.id, application_credential_secret=made.secret
        )

    def _connect(self, auth_type: str, **auth: str) -> Connection:
        site = self._admin.config
        auth["auth_url"] = site.get_auth_args()["auth_url"]
        return openstack.connect(
            load_yaml_config=False, load_envvars=False, auth_type=auth_type, auth=auth, region_name=site.get_region_name()
        )
