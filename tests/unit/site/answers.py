# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a site answers when all is well: one lease of one device, one container on it, one floating IP (contract 1 to 4)."""

from __future__ import annotations

import hashlib
import json
import typing as t
from datetime import datetime, timedelta, timezone

from .wire import Answers, Raw

PROJECT = "a5f0759b6d5947c0ba1d4a4d2ee53f7c"
LEASE = "8aad6912-2eb5-4140-812f-123e5cb56ca3"
RESERVATION = "500e0c36-2089-46a5-bf7c-cc46e5f65a0d"
DEVICE = "5f0c7b0e-1d3a-4a44-9c58-0f2f5d1c9a10"
CONTAINER = "0e1d5c1a-68f8-4d39-a7a4-52a11f3b7a45"
PORT = "d27c8f7a-93f5-4d5b-9d2a-3f55cb6de9a7"
FLOATING_IP = "4a2d7d0e-6f4b-4a25-93ff-0ad3d1bd8c2d"
PUBLIC = "11111111-93f5-4d5b-9d2a-3f55cb6de9a7"
INNER = "22222222-93f5-4d5b-9d2a-3f55cb6de9a7"
IMAGE = "33333333-93f5-4d5b-9d2a-3f55cb6de9a7"

HOSTS = {
    "identity": "http://keystone/v3",
    "reservation": "http://blazar/v1",
    "container": "http://zun/v1",
    "network": "http://neutron",
    "image": "http://glance",
}


def stamp(hours: float) -> str:
    """A time as Blazar tells it, so many hours from now."""
    at = datetime.now(timezone.utc).replace(second=0, microsecond=0) + timedelta(hours=hours)
    return at.strftime("%Y-%m-%dT%H:%M:%S.%f")


def token(**more: t.Any) -> Raw:
    """Keystone's answer to a log-in."""
    catalog = [
        {
            "type": kind,
            "name": kind,
            "id": kind,
            "endpoints": [{"id": kind, "interface": "public", "region": "CHI@Edge", "region_id": "CHI@Edge", "url": url}],
        }
        for kind, url in HOSTS.items()
    ]
    return Raw(
        201,
        {
            "token": {
                "methods": ["application_credential"],
                "user": {"id": "user", "name": "alice", "domain": {"id": "default", "name": "Default"}},
                "project": {"id": PROJECT, "name": "edge", "domain": {"id": "default", "name": "Default"}},
                "roles": [{"id": "member", "name": "member"}],
                "audit_ids": ["a"],
                "issued_at": "2026-11-27T10:00:00.000000Z",
                "expires_at": stamp(2) + "Z",
                "application_credential": {"id": "credential", "name": "automation", "restricted": False},
                "catalog": catalog,
                **more,
            }
        },
        headers={"X-Subject-Token": "token"},
    )


def lease() -> dict[str, t.Any]:
    """A lease of one device that runs."""
    return {
        "id": LEASE,
        "name": "rpi",
        "user_id": "user",
        "project_id": PROJECT,
        "trust_id": "trust",
        "start_date": stamp(-1),
        "end_date": stamp(3),
        "status": "ACTIVE",
        "degraded": False,
        "created_at": "2026-11-27 09:00:36",
        "updated_at": None,
        "reservations": [
            {
                "id": RESERVATION,
                "lease_id": LEASE,
                "resource_id": "48001fa1-ccb5-4e30-b511-a90455930776",
                "resource_type": "device",
                "status": "active",
                "missing_resources": False,
                "resources_changed": False,
                "min": 1,
                "max": 1,
                "resource_properties": '["==", "$machine_name", "raspberrypi4-64"]',
                "before_end": "default",
                "created_at": "2026-11-27 09:00:36",
                "updated_at": None,
            }
        ],
        "events": [
            {"id": "e1", "lease_id": LEASE, "event_type": "start_lease", "time": stamp(-1), "status": "DONE"},
            {"id": "e2", "lease_id": LEASE, "event_type": "before_end_lease", "time": stamp(2), "status": "UNDONE"},
            {"id": "e3", "lease_id": LEASE, "event_type": "end_lease", "time": stamp(3), "status": "UNDONE"},
        ],
    }


def device(**more: t.Any) -> dict[str, t.Any]:
    """A device with its properties."""
    return {
        "id": DEVICE,
        "name": "iot-rpi4-01",
        "device_type": "container",
        "device_driver": "k8s",
        "reservable": True,
        "machine_name": "raspberrypi4-64",
        "vendor": "Raspberry Pi",
        "uid": "c0ffee00-93f5-4d5b-9d2a-3f55cb6de9a7",
        "authorized_projects": "all",
        "created_at": "2026-11-01 09:00:36",
        "updated_at": None,
        **more,
    }


def container() -> dict[str, t.Any]:
    """A container that runs on the device."""
    return {
        "uuid": CONTAINER,
        "name": "sensor",
        "links": [],
        "user_id": "user",
        "project_id": PROJECT,
        "image": "ghcr.io/edge/hello:arm64",
        "image_driver": "docker",
        "command": ["sleep", "infinity"],
        "entrypoint": None,
        "status": "Running",
        "status_reason": None,
        "status_detail": "Up 3 hours",
        "task_state": None,
        "cpu": 1.0,
        "memory": "512",
        "disk": 0,
        "environment": {"API_TOKEN": "s3cret-of-the-container"},
        "workdir": "/root",
        "hostname": "sensor",
        "labels": {"chi-edge-spec": "1", "chi-edge-lease": LEASE, "chi-edge-reservation": RESERVATION, "role": "camera"},
        "ports": [8080],
        "addresses": {INNER: [{"addr": "192.168.64.7", "version": 4, "port": PORT}]},
        "restart_policy": {"Name": "no", "MaximumRetryCount": "0"},
        "interactive": True,
        "tty": True,
        "auto_remove": False,
        "auto_heal": False,
        "security_groups": [],
        "healthcheck": {},
        "registry_id": None,
    }


def floating_ip() -> dict[str, t.Any]:
    """The container's floating IP, which this collection has made."""
    return {
        "id": FLOATING_IP,
        "floating_ip_address": "129.114.34.140",
        "fixed_ip_address": "192.168.64.7",
        "floating_network_id": PUBLIC,
        "port_id": PORT,
        "router_id": "router",
        "project_id": PROJECT,
        "tenant_id": PROJECT,
        "status": "ACTIVE",
        "description": "chi.edge container sensor",
        "tags": [],
        "created_at": "2026-11-27T09:10:00Z",
        "updated_at": "2026-11-27T09:10:00Z",
        "revision_number": 1,
    }


def network(identity: str, name: str, external: bool) -> dict[str, t.Any]:
    """One of Neutron's networks."""
    return {"id": identity, "name": name, "router:external": external, "status": "ACTIVE", "project_id": PROJECT, "subnets": []}


def image() -> dict[str, t.Any]:
    """An image in Glance, made of a container."""
    return {
        "id": IMAGE,
        "name": "sensor",
        "tags": ["latest"],
        "status": "active",
        "size": 1234,
        "owner": PROJECT,
        "container_format": "docker",
        "disk_format": "raw",
        "checksum": "5d41402abc4b2a76b9719d911017c592",
        "created_at": "2026-11-27T09:10:00Z",
        "updated_at": "2026-11-27T09:10:00Z",
        "visibility": "private",
    }


_CONFIG = {"architecture": "arm64", "variant": "v8", "os": "linux", "config": {"Cmd": ["sh"]}, "rootfs": {"diff_ids": []}}
_CONFIG_DIGEST = f"sha256:{hashlib.sha256(json.dumps(_CONFIG).encode()).hexdigest()}"
REGISTRY = "registry.test"
MANIFEST_TYPE = "application/vnd.oci.image.manifest.v1+json"
INDEX_TYPE = "application/vnd.oci.image.index.v1+json"


def good() -> Answers:
    """All answers, by request. The times in them count from now."""
    versions = {"versions": [{"id": "v2.0", "status": "CURRENT", "links": [{"rel": "self", "href": "http://neutron/v2.0/"}]}]}
    return {
        # Keystone
        "GET keystone/v3": {
            "version": {"id": "v3.14", "status": "stable", "links": [{"rel": "self", "href": "http://keystone/v3/"}]}
        },
        "POST keystone/v3/auth/tokens": token(),
        # Blazar
        "GET blazar/v1/leases": {"leases": [lease()]},
        f"GET blazar/v1/leases/{LEASE}": {"lease": lease()},
        "POST blazar/v1/leases": Raw(201, {"lease": lease()}),
        f"PUT blazar/v1/leases/{LEASE}": {"lease": {**lease(), "status": "UPDATING"}},
        f"DELETE blazar/v1/leases/{LEASE}": {},
        f"GET blazar/v1/leases/{LEASE}/devices": {"devices": [device()]},
        "GET blazar/v1/devices": {"devices": [device(), device(id="d2", name="iot-jetson-01", machine_name="jetson-nano")]},
        "GET blazar/v1/devices/allocations": {
            "allocations": [
                {
                    "resource_id": DEVICE,
                    "reservations": [
                        {"id": RESERVATION, "lease_id": LEASE, "start_date": stamp(-1), "end_date": stamp(3), "extras": {}}
                    ],
                },
                {"resource_id": "d2", "reservations": []},
            ]
        },
        "GET blazar/v1/devices/properties": {
            "resource_properties": [
                {"property": "machine_name", "private": False, "values": ["raspberrypi4-64"], "is_unique": False},
                {"property": "vendor", "private": False, "values": ["Raspberry Pi"], "is_unique": False},
            ]
        },
        # Zun
        "GET zun/v1/": Raw(200, {"id": "v1"}, headers={"OpenStack-API-Maximum-Version": "container 1.41"}),
        "GET zun/v1/drivers/k8s/device_profiles": {"pi_gpio": {"smarter-devices/gpio": 1}},
        "GET zun/v1/containers": {"containers": [container()], "next": None},
        "GET zun/v1/containers/sensor": container(),
        f"GET zun/v1/containers/{CONTAINER}": container(),
        "POST zun/v1/containers": Raw(202, container()),
        f"POST zun/v1/containers/{CONTAINER}/stop": Raw(202, None),
        f"POST zun/v1/containers/{CONTAINER}/reboot": Raw(202, None),
        f"DELETE zun/v1/containers/{CONTAINER}": Raw(204, b""),
        f"GET zun/v1/containers/{CONTAINER}/logs": "up and running\n",
        f"GET zun/v1/containers/{CONTAINER}/stats": {"CONTAINER": "sensor", "CPU %": 0.5, "BLOCK I/O(B)": "1/2", "MEM %": 3},
        f"GET zun/v1/containers/{CONTAINER}/top": {"Titles": ["PID", "CMD"], "Processes": [["1", "sleep infinity"]]},
        f"POST zun/v1/containers/{CONTAINER}/commit": Raw(202, {"uuid": IMAGE}),
        f"POST zun/v1/containers/{CONTAINER}/execute": {"output": "hello\n", "exit_code": 0, "exec_id": None, "proxy_url": None},
        f"POST zun/v1/containers/{CONTAINER}/put_archive": Raw(200, None),
        # Neutron
        "GET neutron/": versions,
        "GET neutron": versions,
        "GET neutron/v2.0/floatingips": {"floatingips": [floating_ip()]},
        f"GET neutron/v2.0/floatingips/{FLOATING_IP}": {"floatingip": floating_ip()},
        "POST neutron/v2.0/floatingips": Raw(201, {"floatingip": floating_ip()}),
        f"PUT neutron/v2.0/floatingips/{FLOATING_IP}": {"floatingip": floating_ip()},
        f"DELETE neutron/v2.0/floatingips/{FLOATING_IP}": Raw(204, b""),
        "GET neutron/v2.0/networks": {"networks": [network(PUBLIC, "public", True)]},
        f"GET neutron/v2.0/ports/{PORT}": {"port": {"id": PORT, "name": "", "network_id": INNER}},
        "GET neutron/v2.0/security-groups": {"security_groups": [{"id": "group", "name": "web", "project_id": PROJECT}]},
        # Glance
        "GET glance/": {
            "versions": [{"id": "v2.9", "status": "CURRENT", "links": [{"rel": "self", "href": "http://glance/v2/"}]}]
        },
        "GET glance/v2/images": {"images": [image()]},
        f"GET glance/v2/images/{IMAGE}": image(),
        f"DELETE glance/v2/images/{IMAGE}": Raw(204, b""),
        # a registry that wants a token
        f"GET {REGISTRY}/v2/edge/hello/manifests/arm64": Raw(
            200, {"schemaVersion": 2, "config": {"digest": _CONFIG_DIGEST}, "layers": []}, MANIFEST_TYPE
        ),
        f"GET {REGISTRY}/v2/edge/hello/blobs/{_CONFIG_DIGEST}": _CONFIG,
        f"GET {REGISTRY}/v2/edge/hello/manifests/all": Raw(
            200,
            {
                "schemaVersion": 2,
                "manifests": [
                    {"digest": _CONFIG_DIGEST, "platform": {"os": "linux", "architecture": "arm64", "variant": "v8"}},
                    {"digest": "sha256:0", "platform": {"os": "unknown", "architecture": "unknown"}},
                ],
            },
            INDEX_TYPE,
        ),
        f"GET {REGISTRY}/v2/private/hello/manifests/latest": Raw(
            401,
            {"errors": [{"code": "UNAUTHORIZED", "message": "authentication required"}]},
            headers={
                "WWW-Authenticate": f'Bearer realm="https://{REGISTRY}/token",service="r",scope="repository:private/hello:pull"'
            },
        ),
        f"GET {REGISTRY}/token": {"token": "t0ken", "expires_in": 300},
    }
