# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who may do what with devices: the calendar is open to members, as at Chameleon's edge (contract 2.1)."""

from __future__ import annotations

from blazar import policy as blazar_policy
from blazar.policies import base
from oslo_policy import policy

API = "/{api_version}/devices"


def _rule(action: str, check: str, what: str, *operations: tuple[str, str]) -> policy.DocumentedRuleDefault:
    return policy.DocumentedRuleDefault(
        name=f"blazar:devices:{action}",
        check_str=check,
        description=what,
        operations=[{"method": method, "path": API + path} for method, path in operations],
    )


RULES = [
    _rule("get", base.RULE_ADMIN_OR_OWNER, "List or show devices.", ("GET", ""), ("GET", "/{device_id}")),
    _rule("post", base.RULE_ADMIN, "Enrol a device.", ("POST", "")),
    _rule("put", base.RULE_ADMIN, "Change a device.", ("PUT", "/{device_id}")),
    _rule("delete", base.RULE_ADMIN, "Forget a device.", ("DELETE", "/{device_id}")),
    _rule(
        "get_allocations",
        base.RULE_ADMIN_OR_OWNER,
        "Read the calendar.",
        ("GET", "/allocations"),
        ("GET", "/{device_id}/allocation"),
    ),
    _rule("reallocate", base.RULE_ADMIN, "Move reservations off a device.", ("PUT", "/{device_id}/allocation")),
    _rule("get_resource_properties", base.RULE_ANY, "List the properties of devices.", ("GET", "/properties")),
    _rule(
        "update_resource_properties",
        base.RULE_ADMIN,
        "Hide or show a property.",
        ("PATCH", "/properties/{property_name}"),
    ),
    _rule(
        "get_reservation",
        base.RULE_ADMIN,
        "Ask for the owner and the devices of a reservation.",
        ("GET", "/reservations/{reservation_id}"),
    ),
]


def register() -> None:
    """Add our rules to those of Blazar, which a policy file may override."""
    blazar_policy.init()
    # Blazar has no public way to its enforcer.
    blazar_policy._ENFORCER.register_defaults(RULES)
