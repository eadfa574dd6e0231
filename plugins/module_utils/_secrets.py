# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to the collection: not an interface for others.
"""Which values of a cloud's configuration must never be shown."""

from __future__ import annotations

import typing as t

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
