# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to the collection: not an interface for others.
"""Which back end a Zun has, by what it says of itself, and what that back end cannot do (design rule 11, contract 3.1, 3.2).

Today's CHI@Edge runs containers on Kubernetes, its 2021 guide describes the docker driver, which upstream has. A creation
that Kubernetes cannot carry out is answered with 202 and ends in C(Error), so it is refused here before it is asked for.
"""

from __future__ import annotations

import re
import typing as t

from ._container import DEVICE_PROFILES_VERSION
from ._container_options import is_dns_label
from ._container_spec import Wanted
from ._errors import EdgeError, Misshapen, ServiceError, attempt
from ._waiter import patiently

if t.TYPE_CHECKING:
    from ._cloud import Cloud

# Only the Kubernetes driver has this, and only Chameleon's Zun has that driver.
_PROFILES = "/v1/drivers/k8s/device_profiles"

_MAXIMUM = "OpenStack-API-Maximum-Version"
_VERSION = re.compile(r"(\w+ )?\d{1,9}\.\d{1,9}", re.ASCII)


class BackEnd(t.NamedTuple):
    """:ivar is_kubernetes: else it is the docker driver. :ivar profiles: names of its device profiles, None if untold."""

    is_kubernetes: bool
    profiles: list[str] | None


def recognise(cloud: Cloud) -> BackEnd:
    """Ask the service. One request."""
    try:
        with attempt("read the device profiles"):
            _response, profiles = patiently(lambda: cloud.zun.http_client.json_request("GET", _PROFILES))
    except ServiceError as exc:
        # not allowed to look, but it is there
        return BackEnd(is_kubernetes=exc.status == 403, profiles=None)
    return BackEnd(is_kubernetes=True, profiles=sorted(profiles) if isinstance(profiles, dict) else None)


def suit(back_end: BackEnd, wanted: Wanted) -> list[str]:
    """Check that the back end can make such a container. Knows no service.

    :returns: what the user should be warned of.
    :raises EdgeError: that names everything that it cannot do.
    """
    complaints, warnings = (_on_kubernetes if back_end.is_kubernetes else _on_docker)(wanted)
    unknown = sorted(set(wanted.get("device_profiles", [])) - set(back_end.profiles or []))
    if unknown and back_end.profiles is not None:
        known = ", ".join(back_end.profiles) or "none"
        complaints.append(f"device_profiles: this service knows no {', '.join(unknown)}; it knows: {known}.")
    if complaints:
        raise EdgeError(" ".join(complaints))
    return warnings


def version_for(cloud: Cloud, back_end: BackEnd, wanted: Wanted) -> str | None:
    """The version that the creation must ask for, or None for the connection's own.

    :raises EdgeError: when device profiles are wanted and the service cannot carry them.
    """
    if "device_profiles" not in wanted:
        return None
    from zunclient.v1 import containers

    maximum = _maximum_version(cloud)
    if maximum >= _parsed(DEVICE_PROFILES_VERSION):
        return DEVICE_PROFILES_VERSION
    if "device_profiles" in containers.CREATION_ATTRIBUTES and back_end.is_kubernetes:
        return None  # Chameleon's own client sends them in this version
    raise EdgeError(
        f"device_profiles: they need version {DEVICE_PROFILES_VERSION} of Zun's API, which CHI@Edge has, "
        f"and this service goes up to {'.'.join(map(str, maximum))}."
    )


def _on_kubernetes(wanted: Wanted) -> tuple[list[str], list[str]]:
    complaints, warnings = [], []
    if not is_dns_label(wanted["name"]):
        complaints.append(
            f'name: this service runs containers on Kubernetes, which cannot take "{wanted["name"]}": it takes at most 63 '
            "lower-case letters, digits and inner dashes."
        )
    if wanted.get("image_driver") == "glance":
        complaints.append("image_driver: this service runs containers on Kubernetes and takes no images from Glance.")
    if wanted.get("restart_policy", {}).get("Name", "always") != "always":
        complaints.append("restart_policy: this service runs containers on Kubernetes, which restarts them always.")
    ignored = [option for option in ("networks", "cpu", "memory") if option in wanted]
    if ignored:
        warnings.append(f"This service runs containers on Kubernetes and ignores {', '.join(ignored)}.")
    return complaints, warnings


def _on_docker(wanted: Wanted) -> tuple[list[str], list[str]]:
    warnings = []
    if not is_dns_label(wanted["name"]):
        warnings.append(
            f'This service takes the name "{wanted["name"]}", but today\'s CHI@Edge takes only at most 63 lower-case letters, '
            "digits and inner dashes."
        )
    return [], warnings


def _maximum_version(cloud: Cloud) -> tuple[int, ...]:
    """What the service says in the head of its answers. One request."""
    with attempt("read the versions of Zun's API"):
        response, _body = patiently(lambda: cloud.zun.http_client.json_request("GET", "/v1/"))
        newest = response.headers.get(_MAXIMUM, "container 1.1")
        if not _VERSION.fullmatch(newest):
            raise Misshapen(f"{_MAXIMUM} is no version")
    return _parsed(newest)


def _parsed(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split()[-1].split("."))
