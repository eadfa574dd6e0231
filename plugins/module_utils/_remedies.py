# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to the collection: not an interface for others.
"""What to do next, known from the service's own words (contract 2.7, 3.9, 4). M(_lease_rules) knows a site's rules for leases."""

from __future__ import annotations

import re
import typing as t


class Remedy(t.NamedTuple):
    """:param status: the HTTP statuses that it applies to; empty for any. :param words: searched in what was said."""

    status: frozenset[int]
    words: re.Pattern[str]
    advice: str


def _remedy(words: str, advice: str, *status: int) -> Remedy:
    return Remedy(frozenset(status), re.compile(words, re.IGNORECASE), advice)


REMEDIES = (
    _remedy(
        r"application credentials? cannot request a scope",
        "An application credential carries its project: leave out project, user and domain, and unset OS_PROJECT_*, "
        "OS_USERNAME and OS_*_DOMAIN_* in the environment.",
    ),
    _remedy(
        r"DeviceExtraCapability was not found",
        "No device of this site has that property; the site's properties are listed by GET /devices/properties.",
    ),
    _remedy(
        r"not enough (resources|hosts|devices) available",
        "All matching devices are leased in that time, or none matches that the project may use.",
    ),
    _remedy(
        r"no more ip addresses available|IpAddressGenerationFailure",
        "The pool is exhausted: release an address that is not in use, or try again later. A lease can reserve addresses of a "
        "pool of their own (a reservation of the type virtual:floatingip).",
    ),
    _remedy(
        r"quota exceeded|over ?quota",
        "Release something that is no longer in use, or have the quota raised.",
        403,
        409,
        413,
    ),
    _remedy(
        r"malformed requirements",
        'A filter is [OPERATOR, "$PROPERTY", "VALUE"] with ==, !=, <, <=, > or >=, or ["and", FILTER, ...]; values are strings.',
    ),
    _remedy(
        r"certificate does not verify",
        "Something else may answer in its place. If the site has an authority of its own, give that one's certificate as ca_cert "
        "(cacert in clouds.yaml).",
    ),
    _remedy(
        r"no certificate or crl found|suitable TLS CA certificate bundle",
        "ca_cert (cacert in clouds.yaml) is a file with certificates in PEM format, on the machine where the task runs.",
    ),
    _remedy(
        r"wrong.version.number|record layer failure",
        "What answers there does not speak TLS: is its address one with http?",
    ),
    _remedy(
        r"not what the service's API promises",
        "Something between may have answered in the service's place, such as a proxy, or the service is of a version that "
        "chi.edge does not know.",
    ),
    _remedy(
        r"invalid lease status",
        "The lease is in the middle of starting, ending or changing; that lasts seconds, so run this again.",
    ),
    _remedy(
        r"problem in the server.*correlation id",
        "Zun itself failed, often because the device does not answer; try again later, or tell the site that id.",
        500,
    ),
    _remedy(
        r".",
        "The credential is wrong, expired or deleted, or belongs to another site: every Chameleon site has its own.",
        401,
    ),
    _remedy(
        r"not authorized$",
        "The service is not in the catalog of this cloud and region, or the credential was refused.",
    ),
)


def remedy_for(status: int | None, words: str) -> str:
    """The advice for a refusal, or an empty string if there is none."""
    for remedy in REMEDIES:
        if (not remedy.status or status in remedy.status) and remedy.words.search(words):
            return remedy.advice
    return ""
