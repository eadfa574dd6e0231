# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The scheduler filter that binds containers to device reservations."""

from __future__ import annotations

import collections
import functools

import zun.conf
from keystoneauth1 import adapter, loading
from oslo_log import log as logging
from oslo_utils import timeutils
from zun import objects
from zun.common import context as zun_context
from zun.conf import keystone
from zun.scheduler import filters

from chi_edge_zun import blazar, options, reservations

CONF = zun.conf.CONF
options.register(CONF)
LOG = logging.getLogger(__name__)


class ReservationFilter(filters.BaseHostFilter):
    """Passes the devices of the active reservation that the scheduler hint `reservation` names (contract 3.4).

    A device is the Zun host of the same name. Where no device passes, Zun answers the creation with 202 and gives the
    container the status `Error` and its own reason, "There are not enough hosts available."; this filter adds which
    rule spoke against it, in `status_detail`. For a container that passes, the reservation's id is kept in its
    `annotations`, which Zun stores but shows to nobody through its API, just as the hint itself.

    Place it last in `[scheduler] enabled_filters`, so that it sees only hosts that are up.
    """

    run_filter_once_per_request = True

    def filter_all(self, filter_obj_list, container, extra_spec):
        hosts = list(filter_obj_list)
        try:
            passed = self._permitted(hosts, container, extra_spec.get("hints"))
        except reservations.Refused as refusal:
            LOG.info("Container %s of project %s is refused: %s", container.uuid, container.project_id, refusal)
            container.status_detail = str(refusal)
            return []
        return _emptiest_first(passed)

    def _permitted(self, hosts, container, hints):
        reservation_id = reservations.requested(hints)
        if reservation_id is None:
            return self._on_demand(hosts)
        names = reservations.devices(_ask(_blazar().reservation, reservation_id), container.project_id)
        passed = [host for host in hosts if host.hostname in names]
        if not passed:
            raise reservations.Refused("No device of the reservation is available")
        container.annotations = {**(container.annotations or {}), reservations.HINT: reservation_id}
        return passed

    def _on_demand(self, hosts):
        if CONF.edge.require_reservation:
            raise reservations.Refused('The hint "reservation" is missing')
        names = reservations.held(_ask(_blazar().devices), _ask(_blazar().allocations), timeutils.utcnow())
        passed = [host for host in hosts if host.hostname not in names]
        if not passed:
            raise reservations.Refused("Every available device is reserved")
        return passed


@functools.cache
def _blazar():
    """One client a process, as Zun's service user: Zun makes its filters anew each time, a token lives longer."""
    auth = loading.load_auth_from_conf_options(CONF, keystone.CFG_GROUP)
    session = loading.load_session_from_conf_options(CONF, keystone.CFG_GROUP, auth=auth, timeout=CONF.edge.blazar_timeout)
    return blazar.Blazar(
        adapter.Adapter(
            session,
            service_type="reservation",
            interface=CONF.edge.blazar_interface,
            region_name=CONF.edge.blazar_region_name,
        )
    )


def _ask(question, *arguments):
    try:
        return question(*arguments)
    except blazar.Unavailable as error:
        LOG.error("Blazar cannot be asked about reservations, so no container is placed: %s", error)
        raise reservations.Refused("The reservation service does not answer") from error


def _emptiest_first(hosts):
    """Zun takes the first host that has room: unsorted, the first device of a reservation would get everything."""
    if len(hosts) < 2:
        return hosts
    everything = zun_context.get_admin_context(all_projects=True)
    containers = objects.Container.list(everything, filters={"host": [host.hostname for host in hosts]})
    count = collections.Counter(container.host for container in containers)
    return sorted(hosts, key=lambda host: count[host.hostname])
