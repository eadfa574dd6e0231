# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""REST: /v1/devices and /v1/leases/{id}/devices (contract 2.1). Checks the policy and asks the manager by RPC."""

from __future__ import annotations

import functools

from blazar import context, manager, policy, utils
from blazar.api.v1 import utils as api_utils
from blazar.api.v1 import validation
from blazar.api.v1.leases import service as leases_service
from blazar.utils import service

from chi_edge_blazar import policies

_may = functools.partial(policy.authorize, "devices")


def get_rest() -> api_utils.Rest:
    """Entry point: the blueprint that Blazar's API serves."""
    policies.register()
    return rest


class API:
    """One method for each request, named as the manager's method that does the work."""

    def __init__(self):
        self._rpc = service.RPCClient(manager.get_target())

    def _call(self, method: str, **arguments):
        return self._rpc.call(f"device:{method}", **arguments)

    @_may("get")
    def list_devices(self):
        return self._call("list_devices", private=_is_admin())

    @_may("get")
    def get_device(self, device_id):
        return self._call("get_device", device_id=device_id, private=_is_admin())

    @_may("post")
    def create_device(self, values):
        return self._call("create_device", values=values)

    @_may("put")
    def update_device(self, device_id, values):
        return self._call("update_device", device_id=device_id, values=values)

    @_may("delete")
    def delete_device(self, device_id):
        return self._call("delete_device", device_id=device_id)

    @_may("get_resource_properties")
    def list_properties(self, query):
        # Any text counts, "False" too: so does Chameleon's service.
        detail, private = bool(query.get("detail")), bool(query.get("all")) and _is_admin()
        return self._call("list_properties", detail=detail, private=private)

    @_may("update_resource_properties")
    def set_visibility(self, name, values):
        return self._call("set_visibility", property_name=name, values=values)

    @_may("get_allocations")
    def list_calendar(self, query):
        return self._call("list_calendar", query=query, detail=_is_admin())

    @_may("get_allocations")
    def get_calendar(self, device_id, query):
        return self._call("get_calendar", device_id=device_id, query=query, detail=_is_admin())

    @_may("reallocate")
    def reallocate_device(self, device_id, query):
        return self._call("reallocate_device", device_id=device_id, query=query, detail=_is_admin())

    @_may("get_reservation")
    def get_reservation(self, reservation_id):
        return self._call("get_reservation", reservation_id=reservation_id)

    @policy.authorize("leases", "get")
    def list_devices_of_lease(self, lease_id):
        return self._call("list_devices_of_lease", lease_id=lease_id)


def _is_admin() -> bool:
    return bool(policy.enforce(context.current(), "admin", {}, do_raise=False))


_api = utils.LazyProxy(API)
_leases = utils.LazyProxy(leases_service.API)
_device_exists = validation.check_exists(_api.get_device, device_id="device_id")
_reservation_exists = validation.check_exists(_api.get_reservation, reservation_id="reservation_id")
_lease_exists = validation.check_exists(_leases.get_lease, lease_id="lease_id")

rest = api_utils.Rest("device_v1_0", __name__, url_prefix="/v1/devices")
lease_rest = api_utils.Rest("lease_device_v1_0", __name__, url_prefix="/v1/leases")
# Blazar takes one blueprint from an entry point: the second one comes along.
rest.record_once(lambda state: state.app.register_blueprint(lease_rest, url_prefix=lease_rest.url_prefix))


@rest.get("")
def devices_list(req):
    return api_utils.render(devices=_api.list_devices())


@rest.post("")
def devices_create(req, data):
    return api_utils.render(device=_api.create_device(data))


@rest.get("/<device_id>")
@_device_exists
def devices_get(req, device_id):
    return api_utils.render(device=_api.get_device(device_id))


@rest.put("/<device_id>")
@_device_exists
def devices_update(req, device_id, data):
    if not data:
        return api_utils.internal_error(status_code=400, descr="No data to update")
    return api_utils.render(device=_api.update_device(device_id, data))


@rest.delete("/<device_id>", status_code=200)
@_device_exists
def devices_delete(req, device_id):
    _api.delete_device(device_id)
    return api_utils.render()


@rest.get("/properties", query=True)
def properties_list(req, query):
    return api_utils.render(resource_properties=_api.list_properties(query))


@rest.patch("/properties/<property_name>")
def properties_update(req, property_name, data):
    return api_utils.render(resource_property=_api.set_visibility(property_name, data))


@rest.get("/allocations", query=True)
def allocations_list(req, query):
    return api_utils.render(allocations=_api.list_calendar(query))


@rest.get("/<device_id>/allocation", query=True)
@_device_exists
def allocations_get(req, device_id, query):
    return api_utils.render(allocation=_api.get_calendar(device_id, query))


@rest.put("/<device_id>/allocation")
@_device_exists
def allocations_update(req, device_id, data):
    return api_utils.render(allocation=_api.reallocate_device(device_id, data))


@rest.get("/reservations/<reservation_id>")
@_reservation_exists
def reservations_get(req, reservation_id):
    return api_utils.render(reservation=_api.get_reservation(reservation_id))


@lease_rest.get("/<lease_id>/devices")
@_lease_exists
def lease_devices_list(req, lease_id):
    return api_utils.render(devices=_api.list_devices_of_lease(lease_id=lease_id))
