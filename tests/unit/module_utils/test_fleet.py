# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is known of containers from other services, and of leases from the calendar, also when these tell only part of it.

The local cloud tells everything to everybody, so stand-ins are silent here.
"""

from __future__ import annotations

from datetime import timedelta

import pytest
from ansible_collections.chi.edge.plugins.module_utils import _fleet, _lease_devices, _times
from ansible_collections.chi.edge.plugins.module_utils._calendar import Calendar, Slot
from ansible_collections.chi.edge.plugins.module_utils._container import container_view
from ansible_collections.chi.edge.plugins.module_utils._fleet import Knowledge, member
from ansible_collections.chi.edge.plugins.module_utils._reservation import lease_view
from ansible_collections.chi.edge.tests.unit.module_utils.leases import raw_lease, raw_reservation

NOW = _times.now()
END = NOW + timedelta(hours=2)


def view(**labels):
    address = {"addr": "10.20.0.5", "port": "port-1", "version": 4}
    noted = {f"chi-edge-{key}": value for key, value in labels.items()}
    return container_view({"uuid": "c1", "name": "web", "labels": noted, "addresses": {"net": [address]}})


def slot(lease="lease-1", reservation="reservation-1"):
    return Slot(NOW, END, lease, reservation)


DEVICES = {"d1": {"id": "d1", "name": "rpi-01", "machine_name": "pi"}, "d2": {"id": "d2", "name": "rpi-02"}}


def test_a_container_of_which_nothing_is_known_has_all_the_keys():
    seen = member(view(), Knowledge())
    assert seen["floating_ip"] is seen["device"] is seen["lease_name"] is seen["lease_end"] is seen["lease_id"] is None
    everything = Knowledge({"port-1": "172.24.4.9"}, Calendar({"d1": [slot()]}), DEVICES, {})
    assert member(view(), everything).keys() == seen.keys()


def test_the_floating_ip_is_that_of_the_port():
    assert member(view(), Knowledge(addresses={"port-1": "172.24.4.9", "port-2": "172.24.4.8"}))["floating_ip"] == "172.24.4.9"


def test_the_device_is_that_of_the_reservation():
    calendar = Calendar({"d1": [slot()], "d2": [slot(reservation="reservation-2")]})
    seen = member(view(reservation="reservation-2"), Knowledge(calendar=calendar, devices=DEVICES))
    assert (seen["device"], seen["lease_id"], seen["lease_end"]) == (DEVICES["d2"], "lease-1", _times.iso(END))


def test_the_device_is_that_of_the_lease_if_it_has_just_one():
    one, two = Calendar({"d1": [slot()]}), Calendar({"d1": [slot()], "d2": [slot(reservation="reservation-2")]})
    assert member(view(lease="lease-1"), Knowledge(calendar=one, devices=DEVICES))["device"]["name"] == "rpi-01"
    seen = member(view(lease="lease-1"), Knowledge(calendar=two, devices=DEVICES))
    assert (seen["device"], seen["lease_end"]) == (None, _times.iso(END))


def test_a_device_that_the_site_does_not_name_is_known_by_its_id():
    seen = member(view(reservation="reservation-1"), Knowledge(calendar=Calendar({"d1": [slot()]}), devices={}))
    assert seen["device"] == {"id": "d1", "name": None}


@pytest.mark.parametrize("labels", [{"lease": "lease-1"}, {"reservation": "reservation-1"}])
def test_the_lease_is_named_by_its_label_or_its_reservation(labels):
    lease = lease_view(raw_lease(reservations=[{**raw_reservation(), "id": "reservation-1"}]))
    seen = member(view(**labels), Knowledge(leases={"lease-1": lease}))
    assert (seen["lease_id"], seen["lease_name"], seen["lease_end"]) == ("lease-1", "rpi", lease["end_date"])


def test_nobody_else_is_asked_about_no_containers(monkeypatch):
    monkeypatch.setattr(_fleet, "list_containers", lambda cloud: [])
    assert _fleet.fleet(None, _fleet.DETAILS) == []


# -- the devices of leases -----------------------------------------------------------------------------------------


@pytest.fixture
def site(monkeypatch):
    """A site of one device that lease-1 has; what it is told to keep it does not tell."""
    answers = {
        "read_calendar": Calendar({"d1": [slot()]}),
        "list_devices": [{**DEVICES["d1"], "device_type": "container"}],
    }
    for name in answers:
        monkeypatch.setattr(_lease_devices._calendar, name, lambda cloud, name=name: answers[name])
    return answers


def devices_of(*leases):
    return [lease["devices"] for lease in _lease_devices.with_devices(None, [lease_view(lease) for lease in leases])]


def test_leases_get_their_devices_as_a_single_lease_tells_them(site):
    over = raw_lease("lease-2", status="TERMINATED")
    empty = raw_lease("lease-3", reservations=[])
    assert devices_of(raw_lease(), over, empty) == [[{"id": "d1", "name": "rpi-01", "device_type": "container"}], None, []]


@pytest.mark.parametrize("kept", ["read_calendar", "list_devices"])
def test_what_the_site_keeps_is_not_known(site, kept):
    site[kept] = None
    assert devices_of(raw_lease(), raw_lease("lease-3", reservations=[])) == [None, []]
