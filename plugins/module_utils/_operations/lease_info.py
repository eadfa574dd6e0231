# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to the collection: not an interface for others.
"""What M(chi.edge.lease_info) does (contract 2.1, 2.3)."""

from __future__ import annotations

import typing as t

from .. import _reservation
from .._cloud import AUTH_SPEC
from .._context import Context
from .._lease_devices import with_devices

STATUSES = ["PENDING", "ACTIVE", "TERMINATED", "ERROR", "CREATING", "STARTING", "UPDATING", "TERMINATING", "DELETING"]

SPEC: dict[str, t.Any] = {
    "argument_spec": {
        **AUTH_SPEC,
        "name": {"type": "str"},
        "id": {"type": "str"},
        "status": {"type": "list", "elements": "str", "choices": STATUSES},
        "live": {"type": "bool"},
    },
    "supports_check_mode": True,
}


def run(context: Context) -> dict[str, t.Any]:
    """List the leases that match."""
    found = [lease for lease in _reservation.list_leases(context.cloud) if _matches(lease, context.params)]
    found.sort(key=lambda lease: (lease["start_date"], lease["name"], lease["id"]))
    return {"changed": False, "leases": with_devices(context.cloud, found)}


def _matches(lease: _reservation.Lease, params: dict[str, t.Any]) -> bool:
    return (
        params["name"] in (None, "", lease["name"])
        and params["id"] in (None, "", lease["id"])
        and (not params["status"] or lease["status"] in params["status"])
        and params["live"] in (None, _reservation.is_live(lease))
    )
