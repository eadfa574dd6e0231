# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Bring what the services keep in their databases to what the role's variables say.

    reconcile.py PART ... < wanted.json         parts: identity, network, devices

Prints what it changed as JSON.
"""

from __future__ import annotations

import json
import pathlib
import sys

from keystoneauth1.exceptions import ClientException
from openstack.exceptions import SDKException

from administrator import Site


def main() -> None:
    wanted = json.loads(sys.stdin.read().partition("\n")[2])
    site = Site(pathlib.Path(wanted["directory"]), wanted["auth_url"], wanted["region"])
    changes: list[str] = []
    for part in sys.argv[1:]:
        # Each part is a module of that name with a class of that name; an early one must not wait for the others' imports.
        kind = getattr(__import__(part), part.capitalize())
        try:
            changes += kind(site).reconcile(**wanted[part])
        except (ClientException, SDKException) as error:
            raise SystemExit(f"Could not bring {part} to the wanted state: {error}") from error
    print(json.dumps({"changed": bool(changes), "changes": changes}))


main()
