# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to the collection: not an interface for others.
"""What M(chi.edge.floating_ip) does (contract 4)."""

from __future__ import annotations

import time
import typing as t

from .. import _address
from .._address import Address
from .._cloud import AUTH_SPEC
from .._container import is_uuid
from .._context import Context
from .._difference import Difference
from .._errors import EdgeError, NotFoundError, ServiceError
from .._holder import Holder, containers_by_port, find_holder, wait_for_port
from .._resource import WAIT_SPEC, Resource

SPEC: dict[str, t.Any] = {
    "argument_spec": {
        **AUTH_SPEC,
        **WAIT_SPEC,
        "container": {"type": "str"},
        "port": {"type": "str"},
        "address": {"type": "str", "aliases": ["floating_ip_address"]},
        "network": {"type": "str"},
        "move": {"type": "bool", "default": False},
        "release": {"type": "bool"},
        "state": {"type": "str", "default": "present", "choices": ["present", "absent"]},
    },
    "mutually_exclusive": [("container", "port")],
    "required_one_of": [("container", "port", "address")],
    "required_if": [("state", "present", ("container", "port"), True)],
    "supports_check_mode": True,
}


def run(context: Context) -> dict[str, t.Any]:
    """Bring the floating IP into the wanted state."""
    return FloatingIp(context).run()


class FloatingIp(Resource):
    """The floating IP of one container or port."""

    noun = "floating_ip"

    def __init__(self, context: Context) -> None:
        _address.require_address(context.params["address"])
        super().__init__(context)
        self._begun = time.monotonic()

    @property
    def subject(self) -> str:
        return str(self.params["container"] or self.params["port"] or self.params["address"])

    @property
    def patience(self) -> dict[str, float]:
        # there may be two waits, for the port and for the address, and the user has set one time-out
        left = self.params["wait_timeout"] - (time.monotonic() - self._begun)
        return {**super().patience, "timeout": max(1, round(left))}

    # -- present ---------------------------------------------------------------------------------------------------

    def present(self) -> None:
        holder = self._holder_with_port()
        try:
            self.current = self._provide(holder)
        except ServiceError as exc:
            if exc.status != 409 or _address.is_exhausted(exc):
                raise
            # another run did the same meanwhile, and the change is that one's to tell
            self.changed, self.difference = False, Difference()
            self.current = self._provide(holder)
        if self.waits and self.current["status"] != _address.ACTIVE:
            watch = self.context.watcher(f"floating IP {self.current['address']}")
            self.current = _address.wait_until_active(self.cloud, self.current, watch, **self.patience)

    def _provide(self, holder: Holder) -> Address:
        attached = self._attached(holder)
        for item in attached:
            if self.params["address"] in (None, item["address"]):
                return item
        if self.params["address"]:
            return self._use(self.params["address"], holder, attached)
        return self._reuse(holder) or self._create(holder)

    def _holder_with_port(self) -> Holder:
        holder = find_holder(self.cloud, self.params["container"], self.params["port"])
        if holder.is_gone and self.context.check_mode:
            self.context.warn(f"There is no {holder.in_words} yet; what follows is true if there will be.")
            return holder
        if holder.is_gone:
            raise NotFoundError(f"There is no {holder.in_words}.")
        if holder.port_id or self.context.check_mode:
            return holder
        holder.require_hope()
        if not self.waits:
            raise EdgeError(
                f"There is no port of {holder.in_words} yet: it is {holder.status}. With wait this task waits for it."
            )
        return wait_for_port(self.cloud, holder, self.context.watcher(holder.in_words), **self.patience)

    def _use(self, address: str, holder: Holder, attached: list[Address]) -> Address:
        """Attach the address that the user named, in the place of the one that is there."""
        found = _address.project_addresses(self.cloud, floating_ip_address=address)
        if not found and attached:
            # a refusal to make it would come too late
            raise NotFoundError(
                f"The project has no floating IP {address} that could be attached to {holder.in_words} in the place of "
                f"{attached[0]['address']}."
            )
        if not found:
            return self._create(holder, address)
        if found[0]["port_id"] and not self.params["move"]:
            where = _address.where(found[0], containers_by_port(self.cloud))
            raise EdgeError(f"Floating IP {address} is {where}. Set move to true to take it from there.")
        self._make_room(holder, attached)
        return self._attach(found[0], holder)

    def _make_room(self, holder: Holder, attached: list[Address]) -> None:
        """A port can have one address of a network (contract 4), so what it has goes first, if that is ours to decide."""
        foreign = [item["address"] for item in attached if not _address.is_ours(item)]
        if foreign and not self.params["move"]:
            raise EdgeError(
                f"Floating IP {foreign[0]} is attached to {holder.in_words}, which can have only one, and was not made by this "
                f"collection. Set move to true to detach it and attach {self.params['address']} in its place."
            )
        for item in attached:
            self._remove(item)

    def _reuse(self, holder: Holder) -> Address | None:
        """Attach the address that was made for this holder before and has lost its port, as when a container is recreated."""
        loose = self._loose(holder)
        return self._attach(loose[0], holder) if loose else None

    def _attach(self, address: Address, holder: Holder) -> Address:
        fields = {"description": holder.mark} if _address.is_ours(address) else {}
        self.difference.note(address["address"], _address.where(address), f"attached to {holder.in_words}")
        predicted = {**address, **fields, "port_id": holder.port_id, "fixed_address": holder.fixed_address}
        return self.change(lambda: _address.attach_address(self.cloud, address, str(holder.port_id), **fields), predicted)

    def _create(self, holder: Holder, wish: str | None = None) -> Address:
        network_id, network = _address.external_network(self.cloud, self.params["network"])
        if self.params["port"]:
            _address.require_port(self.cloud, self.params["port"])
        self.difference.note(wish or "a new address", None, f'made on network "{network}" and attached to {holder.in_words}')
        known = {"network_id": network_id, "port_id": holder.port_id, "description": holder.mark, "address": wish}
        predicted = _address.address_view(**known, fixed_address=holder.fixed_address)
        fields = {"description": holder.mark, **({"floating_ip_address": wish} if wish else {})}
        try:
            made = self.change(lambda: _address.create_address(self.cloud, str(holder.port_id), network_id, **fields), predicted)
            self.is_new = True
            return made
        except ServiceError as exc:
            self._explain(exc, network, wish)
            raise

    def _explain(self, exc: ServiceError, network: str, wish: str | None) -> None:
        """Add to a refusal to make an address what the user can do about it."""
        if _address.is_exhausted(exc):
            addresses = _address.project_addresses(self.cloud)
            exc.message += f' Network "{network}": {_address.usage_in_words(addresses, containers_by_port(self.cloud))}'
            exc.result["floating_ips"] = addresses
        elif wish and exc.status == 403:
            exc.message += (
                f" The project has no floating IP {wish}, and this cloud lets only its administrators choose a new one. "
                "Leave address out, or name one that the project has."
            )

    # -- absent ----------------------------------------------------------------------------------------------------

    def absent(self) -> None:
        found = self._to_remove()
        for item in found:
            self._require_releasable(item)
        for item in found:
            self.current = self._remove(item)

    def _to_remove(self) -> list[Address]:
        """The addresses that are the container's or the port's, also when that is gone already."""
        address = self.params["address"]
        if not self.params["container"] and not self.params["port"]:
            return _address.project_addresses(self.cloud, floating_ip_address=address)
        holder = find_holder(self.cloud, self.params["container"], self.params["port"])
        if holder.is_gone and is_uuid(holder.name):
            self.context.warn(f"There is no {holder.in_words}. What was made for it can be found by its name, but not by its id.")
        found = self._attached(holder) + self._loose(holder)
        return [item for item in found if address in (None, item["address"])]

    def _require_releasable(self, address: Address) -> None:
        if self.params["release"] and not _address.is_ours(address) and not self.params["address"]:
            raise EdgeError(
                f"Floating IP {address['address']} was not made by this collection, so it is released only if it is named: "
                f"give address {address['address']}. Without release it is detached and kept."
            )

    def _remove(self, address: Address) -> Address | None:
        """Release the address, or only detach it: by itself the former if it is ours, the latter if it is not."""
        release = self.params["release"]
        if _address.is_ours(address) if release is None else release:
            self.difference.note(address["address"], _address.where(address), "released")
            return self.change(lambda: _address.delete_address(self.cloud, address), None)
        if not address["port_id"]:
            return address
        detached = {**address, "port_id": None, "fixed_address": None}
        self.difference.note(address["address"], _address.where(address), _address.where(detached))
        return self.change(lambda: _address.detach_address(self.cloud, address), detached)

    # -- looking ---------------------------------------------------------------------------------------------------

    def _attached(self, holder: Holder) -> list[Address]:
        """What is attached to the holder's port; with a network given, only its addresses."""
        if not holder.port_id:
            return []
        network = self.params["network"]
        more = {"floating_network_id": _address.external_network(self.cloud, network)[0]} if network else {}
        return _address.find_addresses(self.cloud, port_id=holder.port_id, **more)

    def _loose(self, holder: Holder) -> list[Address]:
        """What was made for the holder and is attached to nothing. Where it is attached now, it is somebody else's matter."""
        marked = _address.project_addresses(self.cloud, description=holder.mark)
        return [item for item in marked if _address.is_ours(item) and not item["port_id"]]
