# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Networks for several devices on one Docker Engine."""

from __future__ import annotations

import socket

from oslo_concurrency import lockutils
from zun.common import consts
from zun.network import kuryr_network, neutron


class OneAgentNeutron(neutron.NeutronAPI):
    """Binds ports to the one Neutron agent of this machine, whatever device the container is on.

    Zun asks for a binding to the container's host. No agent bears a device's name, so Neutron could not bind the port.
    """

    def create_port(self, body=None, admin=False):
        return super().create_port(_bound_here(body), admin=admin)

    def update_port(self, port, body=None, admin=False):
        return super().update_port(port, _bound_here(body), admin=admin)


class EdgeNetwork(kuryr_network.KuryrNetwork):
    """Upstream's network driver, made safe for several zun-compute on one engine."""

    def init(self, context, docker_api):
        super().init(context, docker_api)
        self.neutron_api = OneAgentNeutron(context)

    def get_or_create_network(self, context, neutron_net_id):
        # The engine accepts two networks of one name. Two devices that start the first containers of a Neutron network
        # together would make both, and every later container would fail: "network ... is ambiguous".
        with lockutils.lock(f"network-{neutron_net_id}", lock_file_prefix=consts.NAME_PREFIX, external=True):
            return super().get_or_create_network(context, neutron_net_id)


def _bound_here(body):
    # An empty binding is kept: it is how Zun gives a port back.
    if body and body["port"].get(consts.BINDING_HOST_ID):
        return {"port": {**body["port"], consts.BINDING_HOST_ID: socket.gethostname()}}
    return body
