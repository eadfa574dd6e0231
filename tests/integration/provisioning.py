# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the tests of the role provision: the image, the port and the options they share."""

from __future__ import annotations

import os

IMAGE = os.environ.get("CHI_EDGE_IMAGE", "127.0.0.1:5005/edge/hello:arm64")
PORT = 8080


def options(name: str, **more) -> dict:
    """The role's variables for one container of that name on any Raspberry Pi."""
    return {
        "edge_container_name": name,
        "edge_container_cloud": "edge",
        "edge_container_image": IMAGE,
        "edge_container_device": {"machine_name": "raspberrypi4-64"},
        "edge_container_networks": ["containernet1"],
        "edge_container_exposed_ports": [f"{PORT}/tcp"],
        "edge_container_verify_port": PORT,
        **more,
    }
