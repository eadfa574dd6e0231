# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A cloud in a few tables, for unit tests: an operation is walked through as a whole, with the real clients over real HTTP.

It is no service: it keeps what it is given, and moves a status on at each look. What real services make of a request, the
integration tests see. Here every answer can be spoilt, which a real cloud does not do when asked: see C(SmallCloud.fault).
"""

from __future__ import annotations

import copy
import json
import typing as t
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from urllib.parse import parse_qsl, unquote, urlsplit

from ansible_collections.chi.edge.tests.tools.fleet_server import PROJECT, RECORDED, token
from ansible_collections.chi.edge.tests.tools.loopback import JsonHandler, cloud_at, keystone, listening, neutron

Record = dict[str, t.Any]
Answer = tuple[int, t.Any]

NETWORK, PUBLIC = "containernet1", "public"


class Refusal(Exception):
    """An answer that is no success."""

    def __init__(self, status: int, words: str) -> None:
        super().__init__(words)
        self.status = status


@dataclass
class Fault:
    """An answer that is spoilt.

    :ivar request: how the request begins. :ivar is_done: what it asks for is done nevertheless, so that only its answer is lost.
    :ivar breaks: what it makes of the leases.
    """

    request: str
    status: int
    words: str
    is_done: bool = False
    breaks: Record = field(default_factory=dict)


def at(offset: timedelta) -> str:
    """A time from now, to the minute, as Blazar writes it."""
    return (datetime.now(timezone.utc) + offset).strftime("%Y-%m-%dT%H:%M:00.000000")


@dataclass
class SmallCloud:
    """What the cloud holds, by id.

    :ivar life: the statuses that a new container goes through, one at each look; the last one stays. :ivar is_kubernetes: Zun's
        back end. :ivar is_restricted: the application credential. :ivar has_rival: another run makes the same container a moment
        before. :ivar asked: the requests that have come, without log-ins.
    """

    url: str = ""
    is_kubernetes: bool = False
    is_restricted: bool = False
    has_rival: bool = False
    has_images: bool = True
    life: list[str] = field(default_factory=lambda: ["Creating", "Running"])
    leases: dict[str, Record] = field(default_factory=dict)
    containers: dict[str, Record] = field(default_factory=dict)
    addresses: dict[str, Record] = field(default_factory=dict)
    images: dict[str, Record] = field(default_factory=dict)
    devices: dict[str, Record] = field(default_factory=dict)
    groups: list[Record] = field(default_factory=lambda: [{"id": "group-1", "name": "default"}, {"id": "group-2", "name": "web"}])
    asked: list[str] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)

    def __post_init__(self) -> None:
        for number in (1, 2):
            identity = f"device-{number}"
            self.devices[identity] = RECORDED["device"] | {"id": identity, "name": f"iot-rpi4-0{number}"}

    def fault(self, request: str, status: int, words: str = "as the test wants it", **more: t.Any) -> None:
        """Spoil the answer to the next request that begins so; see M(Fault)."""
        self.faults.append(Fault(request, status, words, **more))

    def cloud(self) -> Record:
        """The option C(cloud) that leads here."""
        return cloud_at(self.url)

    # -- answering -------------------------------------------------------------------------------------------------

    def answer(self, method: str, path: str, query: dict[str, str], body: Record) -> Answer:
        """The answer to a request. :raises Refusal: for what is not to be."""
        service, *parts = [unquote(part) for part in path.strip("/").split("/")]
        if parts[:1] in (["v1"], ["v2"], ["v2.0"]):
            parts = parts[1:]
        said = f"{method} {service} {'/'.join(parts)}"
        self.asked.append(said)
        for fault in [item for item in self.faults if said.startswith(item.request)][:1]:
            self.faults.remove(fault)
            if fault.is_done:
                getattr(self, f"_{service}")(method, parts, query, body)
            for lease in self.leases.values():
                lease |= fault.breaks
            raise Refusal(fault.status, fault.words)
        return 200, copy.deepcopy(getattr(self, f"_{service}")(method, parts, query, body))

    # -- Blazar ----------------------------------------------------------------------------------------------------

    def _reservation(self, method: str, parts: list[str], query: dict[str, str], body: Record) -> t.Any:
        match method, parts:
            case "GET", ["devices"]:
                return {"devices": list(self.devices.values())}
            case "GET", ["devices", "allocations"]:
                return {"allocations": [{"resource_id": one, "reservations": self._slots(one)} for one in self.devices]}
            case "GET", ["devices", "properties"]:
                return {"resource_properties": [{"property": "machine_name"}, {"property": "model"}]}
            case "GET", ["leases"]:
                return {"leases": list(self.leases.values())}
            case "POST", ["leases"]:
                return {"lease": self._leased(body)}
            case _, ["leases", identity] if identity not in self.leases:
                raise Refusal(404, f"Object with {{'lease_id': '{identity}'}} not found")
            case "PUT", ["leases", identity]:
                return {"lease": self._changed(self.leases[identity], body)}
            case "DELETE", ["leases", identity]:
                return self.leases.pop(identity) and {}
            case "GET", ["leases", identity]:
                return {"lease": self.leases[identity]}
        raise Refusal(404, "not found")

    def _leased(self, body: Record) -> Record:
        """A new lease, which has the first devices that are free, whatever the filter says."""
        is_due = body["start_date"] == "now"
        start = at(timedelta()) if is_due else body["start_date"].replace(" ", "T") + ":00.000000"
        identity = str(uuid.uuid4())
        reservations = []
        for wish in body["reservations"]:
            free = [device for device in self.devices if not self._slots(device)]
            if wish["resource_type"] == "device" and len(free) < int(wish.get("min", 0)):
                raise Refusal(500, "Not enough resources available with query {}")
            more = {"id": str(uuid.uuid4()), "lease_id": identity, "created_at": "2026-11-21 15:43:36"}
            reservations.append(
                {**wish, **more, "status": "active" if is_due else "pending", "_devices": free[: int(wish.get("min", 0))]}
            )
        end = body["end_date"].replace(" ", "T") + ":00.000000"
        events = [("start_lease", start, "DONE" if is_due else "UNDONE"), ("end_lease", end, "UNDONE")]
        self.leases[identity] = {
            "id": identity,
            "name": body["name"],
            "status": "ACTIVE" if is_due else "PENDING",
            "degraded": False,
            "project_id": PROJECT,
            "user_id": "demo",
            "start_date": start,
            "end_date": end,
            "created_at": "2026-11-21 15:43:36",
            "updated_at": None,
            "reservations": reservations,
            "events": [{"event_type": kind, "time": time, "status": status} for kind, time, status in events],
        }
        return self.leases[identity]

    def _changed(self, lease: Record, body: Record) -> Record:
        if body.get("end_date") == "now":
            lease |= {"end_date": at(timedelta()), "status": "TERMINATED"}
        elif lease["status"] == "ERROR":
            lease["status"] = "ACTIVE"
        dates = {key: value.replace(" ", "T") + ":00.000000" for key, value in body.items() if key != "name" and value != "now"}
        lease |= dates | ({"name": body["name"]} if "name" in body else {})
        return lease

    def _slots(self, device: str) -> list[Record]:
        live = [lease for lease in self.leases.values() if lease["status"] != "TERMINATED"]
        return [
            {"id": item["id"], "lease_id": lease["id"], "start_date": lease["start_date"], "end_date": lease["end_date"]}
            for lease in live
            for item in lease["reservations"]
            if device in item.get("_devices", ())
        ]

    # -- Zun -------------------------------------------------------------------------------------------------------

    def _container(self, method: str, parts: list[str], query: dict[str, str], body: Record) -> t.Any:
        match method, parts:
            case "GET", []:
                return {"id": "v1"}
            case "GET", ["drivers", "k8s", "device_profiles"] if self.is_kubernetes:
                return {"pi_gpio": {}, "pi_camera": {}}
            case "GET", ["containers"]:
                return {"containers": [raw for raw in self.containers.values() if query.get("name") in (None, raw["name"])]}
            case "POST", ["containers"]:
                return self._run(body)
            case _, ["containers", named, *action]:
                return self._with(self._named(named), method, action, query, body)
        raise Refusal(404, "not found")

    def _run(self, body: Record) -> Record:
        if self.has_rival:
            self.has_rival = False
            self._run(body)
        identity, port = str(uuid.uuid4()), str(uuid.uuid4())
        made = {key: value for key, value in body.items() if key in RECORDED["container"]}
        recorded = RECORDED["container"] | {"labels": {}, "status_detail": "Up 5 seconds"}
        raw = recorded | made | {"uuid": identity, "status": self.life[0], "_life": self.life[1:]}
        place = {"addr": f"10.20.0.{10 + len(self.containers)}", "version": 4, "port": port}
        raw["addresses"] = {"net-1": [place]}
        self.containers[identity] = raw
        return raw

    def _named(self, named: str) -> Record:
        found = [raw for raw in self.containers.values() if named in (raw["uuid"], raw["name"])]
        if len(found) != 1:
            raise Refusal(409 if found else 404, f"{len(found)} containers of the name {named}")
        return found[0]

    def _with(self, raw: Record, method: str, action: list[str], query: dict[str, str], body: Record) -> t.Any:
        match method, action:
            case "GET", []:
                if raw["_life"]:
                    raw["status"] = raw["_life"].pop(0)
                if raw["status"] == "Deleted":
                    del self.containers[raw["uuid"]]
                return raw
            case "PATCH", []:
                raw |= body
                return raw
            case "DELETE", []:
                raw |= {"status": "Deleting", "_life": ["Deleted"]}
            case "POST", ["start" | "unpause"]:
                raw |= {"_life": ["Running"]}
            case "POST", ["stop"]:
                raw |= {"_life": ["Stopped"]}
            case "POST", ["reboot"]:
                raw |= {"_life": ["Running"], "status_detail": "Up 0 seconds"}
            case "POST", ["commit"]:
                return self._committed(query)
            case "GET", ["logs"]:
                return "the first line\nthe password is hunter22-inside\n"
            case "GET", ["stats"]:
                return {"CONTAINER": raw["name"], "CPU %": 1.5, "NET I/O(B)": "10/20"}
            case "GET", ["top"]:
                return {"Titles": ["PID", "CMD"], "Processes": [["1", "/bin/serve hunter22-inside"]]}
            case _:
                raise Refusal(404, f"Container {action} could not be found.")
        return None

    # -- Glance ----------------------------------------------------------------------------------------------------

    def _committed(self, query: dict[str, str]) -> Record:
        identity = str(uuid.uuid4())
        self.images[identity] = {
            "id": identity,
            "name": query["repository"],
            "tags": [query.get("tag", "latest")],
            "status": "queued",
            "owner": PROJECT,
            "created_at": f"2026-11-22T00:30:{len(self.images):02}Z",
        }
        return {"uuid": identity}

    def _image(self, method: str, parts: list[str], query: dict[str, str], body: Record) -> t.Any:
        match method, parts:
            case "GET", []:
                return {
                    "versions": [{"id": "v2.9", "status": "CURRENT", "links": [{"rel": "self", "href": f"{self.url}/image/v2/"}]}]
                }
            case "GET", ["images"]:
                return {"images": [image for image in self.images.values() if query.get("name") in (None, image["name"])]}
            case _, ["images", identity] if identity not in self.images:
                raise Refusal(404, f"No image found with ID {identity}")
            case "GET", ["images", identity]:
                image = self.images[identity]
                seen, image["status"] = dict(image), "active"
                return seen
            case "DELETE", ["images", identity]:
                return self.images.pop(identity) and None
        raise Refusal(404, "not found")

    # -- Neutron ---------------------------------------------------------------------------------------------------

    def _network(self, method: str, parts: list[str], query: dict[str, str], body: Record) -> t.Any:
        ports = {place["port"]: place["addr"] for raw in self.containers.values() for [place] in raw["addresses"].values()}
        match method, parts:
            case "GET", []:
                return neutron(self.url)
            case "GET", ["networks"]:
                known = [
                    {"id": "net-1", "name": NETWORK, "router:external": False},
                    {"id": "net-2", "name": PUBLIC, "router:external": True},
                ]
                return {"networks": [net for net in known if net["router:external"] or "router:external" not in query]}
            case "GET", ["security-groups"]:
                return {"security_groups": self.groups}
            case "GET", ["ports"]:
                return {"ports": [{"id": port, "name": ""} for port in ports if query.get("id", port) == port]}
            case "GET", ["ports", port] if port in ports:
                return {"port": {"id": port, "fixed_ips": [{"ip_address": ports[port]}]}}
            case "GET", ["floatingips"]:
                filters = {key: value for key, value in query.items() if key in RECORDED["floatingip"]}
                return {"floatingips": [item for item in self.addresses.values() if filters.items() <= item.items()]}
            case "POST", ["floatingips"]:
                number = len(self.addresses) + 10
                made = {"id": str(uuid.uuid4()), "floating_ip_address": f"172.24.4.{number}", **body["floatingip"]}
                return {"floatingip": self._moved(RECORDED["floatingip"] | made, ports)}
            case "PUT", ["floatingips", identity] if identity in self.addresses:
                return {"floatingip": self._moved(self.addresses[identity] | body["floatingip"], ports)}
            case "GET", ["floatingips", identity] if identity in self.addresses:
                return {"floatingip": self.addresses[identity]}
            case "DELETE", ["floatingips", identity] if identity in self.addresses:
                return self.addresses.pop(identity) and None
        raise Refusal(404, f"{parts[-1:]} could not be found")

    def _moved(self, address: Record, ports: dict[str, str]) -> Record:
        port = address["port_id"]
        if port and any(other["port_id"] == port for other in self.addresses.values() if other["id"] != address["id"]):
            raise Refusal(409, "Cannot associate floating IP: that fixed IP already has a floating IP")
        self.addresses[address["id"]] = address | {"fixed_ip_address": ports.get(port), "status": "ACTIVE" if port else "DOWN"}
        return self.addresses[address["id"]]


class Handler(JsonHandler):
    """Speaks HTTP for M(SmallCloud)."""

    cloud: t.ClassVar[SmallCloud]

    def respond(self) -> None:
        url, body = urlsplit(self.path), self.sent()
        if url.path.rstrip("/") == "/v3":
            self.send(200, keystone(self.cloud.url))
        elif url.path == "/v3/auth/tokens":
            said = token(self.cloud.url)
            said["token"]["application_credential"] = {"restricted": self.cloud.is_restricted}
            if not self.cloud.has_images:
                said["token"]["catalog"] = [item for item in said["token"]["catalog"] if item["type"] != "image"]
            self.send(201, said, {"X-Subject-Token": "token"})
        else:
            try:
                status, answer = self.cloud.answer(self.command, url.path, dict(parse_qsl(url.query)), body)
            except Refusal as exc:
                # each service has words of its own for what is wrong, and its client looks for them
                words = {"error_message": str(exc), "errors": [{"status": exc.status, "title": "no", "detail": str(exc)}]}
                status, answer = exc.status, words | {"NeutronError": {"type": "no", "message": str(exc), "detail": ""}}
            self.send(status, json.loads(json.dumps(answer)), {"OpenStack-API-Maximum-Version": "container 1.40"})

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = respond


@contextmanager
def serving(**state: t.Any) -> Iterator[SmallCloud]:
    """A running cloud; what it holds may be changed while it runs."""
    cloud = SmallCloud(**state)
    with listening(Handler, cloud=cloud) as cloud.url:
        yield cloud
