# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs that make a lease of one name at once agree. The client is a fake: what others do in between is in its answers."""

from __future__ import annotations

import pytest
from ansible_collections.chi.edge.plugins.module_utils import _lease_election, _reservation
from ansible_collections.chi.edge.tests.unit.module_utils.leases import FakeCloud, raw_lease

PATIENCE = {"timeout": 30, "interval": 2}
OLDER, OLD, YOUNG = "2026-11-21 15:43:35", "2026-11-21 15:43:36", "2026-11-21 15:43:37"

pytestmark = pytest.mark.usefixtures("time_flies")


def lease(lease_id, created_at, **more):
    return raw_lease(lease_id, created_at=created_at, **more)


def elect(cloud, known=()):
    return _lease_election.elected(cloud, _reservation.lease_view(lease("ours", OLD)), known, 0.0, PATIENCE)["id"]


def test_alone_ours_is_the_one(time_flies):
    cloud = FakeCloud(list=[[lease("ours", OLD)]])
    assert elect(cloud) == "ours"
    assert cloud.blazar.names() == ["list"]
    assert time_flies[0] == pytest.approx(1.2), "one that is as old must have had the time to appear"


def test_an_older_one_is_gone_on_with_and_ours_is_deleted():
    cloud = FakeCloud(list=[[lease("ours", OLD), lease("theirs", OLDER)]], delete=[None])
    assert elect(cloud) == "theirs"
    assert cloud.blazar.calls[-1] == ("delete", "ours")


@pytest.mark.parametrize(("other", "expected"), [("a", "a"), ("z", "ours")])
def test_of_two_that_are_as_old_both_choose_the_same(other, expected):
    cloud = FakeCloud(list=[[lease("ours", OLD), lease(other, OLD)]], delete=[None])
    assert elect(cloud) == expected


@pytest.mark.parametrize(
    "other",
    [
        lease("theirs", YOUNG),
        lease("theirs", OLDER, name="another"),
        lease("theirs", OLDER, status="ERROR"),
        lease("known", OLDER),
    ],
)
def test_others_that_do_not_matter(other):
    cloud = FakeCloud(list=[[lease("ours", OLD), other]])
    assert elect(cloud, known={"known"}) == "ours"
    assert "delete" not in cloud.blazar.names()


def test_an_older_one_that_is_still_being_made_may_come_to_nothing():
    creating = lease("theirs", OLDER, status="CREATING")
    cloud = FakeCloud(list=[[lease("ours", OLD), creating], [lease("ours", OLD), creating], [lease("ours", OLD)]])
    assert elect(cloud) == "ours"
    assert "delete" not in cloud.blazar.names()


def views(*raws):
    return [_reservation.lease_view(raw) for raw in raws]


def test_who_comes_while_others_agree_waits_for_them():
    two = views(lease("a", OLD), lease("b", YOUNG))
    cloud = FakeCloud(list=[[lease("a", OLD), lease("b", YOUNG)], [lease("a", OLD)]])
    assert [item["id"] for item in _lease_election.agreed(cloud, two, "rpi", PATIENCE)] == ["a"]


def test_two_that_live_side_by_side_for_long_are_not_waited_for(time_flies):
    apart = views(lease("a", "2026-11-21 15:00:00"), lease("b", YOUNG))
    assert _lease_election.agreed(FakeCloud(), apart, "rpi", PATIENCE) == apart
    twins = views(lease("a", OLD), lease("b", YOUNG))
    cloud = FakeCloud(list=[[lease("a", OLD), lease("b", YOUNG)]])
    assert len(_lease_election.agreed(cloud, twins, "rpi", PATIENCE)) == 2
    assert time_flies[0] == pytest.approx(20), "they do not agree, and that is for the user to sort out"
