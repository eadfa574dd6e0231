# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A connection to the local cloud as its administrator, from the cloud's own password file."""

from __future__ import annotations

import json
import pathlib

import openstack


class Site:
    """Where a local cloud is: its folder, Keystone's address, the region's name, its passwords."""

    def __init__(self, directory: pathlib.Path, auth_url: str, region: str):
        self.directory = directory
        self.auth_url = auth_url
        self.region = region
        self._connections: dict[str, openstack.connection.Connection] = {}
        self.passwords: dict[str, str] = json.loads((directory / "etc" / "passwords.json").read_text())

    def auth(self, user: str, project: str) -> dict[str, str]:
        return {
            "auth_url": self.auth_url,
            "username": user,
            "password": self.passwords[f"user_{user}"],
            "project_name": project,
            "user_domain_id": "default",
            "project_domain_id": "default",
        }

    def connect(self, user: str = "admin", project: str = "admin") -> openstack.connection.Connection:
        """One connection, and so one token, a user."""
        if user not in self._connections:
            self._connections[user] = openstack.connect(
                load_yaml_config=False, load_envvars=False, auth=self.auth(user, project), region_name=self.region
            )
        return self._connections[user]
