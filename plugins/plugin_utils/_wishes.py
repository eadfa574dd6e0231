# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to the collection: not an interface for others.
"""Reads what a role was asked for, however it arrived: as YAML, or as the text that a survey or C(-e key=value) gives.

Every reader takes a value and the name that the user knows it by, returns None for what is unset, which an empty text is,
and raises ValueError with a sentence for what it cannot read. Dictionaries and lists may hold secrets and are never shown.
"""

from __future__ import annotations

import typing as t

import yaml
from ansible.module_utils.parsing.convert_bool import boolean as to_boolean

Reader = t.Callable[[t.Any, str], t.Any]


def anything(value: t.Any, name: str) -> t.Any:
    """As it is, unless it is an empty text."""
    return None if isinstance(value, str) and not value.strip() else value


def text(value: t.Any, name: str) -> str | None:
    """A text; a number becomes one."""
    value = anything(value, name)
    if value is None:
        return None
    if isinstance(value, (dict, list, bool)):
        raise ValueError(f"{name} must be a text, not {_kind(value)}.")
    return str(value)


def number(value: t.Any, name: str) -> int | None:
    """A whole number."""
    value = anything(value, name)
    if value is None:
        return None
    try:
        if isinstance(value, bool):
            raise ValueError
        return int(value)
    except (TypeError, ValueError) as exc:
        raise ValueError(f"{name} must be a whole number, not {_shown(value)}.") from exc


def truth(value: t.Any, name: str) -> bool | None:
    """A yes or no, in any of Ansible's words."""
    value = anything(value, name)
    if value is None:
        return None
    try:
        return to_boolean(value.strip() if isinstance(value, str) else value)
    except TypeError as exc:
        raise ValueError(f"{name} must be true or false, not {_shown(value)}.") from exc


def mapping(value: t.Any, name: str) -> dict[str, t.Any] | None:
    """A dictionary, or one as YAML or JSON in a text."""
    value = _parsed(anything(value, name), name)
    if value is not None and not isinstance(value, dict):
        raise ValueError(f"{name} must be a dictionary, not {_kind(value)}.")
    return value


def sequence(value: t.Any, name: str) -> list[t.Any] | None:
    """A list, or one as YAML or JSON in a text, or its items in a text with commas between."""
    value = _parsed(anything(value, name), name)
    if isinstance(value, str):
        return [item.strip() for item in value.split(",") if item.strip()]
    if isinstance(value, dict):
        raise ValueError(f"{name} must be a list, not {_kind(value)}.")
    return value if value is None or isinstance(value, list) else [value]


def text_or_list(value: t.Any, name: str) -> str | list[t.Any] | None:
    """A text as it is, or a list, which in a text begins with a bracket."""
    value = anything(value, name)
    if isinstance(value, str) and not value.lstrip().startswith("["):
        return str(value)
    return sequence(value, name)


def text_or_mapping(value: t.Any, name: str) -> str | dict[str, t.Any] | None:
    """A text, or a dictionary, which in a text has a colon."""
    value = anything(value, name)
    parsed = _parsed(value, name)
    return parsed if isinstance(parsed, dict) else text(value, name)


def _parsed(value: t.Any, name: str) -> t.Any:
    if not isinstance(value, str):
        return value
    try:
        return yaml.safe_load(str(value))
    except yaml.YAMLError as exc:
        # not the whole of what the library says, which repeats the text, and that may be secret
        mark = getattr(exc, "problem_mark", None)
        where = f" in line {mark.line + 1}, column {mark.column + 1}" if mark else ""
        raise ValueError(f"{name} is neither YAML nor JSON: {getattr(exc, 'problem', 'it is malformed')}{where}.") from exc


def _kind(value: t.Any) -> str:
    names = {dict: "a dictionary", list: "a list", str: "a text", bool: "true or false", int: "a number", float: "a number"}
    return next((name for kind, name in names.items() if isinstance(value, kind)), f"a {type(value).__name__}")


def _shown(value: t.Any) -> str:
    return f'"{value}"' if isinstance(value, (str, int, float)) else _kind(value)
