# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The language of `resource_properties` (contract 2.2): `[op, "$property", "value"]`, joined by "and", nested at will."""

from __future__ import annotations

import json
import operator
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from chi_edge_blazar import errors

OPERATORS = {
    "==": operator.eq,
    "=": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


@dataclass(frozen=True)
class Term:
    """One comparison of a device's property with a fixed text."""

    property: str
    operator: str
    value: str

    def holds(self, device: Mapping[str, Any]) -> bool:
        """True if the device has the property and it compares; texts compare as texts, so "9" > "10"."""
        if self.property not in device:
            return False
        return OPERATORS[self.operator](_text(device[self.property]), self.value)


def parse(expression: str | None) -> list[Term]:
    """The terms that a device must all fulfil; none for an empty expression, "[]" or null.

    :raises errors.MalformedExpression: with the part that is not understood
    :raises TypeError: for a value that is no text, and for JSON that is neither list, object nor text.
        Chameleon's service answers these two with an internal error, not with a 400.
    """
    if expression is None or expression == "":
        return []
    if isinstance(expression, str):
        try:
            expression = json.loads(expression)
        except ValueError as exc:
            raise errors.MalformedExpression(expression) from exc
        if expression == []:
            return []
    elif isinstance(expression, list):
        raise TypeError("resource_properties must be a text that holds a JSON list, not a list")
    if not isinstance(expression, (list, dict, str)):
        raise TypeError(f"resource_properties must hold a JSON list, not {expression!r}")
    return _terms(expression)


def _terms(node: Any) -> list[Term]:
    if _is_term(node):
        return [Term(node[1][1:], node[0], node[2])]
    if isinstance(node, list) and len(node) > 1 and node[0] == "and":
        return [term for part in node[1:] for term in _terms(part)]
    raise errors.MalformedExpression(node)


def _is_term(node: Any) -> bool:
    if not isinstance(node, list) or len(node) != 3 or not all(isinstance(part, str) for part in node):
        return False
    op, name, value = node
    return op in OPERATORS and len(name) > 1 and name.startswith("$") and value != ""


def _text(value: Any) -> str:
    """Booleans compare as the database holds them: "1" and "0"."""
    return str(int(value)) if isinstance(value, bool) else str(value)
