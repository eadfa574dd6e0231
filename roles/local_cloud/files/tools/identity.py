# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Users, projects, roles and the catalog of a local cloud, and the clouds.yaml with its users' credentials."""

from __future__ import annotations

import datetime
import os

import yaml

from administrator import Site

SERVICE_USERS = ("blazar", "glance", "kuryr", "neutron", "placement", "zun")

# Two ordinary projects with a member each: the second exists so that "somebody else's" can be tried.
MEMBERS = {"demo": "demo", "other": "other"}

# clouds.yaml: cloud -> (user, may the credential do what its user may with credentials and trusts, has it run out)
APPLICATION_CREDENTIALS = {
    "edge": ("demo", True, False),
    "edge-restricted": ("demo", False, False),
    "edge-expired": ("demo", True, True),
    "edge-other": ("other", True, False),
}
# Keystone refuses an expiry in the past; this one has passed before anybody can use it.
EXPIRY_SECONDS = 2


class Identity:
    """Brings Keystone to the wanted state; `changes` tells what it did."""

    def __init__(self, site: Site):
        self.site = site
        self.identity = site.connect().identity
        self.changes: list[str] = []

    def reconcile(self, catalog: dict[str, tuple[str, str]]) -> list[str]:
        self._members()
        self._catalog(catalog)
        self._clouds()
        return self.changes

    def _members(self) -> None:
        have = self.identity
        projects = {project.name: project.id for project in have.projects(domain_id="default")}
        users = {user.name: user.id for user in have.users(domain_id="default")}
        roles = {role.name: role.id for role in have.roles()}
        given = {
            (entry.user["id"], entry.scope["project"]["id"], entry.role["id"])
            for entry in have.role_assignments()
            if entry.user and "project" in entry.scope
        }
        wanted = [(user, "service", role) for user in SERVICE_USERS for role in ("admin", "service")]
        wanted += [(user, project, "member") for user, project in MEMBERS.items()]
        for user, project, role in wanted:
            if project not in projects:
                projects[project] = have.create_project(name=project, domain_id="default").id
                self.changes.append(f"project {project}")
            if user not in users:
                password = self.site.passwords[f"user_{user}"]
                users[user] = have.create_user(name=user, password=password, domain_id="default").id
                self.changes.append(f"user {user}")
            if role not in roles:
                roles[role] = have.create_role(name=role).id
                self.changes.append(f"role {role}")
            if (users[user], projects[project], roles[role]) not in given:
                have.assign_project_role_to_user(projects[project], users[user], roles[role])
                self.changes.append(f"{role} {user} in {project}")
        self.users = users

    def _catalog(self, catalog: dict[str, tuple[str, str]]) -> None:
        services = {service.type: service.id for service in self.identity.services()}
        endpoints = {(entry.service_id, entry.interface): entry for entry in self.identity.endpoints()}
        for kind, (name, url) in catalog.items():
            if kind not in services:
                services[kind] = self.identity.create_service(name=name, type=kind).id
            for interface in ("public", "internal", "admin"):
                endpoint = endpoints.get((services[kind], interface))
                if endpoint and endpoint.url == url:
                    continue
                self.changes.append(f"{interface} endpoint of {name}")
                if endpoint:
                    self.identity.update_endpoint(endpoint, url=url)
                else:
                    self.identity.create_endpoint(
                        service_id=services[kind], interface=interface, url=url, region_id=self.site.region
                    )

    def _clouds(self) -> None:
        path = self.site.directory / "clouds.yaml"
        old = (yaml.safe_load(path.read_text()) or {}).get("clouds", {}) if path.exists() else {}
        clouds = {cloud: self._credential(cloud, old.get(cloud, {})) for cloud in APPLICATION_CREDENTIALS}
        clouds["edge-admin"] = {"auth_type": "password", "auth": self.site.auth("admin", "admin")}
        for cloud in clouds.values():
            cloud.update(region_name=self.site.region, interface="public", identity_api_version="3")
        text = "# Written by the role chi.edge.local_cloud.\n" + yaml.safe_dump({"clouds": clouds}, sort_keys=False)
        if not path.exists() or path.read_text() != text or path.stat().st_mode & 0o077:
            path.unlink(missing_ok=True)
            with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as stream:
                stream.write(text)
            self.changes.append("clouds.yaml")

    def _credential(self, cloud: str, old: dict) -> dict:
        """The cloud's entry as it is while Keystone knows its credential, else a new one: the secret is shown but once."""
        user, unrestricted, expired = APPLICATION_CREDENTIALS[cloud]
        user_id = self.users[user]
        known = {entry.name: entry for entry in self._known(user)}
        auth = old.get("auth", {})
        if cloud not in known or auth.get("application_credential_id") != known[cloud].id:
            owner = self.site.connect(user, MEMBERS[user]).identity
            if cloud in known:
                owner.delete_application_credential(user_id, known[cloud])
            soon = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=EXPIRY_SECONDS)
            new = owner.create_application_credential(
                user_id, cloud, unrestricted=unrestricted, **({"expires_at": f"{soon:%Y-%m-%dT%H:%M:%S}"} if expired else {})
            )
            auth = {"application_credential_id": new.id, "application_credential_secret": new.secret}
            self.changes.append(f"application credential {cloud}")
        secret = auth["application_credential_secret"]
        return {
            "auth_type": "v3applicationcredential",
            "auth": {
                "auth_url": self.site.auth_url,
                "application_credential_id": auth["application_credential_id"],
                "application_credential_secret": secret,
            },
        }

    def _known(self, user: str) -> list:
        if not hasattr(self, "_credentials"):
            self._credentials: dict[str, list] = {}
        if user not in self._credentials:
            self._credentials[user] = list(self.identity.application_credentials(self.users[user]))
        return self._credentials[user]
