# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to the collection: not an interface for others.
"""The rules that a site has for leases, known from the words in which Blazar refuses, and what to do (contract 1.4, 2.7, 2.8).

A site's numbers are its own, so they are taken from its words, and none is enforced by us.
"""

from __future__ import annotations

import re
import typing as t
from contextlib import contextmanager
from datetime import timedelta

from . import _times
from ._errors import ServiceError
from ._reservation import Lease, date_of

Advice = t.Callable[["re.Match[str]", t.Optional[Lease]], str]  # noqa: UP045, since pylint takes the other way for arithmetic


@contextmanager
def rules_told(lease: Lease | None = None) -> t.Iterator[None]:
    """Add to a refusal what its user can do about the rule behind it.

    :param lease: that is to be changed, or None for one that is to be made.
    """
    try:
        yield
    except ServiceError as exc:
        advice = advice_on(exc.words, lease) if exc.status and exc.status != 401 else ""
        if not advice:
            raise
        raise exc.reworded(f"{exc.message} {advice}") from exc.__cause__


def advice_on(words: str, lease: Lease | None = None) -> str:
    """What to do about a refusal, or an empty string if it rests on no rule that is known."""
    for rule, advice in _RULES:
        found = rule.search(words)
        if found:
            return advice(found, lease)
    return ""


def _too_long(found: re.Match[str], lease: Lease | None) -> str:
    most = _length(found[1])
    if lease:  # counted from its present end (contract 2.8)
        latest = date_of(lease, "end_date") + timedelta(seconds=int(found[1]))
        return f"This site extends a lease by {most} at once, so give an end of {_times.in_words(latest)} at the most."
    return (
        f"This site allows {most} at once, so ask for a shorter lease, of at most {most}, and extend it towards its end. "
        "A job that runs daily does that with minimum_remaining."
    )


def _too_early(found: re.Match[str], lease: Lease | None) -> str:
    since = ""
    if lease:
        opens = date_of(lease, "end_date") - timedelta(seconds=int(found[1]))
        since = f", so from {_times.in_words(opens)} on"
    return (
        f"This site extends a lease in its last {_length(found[1])}{since}: run this again nearer to the end of the lease. "
        "A job that runs daily does that with minimum_remaining."
    )


def _spent(found: re.Match[str], _lease: Lease | None) -> str:
    whose = "Your own budget in the project" if "user budget" in found.string else "The project's allocation"
    return (
        f"{whose} does not cover it: ask for a shorter lease or fewer devices (one device for one hour is 1 SU as a rule), "
        "delete a lease that is no longer needed, or have the project's PI ask for more in Chameleon's portal."
    )


def _always(advice: str) -> Advice:
    return lambda _found, _lease: advice


def _length(seconds: str) -> str:
    return _times.length_in_words(timedelta(seconds=int(seconds)))


_RULES: tuple[tuple[re.Pattern[str], Advice], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), advice)
    for pattern, advice in (
        (r"maximum lease duration of (\d{1,12}) seconds", _too_long),
        (r"only be extended within (\d{1,12}) seconds", _too_early),
        (r"would spend .* SUs|left in user budget", _spent),
        (
            r"beyond .*expiration date",
            _always(
                "The project's allocation ends before the lease would: give an end before that day, or have the project's PI "
                "renew the allocation in Chameleon's portal."
            ),
        ),
        (
            r"external service enforcement filter denied",
            _always(
                "The site's accounting has refused it and does not tell why. As a rule the project's allocation is spent or has "
                "expired, or the lease is too long: look at the project in Chameleon's portal, and ask for a shorter lease."
            ),
        ),
        (
            r"not enough floating ips",
            _always(
                "Addresses are reserved from a pool of their own, and it has too few left for that time; to release an address "
                "that was made without a reservation does not help. Ask for fewer or for another time, or leave the reservation "
                "out and let chi.edge.floating_ip make an address when it is needed."
            ),
        ),
        (
            r"^internal server error|unable to make lease",
            _always(
                "Blazar does not tell why. It does so to a credential that cannot make trusts: an application credential has to "
                "be unrestricted (openstack application credential create --unrestricted NAME), and its user a member of the "
                "project. If it is, tell the site's operators the time of this request."
            ),
        ),
        (
            r"policy doesn't allow blazar:leases",
            _always(
                "The lease belongs to another project, or the credential lacks a role: with the role member leases can be made "
                "and changed, with reader only seen."
            ),
        ),
    )
)
