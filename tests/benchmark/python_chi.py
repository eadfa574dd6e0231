# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Containers on a lease that is there, each with a floating IP, with Chameleon's library for notebooks.

Usage: python_chi.py LEASE IMAGE COUNT
"""

import os
import sys
import time
import urllib.request
from pathlib import Path

import yaml

lease, image, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
edge = yaml.safe_load(Path(os.environ["OS_CLIENT_CONFIG_FILE"]).read_text())["clouds"]["edge"]
os.environ |= {f"OS_{key.upper()}": str(value) for key, value in edge["auth"].items()}
os.environ |= {"OS_AUTH_TYPE": "v3applicationcredential", "OS_REGION_NAME": edge.get("region_name", "RegionOne")}

import chi  # noqa: E402
import chi.clients  # noqa: E402
import chi.container  # noqa: E402

chi.clients.ZUN_API_VERSION = "1.40"  # upstream's last, which is what the local cloud speaks
direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))

(reservation,) = [item["reservations"][0]["id"] for item in chi.blazar().lease.list() if item["name"] == lease]
for number in range(count):
    name = f"{lease}-{number}"
    made = chi.container.create_container(name, image, exposed_ports=["8080/tcp"], reservation_id=reservation)
    while chi.zun().containers.get(made.uuid).status == "Creating":
        time.sleep(0.5)
    chi.zun().containers.start(made.uuid)  # Chameleon's own Zun has done that already
    chi.container.wait_for_active(made.uuid)
    address = chi.container.associate_floating_ip(made.uuid)
    (known,) = chi.neutron().list_floatingips(floating_ip_address=address)["floatingips"]
    # so that it is taken down like the others
    chi.neutron().update_floatingip(known["id"], {"floatingip": {"description": f"chi.edge container {name}"}})
    while True:
        try:
            direct.open(f"http://{address}:8080/", timeout=2).read()
            break
        except OSError:
            time.sleep(0.2)
