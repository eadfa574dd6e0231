# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the test needs of Neutron besides chi.edge.floating_ip: things that others have made.

Usage: neutron.py prepare|addresses|remove NAME
prepare prints what it has made as JSON, remove takes everything of that name away, whatever is left of it.
"""

from __future__ import annotations

import contextlib
import json
import sys

import openstack


def prepare(name: str) -> dict[str, str]:
    """A loose address and a port without one, and for the project of edge-other a second external network of one address."""
    edge, other, admin = (openstack.connect(cloud=cloud) for cloud in ("edge", "edge-other", "edge-admin"))
    public = next(edge.network.networks(is_router_external=True))
    containers = edge.network.find_network("containernet1")
    loose = edge.network.create_ip(floating_network_id=public.id, description=f"{name}, made by somebody else")
    port = edge.network.create_port(network_id=containers.id, name=name)
    theirs = other.network.create_ip(floating_network_id=public.id, description=name)

    # only edge-other may see it as external, so that whoever else uses this cloud still has just one
    narrow = admin.network.create_network(name=f"{name}-narrow")
    admin.network.create_subnet(
        network_id=narrow.id,
        ip_version=4,
        cidr="203.0.113.0/24",
        gateway_ip=None,
        is_dhcp_enabled=False,
        allocation_pools=[{"start": "203.0.113.10", "end": "203.0.113.10"}],
    )
    admin.network.create_rbac_policy(
        object_type="network", object_id=narrow.id, action="access_as_external", target_project_id=other.current_project_id
    )
    taken = other.network.create_ip(floating_network_id=narrow.id, description=name)
    inside = other.network.create_network(name=name)
    other.network.create_subnet(network_id=inside.id, ip_version=4, cidr="192.0.2.0/24", is_dhcp_enabled=False)
    their_port = other.network.create_port(network_id=inside.id, name=name)
    return {
        "loose": loose.floating_ip_address,
        "port": port.id,
        "theirs": theirs.floating_ip_address,
        "their_port": their_port.id,
        "public_id": public.id,
        "narrow": narrow.name,
        "narrow_id": narrow.id,
        "narrow_address": taken.floating_ip_address,
    }


def addresses(name: str) -> dict[str, dict[str, str | None]]:
    """All addresses of the project of edge, as they are."""
    edge = openstack.connect(cloud="edge")
    return {ip.floating_ip_address: {"port": ip.port_id, "description": ip.description} for ip in edge.network.ips()}


def remove(name: str) -> None:
    """Take everything away, in the reverse order; what is not there is no matter."""
    edge, other, admin = (openstack.connect(cloud=cloud).network for cloud in ("edge", "edge-other", "edge-admin"))
    for network in (edge, other):
        for ip in network.ips():
            if name in (ip.description or ""):
                network.delete_ip(ip)
        for port in network.ports(name=name):
            network.delete_port(port)
    for network, names in ((other, name), (admin, f"{name}-narrow")):
        for found in network.networks(name=names):
            with contextlib.suppress(openstack.exceptions.NotFoundException):
                network.delete_network(found)


if __name__ == "__main__":
    print(json.dumps(globals()[sys.argv[1]](sys.argv[2])))
