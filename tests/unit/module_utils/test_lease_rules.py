# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A site's rules for leases and addresses, in the words of Chameleon's services, through the real clients.

The words come from the recording of Chameleon's own Blazar where it has them; those of the accounting, which it was recorded
without, and of Neutron's pools are the contract's. They are replayed: the local cloud has neither allocations nor such pools.
"""

from __future__ import annotations

import json
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from ansible_collections.chi.edge.plugins.module_utils._errors import EdgeError
from ansible_collections.chi.edge.plugins.module_utils._operations import floating_ip, lease
from ansible_collections.chi.edge.tests.unit.site import answers
from ansible_collections.chi.edge.tests.unit.site.services import Site, ask
from ansible_collections.chi.edge.tests.unit.site.wire import Raw

pytestmark = pytest.mark.usefixtures("nobodys_clouds")

pytest.importorskip("blazarclient")

RECORDING = Path(__file__).parents[2] / "conformance" / "recording.json"
LEASE = f"PUT blazar/v1/leases/{answers.LEASE}"
NEW = {"name": "new", "duration": "1h", "device": {}}


def recorded(case_id: str) -> Raw:
    """What Chameleon's Blazar has answered."""
    stories = json.loads(RECORDING.read_text(encoding="utf-8"))["stories"]
    case = next(case for cases in stories.values() for case in cases if case["id"] == case_id)
    return said(case["status"], case["error"], case["error_name"])


def said(status: int, words: str, name: object = None) -> Raw:
    """As Blazar refuses."""
    return Raw(status, {"error_code": status, "error_message": words, "error_name": name or status})


def failure(operation, otherwise, **options) -> str:
    with pytest.raises(EdgeError) as caught:
        ask(operation, Site({**answers.good(), **otherwise}), **options)
    return caught.value.message


def hours_from_now(hours: float) -> str:
    at = datetime.now(timezone.utc).replace(second=0, microsecond=0) + timedelta(hours=hours)
    return at.strftime("%Y-%m-%d %H:%M UTC")


def test_longer_than_the_site_allows():
    assert failure(lease, {"POST blazar/v1/leases": recorded("create-long-7-days-1-min")}, **{**NEW, "duration": "8d"}) == (
        'Could not create lease "new": Lease duration of 604860 seconds must be less than or equal to the maximum lease duration '
        "of 604800 seconds (HTTP 403). This site allows 7d at once, so ask for a shorter lease, of at most 7d, and extend it "
        "towards its end. A job that runs daily does that with minimum_remaining."
    )


def test_extended_by_more_than_the_site_allows():
    message = failure(lease, {LEASE: recorded("upd-limit-extend-8-days")}, name="rpi", minimum_remaining="9d")
    assert message.endswith(
        f"(HTTP 400). This site extends a lease by 7d at once, so give an end of {hours_from_now(3 + 7 * 24)} at the most."
    )


def test_extended_before_the_window_opens():
    late = {**answers.lease(), "end_date": answers.stamp(96)}
    otherwise = {"GET blazar/v1/leases": {"leases": [late]}, f"GET blazar/v1/leases/{answers.LEASE}": {"lease": late}}
    message = failure(lease, {**otherwise, LEASE: recorded("upd-limit-extend-too-early")}, name="rpi", minimum_remaining="5d")
    assert message == (
        f'Could not update lease "rpi" ({answers.LEASE}): Lease can only be extended within 172800 seconds of the leases current '
        f"end time (HTTP 400). This site extends a lease in its last 2d, so from {hours_from_now(48)} on: run this again nearer "
        "to the end of the lease. A job that runs daily does that with minimum_remaining."
    )


def test_a_restricted_credential_is_refused_before_anything_is_asked_for():
    token = answers.token(application_credential={"id": "credential", "name": "automation", "restricted": True})
    site = Site({**answers.good(), "POST keystone/v3/auth/tokens": token})
    with pytest.raises(EdgeError, match=r"is restricted, and a lease takes one that may make trusts\. Make another: .*--unrestr"):
        ask(lease, site, **NEW)
    assert "POST blazar/v1/leases" not in site.requests


def test_a_restricted_credential_that_the_token_does_not_tell():
    message = failure(lease, {"POST blazar/v1/leases": recorded("create-restricted-credential")}, **NEW)
    assert message.startswith('Could not create lease "new": Internal Server Error (HTTP 500). Blazar does not tell why.')
    assert "has to be unrestricted (openstack application credential create --unrestricted NAME)" in message


@pytest.mark.parametrize(
    ("status", "words", "advice"),
    [
        (403, "Reservation for project CH-1 would spend 40.0 SUs, only 3.0 left", "The project's allocation does not cover it"),
        (
            400,
            "Reservation for project CH-1 would spend 40.0 SUs, only 3.0 left in user budget",
            "Your own budget in the project does not cover it",
        ),
        (
            403,
            "Cannot create a lease beyond Chameleon project expiration date, which is 2026-12-01",
            "The project's allocation ends before the lease would: give an end before that day",
        ),
        (
            403,
            "External service enforcement filter denied the request.",
            "the project's allocation is spent or has expired",
        ),
        (500, "Not enough floating IPs available", "Addresses are reserved from a pool of their own"),
        (500, "Unable to make lease", "has to be unrestricted"),
        (403, "Policy doesn't allow blazar:leases:post to be performed", "the credential lacks a role"),
    ],
)
def test_a_new_lease_that_the_rules_forbid(status, words, advice):
    message = failure(lease, {"POST blazar/v1/leases": said(status, words)}, **NEW)
    assert message.startswith(f'Could not create lease "new": {words.rstrip(".")} (HTTP {status}). ')
    assert advice in message


def test_an_extension_that_the_allocation_does_not_cover():
    words = "Reservation for project CH-1 would spend 40.0 SUs, only 3.0 left"
    message = failure(lease, {LEASE: said(403, words)}, name="rpi", minimum_remaining="1d")
    assert f"{words} (HTTP 403). The project's allocation does not cover it" in message


def test_a_device_that_is_not_for_this_project():
    """Blazar says the same as when all devices are busy; the devices themselves tell."""
    closed = answers.device(authorized_projects="another-project", name="iot-jetson04", machine_name="jetson-nano")
    otherwise = {
        "GET blazar/v1/devices": {"devices": [closed]},
        "POST blazar/v1/leases": recorded("create-rp-unauthorised"),
    }
    assert failure(lease, otherwise, name="new", duration="1h", device="iot-jetson04") == (
        'Could not create lease "new": no device matching {name: iot-jetson04} can be leased, of 1 asked for: '
        "iot-jetson04 is not open to this project."
    )


def test_a_pool_of_addresses_that_is_exhausted():
    """A lease can reserve from another pool, so the sentence tells of it."""
    words = f"No more IP addresses available on network {answers.PUBLIC}."
    body = {"NeutronError": {"type": "IpAddressGenerationFailure", "message": words, "detail": ""}}
    otherwise = {
        "GET neutron/v2.0/floatingips": {"floatingips": []},
        "POST neutron/v2.0/floatingips": Raw(409, body),
    }
    message = failure(floating_ip, otherwise, container="sensor")
    assert words.rstrip(".") in message
    assert "A lease can reserve addresses of a pool of their own (a reservation of the type virtual:floatingip)." in message
    assert 'Network "public": The project itself has none.' in message
