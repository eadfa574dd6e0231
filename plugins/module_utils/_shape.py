# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to the collection: not an interface for others.
"""What an answer must be like before anything is made of it.

A service of another version, a proxy or a gateway may answer with anything. So what the code relies on is looked at once, where
an answer comes in, and what is wrong is told with its place. What nobody relies on may be missing, and of any type.
"""

from __future__ import annotations

import ipaddress
import typing as t

from . import _times
from ._errors import Misshapen

T = t.TypeVar("T")

# Looks at a value, which has that place in the answer. :raises Misshapen:
Check = t.Callable[[t.Any, str], None]


def require(answer: T, check: Check, name: str) -> T:
    """The answer, if it is as it must be.

    :param name: what the place of a fault begins with. :raises Misshapen: with the first fault.
    """
    check(answer, name)
    return answer


def kind_of(value: t.Any) -> str:
    """What a value is, for messages. The value itself may be a secret."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "a boolean"
    if isinstance(value, (int, float)):
        return "a number"
    if isinstance(value, str):
        return "a string"
    return "a list" if isinstance(value, list) else "a dictionary"


# -- checks --------------------------------------------------------------------------------------------------------


def text(value: t.Any, where: str) -> None:
    if not isinstance(value, str):
        raise _fault(value, where, "a string")


def identity(value: t.Any, where: str) -> None:
    """What a thing is asked for by: a string with something in it."""
    if not isinstance(value, str) or not value:
        raise _fault(value, where, "an identifier")


def whole(value: t.Any, where: str) -> None:
    if not isinstance(value, int) or isinstance(value, bool):
        raise _fault(value, where, "a whole number")


def moment(value: t.Any, where: str) -> None:
    """A date that Blazar or Zun writes."""
    try:
        is_good = isinstance(value, str) and _times.from_service(value) is not None
    except (ValueError, OverflowError):
        is_good = False
    if not is_good:
        raise _fault(value, where, "a time")


def address(value: t.Any, where: str) -> None:
    """An IP address."""
    try:
        is_good = isinstance(value, str) and bool(ipaddress.ip_address(value))
    except ValueError:
        is_good = False
    if not is_good:
        raise _fault(value, where, "an IP address")


def anything(_value: t.Any, _where: str) -> None:
    """For what is only handed on."""


def maybe(check: Check) -> Check:
    """As the check, or null, or not there at all."""

    def checked(value: t.Any, where: str) -> None:
        if value is not None:
            check(value, where)

    return checked


def each(check: Check) -> Check:
    """A list."""

    def checked(value: t.Any, where: str) -> None:
        if not isinstance(value, (list, tuple)):
            raise _fault(value, where, "a list")
        for index, item in enumerate(value):
            check(item, f"{where}[{index}]")

    return checked


def table(check: Check) -> Check:
    """A dictionary whose keys are anybody's."""

    def checked(value: t.Any, where: str) -> None:
        if not isinstance(value, t.Mapping):
            raise _fault(value, where, "a dictionary")
        for key, item in value.items():
            check(item, f"{where}.{key}")

    return checked


def fields(**checks: Check) -> Check:
    """A dictionary with these keys, and perhaps others."""

    def checked(value: t.Any, where: str) -> None:
        if not isinstance(value, t.Mapping):
            raise _fault(value, where, "a dictionary")
        for key, check in checks.items():
            check(value.get(key), f"{where}.{key}")

    return checked


def _fault(value: t.Any, where: str, wanted: str) -> Misshapen:
    return Misshapen(f"{where} is {kind_of(value)} instead of {wanted}" if value != "" else f"{where} is empty")
