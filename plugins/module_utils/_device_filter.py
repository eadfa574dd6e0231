# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to the collection: not an interface for others.
"""Which devices a reservation takes: what a user may write, and Blazar's C(resource_properties) (contract 2.2).

An expression here is Blazar's own, as a list: C(["==", "$name", "rpi"]) or C(["and", EXPRESSION, ...]); None takes any device.
"""

from __future__ import annotations

import json
import operator
import typing as t

from ._errors import EdgeError

Expression = t.Optional[list[t.Any]]  # noqa: UP045, since pylint takes the other way for arithmetic
Condition = tuple[str, str, str]

COMPARISONS: dict[str, t.Callable[[str, str], bool]] = {
    "==": operator.eq,
    "=": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}

# What every device has; all else is a property that a site gives to its devices.
COLUMNS = frozenset({"id", "name", "device_type", "device_driver", "reservable"})

GRAMMAR = '[OPERATOR, "$PROPERTY", "VALUE"] with one of ' + " ".join(COMPARISONS) + ', or ["and", FILTER, ...]'


def from_device(device: t.Any, option: str = "device") -> Expression:
    """The friendly filter: a device's name, or a dictionary of properties that all must be equal.

    :param option: its name, for messages.
    :raises EdgeError: for a filter that no device could match.
    """
    if isinstance(device, str):
        if not device.strip():
            raise EdgeError(
                f"{option} is empty. Give the name of a device, a dictionary of its properties, or {{}} for any device."
            )
        device = {"name": device.strip()}
    if not isinstance(device, t.Mapping):
        raise EdgeError(f"{option} must be the name of a device or a dictionary of its properties, not {_shown(device)}.")
    equal: list[Expression] = []
    for key, value in device.items():
        if isinstance(value, bool) or not isinstance(value, (str, int, float)) or not str(value).strip():
            raise EdgeError(
                f"{option}: {key} must be a string with something in it, not {_shown(value)}. "
                "Leave a property out if any value will do; resource_properties compares otherwise than for equality."
            )
        name = str(key).removeprefix("$")
        if not name:
            raise EdgeError(f"{option}: one of its properties has no name.")
        equal.append(["==", f"${name}", str(value)])
    if len(equal) < 2:
        return equal[0] if equal else None
    return ["and", *equal]


def from_expression(value: t.Any, option: str = "resource_properties") -> Expression:
    """Blazar's own expression, as a list or as JSON, checked as Blazar would.

    :raises EdgeError: where Blazar would answer "Malformed requirements", or with a plain 500.
    """
    shown = _shown(value)
    if isinstance(value, str):
        if not value.strip():
            return None
        try:
            value = json.loads(value)
        except ValueError as exc:
            raise EdgeError(f"{option} {shown} is not JSON ({exc}). A filter is {GRAMMAR}.") from exc
    if value in (None, []):
        return None
    fault = _fault(value)
    if fault:
        raise EdgeError(f"{option} {shown} is malformed: {fault}. A filter is {GRAMMAR}.")
    return list(value)


def on_wire(expression: Expression) -> str:
    """As Blazar takes it: JSON in a string, empty for any device."""
    return json.dumps(expression) if expression else ""


def conditions(expression: Expression) -> list[Condition]:
    """All the comparisons, which must hold together; the property without its C($)."""
    if not expression:
        return []
    if expression[0] == "and":
        return [condition for part in expression[1:] for condition in conditions(part)]
    comparison, name, value = expression
    return [("==" if comparison == "=" else comparison, name[1:], value)]


def is_same(one: Expression, other: Expression) -> bool:
    """Whether two expressions say the same, in whatever order."""
    is_known = not (one and _fault(one)) and not (other and _fault(other))
    return is_known and set(conditions(one)) == set(conditions(other))


def matches(expression: Expression, device: t.Mapping[str, t.Any]) -> bool:
    """Whether a device, as C(GET /devices) has it, matches. Blazar compares strings, and so does this."""
    return all(
        name in device and COMPARISONS[comparison](_as_stored(device[name]), value)
        for comparison, name, value in conditions(expression)
    )


def in_words(expression: Expression) -> str:
    """As a user would write it: C({machine_name: raspberrypi4-64})."""
    return "{" + ", ".join(f"{n}: {v}" if c == "==" else f"{n} {c} {v}" for c, n, v in conditions(expression)) + "}"


def _as_stored(value: t.Any) -> str:
    return str(int(value)) if isinstance(value, bool) else str(value)


def _fault(value: t.Any) -> str:
    """What is wrong with an expression, or an empty string."""
    if not isinstance(value, (list, tuple)) or not value:
        return f"{_shown(value)} is not a filter"
    if value[0] == "and":
        return next(filter(None, map(_fault, value[1:])), "") if len(value) > 1 else "nothing follows the and"
    if not isinstance(value[0], str) or value[0] not in COMPARISONS:
        return f"{_shown(value[0])} is not an operator"
    if len(value) != 3:
        return f"{_shown(value)} has {len(value)} elements instead of 3"
    if not isinstance(value[1], str) or not value[1].startswith("$") or len(value[1]) < 2:
        return f'the property {_shown(value[1])} does not begin with "$"'
    if not isinstance(value[2], str) or not value[2]:
        return f"the value {_shown(value[2])} is not a string with something in it"
    return ""


def _shown(value: t.Any) -> str:
    return value if isinstance(value, str) and value[:1] in ("[", "{") else json.dumps(value, default=str, ensure_ascii=False)
