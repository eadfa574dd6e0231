# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to the collection: not an interface for others.
"""Which security groups and rules of the role edge_container are there more than once.

Neutron lets several groups have one name. It refuses a rule that a group has already, but not one that is being made: of runs at
the same time each may make it. With either the module M(openstack.cloud.security_group) no longer knows which is meant.
"""

from __future__ import annotations

import typing as t

Thing = t.Mapping[str, t.Any]

# What tells one rule of a group from another, by Neutron's own names.
_OF_A_RULE = (
    "direction",
    "ethertype",
    "protocol",
    "port_range_min",
    "port_range_max",
    "remote_ip_prefix",
    "remote_group_id",
    "remote_address_group_id",
)

# What the role describes its groups by, in tasks/rules.yml.
_MARK = "chi.edge container "


def twins(groups: t.Iterable[Thing]) -> list[dict[str, str]]:
    """The groups that may go, and those that stay and have a rule twice: C(id), and C(state) as they are wanted.

    The first that was made stays, by which all runs agree. Groups that are not the role's own are nobody's twins.

    :param groups: as M(openstack.cloud.security_group_info) returns them.
    """
    first: dict[tuple[str, str], Thing] = {}
    found = []
    for group in sorted(groups, key=lambda group: (group["created_at"], group["id"])):
        if not str(group["description"]).startswith(_MARK):
            continue
        # an administrator sees those of other projects, too
        if first.setdefault((group["project_id"], group["name"]), group) is not group:
            found.append({"id": group["id"], "state": "absent"})
        elif _has_twins(group["security_group_rules"]):
            found.append({"id": group["id"], "state": "present"})
    return found


def _has_twins(rules: list[Thing]) -> bool:
    return len({tuple(rule.get(key) for key in _OF_A_RULE) for rule in rules}) < len(rules)
