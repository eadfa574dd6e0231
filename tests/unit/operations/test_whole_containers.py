# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Containers, from their creation to the image that is made of them."""

from __future__ import annotations

import pytest
from ansible_collections.chi.edge.plugins.module_utils._secrets import HIDDEN

WEB = {
    "name": "web",
    "image": "hello",
    "lease": "rpi",
    "networks": ["containernet1"],
    "security_groups": ["web"],
    "environment": {"PASSWORD": "hunter22-inside"},
}


@pytest.fixture(autouse=True)
def lease(run, there):
    """The lease that they run on."""
    run("lease", name="rpi", device={}, duration="4h")
    there.asked.clear()
    return next(iter(there.leases.values()))


@pytest.fixture
def web(run, there):
    """One that runs, as Zun keeps it."""
    run("container", **WEB)
    there.asked.clear()
    return next(iter(there.containers.values()))


# -- present -------------------------------------------------------------------------------------------------------


def test_a_new_container_runs_by_the_reservation_of_its_lease(run, there, lease):
    result = run("container", **WEB)
    assert result["changed"] and result["differences"] == []
    assert (result["container"]["status"], result["container"]["lease_id"]) == ("Running", lease["id"])
    assert result["container"]["environment"] == {"PASSWORD": HIDDEN}
    assert run.writes == ["POST container containers"]
    assert "container web: Running" in run.told.states
    assert next(iter(there.containers.values()))["security_groups"] == ["group-2"]


def test_check_mode_predicts_the_same_keys_and_asks_for_nothing(run):
    predicted = run("container", check=True, **WEB)
    assert predicted["changed"] and not run.writes
    assert predicted["container"].keys() == run("container", **WEB)["container"].keys()


def test_a_second_run_changes_nothing(run, web):
    for options in (
        WEB,
        {"name": "web"},
        {"id": web["uuid"]},
        WEB | {"networks": ["net-1"]},
        WEB | {"lease": web["labels"]["chi-edge-lease"]},
    ):
        assert not run("container", **options)["changed"]
    assert not run.writes


def test_what_cannot_be_changed_is_left_unless_it_may_be_recreated(run, web):
    options = WEB | {"image": "other"}
    result = run("container", **options)
    assert not result["changed"] and result["differences"] == ["image"]
    assert "differs in image" in run.told.warnings[0]
    result = run("container", **options, recreate="on_change")
    assert result["changed"] and result["container"]["id"] != web["uuid"]
    assert [asked.split("/")[0] for asked in run.writes] == [
        "POST container containers",
        "DELETE container containers",
        "POST container containers",
    ]


def test_what_can_be_changed_is_changed_in_place(run, web):
    result = run("container", **WEB, cpu=0.5)
    assert result["changed"] and web["cpu"] == 0.5 and result["diff"]["after"] == {"cpu": 0.5}


def test_a_stopped_one_is_started(run, web):
    web["status"] = "Stopped"
    assert run("container", **WEB, check=True)["container"]["status"] == "Running"
    assert not run.writes
    assert run("container", **WEB)["container"]["status"] == "Running"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"lease": "nothing"}, 'lease: there is no lease "nothing" that runs or is still to run.'),
        ({"networks": ["nowhere"]}, 'networks: there is no network "nowhere"; there are: containernet1, public.'),
        ({"networks": [{"port": "none"}]}, 'networks: there is no port "none".'),
        ({"security_groups": ["none"]}, 'security_groups: there is no security group "none"; there are: default, web.'),
        ({"image": None}, 'To create container "web", image is needed.'),
        ({"name": None, "id": "00000000-0000-4000-8000-000000000000"}, "There is no container with the id 00000000-"),
        ({"device_profiles": ["pi_gpio"]}, "device_profiles: they need version 1.41 of Zun's API"),
    ],
)
def test_what_is_wrong_is_told_before_anything_is_made(run, options, message):
    assert run.fails("container", **{**WEB, **options}).message.startswith(message)
    assert not run.writes


def test_a_lease_that_has_not_begun_holds_no_container(run):
    run("lease", name="later", device={}, duration="1h", start="+2h")
    assert "which is pending" in run.fails("container", **WEB | {"lease": "later"}).message


def test_kubernetes_is_not_asked_for_what_it_cannot_do(run, there):
    there.is_kubernetes = True
    told = run.fails("container", **WEB | {"name": "Not_A_Label"}, image_driver="glance", device_profiles=["lidar"]).message
    for complaint in ("name: ", "image_driver: ", "this service knows no lidar; it knows: pi_camera, pi_gpio"):
        assert complaint in told
    run("container", **WEB)
    assert "ignores networks" in run.told.warnings[0]


def test_one_that_fails_says_why_and_ends_the_wait(run, there):
    there.life = ["Creating", "Error"]
    failed = run.fails("container", **WEB)
    assert failed.message.startswith('Container "web" has failed: Error')
    assert failed.result["changed"] and failed.result["container"]["status"] == "Error"
    assert "hunter22" not in str(failed.result)
    there.life = ["Creating", "Running"]
    assert "Set recreate to on_change" in run.fails("container", **WEB).message
    assert run("container", **WEB, recreate="on_change")["container"]["status"] == "Running"


def test_one_that_never_runs_takes_as_long_as_the_user_waits(run, there):
    there.life = ["Creating"]
    failed = run.fails("container", **WEB, wait_timeout=20)
    assert "Waited 20 s" in failed.message and failed.result["container"]["status"] == "Creating"
    assert run("container", **WEB | {"name": "other"}, wait=False)["container"]["status"] == "Creating"


@pytest.mark.parametrize("has_rival", [False, True])
def test_one_that_is_never_made_is_replaced_by_the_next_run(run, there, has_rival):
    there.life = ["Creating"]
    run.fails("container", **WEB, recreate="on_change", wait_timeout=20)
    (lost,) = there.containers
    assert run.fails("container", **WEB, wait_timeout=20).result["container"]["id"] == lost
    there.life, there.has_rival = ["Creating", "Running"], has_rival
    result = run("container", **WEB, recreate="on_change", wait_timeout=20)
    assert result["changed"] and list(there.containers) == [result["container"]["id"]] != [lost]
    assert result["container"]["status"] == "Running" and "was not made all the time" in run.told.warnings[-1]


def test_the_successor_of_one_that_is_being_deleted_waits_for_its_end(run, web):
    web |= {"status": "Deleting", "_life": ["Deleting", "Deleted"]}
    result = run("container", **WEB)
    assert result["changed"] and result["container"]["id"] != web["uuid"]


# -- stopped, restarted, absent ------------------------------------------------------------------------------------


def test_one_is_stopped_once(run, web):
    assert run("container", name="web", state="stopped", check=True)["container"]["status"] == "Stopped"
    assert run("container", name="web", state="stopped")["container"]["status"] == "Stopped"
    assert not run("container", name="web", state="stopped")["changed"]
    assert run.writes == [f"POST container containers/{web['uuid']}/stop"]


def test_one_is_restarted_every_time(run, web):
    assert run("container", name="web", state="restarted", check=True)["changed"] and not run.writes
    web["status_detail"] = "Up 1 hours"
    result = run("container", name="web", state="restarted", stable_for=0)
    assert result["changed"] and result["container"]["status"] == "Running"


def test_one_goes(run, there, web):
    assert run("container", name="web", state="absent", check=True)["changed"] and there.containers
    result = run("container", name="web", state="absent")
    assert result["changed"] and result["container"] is None and not there.containers
    assert not run("container", name="web", state="absent")["changed"]


def test_two_of_one_name_are_not_chosen_between(run, there, web):
    there.containers["other"] = dict(web, uuid="other", labels={})
    assert "There are 2 containers named" in run.fails("container", name="web", state="absent").message


def test_one_that_was_renamed_to_a_name_that_is_taken_is_no_twin(run, there, web):
    other = run("container", **WEB | {"name": "other"})["container"]["id"]
    run("container", id=other, name="web")
    assert "There are 2 containers named" in run.fails("container", name="web", state="absent").message
    assert "There are 2 containers named" in run.fails("container", **WEB).message and len(there.containers) == 2


# -- several runs at once ------------------------------------------------------------------------------------------


def test_who_comes_second_goes_on_with_the_first(run, there):
    there.has_rival = True
    result = run("container", **WEB)
    (first,) = there.containers
    assert (result["changed"], result["container"]["id"], result["container"]["status"]) == (False, first, "Running")
    assert len([asked for asked in run.writes if asked.startswith("DELETE")]) == 1


def test_who_comes_second_has_changed_what_it_has_removed(run, there, web):
    there.has_rival = True
    assert run("container", **WEB, recreate="always")["changed"] and len(there.containers) == 1


def test_a_first_one_that_is_gone_again_is_no_first_one(run, there):
    there.has_rival = True
    there.life = ["Creating", "Deleted"]
    error = run.fails("container", **WEB)  # ours has the same life here
    assert "was deleted meanwhile" in error.message and not there.containers


def test_of_groups_that_the_role_has_made_at_once_the_first_is_used(run, there):
    for number, made in enumerate(("2026-11-22T00:30:02Z", "2026-11-22T00:30:01Z", "2026-11-22T00:30:01Z"), 3):
        there.groups.append(
            {"id": f"group-{number}", "name": "chi.edge web", "description": "chi.edge container web", "created_at": made}
        )
    run("container", **WEB | {"security_groups": ["chi.edge web"]})
    assert next(iter(there.containers.values()))["security_groups"] == ["group-4"]


def test_groups_of_others_are_not_chosen_between(run, there):
    there.groups.append({"id": "group-3", "name": "web"})
    assert 'there are 2 of the name "web"' in run.fails("container", **WEB).message


def test_one_of_two_of_a_name_is_replaced_by_its_id(run, there, web):
    other = run("container", **WEB | {"name": "other"})["container"]["id"]
    run("container", id=other, name="web")
    result = run("container", id=other, image="another", recreate="on_change")
    assert result["changed"] and set(there.containers) == {web["uuid"], result["container"]["id"]}
    assert result["container"]["image"] == "another"


@pytest.fixture
def twin(there, web):
    """What a run that was killed has left beside the first."""
    identity = "11111111-2222-4333-8444-555555555555"
    there.containers[identity] = dict(web, uuid=identity)
    return there.containers[identity]


def test_a_twin_that_stays_is_removed(run, there, web, twin):
    assert not run("container", check=True, **WEB)["changed"] and len(there.containers) == 2
    result = run("container", **WEB)
    assert result["changed"] and result["container"]["id"] == web["uuid"] and list(there.containers) == [web["uuid"]]
    assert not run("container", **WEB)["changed"]


def test_a_twin_goes_with_the_first(run, there, web, twin):
    assert run("container", name="web", state="absent")["changed"] and not there.containers


# -- looking -------------------------------------------------------------------------------------------------------


def test_what_they_say_use_and_do_is_listed_without_secrets(run, web):
    [seen] = run("container_info", name="web", logs=True, stats=True, processes=True, since="10m")["containers"]
    assert seen["logs"] == "the first line\nthe password is ********\n"
    assert seen["stats"] == {"cpu_percent": 1.5, "received_bytes": 10, "sent_bytes": 20}
    assert seen["processes"] == [{"pid": "1", "cmd": "/bin/serve ********"}]


@pytest.mark.parametrize(
    ("options", "is_listed"),
    [
        ({"name": "we*"}, True),
        ({"lease": "rpi"}, True),
        ({"image": "hello", "status": ["Running"]}, True),
        ({"reservation": "another"}, False),
        ({"labels": {"role": "sensor"}}, False),
        ({"id": "00000000-0000-4000-8000-000000000000"}, False),
    ],
)
def test_they_are_chosen(run, web, options, is_listed):
    assert bool(run("container_info", **options)["containers"]) is is_listed


def test_all_of_one_name_are_listed(run, there, web):
    second = "00000000-0000-4000-8000-000000000000"
    there.containers[second] = dict(web, uuid=second)
    assert len(run("container_info", name="web")["containers"]) == 2
    there.containers[second]["labels"] = {"by": "hand"}
    assert len(run("container_info", name="web")["containers"]) == 2


def test_one_that_cannot_be_read_does_not_hide_the_others(run, there, web):
    there.fault(f"GET container containers/{web['uuid']}/logs", 500)
    [seen] = run("container_info", logs=True)["containers"]
    assert seen["logs"] is None and run.told.warnings
    web["status"] = "Creating"
    assert run("container_info", logs=True, stats=True)["containers"][0]["stats"] is None


@pytest.mark.parametrize(
    ("options", "message"), [({"id": "web"}, "no UUID"), ({"tail": -1}, "tail must be"), ({"since": "x"}, "not a time")]
)
def test_bad_options_need_no_cloud(run, there, options, message):
    there.asked.clear()
    assert message in run.fails("container_info", **options).message
    assert not there.asked


# -- images --------------------------------------------------------------------------------------------------------

SNAPSHOT = {"container": "web", "image": "edge/web", "tag": "1"}


def test_an_image_is_made_once(run, there, web):
    assert run("container_snapshot", check=True, **SNAPSHOT)["changed"] and not there.images
    result = run("container_snapshot", **SNAPSHOT)
    assert result["changed"] and result["image"]["status"] == "active"
    assert not run("container_snapshot", **SNAPSHOT)["changed"]
    again = run("container_snapshot", **SNAPSHOT, force=True)
    assert again["changed"] and list(there.images) == [again["image"]["id"]], "the older one goes"


def test_an_image_that_zun_drops_is_told(run, there, web):
    run("container_snapshot", **SNAPSHOT, wait=False)
    next(iter(there.images.values()))["status"] = "saving"
    there.fault("GET image images/", 404)
    assert "has removed it again" in run.fails("container_snapshot", **SNAPSHOT).message


def test_an_image_is_not_waited_for_on_demand(run, web):
    assert run("container_snapshot", **SNAPSHOT, wait=False)["image"]["status"] == "queued"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"container": "nothing"}, 'There is no container "nothing".'),
        ({"image": "Edge:5000/web"}, "is no name for an image"),
        ({"tag": "-x"}, "is no tag"),
    ],
)
def test_an_image_that_cannot_be(run, web, options, message):
    assert message in run.fails("container_snapshot", **{**SNAPSHOT, **options}).message
    assert not run.writes


def test_no_image_of_what_is_not_there_yet_or_never_can_be(run, there, web):
    assert run("container_snapshot", check=True, **{**SNAPSHOT, "container": "later"})["changed"]
    web["status"] = "Error"
    assert "is Error" in run.fails("container_snapshot", **SNAPSHOT).message
    there.is_kubernetes = True
    assert "cannot make an image" in run.fails("container_snapshot", **SNAPSHOT).message
    there.is_kubernetes, there.has_images = False, False
    assert "find the service image in the catalog" in run.fails("container_snapshot", **SNAPSHOT).message
