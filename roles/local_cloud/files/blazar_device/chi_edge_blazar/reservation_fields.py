# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Shows min, max, resource_properties and before_end in a lease's reservations (contract 2.3).

Blazar's `Reservation.to_dict` knows the resource types of its own only and offers no other place to add fields.
"""

from __future__ import annotations

from blazar.db.sqlalchemy import models as blazar_models

FIELDS = ("min", "max", "resource_properties", "before_end")


def install() -> None:
    """Let `Reservation.to_dict` add our fields; a second call changes nothing. `models` must be imported."""
    original = blazar_models.Reservation.to_dict
    if getattr(original, "shows_devices", False):
        return

    def to_dict(self) -> dict:
        fields = original(self)
        if self.device_reservation:
            fields.update(self.device_reservation.to_dict(include=FIELDS))
        return fields

    to_dict.shows_devices = True
    blazar_models.Reservation.to_dict = to_dict
