# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to the collection: not an interface for others.
"""What M(chi.edge.floating_ip_info) does (contract 4)."""

from __future__ import annotations

import ipaddress
import typing as t

from .. import _address
from .._address import Address
from .._cloud import AUTH_SPEC
from .._context import Context
from .._holder import find_holder

SPEC: dict[str, t.Any] = {
    "argument_spec": {
        **AUTH_SPEC,
        "id": {"type": "str"},
        "address": {"type": "str", "aliases": ["floating_ip_address"]},
        "container": {"type": "str"},
        "port": {"type": "str"},
        "network": {"type": "str"},
        "status": {"type": "list", "elements": "str", "choices": ["ACTIVE", "DOWN", "ERROR"]},
        "attached": {"type": "bool"},
    },
    "mutually_exclusive": [("container", "port")],
    "supports_check_mode": True,
}


def run(context: Context) -> dict[str, t.Any]:
    """List the project's floating IPs that match."""
    params = context.params
    _address.require_address(params["address"] or None)
    filters = {
        "id": params["id"],
        "floating_ip_address": params["address"],
        "port_id": params["port"],
        "floating_network_id": _address.external_network(context.cloud, params["network"])[0] if params["network"] else None,
    }
    found = _address.project_addresses(context.cloud, **{key: value for key, value in filters.items() if value})
    if params["container"]:
        found = _of_container(context, found)
    return {"changed": False, "floating_ips": sorted((item for item in found if _matches(item, params)), key=_in_order)}


def _of_container(context: Context, addresses: list[Address]) -> list[Address]:
    """Those attached to the container, and those made for a container of that name that are attached to nothing."""
    holder = find_holder(context.cloud, context.params["container"], None)
    return [
        item
        for item in addresses
        if (item["port_id"] == holder.port_id if item["port_id"] else item["description"] == holder.mark)
    ]


def _matches(address: Address, params: dict[str, t.Any]) -> bool:
    return (not params["status"] or address["status"] in params["status"]) and (
        params["attached"] in (None, bool(address["port_id"]))
    )


def _in_order(address: Address) -> tuple[int, int]:
    number = ipaddress.ip_address(address["address"])
    return number.version, int(number)
