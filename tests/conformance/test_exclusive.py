# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A device is never held twice: requests that arrive at the same moment, against the cloud."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta, timezone
from itertools import combinations

import pytest

from recording import REQUEST_FORMAT
from site_under_test import POOL, Answer, Site

PREFIX = f"{POOL}-exclusive-"
ROUNDS = 3


class Desk:
    """Three devices, and leases of them that are taken away at the end."""

    def __init__(self, site: Site):
        self.site = site
        self.begin = datetime.now(timezone.utc) + timedelta(days=1)
        self.leases: list[str] = []
        ours = {POOL: PREFIX, "authorized_projects": site.projects()}
        self.ids = [
            site.ask("admin", "POST", "/devices", {**ours, "name": f"{PREFIX}{number}"}).body["device"]["id"]
            for number in range(3)
        ]

    def at(self, minutes: int) -> str:
        return (self.begin + timedelta(minutes=minutes)).strftime(REQUEST_FORMAT)

    def lease(self, start: int, end: int, device: int | None = None, actor: str = "member") -> Answer:
        """Lease that device, or any of the three, from start to end (minutes)."""
        chosen = ["==", f"${POOL}", PREFIX] if device is None else ["==", "$name", f"{PREFIX}{device}"]
        body = {
            "name": PREFIX,
            "start_date": self.at(start),
            "end_date": self.at(end),
            "reservations": [{"resource_type": "device", "min": 1, "max": 1, "resource_properties": json.dumps(chosen)}],
            "events": [],
        }
        answer = self.site.ask(actor, "POST", "/leases", body)
        if answer.status == 201:
            self.leases.append(answer.body["lease"]["id"])
        return answer

    def update(self, lease: Answer, **values) -> Answer:
        return self.site.ask("member", "PUT", f"/leases/{lease.body['lease']['id']}", values)

    def clear(self) -> None:
        while self.leases:
            self.site.delete_lease(self.leases.pop())

    def assert_nothing_is_held_twice(self) -> None:
        for entry in self.site.ask("admin", "GET", "/devices/allocations").body["allocations"]:
            if entry["resource_id"] in self.ids:
                for one, other in combinations(entry["reservations"], 2):
                    assert one["end_date"] <= other["start_date"] or other["end_date"] <= one["start_date"], entry


@pytest.fixture
def desk(site):
    desk = Desk(site)
    try:
        yield desk
        desk.assert_nothing_is_held_twice()
    finally:
        desk.clear()
        for device_id in desk.ids:
            site.ask("admin", "DELETE", f"/devices/{device_id}")


def at_once(*calls) -> list[Answer]:
    with ThreadPoolExecutor(len(calls)) as pool:
        return [run.result() for run in [pool.submit(call) for call in calls]]


def granted(answers: list[Answer]) -> int:
    """How many were granted; all others must have been refused for want of devices."""
    refused = [answer for answer in answers if answer.status not in (200, 201)]
    for answer in refused:
        assert answer.status == 500 and answer.error.startswith("Not enough "), answer
    return len(answers) - len(refused)


@pytest.mark.parametrize("attempt", range(ROUNDS))
def test_eight_want_one_device(desk, attempt):
    actors = ["member", "other"] * 4
    assert granted(at_once(*[lambda actor=actor: desk.lease(0, 60, device=0, actor=actor) for actor in actors])) == 1


@pytest.mark.parametrize("attempt", range(ROUNDS))
def test_eight_want_any_of_three(desk, attempt):
    assert granted(at_once(*[lambda: desk.lease(0, 60)] * 8)) == 3
    held = desk.site.ask("member", "GET", "/devices/allocations").body["allocations"]
    assert [len(entry["reservations"]) for entry in held if entry["resource_id"] in desk.ids] == [1, 1, 1]


@pytest.mark.parametrize("attempt", range(ROUNDS))
def test_one_extends_into_what_another_one_takes(desk, attempt):
    mine = desk.lease(0, 60, device=0)
    answers = at_once(
        lambda: desk.update(mine, end_date=desk.at(180)),
        lambda: desk.lease(90, 150, device=0, actor="other"),
    )
    assert granted(answers) == 1


@pytest.mark.parametrize("attempt", range(ROUNDS))
def test_two_grow_towards_each_other(desk, attempt):
    before, behind = desk.lease(0, 60, device=0), desk.lease(200, 260, device=0)
    answers = at_once(
        lambda: desk.update(before, end_date=desk.at(150)),
        lambda: desk.update(behind, start_date=desk.at(100)),
    )
    assert granted(answers) == 1


@pytest.mark.parametrize("attempt", range(ROUNDS))
def test_two_move_to_the_same_device(desk, attempt):
    wish = {"min": 1, "max": 1, "resource_properties": json.dumps(["==", "$name", f"{PREFIX}2"])}
    leases = [desk.lease(0, 60, device=0), desk.lease(0, 60, device=1)]
    ids = [lease.body["lease"]["reservations"][0]["id"] for lease in leases]
    answers = at_once(
        lambda: desk.update(leases[0], reservations=[{"id": ids[0], **wish}]),
        lambda: desk.update(leases[1], reservations=[{"id": ids[1], **wish}]),
    )
    assert granted(answers) == 1


def test_a_lease_that_moves_takes_another_device_if_its_own_is_taken(desk):
    """Only a lease that does not name its device can move so; a refused one keeps what it had."""
    mine = desk.lease(0, 60)
    own = desk.site.ask("member", "GET", f"/leases/{mine.body['lease']['id']}/devices").body["devices"][0]
    number = int(own["name"].removeprefix(PREFIX))
    taken = desk.lease(100, 160, device=number, actor="other")
    assert taken.status == 201

    assert desk.update(mine, start_date=desk.at(110), end_date=desk.at(150)).status == 200
    now = desk.site.ask("member", "GET", f"/leases/{mine.body['lease']['id']}/devices").body["devices"]
    assert [device["name"] for device in now] != [own["name"]]

    for other in range(3):
        desk.lease(200, 260, device=other, actor="other")
    refused = desk.update(mine, start_date=desk.at(210), end_date=desk.at(250))
    assert (refused.status, refused.error) == (500, "Not enough hosts available")
    kept = desk.site.ask("member", "GET", f"/leases/{mine.body['lease']['id']}").body["lease"]
    assert kept["status"] == "PENDING"
    assert kept["end_date"].startswith(desk.at(150).replace(" ", "T"))
