# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to the collection: not an interface for others.
"""A wanted container in this cloud's terms: its reservation, networks and security groups by their ids, and its back end.

Whatever can be wrong with them is found out here, before anything is made or removed.
"""

from __future__ import annotations

import typing as t

from . import _back_end, _container_networks, _container_spec, _reservation
from ._container import Raw, container_view
from ._container_spec import UNTOLD, Wanted
from ._errors import EdgeError, NotFoundError

if t.TYPE_CHECKING:
    from ._cloud import Cloud


class WantedContainer:
    """What the user wants, as this cloud has it.

    :param options: checked by M(_container_spec.wanted_of). :param lease: name or id of the lease to run by, if any.
    """

    def __init__(self, cloud: Cloud, options: Wanted, lease: str | None) -> None:
        self._cloud = cloud
        self.options = dict(options)
        self._lease_named = lease
        self._lease: dict[str, t.Any] | None = None

    def request(self, present: Raw | None, warn: t.Callable[[str], None]) -> tuple[dict[str, t.Any], str | None]:
        """The body of the request that makes it, and the version to ask for if it is not the connection's own.

        :param present: the container whose place it takes.
        :raises EdgeError: for whatever the cloud cannot do.
        """
        if present:
            self.options.setdefault("name", present["name"])
        if "name" not in self.options:
            raise NotFoundError(f"There is no container with the id {self.options['id']}.")
        if "image" not in self.options:
            raise EdgeError(f'To create container "{self.options["name"]}", image is needed.')
        back_end = _back_end.recognise(self._cloud)
        for warning in _back_end.suit(back_end, self.options):
            warn(warning)
        version = _back_end.version_for(self._cloud, back_end, self.options)
        self._require_active_lease()
        nets = _container_networks.nets_of(self._cloud, self.options.get("networks", []))
        groups = _container_networks.security_group_ids(self._cloud, self.options.get("security_groups", []))
        return _container_spec.request_of(self.options, nets, groups, self._lease["id"] if self._lease else None), version

    def differences(self, raw: Raw) -> dict[str, tuple[t.Any, t.Any]]:
        """As M(_container_spec.differences), and with the eyes of Blazar and Neutron where names alone do not tell."""
        view = container_view(raw)
        chosen = self.options.get("reservation")
        if self._lease_named and self._lease_named == view["lease_id"] and chosen in (None, view["reservation_id"]):
            self.options["reservation"] = view["reservation_id"]  # the lease is named by its id, which we noted
        elif self._lease_named:
            self._find_lease()
        found = _container_spec.differences(self.options, raw)
        for option, is_same in (("networks", self._is_on_networks), ("security_groups", self._is_in_groups)):
            # written otherwise, or by others
            if option in self.options and (option in found or not _container_spec.is_noted(raw)):
                present, _wanted = found.pop(option, (UNTOLD, None))
                if not is_same(raw):
                    found[option] = (present, self.options[option])
        return found

    def _find_lease(self) -> dict[str, t.Any]:
        """The lease's device reservation."""
        self._lease = self._lease or _reservation.find_lease(self._cloud, str(self._lease_named))
        if not self._lease:
            raise NotFoundError(f'lease: there is no lease "{self._lease_named}" that runs or is still to run.')
        reservation = _reservation.device_reservation(self._lease, self.options.get("reservation"))
        self.options["reservation"] = reservation["id"]
        return reservation

    def _require_active_lease(self) -> None:
        if not self._lease_named:
            return
        reservation = self._find_lease()
        if reservation["status"] != "active":
            raise EdgeError(
                f"lease: no container can be placed by reservation {reservation['id']}, which is {reservation['status']}; "
                f"its lease is {_reservation.in_words(t.cast(dict, self._lease))}."
            )

    def _is_on_networks(self, raw: Raw) -> bool:
        return _container_networks.is_on(raw, _container_networks.nets_of(self._cloud, self.options["networks"]))

    def _is_in_groups(self, raw: Raw) -> bool:
        ids = _container_networks.security_group_ids(self._cloud, self.options["security_groups"])
        return sorted(ids) == sorted(raw.get("security_groups") or [])
