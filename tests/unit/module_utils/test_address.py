# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Floating IPs: the pure parts, and the faults that a real Neutron cannot be made to show.

The stand-in for Neutron keeps what it is told, as Neutron does, and loses answers or lets another run be faster on demand.
"""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from ansible_collections.chi.edge.plugins.module_utils import _address
from ansible_collections.chi.edge.plugins.module_utils._context import Context
from ansible_collections.chi.edge.plugins.module_utils._errors import AmbiguousError, EdgeError, NotFoundError, ServiceError
from ansible_collections.chi.edge.plugins.module_utils._operations import floating_ip
from keystoneauth1.exceptions import ConnectFailure
from openstack.exceptions import ConflictException, HttpException, NotFoundException
from openstack.network.v2.floating_ip import FloatingIP


def service_says(kind, status, words):
    """An exception as openstacksdk raises it for an answer."""
    exc = kind(message=words, details=words)
    exc.status_code = status
    return exc


class Neutron:
    """Keeps floating IPs. Each entry of I(faults) spoils one changing request: before it is done, or after."""

    def __init__(self, *faults):
        self.kept = {}
        self.faults = list(faults)
        self.asked = []

    def _change(self, what, make):
        self.asked.append(what)
        when, exc = self.faults.pop(0) if self.faults else ("never", AssertionError())
        if when == "before":
            raise exc
        made = make()
        if when == "after":
            raise exc
        return made

    def create_ip(self, **fields):
        def make():
            if any(ip.port_id == fields["port_id"] for ip in self.kept.values()):
                raise service_says(ConflictException, 409, "that fixed IP already has a floating IP on external network")
            number = str(len(self.kept) + 1)
            ip = FloatingIP(id=number, status="DOWN", **{"floating_ip_address": f"172.24.4.{number}", **fields})
            self.kept[number] = ip
            return ip

        return self._change("create", make)

    def update_ip(self, ip_id, **fields):
        def make():
            self.kept[ip_id]._update(**fields)
            return self.kept[ip_id]

        return self._change("update", make)

    def delete_ip(self, ip_id, ignore_missing):
        assert ignore_missing
        return self._change("delete", lambda: self.kept.pop(ip_id, None))

    def get_ip(self, ip_id):
        self.asked.append("get")
        if ip_id not in self.kept:
            raise service_says(NotFoundException, 404, "not found")
        return self.kept[ip_id]

    def get_port(self, port_id):
        self.asked.append("port")
        return SimpleNamespace(id=port_id)

    def networks(self, is_router_external):
        self.asked.append("networks")
        return [SimpleNamespace(id="n1", name="public")]

    def ips(self, **filters):
        self.asked.append("list")
        return [ip for ip in self.kept.values() if all(getattr(ip, key) == value for key, value in filters.items())]


def cloud_with(neutron):
    return SimpleNamespace(network=neutron, project_id="ours", label='cloud "edge"')


@pytest.fixture(autouse=True)
def no_pause(monkeypatch):
    monkeypatch.setattr("time.sleep", lambda seconds: None)


def view(**known):
    return _address.address_view(**{"address": "172.24.4.9", "tags": [], **known})


LOST = ConnectFailure("the connection was cut")
GATEWAY = service_says(HttpException, 502, "<html>Bad Gateway</html>")


# -- pure ----------------------------------------------------------------------------------------------------------


def test_an_address_that_is_still_to_be_made_has_the_keys_of_one_that_is_there():
    there = _address.address_view(FloatingIP(id="1", floating_ip_address="172.24.4.1", tags=["b", "a"]))
    assert there["address"] == "172.24.4.1"
    assert there["tags"] == ["a", "b"]
    assert there.keys() == _address.address_view(description="x").keys()


def test_ours_is_what_bears_the_mark_and_belongs_to_no_lease():
    assert _address.is_ours(view(description=_address.mark("container", "web")))
    assert not _address.is_ours(view(description="a colleague's"))
    assert not _address.is_ours(view(description=None))
    assert not _address.is_ours(view(description=_address.mark("container", "web"), tags=["reservation:1234"]))


def test_a_mark_fits_into_a_description():
    assert len(_address.mark("container", "x" * 255)) == 255


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (409, "No more IP addresses available on network 4b6e178b-c3bb-4ab6-9d76-20d4bcfd15ce."),
        (409, "Quota exceeded for resources: ['floatingip']."),
        (400, "Unable to find any IP address on external network 4b6e178b."),
    ],
)
def test_exhaustion_is_known_by_the_services_words(status, words):
    assert _address.is_exhausted(ServiceError("", status, words))


def test_another_conflict_is_no_exhaustion():
    assert not _address.is_exhausted(ServiceError("", 409, "that fixed IP already has a floating IP on external network x."))


def test_usage_is_told_in_the_order_of_the_addresses_and_not_at_length():
    addresses = [
        view(address=f"172.24.4.{number}", port_id=port) for number, port in ((10, "p1"), (9, "p2"), (100, None), (11, "p1"))
    ]
    assert _address.usage_in_words(addresses, {"p1": "web"}, most=3) == (
        'The project has 4: 172.24.4.9 (attached to port p2), 172.24.4.10 (attached to container "web"), '
        '172.24.4.11 (attached to container "web"), 1 more.'
    )
    assert _address.usage_in_words([], {}) == "The project itself has none."


# -- which network -------------------------------------------------------------------------------------------------


def networks(*names):
    found = [SimpleNamespace(name=name, id=f"id-{name}") for name in names]
    return cloud_with(SimpleNamespace(networks=lambda is_router_external: found))


def test_the_only_external_network_is_taken():
    assert _address.external_network(networks("public"), None) == ("id-public", "public")
    assert _address.external_network(networks("public", "other"), "id-other") == ("id-other", "other")


def test_of_several_one_must_be_named():
    with pytest.raises(AmbiguousError, match=r'There are 2 external networks: "other" \(id-other\), "public" \(id-public\)'):
        _address.external_network(networks("public", "other"), None)


def test_an_unknown_network_is_told_together_with_those_there_are():
    with pytest.raises(NotFoundError, match='no external network "nope"; the external networks of cloud "edge" are: "public"'):
        _address.external_network(networks("public"), "nope")
    with pytest.raises(NotFoundError, match="There is no external network; .* are: none"):
        _address.external_network(networks(), None)


# -- faults --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("fault", [LOST, GATEWAY])
def test_an_address_whose_answer_was_lost_is_found_and_not_made_twice(fault):
    neutron = Neutron(("after", fault))
    made = _address.create_address(cloud_with(neutron), "p1", "n1", description="chi.edge container web")
    assert made["address"] == "172.24.4.1"
    assert neutron.asked == ["create", "list"]


@pytest.mark.parametrize("fault", [LOST, GATEWAY])
def test_a_request_that_never_arrived_is_repeated(fault):
    neutron = Neutron(("before", fault))
    made = _address.create_address(cloud_with(neutron), "p1", "n1", description="chi.edge container web")
    assert made["port_id"] == "p1"
    assert neutron.asked == ["create", "list", "create"]


def test_what_fails_twice_fails():
    neutron = Neutron(("before", LOST), ("before", LOST))
    with pytest.raises(ServiceError, match="Could not make a floating IP for port p1: the connection was cut"):
        _address.create_address(cloud_with(neutron), "p1", "n1", description="d")
    assert not neutron.kept


def test_a_lost_answer_does_not_make_anothers_address_ours():
    neutron = Neutron(("before", LOST))
    neutron.kept["7"] = FloatingIP(id="7", port_id="p1", floating_network_id="n1", description="a colleague's")
    with pytest.raises(ServiceError, match="already has a floating IP") as caught:
        _address.create_address(cloud_with(neutron), "p1", "n1", description="chi.edge container web")
    assert caught.value.status == 409


@pytest.mark.parametrize("when", ["before", "after"])
def test_attaching_detaching_and_releasing_survive_a_lost_answer(when):
    neutron = Neutron()
    cloud = cloud_with(neutron)
    made = _address.create_address(cloud, "p1", "n1", description="d")
    neutron.faults = [(when, LOST)]
    assert _address.attach_address(cloud, made, "p2")["port_id"] == "p2"
    neutron.faults = [(when, LOST)]
    assert _address.detach_address(cloud, made)["port_id"] is None
    neutron.faults = [(when, LOST)]
    _address.delete_address(cloud, made)
    assert not neutron.kept


def test_an_address_that_somebody_takes_at_the_same_moment_is_not_claimed():
    neutron = Neutron()
    neutron.kept["1"] = FloatingIP(id="1", port_id=None, floating_ip_address="172.24.4.1")
    taken = FloatingIP(id="1", port_id="theirs", floating_ip_address="172.24.4.1")
    neutron.get_ip = lambda ip_id: taken
    with pytest.raises(EdgeError, match="somebody else took it at the same moment: it is attached to port theirs"):
        _address.attach_address(cloud_with(neutron), _address.address_view(neutron.kept["1"]), "p1")


def test_waiting_ends_at_once_when_the_address_has_failed_or_is_gone():
    neutron = Neutron()
    neutron.kept["1"] = FloatingIP(id="1", floating_ip_address="172.24.4.1", status="ERROR")
    address = _address.address_view(neutron.kept["1"])
    with pytest.raises(EdgeError, match="172.24.4.1 is in status ERROR"):
        _address.wait_until_active(cloud_with(neutron), address, None, 60, 1)
    neutron.kept.clear()
    with pytest.raises(NotFoundError, match="172.24.4.1 was deleted meanwhile"):
        _address.wait_until_active(cloud_with(neutron), address, None, 60, 1)


# -- races ---------------------------------------------------------------------------------------------------------


def run(neutron, **options):
    """The operation for port p1 against the stand-in."""
    defaults = {name: spec.get("default") for name, spec in floating_ip.SPEC["argument_spec"].items()}
    context = Context({**defaults, "port": "p1", "wait": False, **options}, check_mode=False, diff=True)
    context.cloud = cloud_with(neutron)
    return floating_ip.run(context)


def test_what_another_run_has_made_at_the_same_moment_is_taken_and_not_claimed():
    neutron = Neutron()
    theirs = FloatingIP(
        id="7", port_id="p1", floating_network_id="n1", floating_ip_address="172.24.4.7", description="chi.edge port p1"
    )

    def make_room_for_another(port_id):
        neutron.kept["7"] = theirs
        return SimpleNamespace(id=port_id)

    neutron.get_port = make_room_for_another
    result = run(neutron)
    assert result["floating_ip"]["address"] == "172.24.4.7"
    assert not result["changed"]
    assert result["diff"]["after"] == {}
    assert list(neutron.kept) == ["7"]


def test_an_unchanged_address_takes_one_request():
    neutron = Neutron()
    assert run(neutron)["changed"]
    neutron.asked.clear()
    assert not run(neutron)["changed"]
    assert neutron.asked == ["list"]


def test_an_address_of_the_same_mark_that_is_attached_elsewhere_is_left_alone():
    neutron = Neutron()
    ip = FloatingIP(id="7", port_id="p2", project_id="ours", floating_ip_address="172.24.4.7", description="chi.edge port p1")
    neutron.kept["7"] = ip
    assert not run(neutron, state="absent")["changed"]
    assert run(neutron)["floating_ip"]["id"] != "7"
    assert neutron.kept["7"].port_id == "p2"
