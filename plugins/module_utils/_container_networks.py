# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to the collection: not an interface for others.
"""The networks, ports and security groups of a container, by the names that users know (contract 3.2, part 4)."""

from __future__ import annotations

import typing as t

from . import _shape
from ._container import Raw
from ._errors import AmbiguousError, NotFoundError, attempt
from ._waiter import patiently

if t.TYPE_CHECKING:
    from ._cloud import Cloud


# How the role M(chi.edge.edge_container) describes the security groups that it makes.
OWN_GROUP = "chi.edge container "


class Named(t.NamedTuple):
    """As much as it takes to tell things of Neutron apart."""

    id: str
    name: str | None


def nets_of(cloud: Cloud, networks: list[dict[str, str]]) -> list[dict[str, str]]:
    """The networks in Zun's terms, with ids.

    :param networks: each with C(network) or C(port), a name or an id, and perhaps C(fixed_ip).
    :raises NotFoundError: for one that does not exist, listing those that do. :raises AmbiguousError: for one of several.
    """
    known: list[Named] | None = None
    nets = []
    for item in networks:
        if "port" in item:
            nets.append({"port": _port_id(cloud, item["port"])})
            continue
        if known is None:
            with attempt("list the networks"):
                known = _named(patiently(lambda: list(cloud.network.networks())), "networks")
        net = {"network": _id_of(item["network"], known, "network")}
        if "fixed_ip" in item:
            net["v6-fixed-ip" if ":" in item["fixed_ip"] else "v4-fixed-ip"] = item["fixed_ip"]
        nets.append(net)
    return nets


def security_group_ids(cloud: Cloud, names: list[str]) -> list[str]:
    """The ids of the project's own security groups of these names or ids; errors as M(nets_of)."""
    if not names:
        return []
    with attempt("list the security groups"):
        found = patiently(lambda: list(cloud.network.security_groups(project_id=cloud.project_id)))
        known = _named(_without_twins(found), "security_groups")
    return [_id_of(name, known, "security group") for name in names]


def is_on(raw: Raw, nets: list[dict[str, str]]) -> bool:
    """Whether the container is on these networks and ports, and on no others."""
    addresses = raw.get("addresses") or {}
    ports = {item.get("port") for items in addresses.values() for item in items or []}
    fixed = {item.get("addr") for items in addresses.values() for item in items or []}
    wanted_fixed = {value for net in nets for key, value in net.items() if key.endswith("fixed-ip")}
    if not all(net.get("network") in addresses or net.get("port") in ports for net in nets) or not wanted_fixed <= fixed:
        return False
    return len(addresses) == len(nets)


def _port_id(cloud: Cloud, name_or_id: str) -> str:
    with attempt(f'find port "{name_or_id}"'):
        port = patiently(lambda: cloud.network.find_port(name_or_id, ignore_missing=True))
        found = _named([port] if port else [], "port")
    if not found:
        raise NotFoundError(f'networks: there is no port "{name_or_id}".')
    return found[0].id


def _without_twins(groups: list[t.Any]) -> list[t.Any]:
    """The groups, but of the role's own, which runs at the same time may have made several of, the first of each name."""
    chosen: dict[tuple[bool, str], t.Any] = {}
    for group in sorted(groups, key=lambda group: (str(group.created_at), str(group.id))):
        is_own = str(group.description or "").startswith(OWN_GROUP)
        chosen.setdefault((is_own, str(group.name if is_own else group.id)), group)
    return list(chosen.values())


def _named(found: list[t.Any], name: str) -> list[Named]:
    shape = _shape.each(_shape.fields(id=_shape.identity, name=_shape.maybe(_shape.text)))
    _shape.require([{"id": item.id, "name": item.name} for item in found], shape, name)
    return [Named(item.id, item.name) for item in found]


def _id_of(name_or_id: str, known: list[Named], kind: str) -> str:
    option = f"{kind.replace(' ', '_')}s"
    if any(item.id == name_or_id for item in known):
        return name_or_id
    ids = sorted(item.id for item in known if item.name == name_or_id)
    if len(ids) > 1:
        raise AmbiguousError(f'{option}: there are {len(ids)} of the name "{name_or_id}": {", ".join(ids)}. Give the id of one.')
    if not ids:
        there = ", ".join(sorted({item.name or item.id for item in known})) or "none"
        raise NotFoundError(f'{option}: there is no {kind} "{name_or_id}"; there are: {there}.')
    return str(ids[0])
