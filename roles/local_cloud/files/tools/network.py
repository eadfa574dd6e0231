# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The networks of a local cloud: `public`, whose addresses the host reaches, and one for containers with a router between."""

from __future__ import annotations

import ipaddress

from administrator import Site


class Network:
    """Brings Neutron's networks to the wanted state; `changes` tells what it did."""

    def __init__(self, site: Site):
        self.network = site.connect().network
        self.changes: list[str] = []

    def reconcile(self, public_cidr: str, pool: dict[str, str], name: str, cidr: str) -> list[str]:
        public = self._network(
            "public", is_router_external=True, provider_network_type="flat", provider_physical_network="public"
        )
        bridge = str(next(ipaddress.ip_network(public_cidr).hosts()))
        self._subnet(public, cidr=public_cidr, gateway_ip=bridge, allocation_pools=[pool])
        # Shared, as at CHI@Edge: users make no networks, they find one.
        inner = self._network(name, is_shared=True)
        subnet = self._subnet(inner, cidr=cidr)
        self._router(f"{name}-router", public, subnet)
        return self.changes

    def _network(self, name: str, **wanted):
        network = next(iter(self.network.networks(name=name)), None)
        if not network:
            network = self.network.create_network(name=name, **wanted)
            self.changes.append(f"network {name}")
        return network

    def _subnet(self, network, **wanted):
        subnet = next(iter(self.network.subnets(network_id=network.id)), None)
        if not subnet:
            subnet = self.network.create_subnet(
                name=network.name, network_id=network.id, ip_version=4, is_dhcp_enabled=False, **wanted
            )
            self.changes.append(f"subnet of {network.name}")
        different = {key: value for key, value in wanted.items() if getattr(subnet, key) != value}
        if "cidr" in different:
            raise SystemExit(
                f"The subnet of {network.name} is {subnet.cidr} and cannot become {wanted['cidr']}: "
                "Neutron does not renumber a network. Run the role with local_cloud_state=absent first."
            )
        if different:
            self.network.update_subnet(subnet, **different)
            self.changes.append(f"subnet of {network.name}")
        return subnet

    def _router(self, name: str, public, subnet) -> None:
        router = next(iter(self.network.routers(name=name)), None)
        if not router:
            router = self.network.create_router(name=name, external_gateway_info={"network_id": public.id})
            self.changes.append(f"router {name}")
        ports = self.network.ports(device_id=router.id, network_id=subnet.network_id)
        if not next(iter(ports), None):
            self.network.add_interface_to_router(router, subnet_id=subnet.id)
            self.changes.append(f"interface of {name}")
