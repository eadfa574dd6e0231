# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which fault meets which request: drawn by a seed, so that a case that fails can be had again."""

from __future__ import annotations

import itertools
import os
import random

from faults import FAULTS, Case, Request

# How much of everything is run, 1.0 for all.
SHARE = float(os.environ.get("CHI_EDGE_CHAOS_SHARE", "1.0"))

# Of a request that is made again and again while something is waited for, the first ones stand for all.
MOST_OCCURRENCES = 2


def draw(requests: list[Request], count: int, seed: int) -> list[Case]:
    """So many different cases, that treat the requests alike and the faults alike.

    All there are, if there are no more.
    """
    wanted = [request for request in requests if request.occurrence <= MOST_OCCURRENCES]
    lots = random.Random(seed)
    left = [Case(request, fault) for request, fault in itertools.product(wanted, FAULTS)]
    lots.shuffle(left)
    met: dict[object, int] = {}
    cases = []
    while left and len(cases) < count:
        # of two that were met as often, the one that was drawn first
        case = min(left, key=lambda case: met.get(case.request, 0) + met.get(case.fault, 0))
        left.remove(case)
        cases.append(case)
        for part in (case.request, case.fault):
            met[part] = met.get(part, 0) + 1
    return cases


def share_of(count: int) -> range:
    """Numbers of the draws of a test that has so many, in all."""
    return range(max(1, round(count * SHARE)))
