# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to the collection: not an interface for others.
"""Which values must never be shown: secrets of a cloud's configuration, and what an operation keeps to itself."""

from __future__ import annotations

import typing as t

# What Ansible itself puts in the place of a value.
HIDDEN = "VALUE_SPECIFIED_IN_NO_LOG_PARAMETER"

# Shorter values turn up in any text.
SHORTEST_HIDDEN = 4

SECRET_KEYS = frozenset(
    {
        "access_token",
        "application_credential_secret",
        "client_secret",
        "oauth_consumer_secret",
        "passcode",
        "password",
        "refresh_token",
        "token",
    }
)


def nested_secrets(config: t.Any) -> set[str]:
    """Every secret inside dictionaries and lists, as strings."""
    if isinstance(config, t.Mapping):
        found: set[str] = set()
        for key, value in config.items():
            if key in SECRET_KEYS and isinstance(value, (str, int)) and not isinstance(value, bool):
                found.add(str(value))
            else:
                found |= nested_secrets(value)
        return found - {""}
    if isinstance(config, (list, tuple)):
        return set().union(*(nested_secrets(value) for value in config)) if config else set()
    return set()


def masked(text: str, values: t.Iterable[str]) -> str:
    """A text that others have written, without these values."""
    for value in sorted({value for value in values if len(value) >= SHORTEST_HIDDEN}, key=len, reverse=True):
        text = text.replace(value, "********")
    return text


def concealed(operation: t.Any, params: dict[str, t.Any]) -> set[str]:
    """The values that M(presentable) leaves out. Words as short as C(80) and C(true) stand in any text, and are no secret."""
    return {value for value in _replaced(params, presentable(operation, params)) if len(value) >= SHORTEST_HIDDEN}


def _replaced(given: t.Any, shown: t.Any) -> t.Iterator[str]:
    if shown == HIDDEN and given != HIDDEN:
        yield from _texts(given)
    elif isinstance(given, t.Mapping) and isinstance(shown, t.Mapping):
        for key, value in given.items():
            yield from _replaced(value, shown.get(key))
    elif isinstance(given, list) and isinstance(shown, list):
        for value, other in zip(given, shown, strict=False):
            yield from _replaced(value, other)


def _texts(value: t.Any) -> t.Iterator[str]:
    for item in value.values() if isinstance(value, t.Mapping) else value if isinstance(value, list) else ():
        yield from _texts(item)
    if isinstance(value, (str, int, float)):
        yield str(value)


def presentable(operation: t.Any, params: dict[str, t.Any]) -> dict[str, t.Any]:
    """The parameters as a log or C(invocation) may show them.

    An operation that takes values which may be secret but are no passwords, such as a container's environment, has a
    C(conceal(params)) that returns a copy without them. To have Ansible mask each such value wherever it turns up would
    garble the result, since among them are words like C(80) and C(true).

    :param params: as given, so perhaps of a wrong type.
    """
    conceal = getattr(operation, "conceal", None)
    return conceal(params) if conceal else params
