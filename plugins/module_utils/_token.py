# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to the collection: not an interface for others.
"""One Keystone token and catalog for all tasks of a run, in a private file that goes with the run."""

from __future__ import annotations

import hashlib
import os
import typing as t

# Seconds that a token must still be good for: longer than any single request.
MARGIN = 120


def share_token(auth: t.Any, directory: str, at_end: t.Callable[[t.Callable[[], None]], None]) -> None:
    """Start from the token that an earlier task has left, and leave ours.

    A token that was revoked meanwhile is no harm: the session asks for a new one on a 401 and that one is kept.

    :param auth: a keystoneauth identity plugin.
    :param directory: made with 0700 if need be.
    :param at_end: takes what is to be called when the task is over.
    """
    identity = auth.get_cache_id()
    if not identity:
        return
    # the identity is base64 and may hold a slash
    path = os.path.join(directory, hashlib.sha256(identity.encode()).hexdigest())
    kept = read_private(path)
    if kept:
        try:
            auth.set_auth_state(kept)
            usable = auth.auth_ref is not None and not auth.auth_ref.will_expire_soon(MARGIN)
        except (ValueError, KeyError, TypeError):
            usable = False
        if not usable:
            auth.invalidate()

    def keep() -> None:
        state = auth.get_auth_state()
        if state and state != kept:
            write_private(path, state)

    at_end(keep)


def read_private(path: str) -> str | None:
    """What a file of ours holds, None if there is none."""
    try:
        with open(path, encoding="utf-8") as file:
            return file.read()
    except (OSError, ValueError):
        return None


def write_private(path: str, state: str) -> None:
    """Write a file that nobody else may read, in one step. Its directory is made with 0700 if need be."""
    os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)
    draft = f"{path}.{os.getpid()}"
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        file.write(state)
    os.replace(draft, path)
