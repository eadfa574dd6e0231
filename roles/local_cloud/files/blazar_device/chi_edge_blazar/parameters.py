# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a reservation of devices asks for (contract 2.2): how many, which, and what to do before the end."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from chi_edge_blazar import errors, expressions

BEFORE_END = ("", "default", "email")


@dataclass(frozen=True)
class Wanted:
    """A checked reservation: between `minimum` and `maximum` devices that fulfil all `terms`."""

    minimum: int
    maximum: int
    expression: str | None
    terms: list[expressions.Term]
    before_end: str


def check(values: Mapping[str, Any], expression_required: bool = True) -> Wanted:
    """Read min, max, resource_properties and before_end of a reservation as a client sent it.

    :raises errors.MissingParameter, errors.MalformedParameter, errors.EmptyRange, errors.MalformedExpression
    :raises TypeError: see `expressions.parse`
    """
    minimum, maximum = _count(values, "min"), _count(values, "max")
    if minimum < 1 or maximum < 1:
        raise errors.MalformedParameter("min and max (must be greater than or equal to 1)")
    if maximum < minimum:
        raise errors.EmptyRange()
    if expression_required and "resource_properties" not in values:
        raise errors.MissingParameter("resource_properties")
    before_end = values.get("before_end", "default")
    if before_end not in BEFORE_END:
        raise errors.MalformedParameter("before_end")
    expression = values.get("resource_properties")
    return Wanted(minimum, maximum, expression, expressions.parse(expression), before_end)


def as_query(values: Mapping[str, Any], wanted: Wanted, project_id: str) -> dict:
    """What was asked for, with the keys and in the order in which "not enough" messages show it.

    `values` are those of the reservation, its dates among them.
    """
    dates = ("start_date", "end_date")
    query = {key: value for key, value in values.items() if key not in dates}
    query.update({key: values[key] for key in dates})
    query["project_id"] = project_id
    query["resource_properties"] = query.get("resource_properties") or ""
    query["count_range"] = f"{wanted.minimum}-{wanted.maximum}"
    query.setdefault("before_end", "default")
    query.setdefault("on_start", "default")
    return query


def _count(values: Mapping[str, Any], name: str) -> int:
    """Integers and texts that read like one; 1.0, True and " 1" are none."""
    value = values.get(name)
    if value is None:
        raise errors.MissingParameter(name)
    try:
        number = int(value)
    except (TypeError, ValueError) as exc:
        raise errors.MalformedParameter(name) from exc
    if str(number) != str(value):
        raise errors.MalformedParameter(name)
    return number
