# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The same work as chi.edge.provision with only the necessary REST calls, in one process: what a careful script would do.

Usage: bare_rest.py provision|again|teardown NAME IMAGE
       bare_rest.py many LEASE IMAGE COUNT
Prints one line of JSON: seconds in all, and seconds outside the waiting for the lease. With "many" containers are made on a lease
that is there, one after the other, and nothing is printed.
"""

from __future__ import annotations

import json
import os
import sys
import time
from datetime import datetime, timedelta, timezone
from functools import lru_cache

import requests
import yaml

PORT = 8080


class Rest:
    """One token and the catalog's addresses."""

    def __init__(self) -> None:
        with open(os.environ["OS_CLIENT_CONFIG_FILE"], encoding="utf-8") as file:
            auth = yaml.safe_load(file)["clouds"]["edge"]["auth"]
        credential = {"id": auth["application_credential_id"], "secret": auth["application_credential_secret"]}
        identity = {"methods": ["application_credential"], "application_credential": credential}
        self.session = requests.Session()
        answer = self.session.post(f"{auth['auth_url']}/auth/tokens", json={"auth": {"identity": identity}}, timeout=60)
        answer.raise_for_status()
        self.session.headers.update(
            {
                "X-Auth-Token": answer.headers["X-Subject-Token"],
                "OpenStack-API-Version": "container 1.40",
            }
        )
        self.url = {
            service["type"]: next(e["url"] for e in service["endpoints"] if e["interface"] == "public").rstrip("/")
            for service in answer.json()["token"]["catalog"]
        }

    def __call__(self, method: str, service: str, path: str, **body: object) -> dict:
        answer = self.session.request(method, self.url[service] + path, json=body or None, timeout=60)
        answer.raise_for_status()
        return answer.json() if answer.content else {}

    @lru_cache(maxsize=8)  # noqa: B019 it lives as long as the program
    def network(self, which: str) -> str:
        """The id of a network."""
        return self("GET", "network", f"/v2.0/networks?{which}")["networks"][0]["id"]


def until(look, done, pause: float = 0.5):
    """Look until it is done."""
    while not done(seen := look()):
        time.sleep(pause)
    return seen


def provision(name: str, image: str) -> None:
    """Lease, container, floating IP, answer."""
    start = time.monotonic()
    rest = Rest()
    end = datetime.now(timezone.utc) + timedelta(hours=4)
    lease = rest(
        "POST",
        "reservation",
        "/leases",
        name=name,
        start_date="now",
        end_date=end.strftime("%Y-%m-%d %H:%M"),
        events=[],
        reservations=[{"resource_type": "device", "min": 1, "max": 1, "before_end": "", "resource_properties": ""}],
    )["lease"]
    waiting = time.monotonic()
    lease = until(lambda: rest("GET", "reservation", f"/leases/{lease['id']}")["lease"], lambda seen: seen["status"] == "ACTIVE")
    waited = time.monotonic() - waiting
    run(rest, name, image, lease["reservations"][0]["id"])
    total = time.monotonic() - start
    print(json.dumps({"seconds": total, "outside the lease": total - waited}))


def many(name: str, image: str, count: str) -> None:
    """Containers, floating IPs, answers."""
    rest = Rest()
    leases = rest("GET", "reservation", "/leases")["leases"]
    [lease] = [lease for lease in leases if lease["name"] == name and lease["status"] == "ACTIVE"]
    for number in range(int(count)):
        run(rest, f"{name}-{number}", image, lease["reservations"][0]["id"])


def run(rest: Rest, name: str, image: str, reservation: str) -> None:
    """One container, its floating IP, its answer."""
    container = rest(
        "POST",
        "container",
        "/containers?run=true",
        name=name,
        image=image,
        nets=[{"network": rest.network("name=containernet1")}],
        exposed_ports={f"{PORT}/tcp": {}},
        hints={"reservation": reservation},
    )
    container = until(
        lambda: rest("GET", "container", f"/containers/{container['uuid']}"),
        lambda seen: seen["status"] == "Running" and seen["addresses"],
    )
    port = next(iter(container["addresses"].values()))[0]["port"]
    wanted = {
        "floating_network_id": rest.network("router:external=true"),
        "port_id": port,
        "description": f"chi.edge container {name}",
    }
    address = rest("POST", "network", "/v2.0/floatingips", floatingip=wanted)
    fetch(address["floatingip"]["floating_ip_address"])


def again(name: str, _image: str) -> None:
    """See that all of it is there."""
    start = time.monotonic()
    rest = Rest()
    assert any(lease["name"] == name and lease["status"] == "ACTIVE" for lease in rest("GET", "reservation", "/leases")["leases"])
    container = rest("GET", "container", f"/containers/{name}")
    assert container["status"] == "Running"
    port = next(iter(container["addresses"].values()))[0]["port"]
    address = rest("GET", "network", f"/v2.0/floatingips?port_id={port}")["floatingips"][0]
    fetch(address["floating_ip_address"])
    print(json.dumps({"seconds": time.monotonic() - start}))


def teardown(name: str, _image: str) -> None:
    """Take it down."""
    rest = Rest()
    container = rest("GET", "container", f"/containers/{name}")
    port = next(iter(container["addresses"].values()))[0]["port"]
    for address in rest("GET", "network", f"/v2.0/floatingips?port_id={port}")["floatingips"]:
        rest("DELETE", "network", f"/v2.0/floatingips/{address['id']}")
    rest("POST", "container", f"/containers/{name}/stop?timeout=1")
    until(lambda: rest("GET", "container", f"/containers/{name}")["status"], lambda status: status == "Stopped")
    rest("DELETE", "container", f"/containers/{name}")
    until(
        lambda: [c for c in rest("GET", "container", "/containers")["containers"] if c["name"] == name],
        lambda left: not left,
    )
    for lease in rest("GET", "reservation", "/leases")["leases"]:
        if lease["name"] == name:
            rest("DELETE", "reservation", f"/leases/{lease['id']}")


def fetch(address: str) -> None:
    """Get the page, as soon as it is there."""

    def look() -> bool:
        try:
            return requests.get(f"http://{address}:{PORT}/", timeout=1, proxies={"http": ""}).ok
        except requests.RequestException:
            return False

    until(look, bool, 0.2)


if __name__ == "__main__":
    globals()[sys.argv[1]](*sys.argv[2:])
