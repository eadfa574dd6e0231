# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Looks at containers without the collection: look.py CLOUD list NAME..., or look.py CLOUD run NAME COMMAND"""

from __future__ import annotations

import json
import sys

import openstack
from zunclient import api_versions
from zunclient.v1 import client


def main(cloud: str, verb: str, *words: str) -> None:
    session = openstack.connect(cloud).session
    containers = client.Client(session=session, service_type="container", api_version=api_versions.APIVersion("1.40")).containers
    if verb == "run":
        name, command = words
        print(containers.execute(name, command=command, run=True)["output"], end="")
    else:
        print(json.dumps({item.uuid: item.name for item in containers.list() if item.name in words}))


if __name__ == "__main__":
    main(*sys.argv[1:])
