# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to the collection: not an interface for others.
"""Zun's containers: found, made, started, stopped, removed, and in the one shape that all results have (contract part 3)."""

from __future__ import annotations

import base64
import typing as t
import uuid
from urllib.parse import quote

from . import _shape, _times
from ._errors import (
    TRANSIENT_STATUS,
    AmbiguousError,
    EdgeError,
    ServiceError,
    attempt,
    is_garbled,
    is_missing,
    is_unreachable,
)
from ._secrets import HIDDEN, masked
from ._waiter import clock, patiently

if t.TYPE_CHECKING:
    from ._cloud import Cloud

Raw = dict[str, t.Any]
View = dict[str, t.Any]

# Our own notes on a container begin with this; M(container_view) shows what they mean instead of them.
LABEL_PREFIX = "chi-edge-"
LEASE_LABEL = "chi-edge-lease"
RESERVATION_LABEL = "chi-edge-reservation"
NAME_LABEL = "chi-edge-name"

# Kept for a while, or for ever, after a container is gone (contract 3.4).
GONE = "Deleted"

# C(DELETE ?stop=true) takes these, any other status is a 409 (contract 3.5).
_STOPPED_AND_DELETED = frozenset({"Running", "Created", "Error", "Stopped", "Dead", GONE})

# The fork's version, which its own option came with; upstream ends at 1.40 (contract 1.3).
DEVICE_PROFILES_VERSION = "1.41"

# Seconds to look for a container whose creation was never answered.
_LOST_ANSWER = 10.0

_ADDRESS = _shape.fields(addr=_shape.maybe(_shape.text), port=_shape.maybe(_shape.text))
SHAPE = _shape.fields(
    uuid=_shape.identity,
    name=_shape.text,
    status=_shape.text,
    status_reason=_shape.maybe(_shape.text),
    status_detail=_shape.maybe(_shape.text),
    task_state=_shape.maybe(_shape.text),
    project_id=_shape.maybe(_shape.text),
    image=_shape.maybe(_shape.text),
    created_at=_shape.maybe(_shape.moment),
    environment=_shape.maybe(_shape.table(_shape.text)),
    labels=_shape.maybe(_shape.table(_shape.text)),
    security_groups=_shape.maybe(_shape.each(_shape.text)),
    addresses=_shape.maybe(_shape.table(_shape.maybe(_shape.each(_ADDRESS)))),
)

_MAY_BE_MISSING = ("task_state",)

_VIEW_KEYS = (
    "name",
    "status",
    "status_reason",
    "status_detail",
    "task_state",
    "image",
    "image_driver",
    "command",
    "entrypoint",
    "workdir",
    "hostname",
    "ports",
    "restart_policy",
    "interactive",
    "cpu",
    "project_id",
)


# -- shaping -------------------------------------------------------------------------------------------------------


def container_view(raw: t.Mapping[str, t.Any]) -> View:
    """A container as every result has it. Values of its environment are hidden: they may be secrets.

    :param raw: as Zun answers. What it leaves out is null.
    """
    labels, created = raw.get("labels") or {}, _times.from_service(raw.get("created_at"))
    memory: t.Any = raw.get("memory")
    view = {
        "id": raw.get("uuid"),
        "uuid": raw.get("uuid"),
        **{key: raw.get(key) for key in _VIEW_KEYS},
        "memory": int(memory) if str(memory).isdecimal() else memory,
        "created_at": _times.iso(created) if created else None,
        "environment": dict.fromkeys(raw.get("environment") or {}, HIDDEN),
        "labels": {key: value for key, value in labels.items() if not key.startswith(LABEL_PREFIX)},
        "security_groups": list(raw.get("security_groups") or []),
        "addresses": raw.get("addresses") or {},
        "lease_id": labels.get(LEASE_LABEL),
        "reservation_id": labels.get(RESERVATION_LABEL),
    }
    view["port_id"], view["fixed_ip"] = port_of(view) or (None, None)
    return view


def port_of(view: View) -> tuple[str, str] | None:
    """The Neutron port of a container and its address there, IPv4 if it has one; None as long as it has no port."""
    known = [item for items in view["addresses"].values() for item in items or [] if item.get("port") and item.get("addr")]
    known.sort(key=lambda item: item.get("version") != 4)
    return (known[0]["port"], known[0]["addr"]) if known else None


def is_uuid(text: str) -> bool:
    """Whether Zun takes this for an id rather than for a name."""
    try:
        return str(uuid.UUID(text)) == text.lower()
    except ValueError:
        return False


# -- finding -------------------------------------------------------------------------------------------------------


def find_container(cloud: Cloud, name_or_id: str) -> View | None:
    """The container of this name or id in the shape of M(container_view), or None. One request.

    :raises AmbiguousError: when several bear the name.
    """
    raw = read_container(cloud, name_or_id)
    return container_view(raw) if raw else None


def read_container(cloud: Cloud, name_or_id: str) -> Raw | None:
    """As M(find_container), but as Zun answers: with the values of the environment and with our own labels.

    Reading one container makes Zun look at the engine first; a list may be half a minute behind.
    """
    return next(iter(read_twins(cloud, name_or_id)), None)


def read_twins(cloud: Cloud, name_or_id: str) -> list[Raw]:
    """As M(read_container), and behind it those that other runs have made beside it; see M(_container_election)."""
    by_id = is_uuid(name_or_id)
    try:
        with attempt(f"read container {_quoted(name_or_id)}"):
            raw = told(patiently(lambda: cloud.zun.containers.get(quote(name_or_id, safe=""))))
    except ServiceError as exc:
        if exc.status == 409 and not by_id:  # several of that name
            return _twins_named(cloud, name_or_id)
        if is_missing(exc):
            return []
        raise
    if not by_id and not _is_own(cloud, raw, name_or_id):
        return _twins_named(cloud, name_or_id)
    return [] if raw["status"] == GONE else [raw]


def live_named(cloud: Cloud, name: str) -> list[Raw]:
    """The project's containers of the name that nobody deletes, in the order in which Zun has taken them on. One request."""
    return _live(_all_named(cloud, name))


def _live(found: list[Raw]) -> list[Raw]:
    return [raw for raw in found if raw["status"] != "Deleting"]


def _twins_named(cloud: Cloud, name: str) -> list[Raw]:
    found = _all_named(cloud, name)
    # one on its way out and its successor are not two
    live = _live(found) or found
    if len(live) > 1 and not _are_twins(live):
        listed = ", ".join(f"{raw['uuid']} ({raw['status']})" for raw in live)
        raise AmbiguousError(
            f"There are {len(live)} containers named {_quoted(name)}: {listed}. Give the id of the one that is meant."
        )
    first = read_container(cloud, live[0]["uuid"]) if live else None
    return [first, *live[1:]] if first else []


def _are_twins(found: list[Raw]) -> bool:
    """Whether this collection has made them all of the same wish, under this name: only runs that race make a second one.

    What was renamed to a name that is taken is no twin, whatever it was made of.
    """
    notes = [raw.get("labels") or {} for raw in found]
    return notes[0].get(NAME_LABEL) == found[0]["name"] and all(labels == notes[0] for labels in notes)


def _all_named(cloud: Cloud, name: str) -> list[Raw]:
    with attempt(f"list the containers named {_quoted(name)}"):
        found = [told(item) for item in patiently(lambda: cloud.zun.containers.list(name=name))]
    return [raw for raw in found if raw["status"] != GONE and _is_own(cloud, raw, name)]


def told(item: t.Any) -> Raw:
    """What the client has made an object of. :raises Misshapen: when that is no container."""
    return answered_container(item.to_dict() if item else None)


def answered_container(answer: t.Any) -> Raw:
    """A container as Zun answers; what it leaves out is null. :raises Misshapen: when that is none."""
    return {**dict.fromkeys(_MAY_BE_MISSING), **_shape.require(answer, SHAPE, "container")}


def _is_own(cloud: Cloud, raw: Raw, name: str) -> bool:
    """The database compares names without regard to case, and an administrator is shown those of all projects."""
    return raw["name"] == name and raw.get("project_id") in (None, cloud.project_id)


# -- changing ------------------------------------------------------------------------------------------------------


def create_container(cloud: Cloud, body: dict[str, t.Any], version: str | None = None) -> Raw:
    """Make a container and start it; Zun cannot make one without starting it on every back end (contract 3.2).

    The request is never repeated. When its answer is lost, the container is looked for, by its name and our labels.

    :param body: the request. :param version: the version to ask for instead of the connection's own.
    """
    name = body["name"]
    try:
        with attempt(f"create container {_quoted(name)}"):
            return _post(cloud, body, version)
    except ServiceError as exc:
        cause = exc.__cause__ or exc
        if not is_unreachable(cause) and not is_garbled(cause) and exc.status not in TRANSIENT_STATUS:
            raise _without_secrets(exc, body) from exc.__cause__
        for _elapsed in clock(_LOST_ANSWER, 2.0):
            made = [raw for raw in _all_named(cloud, name) if raw.get("labels") == body["labels"]]
            if made:
                return made[0]
        raise


def _without_secrets(exc: ServiceError, body: dict[str, t.Any]) -> ServiceError:
    """The refusal of a creation. Zun shows what it was sent when it does not like it."""
    values = {*body.get("environment", {}).values()}
    values |= {base64.b64encode(mount["source"]).decode() for mount in body.get("mounts", [])}
    if masked(exc.words, values) == exc.words:
        return exc
    return ServiceError(masked(exc.message, values), exc.status, masked(exc.words, values), exc.result["failure"]["request_id"])


def _post(cloud: Cloud, body: dict[str, t.Any], version: str | None) -> Raw:
    mounts = [dict(mount) for mount in body.get("mounts", [])]
    if version is None:
        # the client encodes the files, in place
        return told(cloud.zun.containers.run(**{**body, "mounts": mounts}))
    # python-zunclient knows neither this version nor its option, its HTTP layer takes both (contract 3.10)
    for mount in mounts:
        mount["source"] = base64.b64encode(mount["source"]).decode()
    header = {"OpenStack-API-Version": f"container {version}"}
    _response, answer = cloud.zun.http_client.request(
        "/containers?run=true", "POST", json={**body, "mounts": mounts}, headers=header
    )
    return answered_container(answer)


def start_container(cloud: Cloud, view: View) -> None:
    """Begin to start a stopped or failed container, or go on with a paused one."""
    containers = cloud.zun.containers
    with attempt(f"start {in_words(view)}"):
        (containers.unpause if view["status"] == "Paused" else containers.start)(view["id"])


def stop_container(cloud: Cloud, view: View, timeout: int) -> None:
    """Begin to stop a running container.

    :param timeout: seconds that its program is given to end by itself.
    """
    with attempt(f"stop {in_words(view)}"):
        cloud.zun.containers.stop(view["id"], timeout)


def restart_container(cloud: Cloud, view: View, timeout: int) -> None:
    """Begin to stop a container and start it again. :param timeout: as for M(stop_container)."""
    with attempt(f"restart {in_words(view)}"):
        cloud.zun.containers.restart(view["id"], timeout)


def update_container(cloud: Cloud, view: View, **changes: t.Any) -> None:
    """Change what Zun can change in place: C(name), C(cpu), C(memory)."""
    with attempt(f"change {', '.join(sorted(changes))} of {in_words(view)}"):
        cloud.zun.containers.update(view["id"], **changes)


def ask_to_delete(cloud: Cloud, view: View, stop_timeout: int, by_force: bool = False) -> bool:
    """Ask Zun to delete a container, in the way that its present status allows (contract 3.5).

    :param stop_timeout: seconds that its program is given to end by itself; left to itself Zun gives it ten.
    :param by_force: even if something goes wrong with it. Some services leave that to administrators.
    :returns: whether Zun has taken it on. If not, its status must change first: ask again with the next view.
    """
    containers, status = cloud.zun.containers, view["status"]
    if status == "Deleting" and not by_force:
        return True
    by_force = by_force or status not in (*_STOPPED_AND_DELETED, "Paused")
    try:
        with attempt(f"delete {in_words(view)}"):
            if status == "Paused":
                containers.unpause(view["id"])
                return False
            if by_force:
                containers.delete(view["id"], force=True)
                return True
            if status == "Running":
                # done first, under one lock on the engine's host, so that the stop below has nothing to do
                containers.stop(view["id"], stop_timeout)
            containers.delete(view["id"], stop=True)
            return True
    except ServiceError as exc:
        if is_missing(exc):
            return True
        # the status has changed meanwhile, or force is not for us
        if exc.status == 409 or (exc.status == 403 and by_force):
            return False
        raise


# -- reading more --------------------------------------------------------------------------------------------------


def log_tail(cloud: Cloud, view: View, lines: int, hide: t.Iterable[str] = ()) -> str:
    """The last lines of a container's log, or an empty string where there is none to be had.

    :param hide: values that must not be shown, should the program have printed them.
    """
    try:
        with attempt(f"read the log of {in_words(view)}"):
            log = cloud.zun.containers.logs(view["id"], stdout=True, stderr=True, tail=lines)
    except EdgeError:
        return ""  # it was only to explain another failure
    return masked(log, hide).strip() if isinstance(log, str) else ""


def in_words(view: View) -> str:
    """The container in a sentence: its name, and its id where that helps to find it."""
    return f"container {_quoted(view['name'])} ({view['id']})" if view["id"] else f"container {_quoted(view['name'])}"


def _quoted(name: str | None) -> str:
    return f'"{name}"'
