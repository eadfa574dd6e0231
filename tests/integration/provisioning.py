# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the tests provision: the device, the image, the port and the options they share."""

from __future__ import annotations

import os

IMAGE = os.environ.get("CHI_EDGE_IMAGE", "127.0.0.1:5005/edge/hello:arm64")
PORT = 8080

# Tests that run side by side have a device each, by their worker.
DEVICES = ("iot-rpi4-01", "iot-rpi4-02", "iot-jetson-nano-01")
WORKER = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
DEVICE = os.environ.get("CHI_EDGE_DEVICE") or DEVICES[WORKER % len(DEVICES)]


def options(name: str, **more) -> dict:
    """The role's variables for one container of that name on the device of these tests."""
    return {
        "edge_container_name": name,
        "edge_container_cloud": "edge",
        "edge_container_image": IMAGE,
        "edge_container_device": {"name": DEVICE},
        "edge_container_networks": ["containernet1"],
        "edge_container_exposed_ports": [f"{PORT}/tcp"],
        "edge_container_verify_port": PORT,
        **more,
    }
