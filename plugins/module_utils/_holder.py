# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to the collection: not an interface for others.
"""Who a floating IP is for: a container, or a bare port. Neutron knows only the port (contract 4)."""

from __future__ import annotations

import typing as t

from ._address import mark
from ._container import View, container_view, find_container, port_of, told
from ._errors import EdgeError, WaitTimeout, attempt
from ._waiter import Watch, patiently, wait

if t.TYPE_CHECKING:
    from ._cloud import Cloud

# A container in one of these gets no port any more.
_WITHOUT_PORT = frozenset({"Error", "Dead", "Stopped", "Deleting"})


class Holder(t.NamedTuple):
    """
    :param kind: C(container) or C(port).
    :param name: the container's name, or the port's id. For a container that is not there, what the user called it.
    :param port_id: None as long as the container has no port.
    :param fixed_address: the port's own address, where it is known.
    :param container: as it is now, or None.
    """

    kind: str
    name: str
    port_id: str | None = None
    fixed_address: str | None = None
    container: View | None = None

    @property
    def in_words(self) -> str:
        """For messages."""
        return f'container "{self.name}"' if self.kind == "container" else f"port {self.name}"

    @property
    def mark(self) -> str:
        """The description of an address that is made for it; a container's new port does not change that."""
        return mark(self.kind, self.name)

    @property
    def status(self) -> str:
        """The container's, in the service's word."""
        return str(self.container["status"]) if self.container else "gone"

    @property
    def is_gone(self) -> bool:
        """Whether the container does not exist, or not yet."""
        return self.kind == "container" and self.container is None

    def require_hope(self) -> None:
        """See that the container may still get a port.

        :raises EdgeError: when it cannot.
        """
        if self.port_id is None and (self.is_gone or self.status in _WITHOUT_PORT):
            raise EdgeError(
                f"An address cannot be attached to {self.in_words}: it has no port, and gets none while it is {self.status}.",
                container=self.container,
            )


def find_holder(cloud: Cloud, container: str | None, port: str | None) -> Holder:
    """The holder as it is now. One request for a container, none for a port.

    :param container: name or id. :param port: id; one of the two.
    """
    if port:
        return Holder("port", port, port)
    view = find_container(cloud, str(container))
    if view is None:
        return Holder("container", str(container))
    port_id, fixed_address = port_of(view) or (None, None)
    return Holder("container", view["name"], port_id, fixed_address, view)


def wait_for_port(cloud: Cloud, holder: Holder, watch: Watch | None, timeout: float, interval: float) -> Holder:
    """Wait until a container has a port, which comes a little after it runs (contract 3.3).

    :param timeout: seconds. :param interval: seconds.
    :raises EdgeError: when it can no longer come.
    :raises WaitTimeout: when the time is up.
    """

    def has_port(seen: Holder) -> bool:
        seen.require_hope()
        return seen.port_id is not None

    try:
        return wait(
            lambda: find_holder(cloud, holder.container["id"], None) if holder.container else holder,
            has_port,
            lambda seen: f"{seen.status} without a port",
            f"{holder.in_words} to get a port",
            timeout,
            interval,
            watch,
            key="container",
        )
    except WaitTimeout as exc:
        # it is of use only in the shape of all results
        exc.result["container"] = exc.result["container"] and exc.result["container"].container
        raise


def containers_by_port(cloud: Cloud) -> dict[str, str]:
    """Names of the project's containers by the ids of their ports, for an explanation; empty if they cannot be listed."""
    try:
        with attempt("list the containers"):
            views = [container_view(told(item)) for item in patiently(cloud.zun.containers.list)]
    except EdgeError:
        return {}
    return {item.get("port"): view["name"] for view in views for items in view["addresses"].values() for item in items or []}
