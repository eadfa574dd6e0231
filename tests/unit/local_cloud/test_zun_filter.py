# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter as Zun's scheduler calls it. Needs Zun. Blazar's answers are given; integration tests have real ones."""

from __future__ import annotations

import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

pytest.importorskip("zun")
sys.path.insert(0, str(Path(__file__).parents[3] / "roles" / "local_cloud" / "files" / "zun_edge"))

from chi_edge_zun import blazar, filters  # noqa: E402
from zun import objects  # noqa: E402
from zun.scheduler import filters as zun_filters  # noqa: E402

ID = "500e0c36-2089-46a5-bf7c-cc46e5f65a0d"
HOSTS = [SimpleNamespace(hostname=name) for name in ("iot-rpi4-01", "iot-rpi4-02", "iot-jetson04")]


class Answers:
    """Blazar as far as the filter sees it; counts what it is asked."""

    def __init__(self, reservation=None, busy=(), fault=None):
        self._reservation, self._busy, self._fault = reservation, busy, fault
        self.questions = 0

    def _answer(self, value):
        self.questions += 1
        if self._fault:
            raise blazar.Unavailable(self._fault)
        return value

    def reservation(self, reservation_id):
        return self._answer(self._reservation)

    def devices(self):
        return self._answer([{"id": host.hostname, "name": host.hostname} for host in HOSTS])

    def allocations(self):
        always = [{"id": ID, "start_date": "2000-01-01T00:00:00.000000", "end_date": "2999-01-01T00:00:00.000000"}]
        return self._answer(
            [{"resource_id": host.hostname, "reservations": always if host.hostname in self._busy else []} for host in HOSTS]
        )


def reservation(*names, **changes):
    return {
        "id": ID,
        "project_id": "mine",
        "status": "active",
        "start_date": "2026-06-24T15:45:00.000000",
        "end_date": "2026-06-25T13:00:00.000000",
        "devices": [{"id": name, "name": name} for name in names],
        **changes,
    }


@pytest.fixture(name="schedule")
def fixture_schedule(monkeypatch):
    """Runs the filter through Zun's own handler, and gives the host names that pass and the container."""

    def schedule(answers, hints, hosts=HOSTS, required=True, elsewhere=()):
        monkeypatch.setattr(filters, "_blazar", lambda: answers)
        running = [SimpleNamespace(host=name) for name in elsewhere]
        monkeypatch.setattr(objects.Container, "list", lambda context, filters: running)
        filters.CONF.set_override("require_reservation", required, group="edge")
        container = objects.Container(
            uuid="7c5c7c6e-0d7e-4c35-9e6f-2a51c0d6a001", project_id="mine", annotations=None, status_detail=None
        )
        handler = zun_filters.HostFilterHandler()
        passed = handler.get_filtered_objects([filters.ReservationFilter()], hosts, container, {"hints": hints})
        return [host.hostname for host in passed], container

    yield schedule
    filters.CONF.clear_override("require_reservation", group="edge")


def test_zun_finds_the_filter_by_its_name():
    found = zun_filters.HostFilterHandler().get_matching_classes(["chi_edge_zun.filters.ReservationFilter"])
    assert found == [filters.ReservationFilter]


def test_container_lands_on_the_device_and_remembers_its_reservation(schedule):
    answers = Answers(reservation("iot-rpi4-02"))
    names, container = schedule(answers, {"reservation": ID})
    assert names == ["iot-rpi4-02"]
    assert container.annotations == {"reservation": ID}
    assert container.status_detail is None
    assert answers.questions == 1


def test_emptiest_device_comes_first(schedule):
    names, _container = schedule(
        Answers(reservation("iot-rpi4-01", "iot-jetson04")),
        {"reservation": ID},
        elsewhere=["iot-rpi4-01", "iot-rpi4-01", "iot-jetson04"],
    )
    assert names == ["iot-jetson04", "iot-rpi4-01"]


@pytest.mark.parametrize(
    "answers, hints, detail, questions",
    [
        (Answers(), None, 'The hint "reservation" is missing', 0),
        (Answers(), {"reservation": ""}, 'The hint "reservation" is missing', 0),
        (Answers(), {"reservation": "x"}, 'The hint "reservation" is not a UUID', 0),
        (Answers(None), {"reservation": ID}, "Reservation not found in this project", 1),
        (
            Answers(reservation("iot-rpi4-01", project_id="theirs")),
            {"reservation": ID},
            "Reservation not found in this project",
            1,
        ),
        (
            Answers(reservation("iot-rpi4-01", status="pending")),
            {"reservation": ID},
            "Reservation begins 2026-06-24 15:45 UTC",
            1,
        ),
        (Answers(reservation(status="deleted")), {"reservation": ID}, "Reservation ended 2026-06-25 13:00 UTC", 1),
        (Answers(reservation("iot-rpi5-09")), {"reservation": ID}, "No device of the reservation is available", 1),
        (Answers(fault="HTTP 500"), {"reservation": ID}, "The reservation service does not answer", 1),
    ],
)
def test_refusal_is_told_in_the_status_detail(schedule, answers, hints, detail, questions):
    names, container = schedule(answers, hints)
    assert names == []
    assert container.status_detail == detail
    assert "status_detail" in container.obj_what_changed()
    assert container.annotations is None
    assert answers.questions == questions


def test_blazar_that_cannot_be_asked_is_an_error_in_the_log(schedule, caplog):
    schedule(Answers(fault="GET /devices/reservations/x: HTTP 500: oops"), {"reservation": ID})
    assert [record.levelname for record in caplog.records if "HTTP 500: oops" in record.message] == ["ERROR"]


def test_on_demand_container_gets_a_device_that_nobody_holds(schedule):
    names, container = schedule(Answers(busy=["iot-rpi4-01", "iot-jetson04"]), None, required=False)
    assert names == ["iot-rpi4-02"]
    assert container.annotations is None


@pytest.mark.parametrize(
    "answers, detail",
    [
        (Answers(busy=[host.hostname for host in HOSTS]), "Every available device is reserved"),
        (Answers(fault="HTTP 500"), "The reservation service does not answer"),
    ],
)
def test_on_demand_container_without_a_device(schedule, answers, detail):
    names, container = schedule(answers, None, required=False)
    assert names == []
    assert container.status_detail == detail


def test_named_reservation_counts_also_where_none_is_required(schedule):
    names, container = schedule(Answers(None), {"reservation": ID}, required=False)
    assert names == []
    assert container.status_detail == "Reservation not found in this project"
