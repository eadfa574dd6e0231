# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Chameleon's limits on the extension of a lease, as a usage filter of Blazar (contract 2.8).

Upstream's filter limits the whole lease. Chameleon's lets a lease grow for ever, a step at a time: the new end lies at
most `max_lease_duration` behind the old one, and may be asked for only in a window before the old one.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta, timezone
from typing import Any

from blazar.enforcement import exceptions, filters
from blazar.enforcement.filters.max_lease_duration_filter import MaxLeaseDurationFilter
from oslo_config import cfg


class LeaseExtensionFilter(MaxLeaseDurationFilter):
    """In the place of `MaxLeaseDurationFilter`, with its options and one more. Creation is limited as upstream does."""

    enforcement_opts = MaxLeaseDurationFilter.enforcement_opts + [
        cfg.IntOpt(
            "reservation_extension_window",
            default=172800,
            min=0,
            help="A lease may be extended only when its end is at most so many seconds away.",
        ),
    ]

    def check_update(
        self, context: Mapping[str, Any], current_lease_values: Mapping[str, Any], new_lease_values: Mapping[str, Any]
    ) -> None:
        old_end, new_end = current_lease_values["end_date"], new_lease_values["end_date"]
        if self._exempt(context) or new_end <= old_end:
            return
        window = self.conf.enforcement.reservation_extension_window
        if datetime.now(timezone.utc).replace(tzinfo=None) < old_end - timedelta(seconds=window):
            # A type that `update_lease` forgives: the lease keeps its status.
            raise exceptions.MaxLeaseDurationException(
                f"Lease can only be extended within {window} seconds of the leases current end time."
            )
        self.check_for_duration_violation(old_end, new_end)


def install() -> None:
    """Let `[enforcement] enabled_filters` name our filter: Blazar looks for names in a module of its own only."""
    name = LeaseExtensionFilter.__name__
    if name not in filters.all_filters:
        setattr(filters, name, LeaseExtensionFilter)
        filters.all_filters.append(name)
