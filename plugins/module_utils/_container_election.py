# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to the collection: not an interface for others.
"""Runs that make a container of one name at the same time agree on one of them.

Zun lets several containers have one name, so each run may find none and make one. It does not tell when a container was made, but
lists them in the order in which it has taken them on (contract 3.2, 3.4). The first is the one that all go on with; whoever has
made another deletes it again. A run that is killed before it does so leaves a twin, which the next run removes.
"""

from __future__ import annotations

import typing as t

from . import _container as zun
from ._waiter import clock

if t.TYPE_CHECKING:
    from ._cloud import Cloud

# Seconds within which a run that lives has deleted its own twin, should the container be slow to come up.
_AGREEING = 20.0


def elder_of(cloud: Cloud, made: zun.Raw) -> zun.Raw | None:
    """The container of its name that another run has made a moment before ours, if any. One request, two if there is one.

    :param made: ours, for which we have seen none before.
    """
    first = next(iter(zun.live_named(cloud, made["name"])), made)
    return zun.read_container(cloud, first["uuid"]) if first["uuid"] != made["uuid"] else None


def twins_of(cloud: Cloud, raw: zun.Raw, interval: float) -> list[zun.Raw]:
    """Those that were made beside this one and that nobody deletes, after some patience with those who may be about to.

    :param raw: the first of its name. :param interval: seconds, see M(clock).
    """
    twins: list[zun.Raw] = []
    for _elapsed in clock(_AGREEING, interval):
        twins = [twin for twin in zun.live_named(cloud, raw["name"]) if twin["uuid"] != raw["uuid"]]
        if not twins:
            break
    return twins
