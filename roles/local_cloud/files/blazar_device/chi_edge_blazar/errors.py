# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What can be wrong with a request for devices; `exceptions` says it in Blazar's words."""

from __future__ import annotations


class DeviceError(Exception):
    """Base of all errors that the modules free of Blazar raise."""


class MalformedExpression(DeviceError):
    """`resource_properties` is no expression; `part` is the part that is not understood, decoded if it was JSON."""

    def __init__(self, part):
        super().__init__(part)
        self.part = part


class UnknownProperty(DeviceError):
    """No device has a property of this name."""

    def __init__(self, name: str):
        super().__init__(name)
        self.name = name


class MissingParameter(DeviceError):
    """A required key of a reservation is absent or null."""

    def __init__(self, name: str):
        super().__init__(name)
        self.name = name


class MalformedParameter(DeviceError):
    """A key of a reservation has a value that cannot be used."""

    def __init__(self, name: str):
        super().__init__(name)
        self.name = name


class EmptyRange(DeviceError):
    """`max` is smaller than `min`."""


class NotEnoughDevices(DeviceError):
    """Too few devices are free; `query` is what was asked for, or None where only the count is known."""

    def __init__(self, query: dict | None = None):
        super().__init__(query)
        self.query = query
