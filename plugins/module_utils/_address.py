# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to the collection: not an interface for others.
"""Neutron's floating IPs: found, made and moved, and in the one shape that all results have (contract 4).

An address that we make carries a mark in its description, put there by the same request, so that there is no moment in
which it belongs to nobody. Whatever bears no mark is somebody else's: never picked up unasked, never deleted unasked.
"""

from __future__ import annotations

import ipaddress
import re
import time
import typing as t

from . import _shape
from ._errors import AmbiguousError, EdgeError, NotFoundError, ServiceError, attempt, is_garbled, is_missing, is_transient
from ._waiter import Watch, patiently, wait

if t.TYPE_CHECKING:
    from ._cloud import Cloud

Address = dict[str, t.Any]

MARK = "chi.edge "
RESERVED = "reservation:"
ACTIVE = "ACTIVE"

# Neutron's limit for a description.
_LONGEST = 255

# Pool or quota: asking again would not help (contract 4).
_EXHAUSTED = re.compile(r"no more ip addresses|unable to find any ip address|quota exceeded|over ?quota", re.IGNORECASE)

# Seconds to leave a request whose answer was lost, before looking for what it has done.
_AFTERMATH = 1.0

# Our names of the fields, and openstacksdk's.
_FIELDS = {
    "id": "id",
    "address": "floating_ip_address",
    "status": "status",
    "port_id": "port_id",
    "fixed_address": "fixed_ip_address",
    "network_id": "floating_network_id",
    "router_id": "router_id",
    "project_id": "project_id",
    "description": "description",
    "created_at": "created_at",
    "updated_at": "updated_at",
}


_SHAPE = _shape.fields(
    id=_shape.identity,
    floating_ip_address=_shape.address,
    status=_shape.maybe(_shape.text),
    port_id=_shape.maybe(_shape.text),
    description=_shape.maybe(_shape.text),
    tags=_shape.maybe(_shape.each(_shape.text)),
)
_NETWORKS = _shape.each(_shape.fields(id=_shape.identity, name=_shape.text))


# -- shaping and judging -------------------------------------------------------------------------------------------


def address_view(raw: t.Any = None, **known: t.Any) -> Address:
    """A floating IP as every result has it.

    :param raw: as openstacksdk has it, or None for one that is still to be made.
    :param known: fields that are known of it already.
    """
    fields = {ours: getattr(raw, theirs, None) for ours, theirs in _FIELDS.items()}
    return {**fields, "tags": sorted(getattr(raw, "tags", None) or []), **known}


def _told(raw: t.Any) -> Address:
    """As M(address_view), of what Neutron has answered. :raises Misshapen: when that is no floating IP."""
    fields = {name: getattr(raw, name, None) for name in (*_FIELDS.values(), "tags")}
    _shape.require(fields, _SHAPE, "floatingip")
    return address_view(raw)


def mark(kind: str, name: str) -> str:
    """The description of an address that is made for a container or a port."""
    return f"{MARK}{kind} {name}"[:_LONGEST]


def is_ours(address: Address) -> bool:
    """Whether this collection has made the address. What belongs to a lease, Blazar makes and deletes (contract 2.10)."""
    is_reserved = any(tag.startswith(RESERVED) for tag in address["tags"])
    return (address["description"] or "").startswith(MARK) and not is_reserved


def require_address(address: str | None) -> None:
    """See that an option of that name holds an address.

    :raises EdgeError: for what is no IP address.
    """
    try:
        if address is not None:
            ipaddress.ip_address(address)
    except ValueError as exc:
        raise EdgeError(f'address "{address}" is not an IP address, such as 129.114.34.140.') from exc


# -- finding -------------------------------------------------------------------------------------------------------


def find_addresses(cloud: Cloud, **filters: str) -> list[Address]:
    """The floating IPs that match, in the shape of M(address_view). The service does the filtering. One request.

    :param filters: by openstacksdk's names: C(port_id), C(floating_ip_address), C(description) and so on.
    """
    with attempt("list the floating IPs"):
        return [_told(raw) for raw in patiently(lambda: list(cloud.network.ips(**filters)))]


def project_addresses(cloud: Cloud, **filters: str) -> list[Address]:
    """As M(find_addresses), but only those of the project; an administrator would be shown those of all."""
    return find_addresses(cloud, project_id=cloud.project_id, **filters)


def get_address(cloud: Cloud, address: Address) -> Address:
    """The present state of a floating IP.

    :raises NotFoundError: when it is gone.
    """
    try:
        with attempt(f"read floating IP {address['address']}"):
            return _told(patiently(lambda: cloud.network.get_ip(address["id"])))
    except EdgeError as exc:
        if is_missing(exc):
            raise NotFoundError(f"Floating IP {address['address']} was deleted meanwhile.") from exc
        raise


def external_network(cloud: Cloud, wanted: str | None) -> tuple[str, str]:
    """Id and name of the network whose addresses are reachable from outside.

    :param wanted: its name or id; None means the only one there is.
    :raises NotFoundError: when there is none, or not that one.
    :raises AmbiguousError: when there are several.
    """
    with attempt("list the external networks"):
        found = patiently(lambda: list(cloud.network.networks(is_router_external=True)))
        _shape.require([{"id": network.id, "name": network.name} for network in found], _NETWORKS, "networks")
    names = ", ".join(sorted(f'"{network.name}"' for network in found)) or "none"
    matching = [network for network in found if wanted in (None, network.name, network.id)]
    if len(matching) == 1:
        return str(matching[0].id), str(matching[0].name)
    if not matching:
        which = f'There is no external network "{wanted}"' if wanted else "There is no external network"
        raise NotFoundError(f"{which}; the external networks of {cloud.label} are: {names}.")
    listed = ", ".join(sorted(f'"{network.name}" ({network.id})' for network in matching))
    raise AmbiguousError(f"There are {len(matching)} external networks: {listed}. Say in network which is meant.")


def require_port(cloud: Cloud, port_id: str) -> None:
    """See that a port is there before anything is made for it.

    :raises NotFoundError: when it is not.
    """
    try:
        with attempt(f"read port {port_id}"):
            patiently(lambda: cloud.network.get_port(port_id))
    except EdgeError as exc:
        if is_missing(exc):
            raise NotFoundError(f"There is no port {port_id}.") from exc
        raise


def wait_until_active(cloud: Cloud, address: Address, watch: Watch | None, timeout: float, interval: float) -> Address:
    """Wait until the router has taken the address up.

    :param timeout: seconds. :param interval: seconds.
    :raises EdgeError: when the service says that it has failed, or the address is gone.
    :raises WaitTimeout: when the time is up.
    """

    def is_active(seen: Address) -> bool:
        if seen["status"] == "ERROR":
            raise EdgeError(f"Floating IP {seen['address']} is in status ERROR.", floating_ip=seen)
        return bool(seen["status"] == ACTIVE)

    return wait(
        lambda: get_address(cloud, address),
        is_active,
        lambda seen: str(seen["status"]),
        f"floating IP {address['address']} to become {ACTIVE}",
        timeout,
        interval,
        watch,
        key="floating_ip",
    )


# -- changing ------------------------------------------------------------------------------------------------------


def create_address(cloud: Cloud, port_id: str, network_id: str, *, description: str, **fields: str) -> Address:
    """Make a floating IP on a port, in one request, so that no other can snatch it in between.

    A port has at most one address of a network, so the request can be repeated after its answer was lost: it cannot make two.

    :param description: our mark. :param fields: further ones, by Neutron's names: C(floating_ip_address).
    :raises ServiceError: when the service refuses, with 409 also when the port has one already; see M(is_exhausted).
    """

    def create() -> Address:
        wanted = {"floating_network_id": network_id, "port_id": port_id, "description": description, **fields}
        with attempt(f"make a floating IP for port {port_id}"):
            return _told(cloud.network.create_ip(**wanted))

    try:
        return create()
    except ServiceError as exc:
        if not is_transient(exc.__cause__ or exc) and not is_garbled(exc.__cause__):
            raise
    time.sleep(_AFTERMATH)
    made = find_addresses(cloud, port_id=port_id, floating_network_id=network_id, description=description)
    return made[0] if made else create()


def attach_address(cloud: Cloud, address: Address, port_id: str, **fields: str) -> Address:
    """Attach an address to a port, wherever it was before, and read it again, since somebody else may do the same.

    :param fields: further ones to set: C(description).
    :raises ServiceError: when the service refuses, with 409 when the port has another one.
    :raises EdgeError: when the address belongs to another port afterwards.
    """
    with attempt(f"attach floating IP {address['address']} to port {port_id}"):
        _again_if_lost(lambda: cloud.network.update_ip(address["id"], port_id=port_id, **fields))
    now = get_address(cloud, address)
    if now["port_id"] != port_id:
        raise EdgeError(
            f"Floating IP {address['address']} was attached to port {port_id}, but somebody else took it at the same moment: "
            f"it is {where(now)}. Run this again to see who keeps it."
        )
    return now


def detach_address(cloud: Cloud, address: Address) -> Address:
    """Take an address off its port and keep it."""
    with attempt(f"detach floating IP {address['address']} from port {address['port_id']}"):
        return _told(_again_if_lost(lambda: cloud.network.update_ip(address["id"], port_id=None)))


def delete_address(cloud: Cloud, address: Address) -> None:
    """Give an address back to the pool. One that is gone already is as good."""
    with attempt(f"release floating IP {address['address']}"):
        _again_if_lost(lambda: cloud.network.delete_ip(address["id"], ignore_missing=True))


def _again_if_lost(call: t.Callable[[], t.Any]) -> t.Any:
    """Only for requests that may be repeated without harm, as a reading one may."""
    return patiently(call, attempts=2, pause=_AFTERMATH)


# -- telling -------------------------------------------------------------------------------------------------------


def where(address: Address, containers: t.Mapping[str, str] | None = None) -> str:
    """Where an address is, in words.

    :param containers: names of containers by the ids of their ports, where they are known.
    """
    port_id = address["port_id"]
    if not port_id:
        return "not in use"
    name = (containers or {}).get(port_id)
    return f'attached to container "{name}"' if name else f"attached to port {port_id}"


def is_exhausted(exc: ServiceError) -> bool:
    """Whether the pool of the network or the quota of the project is used up."""
    return exc.status in (400, 403, 409, 413) and bool(_EXHAUSTED.search(exc.words))


def usage_in_words(addresses: list[Address], containers: t.Mapping[str, str], most: int = 12) -> str:
    """What the project uses its addresses for, for an error.

    :param containers: as for M(where).
    :param most: how many to name; the rest is only counted.
    """
    if not addresses:
        return "The project itself has none."
    in_order = sorted(addresses, key=lambda item: ipaddress.ip_address(item["address"]).packed)
    named = [f"{item['address']} ({where(item, containers)})" for item in in_order[:most]]
    if len(addresses) > most:
        named.append(f"{len(addresses) - most} more")
    return f"The project has {len(addresses)}: {', '.join(named)}."
