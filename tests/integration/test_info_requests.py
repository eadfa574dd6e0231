# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The info modules are frugal: what each asks of the services is what its documentation says."""

from __future__ import annotations

import pytest
from ansible_collections.chi.edge.tests.tools.counting_proxy import counting

NAME = "test-info-requests"


@pytest.fixture(scope="module", autouse=True)
def lease(module_playbook):
    """A lease that is still to run, so that there is something in the calendar."""
    lease = {"name": NAME, "cloud": "edge", "device": "iot-jetson-nano-01", "start": "+40d", "duration": "1h"}
    try:
        assert module_playbook([{"chi.edge.lease": lease}]).status == 0
        yield
    finally:
        assert module_playbook([{"chi.edge.lease": {"name": NAME, "cloud": "edge", "state": "absent"}}]).status == 0


@pytest.mark.parametrize(
    ("module", "options", "paths"),
    [
        ("lease_info", {"name": NAME}, ["/v1/leases", "/v1/devices/allocations", "/v1/devices"]),
        ("lease_info", {"name": "nobody"}, ["/v1/leases"]),
        ("device_info", {"duration": "1h"}, ["/v1/devices", "/v1/devices/allocations", "/v1/leases"]),
        ("container_info", {}, ["/v1/containers"]),
        ("container_info", {"lease": NAME}, ["/v1/leases", "/v1/containers"]),
        ("container_info", {"name": "nobody"}, ["/v1/containers/nobody"]),
        ("floating_ip_info", {}, ["/v2.0/floatingips"]),
        ("floating_ip_info", {"container": "nobody"}, ["/v2.0/floatingips", "/v1/containers/nobody"]),
    ],
)
def test_few_requests(playbook, module, options, paths):
    with counting() as count:
        run = playbook([{f"chi.edge.{module}": {"cloud": "edge", **options}}], env=count.environment)
    assert run.status == 0, run.text
    assert count.tokens == 1
    # openstacksdk looks for Neutron's version
    asked = [path for method, _port, path in count.requests if method == "GET" and path not in ("/", "/v3")]
    assert asked == paths, count
