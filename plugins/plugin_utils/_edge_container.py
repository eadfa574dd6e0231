# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to the collection: not an interface for others.
"""The thinking of the role edge_container, apart from its tasks: what is wanted, who gets which device, what has become of it."""

from __future__ import annotations

import typing as t

from ..module_utils import _device_filter
from ..module_utils._errors import EdgeError
from . import _wishes

Wish = dict[str, t.Any]

ROLE = "edge_container"

# What can be said of a container, and how it is read.
OPTIONS: dict[str, _wishes.Reader] = {
    "name": _wishes.text,
    "image": _wishes.text,
    "image_driver": _wishes.text,
    "image_pull_policy": _wishes.text,
    "command": _wishes.text_or_list,
    "environment": _wishes.mapping,
    "networks": _wishes.sequence,
    "security_groups": _wishes.sequence,
    "security_group_rules": _wishes.sequence,
    "exposed_ports": _wishes.sequence,
    "device_profiles": _wishes.sequence,
    "runtime": _wishes.text,
    "device": _wishes.text_or_mapping,
    "architecture": _wishes.text,
    "floating_ip": _wishes.truth,
    "address": _wishes.text,
    "verify_port": _wishes.number,
    "verify_url": _wishes.text,
}

# What of a wish is for the role alone.
_OF_THE_ROLE = ("device", "architecture", "security_group_rules", "own_group")


# -- what is wanted ------------------------------------------------------------------------------------------------


def read_wishes(containers: t.Any, shared: t.Mapping[str, t.Any]) -> list[Wish]:
    """The containers that are wanted, each with what was said of it, or of all where that says nothing. Unset keys are left out.

    :param containers: the list of several, or nothing for one.
    :param shared: what was said of all, or of the one, and C(lease) and C(lease_name), of which several need one.
    :raises ValueError: for what cannot be read, and for names that cannot be told apart.
    """
    several = _wishes.sequence(containers, f"{ROLE}_containers")
    common = {key: read(shared.get(key), f"{ROLE}_{key}") for key, read in OPTIONS.items()}
    if not several:
        return [_complete(common, f"{ROLE}_name")]
    if not any(_wishes.anything(shared.get(key), key) for key in ("name", "lease_name", "lease")):
        raise ValueError(f"{ROLE}_lease_name is needed for several containers, so that their lease is found again.")
    common["name"] = common["address"] = None  # no two can have the same
    wishes = [_read_one(item, common, f"{ROLE}_containers[{index}]") for index, item in enumerate(several)]
    names = [wish["name"] for wish in wishes]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ValueError(f"{ROLE}_containers has more than one container of the name {', '.join(twice)}.")
    return wishes


def _read_one(item: t.Any, common: Wish, where: str) -> Wish:
    item = _wishes.mapping(item, where)
    unknown = sorted(set(item or {}) - set(OPTIONS))
    if unknown:
        raise ValueError(f"{where} has the unknown key {', '.join(unknown)}; it can have {', '.join(OPTIONS)}.")
    given = {key: OPTIONS[key](value, f"{where}.{key}") for key, value in (item or {}).items()}
    return _complete({**common, **{key: value for key, value in given.items() if value is not None}}, f"{where}.name")


def _complete(wish: Wish, name: str) -> Wish:
    if wish["name"] is None:
        raise ValueError(f"{name} is needed.")
    if wish["floating_ip"] is None:
        wish["floating_ip"] = True
    wish = {key: value for key, value in wish.items() if value is not None}
    if not wish.get("security_group_rules", True):
        del wish["security_group_rules"]  # no rules are no group, rather than one that lets nobody in
    if "security_group_rules" in wish and wish.get("exposed_ports"):
        raise ValueError(
            f'Container "{wish["name"]}" has both security_group_rules and exposed_ports, and can have only one of them.'
        )
    if "security_group_rules" in wish:
        wish["own_group"] = f"chi.edge {wish['name']}"
    return wish


# -- who gets which device -----------------------------------------------------------------------------------------


def assign(lease: t.Mapping[str, t.Any], wishes: list[Wish], present: list[str | None]) -> list[str | None]:
    """The reservation for each container: a device for each, so that no two land on the same one (contract 6.2, A14).

    A container that is there keeps the one that it has. Those that want a certain device come before those that take any.

    :param lease: as the module returns it.
    :param present: the id of the reservation that each container has already, or None.
    :returns: ids; None for all where the lease is only predicted.
    :raises ValueError: when the lease has no reservation left that suits.
    """
    reservations = [item for item in lease["reservations"] if item["resource_type"] == "device"]
    room = {id(item): int(item.get("max") or 1) for item in reservations}
    chosen: dict[int, t.Any] = {}

    def choose(index: int, candidates: t.Iterable[dict[str, t.Any]]) -> bool:
        free = sorted((item for item in candidates if room[id(item)]), key=lambda item: str(item["id"]))
        if free:
            room[id(free[0])] -= 1
            chosen[index] = free[0]["id"]
        return bool(free)

    suitable = [[item for item in reservations if _suits(item, wish)] for wish in wishes]
    for index, items in enumerate(suitable):
        if present[index]:
            choose(index, [item for item in items if item["id"] == present[index]])
    for index in sorted(range(len(wishes)), key=lambda index: "device" not in wishes[index]):
        if index not in chosen and not choose(index, suitable[index]):
            raise ValueError(_shortage(lease, reservations, wishes[index]))
    return [chosen[index] for index in range(len(wishes))]


def _suits(reservation: dict[str, t.Any], wish: Wish) -> bool:
    if "device" not in wish:
        return True
    present = reservation.get("resource_properties")
    try:
        wanted = _device_filter.from_device(wish["device"])
    except EdgeError as exc:
        raise ValueError(exc.message) from exc
    # what is no expression is not known to us, and the lease's own module has compared it already
    return not isinstance(present, (list, type(None))) or _device_filter.is_same(present, wanted)


def _shortage(lease: t.Mapping[str, t.Any], reservations: list[dict[str, t.Any]], wish: Wish) -> str:
    reserved = ", ".join(
        f"{item.get('max') or 1} of {_device_filter.in_words(item['resource_properties'])}"
        if isinstance(item.get("resource_properties"), list)
        else f"{item.get('max') or 1} of any kind"
        for item in reservations
    )
    wanted = _device_filter.in_words(_device_filter.from_device(wish["device"])) if "device" in wish else "any kind"
    return (
        f'Lease "{lease["name"]}" has no device left of {wanted} for container "{wish["name"]}"; it reserves '
        f"{reserved or 'none'}. The reservations of a lease cannot be changed: name another lease, or take this one down first."
    )


# -- what is asked of the module -----------------------------------------------------------------------------------


def orders(
    wishes: list[Wish],
    shared: t.Mapping[str, t.Any],
    reservations: list[str | None] | None,
    ruled: list[dict[str, t.Any]] | None,
) -> list[dict[str, t.Any]]:
    """The containers as M(chi.edge.containers) takes them.

    :param shared: what goes for all of them. :param reservations: ids, in the order of the wishes.
    :param ruled: results of the task that makes the containers' own groups, in that order; None as long as there are none.
    """
    made = []
    for index, wish in enumerate(wishes):
        order = {**{key: value for key, value in wish.items() if key not in _OF_THE_ROLE}, **shared}
        if "own_group" in wish:
            order["security_groups"] = _groups_of(wish, ruled[index]) if ruled else []
        if reservations:
            order["reservation"] = reservations[index]
        made.append({key: value for key, value in order.items() if value is not None})
    return made


def _groups_of(wish: Wish, ruled: dict[str, t.Any]) -> list[t.Any]:
    # in check mode the group is only there if it was there before
    is_there = "security_group" in ruled or not ruled.get("changed")
    return [*wish.get("security_groups", []), *([wish["own_group"]] if is_there else [])]


# -- what has become of it -----------------------------------------------------------------------------------------

_FACTS = ("container", "floating_ip", "address", "url")


def facts(lease: dict[str, t.Any] | None, wishes: list[Wish], made: list[dict[str, t.Any]]) -> dict[str, t.Any]:
    """What follows the role may want to know: the first container's facts, and C(containers) with those of each.

    :param made: what M(chi.edge.containers) returns of each, in the order of the wishes; nothing when they were taken down.
    """
    each = [_facts_of(wish, item) for wish, item in zip(wishes, made or [{}] * len(wishes), strict=True)]
    return {"lease": lease, **each[0], "containers": each}


def _facts_of(wish: Wish, made: dict[str, t.Any]) -> dict[str, t.Any]:
    container, floating_ip = made.get("container") or {}, made.get("floating_ip") or {}
    known = [floating_ip.get("address"), container.get("fixed_ip")]
    return {
        "name": wish["name"],
        "reservation": container.get("reservation_id"),
        "addresses": [address for address in known if address],
        **{key: made.get(key) for key in _FACTS},
    }
