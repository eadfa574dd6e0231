# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The rules by which a container gets a device, without Zun."""

from __future__ import annotations

import datetime
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[3] / "roles" / "local_cloud" / "files" / "zun_edge"))

from chi_edge_zun import reservations  # noqa: E402
from chi_edge_zun.reservations import Refused  # noqa: E402

ID = "500e0c36-2089-46a5-bf7c-cc46e5f65a0d"


def reservation(**changes):
    return {
        "id": ID,
        "lease_id": "8aad6912-2eb5-4140-812f-123e5cb56ca3",
        "lease_name": "rpi-lease",
        "project_id": "mine",
        "status": "active",
        "lease_status": "ACTIVE",
        "start_date": "2026-06-24T15:45:00.000000",
        "end_date": "2026-06-25T13:00:00.000000",
        "devices": [{"id": "5f0c7b0e-1d3a-4a44-9c58-0f2f5d1c9a10", "name": "iot-rpi4-01"}],
        **changes,
    }


@pytest.mark.parametrize("hints", [None, {}, {"platform_version": "2"}, {"reservation": None}, {"reservation": ""}])
def test_no_reservation_is_named(hints):
    assert reservations.requested(hints) is None


@pytest.mark.parametrize("hint", [ID, ID.upper(), ID.replace("-", "")])
def test_id_is_read_in_blazars_spelling(hint):
    assert reservations.requested({"reservation": hint, "platform_version": "2"}) == ID


@pytest.mark.parametrize("hint", ["rpi-lease", "../leases", ID + "/", 7, True, [ID], {"id": ID}])
def test_malformed_hint_is_refused(hint):
    with pytest.raises(Refused, match='^The hint "reservation" is not a UUID$'):
        reservations.requested({"reservation": hint})


def test_active_reservation_gives_its_devices():
    both = [{"id": "1", "name": "iot-rpi4-01"}, {"id": "2", "name": "iot-jetson04"}]
    assert reservations.devices(reservation(devices=both), "mine") == {"iot-rpi4-01", "iot-jetson04"}


def test_status_of_the_lease_does_not_count():
    assert reservations.devices(reservation(lease_status="UPDATING"), "mine") == {"iot-rpi4-01"}


def test_foreign_reservation_reads_as_an_unknown_one():
    texts = set()
    for answer in (None, reservation(project_id="theirs"), reservation(project_id="theirs", status="pending")):
        with pytest.raises(Refused) as refused:
            reservations.devices(answer, "mine")
        texts.add(str(refused.value))
    assert texts == {"Reservation not found in this project"}


@pytest.mark.parametrize(
    "status, text",
    [
        ("pending", "Reservation begins 2026-06-24 15:45 UTC"),
        ("deleted", "Reservation ended 2026-06-25 13:00 UTC"),
        ("error", "Reservation is in status error"),
        ("a status that nobody has ever heard of in Blazar", "Reservation is in status a status that nobody has "),
    ],
)
def test_reservation_that_is_not_active_is_refused(status, text):
    with pytest.raises(Refused) as refused:
        reservations.devices(reservation(status=status), "mine")
    assert str(refused.value) == text
    assert len(text) <= reservations.LONGEST_REFUSAL


@pytest.mark.parametrize(
    "now, busy",
    [
        ((2026, 6, 24, 15, 44, 59, 999999), set()),
        ((2026, 6, 24, 15, 45), {"iot-rpi4-01"}),
        ((2026, 6, 25, 12, 59, 59), {"iot-rpi4-01"}),
        ((2026, 6, 25, 13, 0), set()),
    ],
)
def test_device_is_held_from_start_to_end(now, busy):
    devices = [{"id": "1", "name": "iot-rpi4-01"}, {"id": "2", "name": "iot-jetson04"}]
    allocations = [
        {
            "resource_id": "1",
            "reservations": [{"id": ID, "start_date": "2026-06-24T15:45:00.000000", "end_date": "2026-06-25T13:00:00.000000"}],
        },
        {"resource_id": "2", "reservations": []},
    ]
    assert reservations.held(devices, allocations, datetime.datetime(*now)) == busy
