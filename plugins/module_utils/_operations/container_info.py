# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to the collection: not an interface for others.
"""What M(chi.edge.container_info) does (contract 3)."""

from __future__ import annotations

import typing as t

from .. import _container_reading as reading
from .. import _times
from .._cloud import AUTH_SPEC
from .._container import Raw, View, container_view, is_uuid, read_container, read_twins
from .._container_choice import STATUSES, Choice, ids_of_lease, is_pattern, list_containers
from .._context import Context
from .._errors import AmbiguousError, EdgeError, ServiceError, is_missing

SPEC: dict[str, t.Any] = {
    "argument_spec": {
        **AUTH_SPEC,
        "name": {"type": "str"},
        "id": {"type": "str", "aliases": ["uuid"]},
        "status": {"type": "list", "elements": "str", "choices": STATUSES},
        "image": {"type": "str"},
        "labels": {"type": "dict"},
        "lease": {"type": "str"},
        "reservation": {"type": "str"},
        "logs": {"type": "bool", "default": False},
        "tail": {"type": "int", "default": 100},
        "since": {"type": "str"},
        "stats": {"type": "bool", "default": False},
        "processes": {"type": "bool", "default": False},
    },
    "mutually_exclusive": [("lease", "reservation")],
    "supports_check_mode": True,
}


def run(context: Context) -> dict[str, t.Any]:
    """List the containers that match, with what else is asked for."""
    return ContainerInfo(context).run()


class ContainerInfo:
    """The project's containers, and what they say and do."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.params = context.params
        # what is wrong with the options needs no connection
        self._require_options()
        self.since = _times.read_past(self.params["since"], "since", _times.now()) if self.params["since"] else None
        self.cloud = context.cloud

    def run(self) -> dict[str, t.Any]:
        choice = self._choice()
        found = [raw for raw in self._list() if choice.matches(container_view(raw))]
        found.sort(key=lambda raw: (raw["name"], str(raw.get("created_at")), raw["uuid"]))
        return {"changed": False, "containers": self._with_more(found)}

    def _require_options(self) -> None:
        if self.params["id"] and not is_uuid(self.params["id"]):
            raise EdgeError(f'id: "{self.params["id"]}" is no UUID.')
        if self.params["tail"] < 0:
            raise EdgeError(f"tail must be a number of lines, or 0 for all of them, not {self.params['tail']}.")

    def _choice(self) -> Choice:
        lease, reservation = self.params["lease"], self.params["reservation"]
        return Choice(
            name=self.params["name"],
            image=self.params["image"],
            status=self.params["status"] or (),
            labels=self.params["labels"] or {},
            holds=ids_of_lease(self.cloud, lease) if lease else frozenset([reservation]) if reservation else None,
        )

    def _list(self) -> list[Raw]:
        """One that is named is read by itself, since Zun then looks at its device; a list may be half a minute behind."""
        name, uuid = self.params["name"], self.params["id"]
        if not uuid and (not name or is_pattern(name)):
            return list_containers(self.cloud)
        try:
            found = read_twins(self.cloud, uuid or name)
            read, listed = found[:1], found[1:]
        except AmbiguousError:
            read, listed = [], list_containers(self.cloud, name=name)
        others = [read_container(self.cloud, raw["uuid"]) for raw in listed]
        return read + [raw for raw in others if raw]

    def _with_more(self, found: list[Raw]) -> list[View]:
        since = reading.since_on_wire(self.cloud, self.since) if self.since and self.params["logs"] and found else None
        return [{**container_view(raw), **self._more(raw, since)} for raw in found]

    def _more(self, raw: Raw, since: int | None) -> View:
        """What is asked for besides; null where its status does not allow it, or the service does not have it."""
        more: View = {}
        if self.params["logs"]:
            more["logs"] = self._read(raw, reading.HAS_LOG, lambda: reading.read_log(self.cloud, raw, self.params["tail"], since))
        if self.params["stats"]:
            more["stats"] = self._read(raw, reading.HAS_PROCESSES, lambda: reading.read_stats(self.cloud, raw))
        if self.params["processes"]:
            more["processes"] = self._read(raw, reading.HAS_PROCESSES, lambda: reading.read_processes(self.cloud, raw))
        return more

    def _read(self, raw: Raw, statuses: t.Collection[str], read: t.Callable[[], t.Any]) -> t.Any:
        """One that cannot be read must not keep the others from being seen."""
        if raw["status"] not in statuses:
            return None
        try:
            return read()
        except ServiceError as exc:
            if not is_missing(exc):  # gone since it was listed
                self.context.warn(exc.message)
            return None
