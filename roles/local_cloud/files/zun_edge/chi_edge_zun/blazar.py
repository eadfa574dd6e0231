# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What placing a container asks Blazar."""

from __future__ import annotations

from keystoneauth1 import adapter, exceptions


class Unavailable(Exception):
    """Blazar, or Keystone on the way to it, gave no usable answer."""


class Blazar:
    """The few requests of its API that are needed.

    http: an adapter on the service type `reservation`, whose user may read every reservation.
    """

    def __init__(self, http: adapter.Adapter) -> None:
        self._http = http

    def reservation(self, reservation_id: str) -> dict | None:
        """Return the device reservation of that id, whosever it is; None if there is none.

        Raises Unavailable.
        """
        path = f"/devices/reservations/{reservation_id}"
        answer = self._ask(path)
        return None if answer.status_code == 404 else _content(answer, path, "reservation")

    def devices(self) -> list[dict]:
        """Return every device. Raises Unavailable."""
        return _content(self._ask("/devices"), "/devices", "devices")

    def allocations(self) -> list[dict]:
        """Return the calendar of every device. Raises Unavailable."""
        return _content(self._ask("/devices/allocations"), "/devices/allocations", "allocations")

    def _ask(self, path):
        # Without raise_exc only what hinders an answer is an exception; a 404 of Keystone is not taken for Blazar's.
        try:
            return self._http.get(path, raise_exc=False)
        except exceptions.ClientException as error:
            raise Unavailable(f"GET {path}: {type(error).__name__}: {error}") from error


def _content(answer, path, key):
    try:
        return answer.json()[key]
    except (KeyError, TypeError, ValueError) as error:
        raise Unavailable(f"GET {path}: HTTP {answer.status_code}: {answer.text[:200]}") from error
