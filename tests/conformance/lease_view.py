# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What of a lease is compared: status, dates to the minute, the fields of its reservations, its events."""

from __future__ import annotations

from typing import Any

LEASE = ("name", "status", "degraded", "start_date", "end_date", "project_id", "user_id")
RESERVATION = (
    "resource_type",
    "status",
    "min",
    "max",
    "resource_properties",
    "before_end",
    "missing_resources",
    "resources_changed",
)


def view(lease: dict[str, Any]) -> dict[str, Any]:
    """A lease as Blazar shows it, reduced to what is compared."""
    shown = {key: lease[key] for key in LEASE}
    shown["reservations"] = [{key: entry.get(key) for key in RESERVATION} for entry in lease["reservations"]]
    shown["events"] = [[event["event_type"], event["time"], event["status"]] for event in lease["events"]]
    return shown


def differences(expected: dict[str, Any], found: dict[str, Any], with_event_times: bool) -> list[str]:
    """What differs between two views; `expected` may lack keys. The order of reservations and events is not significant."""
    result = []
    for key, value in expected.items():
        if key == "reservations":
            wanted, actual = _rows(value), _rows([{k: entry[k] for k in _keys(value)} for entry in found[key]])
        elif key == "events":
            wanted, actual = _events(value, with_event_times), _events(found[key], with_event_times)
        elif key.endswith("_date"):
            wanted, actual = value[:16], found[key][:16]
        else:
            wanted, actual = value, found[key]
        if wanted != actual:
            result.append(f"{key}: expected {wanted}, found {actual}")
    return result


def _keys(reservations: list[dict[str, Any]]) -> list[str]:
    return sorted(reservations[0]) if reservations else []


def _rows(reservations: list[dict[str, Any]]) -> list[str]:
    return sorted(str(sorted(entry.items())) for entry in reservations)


def _events(events: list[list[str]], with_times: bool) -> list[tuple[str, ...]]:
    """Without times the reminder before the end is left out as well: whether it is done is a matter of seconds."""
    if with_times:
        return sorted((kind, time[:16], status) for kind, time, status in events)
    return sorted((kind, status) for kind, time, status in events if kind != "before_end_lease")
