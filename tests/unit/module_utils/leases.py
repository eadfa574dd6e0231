# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A lease in Blazar's words, as the tests of leases need it."""

from __future__ import annotations

import typing as t
from datetime import datetime, timedelta, timezone

NOW = datetime.now(timezone.utc).replace(second=0, microsecond=0)


def stamp(offset: timedelta) -> str:
    return (NOW + offset).strftime("%Y-%m-%dT%H:%M:%S.%f")


def raw_lease(
    lease_id: str = "lease-1",
    name: str = "rpi",
    status: str = "ACTIVE",
    start: timedelta = timedelta(hours=-1),
    end: timedelta = timedelta(hours=3),
    **more: t.Any,
) -> dict[str, t.Any]:
    """As Blazar answers; start and end count from now."""
    begun = status not in ("PENDING", "CREATING")
    return {
        "id": lease_id,
        "name": name,
        "status": status,
        "degraded": False,
        "project_id": "project",
        "user_id": "user",
        "trust_id": "trust",
        "start_date": stamp(start),
        "end_date": stamp(end),
        "created_at": "2026-11-21 15:43:36",
        "updated_at": None,
        "reservations": [raw_reservation()],
        "events": [
            {"id": "e3", "event_type": "end_lease", "time": stamp(end), "status": "UNDONE", "created_at": "2026-11-21 15:43:36"},
            {"id": "e1", "event_type": "start_lease", "time": stamp(start), "status": "DONE" if begun else "UNDONE"},
            {"id": "e2", "event_type": "before_end_lease", "time": stamp(end - timedelta(hours=1)), "status": "UNDONE"},
        ],
        **more,
    }


def raw_reservation(reservation_id: str = "reservation-1", **more: t.Any) -> dict[str, t.Any]:
    return {
        "id": reservation_id,
        "lease_id": "lease-1",
        "resource_id": "resource-1",
        "resource_type": "device",
        "status": "active",
        "min": "1",
        "max": 1,
        "resource_properties": '["==", "$name", "iot-rpi4-01"]',
        "before_end": "default",
        "missing_resources": False,
        "resources_changed": False,
        "created_at": "2026-11-21 15:43:36",
        "updated_at": None,
        **more,
    }


class FakeBlazar:
    """Stands in for python-blazarclient where a fault is needed that a real Blazar does not show on demand.

    :param answers: for each call by its name, what it gives one after the other; an exception is raised. The last one stays.
    """

    def __init__(self, **answers: list[t.Any]) -> None:
        self.answers = answers
        self.calls: list[tuple[t.Any, ...]] = []
        self.lease = self
        self.request_manager = self

    def _answer(self, name: str, *args: t.Any) -> t.Any:
        self.calls.append((name, *args))
        left = self.answers[name]
        answer = left.pop(0) if len(left) > 1 else left[0]
        if isinstance(answer, Exception):
            raise answer
        return answer

    def names(self) -> list[str]:
        return [call[0] for call in self.calls]

    def list(self) -> t.Any:
        return self._answer("list")

    def create(self, **values: t.Any) -> t.Any:
        return self._answer("create", values)

    def delete(self, lease_id: str) -> t.Any:
        return self._answer("delete", lease_id)

    def put(self, path: str, body: dict[str, t.Any]) -> t.Any:
        return self._answer("put", path, body)

    def get(self, path: str) -> t.Any:
        """A lease by its id, or any other thing by its path."""
        return (None, self._answer(path)) if path.startswith("/") else self._answer("get", path)


class FakeCloud:
    """What the files about leases use of a cloud."""

    project_id = "project"
    label = 'cloud "edge"'
    is_restricted = False

    def __init__(self, **answers: t.Any) -> None:
        self.blazar = FakeBlazar(**answers)
