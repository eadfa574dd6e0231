# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to the collection: not an interface for others.
"""Which of a project's containers are meant: by name, status, image, labels, lease. Used wherever containers are listed."""

from __future__ import annotations

import typing as t
from fnmatch import fnmatchcase
from urllib.parse import urlencode

from . import _shape
from ._container import GONE, Raw, View, answered_container
from ._errors import attempt
from ._reservation import find_lease
from ._waiter import patiently

if t.TYPE_CHECKING:
    from ._cloud import Cloud

STATUSES = [
    "Creating",
    "Created",
    "Running",
    "Stopped",
    "Paused",
    "Restarting",
    "Rebuilding",
    "Deleting",
    GONE,
    "Error",
    "Dead",
    "Unknown",
]

_PAGE = _shape.fields(containers=_shape.each(_shape.anything))

# No name of a container and of an image has one of these.
_WILDCARDS = frozenset("*?[")


class Choice(t.NamedTuple):
    """What a container must be like to be meant; what is empty does not matter.

    :param name: a name or a pattern such as C(sensor-*). :param image: likewise.
    :param status: any of these; without it any but C(Deleted), which counts as absent (contract 3.4).
    :param labels: all of these. :param holds: ids of which its lease or its reservation is one.
    """

    name: str | None = None
    image: str | None = None
    status: t.Collection[str] = ()
    labels: t.Mapping[str, t.Any] = {}
    holds: frozenset[str] | None = None

    def matches(self, view: View) -> bool:
        """Whether this one is meant."""
        return (
            (not self.name or fnmatchcase(view["name"], self.name))
            and (not self.image or fnmatchcase(view["image"] or "", self.image))
            and (view["status"] in self.status if self.status else view["status"] != GONE)
            and all(view["labels"].get(key) == str(value) for key, value in self.labels.items())
            and (self.holds is None or not self.holds.isdisjoint({view["lease_id"], view["reservation_id"]}))
        )


def is_pattern(text: str) -> bool:
    """Whether it may stand for several names."""
    return not _WILDCARDS.isdisjoint(text)


def ids_of_lease(cloud: Cloud, name_or_id: str) -> frozenset[str]:
    """The ids by which a container may tell that it is on a lease: the lease's and its reservations'. One request.

    :returns: for a lease that is gone the id that was given; nothing for a name that no live lease has.
    :raises AmbiguousError: when several live leases bear the name.
    """
    lease = find_lease(cloud, name_or_id)
    return frozenset([name_or_id] if lease is None else [lease["id"], *(item["id"] for item in lease["reservations"])])


def list_containers(cloud: Cloud, **filters: str) -> list[Raw]:
    """The project's containers as Zun answers, in the order of their creation. One request for each thousand.

    Zun answers from its database, which may be half a minute behind the devices.

    :param filters: by Zun's names: C(name), C(image), C(status).
    """
    found: list[Raw] = []
    marker: dict[str, str] = {}
    while True:
        path = "/v1/containers?" + urlencode({**filters, **marker})
        with attempt("list the containers"):
            _response, page = patiently(lambda path=path: cloud.zun.http_client.json_request("GET", path))  # type: ignore[misc]
            _shape.require(page, _PAGE, "answer")
            found += map(answered_container, page["containers"])
        # where a page comes again there would be no end
        if not page.get("next") or not page["containers"] or page["containers"][-1]["uuid"] == marker.get("marker"):
            # an administrator may be shown those of all projects
            return [raw for raw in found if raw.get("project_id") in (None, cloud.project_id)]
        marker = {"marker": page["containers"][-1]["uuid"]}
