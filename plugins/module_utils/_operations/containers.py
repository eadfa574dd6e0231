# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to the collection: not an interface for others.
"""What M(chi.edge.containers) does: the roads of many containers, side by side.

A road is walked by the operations of M(chi.edge.container) and M(chi.edge.floating_ip), once as in check mode to see whether
anything is wrong with any of them, and then for good.
"""

from __future__ import annotations

import typing as t
from concurrent.futures import ThreadPoolExecutor

from .. import _container_spec
from .._answer import url_of, wait_for_answer
from .._cloud import AUTH_SPEC
from .._container_options import ARGUMENTS
from .._context import Context
from .._errors import EdgeError
from .._progress import Progress
from .._resource import WAIT_SPEC, Resource
from .._shared_cloud import Seat, SharedCloud
from . import container, floating_ip

# What is waited for when a container runs already, and how it is put in the progress of many.
_BEYOND = {"floating IP": "floating IP ", "answer": ""}

# Options of a task that go for all of its containers, as M(chi.edge.container) has them.
_COMMON = ("recreate", "stable_for", "stop_timeout", "wait_interval")

SPEC: dict[str, t.Any] = {
    "argument_spec": {
        **AUTH_SPEC,
        **WAIT_SPEC,
        **{name: container.SPEC["argument_spec"][name] for name in _COMMON},
        "containers": {
            "type": "list",
            "elements": "dict",
            "required": True,
            "options": {
                **{name: argument for name, argument in ARGUMENTS.items() if name != "id"},
                "name": {"type": "str", "required": True},
                "floating_ip": {"type": "bool", "default": False},
                "address": {"type": "str", "aliases": ["floating_ip_address"]},
                "external_network": {"type": "str"},
                "verify_port": {"type": "int"},
                "verify_url": {"type": "str"},
            },
        },
        "concurrency": {"type": "int", "default": 10},
        "state": {"type": "str", "default": "present", "choices": ["present", "absent"]},
    },
    "supports_check_mode": True,
}


def conceal(params: dict[str, t.Any]) -> dict[str, t.Any]:
    """As M(_container_spec.conceal), for each container."""
    given = params.get("containers")
    if not isinstance(given, list):
        return params
    return {**params, "containers": [_container_spec.conceal(item) if isinstance(item, dict) else item for item in given]}


def run(context: Context) -> dict[str, t.Any]:
    """Bring all containers into the wanted state."""
    _require_sense(context.params)  # needs no connection
    if not context.params["containers"]:
        return {"changed": False, "containers": []}
    shared = SharedCloud(context.cloud, reads_one=len(context.params["containers"]) == 1)
    return Roads(context, shared).run()


def _require_sense(params: dict[str, t.Any]) -> None:
    if params["concurrency"] < 1:
        raise EdgeError(f"concurrency is {params['concurrency']}, and must be at least 1.")
    names = [item["name"] for item in params["containers"]]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise EdgeError(f"containers has more than one of the name {', '.join(twice)}.")
    complaints = {}
    for item in params["containers"]:
        try:
            _container_spec.wanted_of(item if params["state"] == "present" else {"name": item["name"]})
        except EdgeError as exc:
            complaints[item["name"]] = exc.message
    if complaints:
        raise EdgeError(_told(complaints, len(names)))


def _told(complaints: dict[str, str], total: int) -> str:
    """One sentence for what is wrong with each."""
    if total == 1:
        return next(iter(complaints.values()))
    each = " ".join(f"{name}: {complaint}" for name, complaint in complaints.items())
    return f"{len(complaints)} of {total} containers failed. {each}"


class Roads:
    """The roads of all containers of a task."""

    def __init__(self, context: Context, shared: SharedCloud) -> None:
        self.context = context
        self.params = context.params
        self._shared = shared
        self._wishes: list[dict[str, t.Any]] = self.params["containers"]

    def run(self) -> dict[str, t.Any]:
        """Bring them into the wanted state and return the task's result."""
        roads = self._walk(check_mode=True)
        is_refused = not self.context.check_mode and any(road.result["failed"] for road in roads)
        if is_refused:
            for road in roads:
                road.is_not_walked()
        elif not self.context.check_mode:
            roads = self._walk(check_mode=False)
        for warning in dict.fromkeys(warning for road in roads for warning in road.warnings):
            self.context.warn(warning)
        results = [road.result for road in roads]
        result = {"changed": any(item["changed"] for item in results), "containers": results}
        complaints = {item["name"]: item["msg"] for item in results if item["failed"]}
        if complaints:
            told = _told(complaints, len(results))
            if len(results) > 1 and is_refused:
                told += " No container was changed."
            raise EdgeError(told, **({**roads[0].further, **result} if len(results) == 1 else result))
        if self.context.diff:
            result["diff"] = [difference for road in roads for difference in road.differences]
        return result

    def _walk(self, check_mode: bool) -> list[Road]:
        """All of them, side by side; to absence in the reverse order."""
        goal = "Running" if self.params["state"] == "present" else "gone"
        # one alone is told of as the single modules do
        watch = None if check_mode or len(self._wishes) == 1 else self.context.watcher("containers")
        progress = Progress(watch, len(self._wishes), goal, self.params["wait_timeout"])
        roads = [Road(self.context, Seat(self._shared), index, check_mode, progress) for index in range(len(self._wishes))]
        if len(roads) == 1:
            roads[0].walk()
            return roads
        # the next sets out when one has arrived, so that the services work on all kinds of steps at a time
        pool = ThreadPoolExecutor(min(len(roads), self.params["concurrency"]))
        try:
            in_order = roads if self.params["state"] == "present" else roads[::-1]
            for walking in [pool.submit(road.walk) for road in in_order]:
                walking.result()
        finally:
            # after a mistake of ours, or when the task is ended from outside
            self._shared.halted.set()
            pool.shutdown(cancel_futures=True)
            self._shared.halted.clear()
        return roads


class Road:
    """One container's way to the wanted state.

    :ivar result: what is known of it, as the task's result has it. :ivar further: what else is known of its failure.
    """

    def __init__(self, context: Context, seat: Seat, index: int, check_mode: bool, progress: Progress) -> None:
        self.check_mode = check_mode
        self.warnings: list[str] = []
        self.differences: list[dict[str, t.Any]] = []
        self.further: dict[str, t.Any] = {}
        self._context = context
        self._seat = seat
        self._index = index
        self._progress = progress
        self._wish: dict[str, t.Any] = context.params["containers"][index]
        self.result: dict[str, t.Any] = {
            "name": self._wish["name"],
            "changed": False,
            "failed": False,
            "created": [],
            "container": None,
            "differences": [],
            "floating_ip": None,
            "address": None,
            "url": None,
        }

    def walk(self) -> None:
        """Go the whole way, or as far as it goes."""
        try:
            getattr(self, f"_{self._context.params['state']}")()
        except EdgeError as exc:
            self.further = exc.result
            self.result.update(exc.result, failed=True, msg=exc.message, changed=self.result["changed"])
        self._progress.finished(self._index, not self.result["failed"])

    def is_not_walked(self) -> None:
        """Forget what was only foreseen."""
        self.result.update(changed=False, created=[])
        for noun in ("container", "floating_ip"):
            if self.result[noun] and self.result[noun]["id"] is None:
                self.result[noun] = None

    def _present(self) -> None:
        params = {**self._context.params, **self._wish, "id": None}
        own = _OwnContext(self, params)
        self._bring(container.ContainerResource(own, _container_spec.wanted_of(params)))
        if self._wish["floating_ip"]:
            self._bring(self._floating_ip(self._wish["address"], self._wish["external_network"]))
        known = [self.result["floating_ip"] or {}, self.result["container"] or {}]
        self.result["address"] = known[0].get("address") or known[1].get("fixed_ip")
        self.result["url"] = url_of(self._wish, self.result["address"])
        if params["wait"] and not self.check_mode:
            patience = {"timeout": params["wait_timeout"], "interval": params["wait_interval"]}
            watch = own.watcher(f"answer of container {self._wish['name']}")
            wait_for_answer(self._wish["name"], self._wish, self.result["address"], watch, **patience)

    def _absent(self) -> None:
        self._bring(self._floating_ip())
        params = {**self._context.params, "name": self._wish["name"], "id": None, "lease": None}
        self._bring(container.ContainerResource(_OwnContext(self, params), {"name": self._wish["name"]}))

    def _floating_ip(self, address: str | None = None, network: str | None = None) -> floating_ip.FloatingIp:
        params = {
            **self._context.params,
            "container": self._wish["name"],
            "port": None,
            "address": address,
            "network": network,
            "move": False,
            "release": None,
        }
        # a container that is only foreseen has no port, which needs no warning here
        is_foreseen = self.check_mode and bool(self.result["created"])
        return floating_ip.FloatingIp(_OwnContext(self, params, is_silent=is_foreseen))

    def _bring(self, resource: Resource) -> None:
        """Bring one of the container's things into the wanted state, and keep what is known of it."""
        try:
            result = resource.run()
        finally:
            self.result["changed"] |= resource.changed
            if resource.is_new:
                self.result["created"].append(resource.noun)
        self.differences += [result["diff"]] if result.get("diff", {}).get("after") else []
        self.result.update({key: result[key] for key in (resource.noun, "differences") if key in result})


class _OwnContext(Context):
    """The context of an operation on one road."""

    def __init__(self, road: Road, params: dict[str, t.Any], is_silent: bool = False) -> None:
        super().__init__(params, road.check_mode, road._context.diff)
        self.cloud = t.cast(t.Any, road._seat)
        self._road = road
        self._is_silent = is_silent

    def warn(self, message: str) -> None:
        if not self._is_silent:
            self._road.warnings.append(message)

    def secret(self, value: str) -> None:
        self._road._context.secret(value)

    def watcher(self, subject: str) -> t.Callable[[str, float, float], None] | None:
        road = self._road
        if len(road._context.params["containers"]) == 1:
            return road._context.watcher(subject)
        beyond = next((words for start, words in _BEYOND.items() if subject.startswith(start)), None)
        return road._progress.watch_of(road._index, beyond)
