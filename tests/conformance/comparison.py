# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Compares answers that tell of the whole site with recorded ones: only what is a story's own counts."""

from __future__ import annotations

from typing import Any

from recording import same_text
from site_under_test import POOL, Devices


def compare_body(expected: Any, found: Any, devices: Devices, leases: dict[str, str]) -> list[str]:
    """What differs between a recorded answer, put into words of this run, and the one found."""
    if not isinstance(expected, dict) or not isinstance(found, dict):
        return _compare(expected, found, "answer")
    if "devices" in expected:
        ours = [device for device in found.get("devices", []) if device["id"] in devices.ids.values()]
        return _compare(_by(expected["devices"], "name"), _by(ours, "name"), "devices")
    if "allocations" in expected:
        ours = [entry for entry in found.get("allocations", []) if entry["resource_id"] in devices.ids.values()]
        return _compare(_calendar(expected["allocations"], {}), _calendar(ours, leases), "allocations")
    if "resource_properties" in expected:
        return _compare_properties(expected["resource_properties"], found.get("resource_properties", []))
    return _compare(expected, found, "answer")


def _compare(expected: Any, found: Any, where: str) -> list[str]:
    if isinstance(expected, dict) and isinstance(found, dict):
        expected = {key: value for key, value in expected.items() if key not in ("deleted", "deleted_at")}
        found = _plain(found)
        if expected.keys() != found.keys():
            return [f"{where}: expected the keys {sorted(expected)}, found {sorted(found)}"]
        return [text for key, value in expected.items() for text in _compare(value, found[key], f"{where}.{key}")]
    if isinstance(expected, list) and isinstance(found, list) and len(expected) == len(found):
        return [
            text
            for number, pair in enumerate(zip(expected, found, strict=True))
            for text in _compare(*pair, f"{where}[{number}]")
        ]
    if where.endswith(("created_at", "updated_at")) or expected == found:
        return []
    if isinstance(expected, str) and same_text(expected, found):
        return []
    return [f"{where}: expected {expected!r}, found {found!r}"]


def _plain(found: dict[str, Any]) -> dict[str, Any]:
    """A device without what marks it as ours; of the recorded ones only the Jetson is kept from some projects."""
    if POOL not in found:
        return found
    marks = (POOL,) if "jetson" in found["name"] else (POOL, "authorized_projects")
    return {key: value for key, value in found.items() if key not in marks}


def _by(entries: list[dict[str, Any]], key: str) -> dict[str, dict[str, Any]]:
    return {entry[key]: entry for entry in entries}


def _calendar(allocations: list[dict[str, Any]], leases: dict[str, str]) -> dict[str, list[dict[str, Any]]]:
    """For each device its reservations by date; identifiers are dropped, but a foreign lease would be one too many."""
    shown = {}
    for entry in allocations:
        reservations = sorted(entry["reservations"], key=lambda reservation: reservation["start_date"])
        shown[entry["resource_id"]] = [_reservation(reservation) for reservation in reservations]
        assert not leases or all(reservation["lease_id"] in leases for reservation in reservations), reservations
    return shown


def _reservation(entry: dict[str, Any]) -> dict[str, Any]:
    shown = {key: value for key, value in entry.items() if key not in ("id", "lease_id")}
    return {**shown, "start_date": entry["start_date"][:16], "end_date": entry["end_date"][:16]}


def _compare_properties(expected: list[dict[str, Any]], found: list[dict[str, Any]]) -> list[str]:
    """Other devices add properties and values; those recorded must be there, and a private one must not."""
    actual, result = _by(found, "property"), []
    recorded = _by(expected, "property")
    if "authorized_projects" in actual and "authorized_projects" not in recorded:
        result.append("properties: authorized_projects is private, and shown")
    for name, entry in recorded.items():
        if name not in actual:
            result.append(f"properties: {name} is missing")
        elif entry.keys() != actual[name].keys():
            result.append(f"properties: {name} has the keys {sorted(actual[name])}, not {sorted(entry)}")
        elif entry.get("private") != actual[name].get("private"):
            result.append(f"properties: {name} is private: {actual[name]['private']}")
        elif not set(entry.get("values", ())) <= set(actual[name].get("values", ())):
            result.append(f"properties: {name} has the values {actual[name]['values']}, not {entry['values']}")
    return result
