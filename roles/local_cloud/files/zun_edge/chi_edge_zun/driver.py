# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The container driver: one zun-compute a device, several devices on one Docker Engine."""

from __future__ import annotations

import zun.conf
from oslo_log import log as logging
from zun import objects
from zun.container.docker import driver
from zun.container.docker import utils as docker_utils

from chi_edge_zun import foreign, options

CONF = zun.conf.CONF
options.register(CONF)
LOG = logging.getLogger(__name__)


class EdgeDriver(driver.DockerDriver):
    """Upstream's Docker driver as one device of several: `[DEFAULT] host` is the device's name."""

    def get_available_nodes(self):
        # Upstream names the engine's host, and a zun-compute with another name never reports to Placement.
        return [CONF.host]

    def get_host_info(self):
        info = super().get_host_info()
        if CONF.edge.architecture:
            info["architecture"] = CONF.edge.architecture
        return info

    def _get_local_containers(self, context, uuids):
        # Upstream takes every Zun container of the engine for its own, and moves those of other devices to this host.
        return objects.Container.list_by_host(context, CONF.host)

    def create(self, context, container, image, requested_networks, requested_volumes):
        container = super().create(context, container, image, requested_networks, requested_volumes)
        if CONF.edge.architecture:
            with docker_utils.docker_client() as engine:
                program = foreign.refuse(engine, container.container_id, CONF.edge.architecture)
            if program:
                LOG.info("%s of container %s is not made for %s", program, container.uuid, CONF.edge.architecture)
        return container

    def delete(self, context, container, force):
        # One that is deleted while it is made or started waits for that, and does not know what has come of it: upstream would
        # let it run on, with its port and its security group, and forget it. Nor would it remove what has come to run
        # meanwhile; having disconnected it, it would stumble over that at the next try, and leave it to the engine for good.
        container.refresh(context)
        super().delete(context, container, force=True)
