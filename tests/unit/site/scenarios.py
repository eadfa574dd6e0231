# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the collection's modules are asked for, each with what the site answers otherwise than it does as a rule."""

from __future__ import annotations

import typing as t

from ansible_collections.chi.edge.plugins.module_utils._operations import (
    container,
    container_exec,
    container_image_info,
    container_info,
    container_snapshot,
    device_info,
    floating_ip,
    floating_ip_info,
    lease,
    lease_info,
)

from . import answers
from .answers import CONTAINER, LEASE, REGISTRY
from .wire import Answers, Raw


class Scenario(t.NamedTuple):
    """One task. :param otherwise: answers in the place of the good ones. :param fails: it cannot come to a good end."""

    operation: t.Any
    options: dict[str, t.Any]
    otherwise: Answers = {}
    fails: bool = False


IMAGE = "ghcr.io/edge/hello:arm64"
NOT_FOUND = Raw(404, {"errors": [{"status": 404, "title": "Not Found", "detail": "could not be found"}]})
OF_CONTAINER = f"GET zun/v1/containers/{CONTAINER}"
DOCKER = {"GET zun/v1/drivers/k8s/device_profiles": NOT_FOUND}
NEW = {**answers.container(), "name": "fresh", "uuid": "1f1d5c1a-68f8-4d39-a7a4-52a11f3b7a45"}

SCENARIOS = {
    "leases": Scenario(lease_info, {}),
    "extended": Scenario(lease, {"name": "rpi", "minimum_remaining": "1d", "device": {"machine_name": "raspberrypi4-64"}}),
    "leased": Scenario(lease, {"name": "new", "duration": "1h", "device": {"machine_name": "raspberrypi4-64"}}),
    "not leased": Scenario(
        lease,
        {"name": "new", "duration": "1h", "device": {"machine_name": "raspberrypi4-64"}},
        {"POST blazar/v1/leases": Raw(500, {"error_code": 500, "error_message": "Not enough devices available"})},
        fails=True,
    ),
    "released": Scenario(lease, {"name": "rpi", "state": "absent"}, {f"GET blazar/v1/leases/{LEASE}": NOT_FOUND}),
    "ended": Scenario(
        lease,
        {"name": "rpi", "state": "ended"},
        {f"GET blazar/v1/leases/{LEASE}": {"lease": {**answers.lease(), "status": "TERMINATED"}}},
    ),
    "devices": Scenario(device_info, {"duration": "1h"}),
    "containers": Scenario(container_info, {"logs": True, "stats": True, "processes": True, "since": "10m", "lease": "rpi"}),
    "container": Scenario(container, {"name": "sensor", "image": IMAGE, "lease": LEASE, "networks": ["public"]}),
    "new container": Scenario(
        container,
        {"name": "fresh", "image": IMAGE, "lease": "rpi", "device_profiles": ["pi_gpio"], "security_groups": ["web"]},
        {"POST zun/v1/containers": Raw(202, NEW), f"GET zun/v1/containers/{NEW['uuid']}": NEW},
    ),
    "container that fails": Scenario(
        container,
        {"name": "sensor", "image": IMAGE},
        {"GET zun/v1/containers/sensor": {**answers.container(), "status": "Error", "status_reason": "exec format error"}},
        fails=True,
    ),
    "no container": Scenario(container, {"name": "sensor", "state": "absent"}, {OF_CONTAINER: NOT_FOUND}),
    "stopped container": Scenario(
        container, {"name": "sensor", "state": "stopped"}, {OF_CONTAINER: {**answers.container(), "status": "Stopped"}}
    ),
    "floating IP": Scenario(floating_ip, {"container": "sensor"}),
    "new floating IP": Scenario(
        floating_ip,
        {"container": "sensor"},
        {"GET neutron/v2.0/floatingips": {"floatingips": []}},
    ),
    "pool of floating IPs is empty": Scenario(
        floating_ip,
        {"port": "another-port"},
        {
            "GET neutron/v2.0/ports/another-port": {"port": {"id": "another-port"}},
            "POST neutron/v2.0/floatingips": Raw(
                409,
                {"NeutronError": {"type": "OverQuota", "message": "Quota exceeded for resources: ['floatingip'].", "detail": ""}},
            ),
        },
        fails=True,
    ),
    "no floating IP": Scenario(floating_ip, {"container": "sensor", "state": "absent"}),
    "floating IPs": Scenario(floating_ip_info, {"container": "sensor", "network": "public"}),
    "command": Scenario(container_exec, {"container": "sensor", "command": "echo hello"}, DOCKER, fails=True),
    "snapshot": Scenario(container_snapshot, {"container": "sensor", "image": "sensor", "force": True}, DOCKER),
    "image": Scenario(container_image_info, {"image": f"{REGISTRY}/edge/hello:arm64"}),
    "index of images": Scenario(container_image_info, {"image": f"{REGISTRY}/edge/hello:all"}),
    "private image": Scenario(container_image_info, {"image": f"{REGISTRY}/private/hello"}, fails=True),
}
