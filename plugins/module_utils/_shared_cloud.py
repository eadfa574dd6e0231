# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to the collection: not an interface for others.
"""One connection for many roads at once: what one request can tell all is asked once.

A road is one container's way to its wanted state, in a thread of its own. It is given a M(Seat), which looks like a Cloud to
the functions that know the services. So they serve one container as they serve many, and no logic is written twice.
"""

from __future__ import annotations

import math
import threading
import time
import types
import typing as t
from urllib.parse import unquote

from ._container import GONE, Raw
from ._container_choice import list_containers
from ._errors import EdgeError

if t.TYPE_CHECKING:
    from ._cloud import Cloud

T = t.TypeVar("T")

# Seconds for which what changes by itself is taken for the present state, and between two requests to know it; and how many times
# the seconds that such a request takes, so that with many containers the services are not kept busy with that.
FRESH = 0.5
FRESH_TIMES = 4


class Look(t.Generic[T]):
    """A question whose answer serves all who ask, as long as it is fresh. One asks, the others wait for the answer.

    :param ask: makes the request. :param is_lasting: the answer holds as long as the task runs.
    """

    def __init__(self, ask: t.Callable[[], T], is_lasting: bool = False) -> None:
        self._ask = ask
        self._is_lasting = is_lasting
        self._lock = threading.Lock()
        self._asked = -math.inf
        self._pause = 0.0
        self._answer: T | None = None
        self._fault: Exception | None = None

    def __call__(self, since: float = 0.0) -> T:
        """:param since: the moment of one's own last change, which the answer must not be older than."""
        with self._lock:
            is_old = time.monotonic() > self._asked + self._pause and (self._fault or not self._is_lasting)
            if self._asked < since or is_old:
                time.sleep(max(0.0, self._asked + self._pause - time.monotonic()))
                self._asked = time.monotonic()
                try:
                    self._answer, self._fault = self._ask(), None
                except Exception as exc:  # it is the answer to all who have waited for it
                    self._fault = exc
                self._pause = max(FRESH, FRESH_TIMES * (time.monotonic() - self._asked))
            if self._fault:
                raise self._fault
            return t.cast(T, self._answer)


class Table:
    """Many things of a kind, found by what they are without looking at each.

    :param value_of: takes one of them and the name of a property.
    """

    def __init__(self, items: t.Iterable[t.Any], value_of: t.Callable[[t.Any, str], t.Any]) -> None:
        self._items = list(items)
        self._value_of = value_of
        self._indices: dict[str, dict[t.Any, list[t.Any]]] = {}

    def where(self, **properties: t.Any) -> list[t.Any]:
        """Those that have all the properties, in their order."""
        found = min([self._items, *(self._index(key).get(value, []) for key, value in properties.items())], key=len)
        return [item for item in found if all(self._value_of(item, key) == value for key, value in properties.items())]

    def _index(self, key: str) -> dict[t.Any, list[t.Any]]:
        if key not in self._indices:
            index: dict[t.Any, list[t.Any]] = {}
            for item in self._items:
                index.setdefault(self._value_of(item, key), []).append(item)
            self._indices[key] = index
        return self._indices[key]


class SharedCloud:
    """What all the roads of a task have in common.

    :param reads_one: there is but one container, which is read by itself: Zun then looks at its device, and a list may be half
        a minute behind.
    """

    def __init__(self, cloud: Cloud, reads_one: bool) -> None:
        self.cloud = cloud
        self.reads_one = reads_one
        self.halted = threading.Event()
        self.containers = Look(lambda: Table(list_containers(cloud), dict.get))
        self.addresses = Look(lambda: Table(self.network().ips(), getattr))
        # asking may make openstacksdk discover the service first
        self.network = Look(lambda: cloud.network, is_lasting=True)
        self.networks = Look(lambda: Table(self.network().networks(), getattr), is_lasting=True)
        self.groups = Look(lambda: Table(self.network().security_groups(project_id=cloud.project_id), getattr), is_lasting=True)
        self.leases = Look(lambda: list(cloud.blazar.lease.list()), is_lasting=True)
        self._others: dict[str, Look[t.Any]] = {}
        self._lock = threading.Lock()

    def other(self, key: str, ask: t.Callable[[], T], is_lasting: bool = False) -> Look[T]:
        """The question of that key, for what is not known beforehand."""
        with self._lock:
            return self._others.setdefault(key, Look(ask, is_lasting))


class Seat:
    """A Cloud for one road."""

    def __init__(self, shared: SharedCloud) -> None:
        self._shared = shared
        self._cloud = shared.cloud
        self._changed_at = 0.0
        zun = {
            "containers": _Client(self, lambda: self._cloud.zun.containers, get=self._container, list=self._containers),
            "http_client": _Client(self, lambda: self._cloud.zun.http_client, json_request=self._lasting),
        }
        self.zun = types.SimpleNamespace(**zun)
        self.network = _Client(
            self,
            shared.network,
            ips=self._addresses,
            get_ip=self._address,
            networks=lambda **properties: shared.networks().where(**properties),
            security_groups=lambda **properties: shared.groups().where(**properties),
        )
        self.blazar = types.SimpleNamespace(lease=types.SimpleNamespace(list=shared.leases))

    def __getattr__(self, name: str) -> t.Any:
        return getattr(self._cloud, name)

    def alone(self, call: t.Callable[[], t.Any]) -> t.Any:
        """Make a request that is not shared; what was seen before it is out of date for this road."""
        self._go_on()
        try:
            return call()
        finally:
            self._changed_at = time.monotonic()

    def _go_on(self) -> None:
        if self._shared.halted.is_set():
            raise EdgeError("It was interrupted.")

    # -- what is asked once for all --------------------------------------------------------------------------------

    def _container(self, quoted: str) -> t.Any:
        """In the list, and itself where that is not enough: the list does not see a container fail that was just begun."""
        self._go_on()
        if self._shared.reads_one:
            return self._closely(quoted)
        found = self._named(unquote(quoted))
        if len(found) != 1:
            from zunclient import exceptions

            raise exceptions.Conflict() if found else exceptions.NotFound()
        is_begun = self._changed_at > 0 and found[0]["status"] == "Running" and not found[0].get("task_state")
        return self._closely(found[0]["uuid"]) if is_begun else _item(found[0])

    def _closely(self, quoted: str) -> t.Any:
        return self._shared.other(quoted, lambda: self._cloud.zun.containers.get(quoted))(self._changed_at)

    def _containers(self, **filters: str) -> list[t.Any]:
        return [_item(raw) for raw in self._shared.containers(self._changed_at).where(**filters)]

    def _named(self, name_or_id: str) -> list[Raw]:
        listed = self._shared.containers(self._changed_at)
        return [raw for raw in listed.where(uuid=name_or_id) or listed.where(name=name_or_id) if raw["status"] != GONE]

    def _lasting(self, method: str, path: str) -> t.Any:
        return self._shared.other(path, lambda: self._cloud.zun.http_client.json_request(method, path), is_lasting=True)()

    def _addresses(self, **properties: t.Any) -> list[t.Any]:
        self._go_on()
        return self._shared.addresses(self._changed_at).where(**properties)

    def _address(self, address_id: str) -> t.Any:
        found = self._addresses(id=address_id)
        if not found:
            from openstack import exceptions

            raise exceptions.NotFoundException(http_status=404)
        return found[0]


class _Client:
    """A client of a service, but for the calls that are replaced."""

    def __init__(self, seat: Seat, client: t.Callable[[], t.Any], **replaced: t.Callable[..., t.Any]) -> None:
        self._seat = seat
        self._client = client
        self.__dict__.update(replaced)

    def __getattr__(self, name: str) -> t.Callable[..., t.Any]:
        def call(*args: t.Any, **kwargs: t.Any) -> t.Any:
            return self._seat.alone(lambda: getattr(self._client(), name)(*args, **kwargs))

        return call


def _item(raw: Raw) -> t.Any:
    return types.SimpleNamespace(to_dict=lambda: dict(raw))
