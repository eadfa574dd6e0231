# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Who a floating IP is for, and the wait for a port, which on this cloud is there before anybody can look.

The stand-in for Zun shows a container in one state after the other.
"""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from ansible_collections.chi.edge.plugins.module_utils import _holder
from ansible_collections.chi.edge.plugins.module_utils._errors import EdgeError, WaitTimeout
from ansible_collections.chi.edge.plugins.module_utils._holder import Holder

ID = "9d86e604-ddc3-44ae-a047-3b13c76a6721"
ADDRESSES = {"net": [{"addr": "10.20.0.5", "version": 4, "port": "p1"}]}


def seen(status, addresses=None):
    """A container as Zun answers."""
    return {"uuid": ID, "name": "web", "status": status, "addresses": addresses or {}}


@pytest.fixture
def zun(monkeypatch):
    """Takes what Zun is to answer, look by look; the last one for ever."""
    monkeypatch.setattr("time.sleep", lambda seconds: None)
    answers = []

    def get(name_or_id):
        answer = answers.pop(0) if len(answers) > 1 else answers[0]
        return SimpleNamespace(to_dict=lambda: answer)

    containers = SimpleNamespace(get=get, list=lambda: [SimpleNamespace(to_dict=lambda: seen("Running", ADDRESSES))])
    cloud = SimpleNamespace(zun=SimpleNamespace(containers=containers), project_id="ours")
    return cloud, answers


def test_a_port_is_its_own_holder():
    holder = _holder.find_holder(None, None, "p1")
    assert holder == Holder("port", "p1", "p1")
    assert (holder.in_words, holder.mark, holder.is_gone) == ("port p1", "chi.edge port p1", False)


def test_a_container_is_known_by_its_port(zun):
    cloud, answers = zun
    answers.append(seen("Running", ADDRESSES))
    holder = _holder.find_holder(cloud, "web", None)
    assert (holder.port_id, holder.fixed_address, holder.mark) == ("p1", "10.20.0.5", "chi.edge container web")


def test_the_mark_bears_the_name_also_when_the_user_gave_the_id(zun):
    cloud, answers = zun
    answers.append(seen("Running", ADDRESSES))
    assert _holder.find_holder(cloud, ID, None).mark == "chi.edge container web"


def test_a_port_is_waited_for(zun):
    cloud, answers = zun
    answers += [seen("Creating"), seen("Running"), seen("Running", ADDRESSES)]
    holder = _holder.find_holder(cloud, "web", None)
    said = []
    found = _holder.wait_for_port(cloud, holder, lambda state, elapsed, timeout: said.append(state), 60, 1)
    assert found.port_id == "p1"
    assert said[0] == "Running without a port"


def test_the_wait_ends_when_no_port_can_come_any_more(zun):
    cloud, answers = zun
    answers += [seen("Creating"), seen("Error")]
    holder = _holder.find_holder(cloud, "web", None)
    with pytest.raises(EdgeError) as caught:
        _holder.wait_for_port(cloud, holder, None, 60, 1)
    assert caught.value.message == (
        'An address cannot be attached to container "web": it has no port, and gets none while it is Error.'
    )


def test_the_wait_ends_when_the_time_is_up(zun):
    cloud, answers = zun
    answers.append(seen("Creating"))
    holder = _holder.find_holder(cloud, "web", None)
    with pytest.raises(WaitTimeout, match='for container "web" to get a port, but it is Creating without a port'):
        _holder.wait_for_port(cloud, holder, None, 0, 1)


def test_containers_are_known_by_their_ports(zun):
    cloud, _answers = zun
    assert _holder.containers_by_port(cloud) == {"p1": "web"}
