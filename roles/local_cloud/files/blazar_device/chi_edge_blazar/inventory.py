# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The devices and who holds them when: one consistent picture, and the questions that an allocation asks of it."""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from chi_edge_blazar import errors, expressions

COLUMNS = ("id", "name", "device_type", "device_driver", "reservable")


@dataclass(frozen=True)
class Hold:
    """A reservation holds a device from `start` to `end` (UTC, without zone)."""

    device_id: str
    reservation_id: str
    start: datetime
    end: datetime


@dataclass(frozen=True)
class Inventory:
    """`devices` are flat dictionaries: the columns and, beside them, the extra properties (all texts)."""

    devices: list[Mapping[str, Any]]
    holds: list[Hold]

    def matching(self, terms: Iterable[expressions.Term]) -> list[Mapping[str, Any]]:
        """The devices that fulfil all terms.

        :raises errors.UnknownProperty: if no device at all has one of the properties
        """
        terms = list(terms)
        known = set(COLUMNS).union(*self.devices)
        for term in terms:
            if term.property not in known:
                raise errors.UnknownProperty(term.property)
        return [device for device in self.devices if all(term.holds(device) for term in terms)]

    def is_free(self, device_id: str, start: datetime, end: datetime, ignoring: str | None = None) -> bool:
        """True if nobody, save the reservation `ignoring`, holds the device between start and end."""
        return not any(
            hold.device_id == device_id and hold.reservation_id != ignoring and hold.start < end and start < hold.end
            for hold in self.holds
        )

    def candidates(
        self,
        terms: Iterable[expressions.Term],
        project_id: str,
        start: datetime,
        end: datetime,
        ignoring: str | None = None,
    ) -> list[str]:
        """Ids of the devices that the project may lease from start to end.

        :raises errors.UnknownProperty: if no device at all has one of the properties
        """
        return [
            device["id"]
            for device in self.matching(terms)
            if device["reservable"]
            and is_authorised(project_id, device.get("authorized_projects"))
            and self.is_free(device["id"], start, end, ignoring)
        ]

    def pick(self, candidates: Iterable[str], maximum: int) -> list[str]:
        """At most `maximum` of the candidates by chance, those that nobody holds at any time first."""
        held = {hold.device_id for hold in self.holds}
        chosen = list(candidates)
        random.shuffle(chosen)
        chosen.sort(key=held.__contains__)
        return chosen[:maximum]


def is_authorised(project_id: str, authorized_projects: str | None) -> bool:
    """`authorized_projects` is a comma-separated list of project ids, "all", or absent, which means all as well."""
    if authorized_projects is None:
        return True
    allowed = [entry.strip() for entry in authorized_projects.split(",")]
    return "all" in allowed or project_id in allowed
