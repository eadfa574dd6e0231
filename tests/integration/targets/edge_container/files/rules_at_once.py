# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Has the rule that lets something into a security group made anew by several requests at the same time.

Usage: rules_at_once.py GROUP. It prints how often the group has the rule now; Neutron refuses one that is there, but not one
that another request is just making.
"""

from __future__ import annotations

import concurrent.futures
import contextlib
import sys

import openstack

AT_ONCE = 4


def rules_at_once(name: str) -> int:
    """How many equal rules there are now."""
    connections = [openstack.connect(cloud="edge").network for _number in range(AT_ONCE)]
    network = connections[0]
    group = network.find_security_group(name, ignore_missing=False)

    def inward() -> list[openstack.network.v2.security_group_rule.SecurityGroupRule]:
        return list(network.security_group_rules(security_group_id=group.id, direction="ingress"))

    (rule,) = inward()
    keys = ("direction", "ether_type", "protocol", "port_range_min", "port_range_max", "remote_ip_prefix")
    words = {key: rule[key] for key in keys}

    def make(one: openstack.network.v2._proxy.Proxy) -> None:
        with contextlib.suppress(openstack.exceptions.ConflictException):
            one.create_security_group_rule(security_group_id=group.id, **words)

    network.delete_security_group_rule(rule)
    with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
        for _done in pool.map(make, connections):
            pass
    return len(inward())


if __name__ == "__main__":
    print(rules_at_once(sys.argv[1]))
