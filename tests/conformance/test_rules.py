# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The rules of the resource type by themselves: no Blazar, no cloud."""

from __future__ import annotations

import json
from datetime import datetime, timedelta

import pytest
from chi_edge_blazar import errors, expressions, parameters
from chi_edge_blazar.inventory import Hold, Inventory, is_authorised

T = datetime(2026, 6, 24, 12)
PI = {"id": "1", "name": "pi-1", "device_type": "container", "device_driver": "k8s", "reservable": True, "n": "9"}
NANO = {**PI, "id": "2", "name": "nano", "n": "10", "authorized_projects": "p,q"}
OFF = {**PI, "id": "3", "name": "off", "reservable": False}


def at(minutes: int) -> datetime:
    return T + timedelta(minutes=minutes)


def matching(*expression) -> list[str]:
    found = Inventory([PI, NANO, OFF], []).matching(expressions.parse(json.dumps(expression)))
    return [device["name"] for device in found]


@pytest.mark.parametrize("expression", [None, "", "[]"])
def test_no_wish_is_any_device(expression):
    assert expressions.parse(expression) == []


@pytest.mark.parametrize(
    ("op", "names"),
    [
        ("==", ["nano"]),
        ("=", ["nano"]),
        ("!=", ["pi-1", "off"]),
        ("<", []),
        ("<=", ["nano"]),
        (">", ["pi-1", "off"]),
        (">=", ["pi-1", "nano", "off"]),
    ],
)
def test_properties_compare_as_texts(op, names):
    assert matching(op, "$n", "10") == names


def test_and_joins_nested_terms():
    assert matching("and", ["and", ["==", "$n", "9"], ["==", "$device_driver", "k8s"]], ["!=", "$name", "off"]) == ["pi-1"]


def test_a_truth_compares_as_the_database_holds_it():
    assert matching("==", "$reservable", "0") == ["off"]


def test_a_device_without_the_property_matches_nothing():
    assert matching("!=", "$authorized_projects", "x") == ["nano"]


def test_a_property_that_no_device_has_is_an_error():
    with pytest.raises(errors.UnknownProperty) as caught:
        matching("==", "$nope", "x")
    assert caught.value.name == "nope"


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("word", "word"),
        ('["==", "$name"', '["==", "$name"'),
        ('"x"', "x"),
        ('{"name": "x"}', {"name": "x"}),
        ('["and"]', ["and"]),
        ('["and", []]', []),
        ('["or", ["==", "$n", "1"]]', ["or", ["==", "$n", "1"]]),
        ('["and", ["==", "$n", "1"], ["in", "$n", "1"]]', ["in", "$n", "1"]),
        ('["==", "n", "1"]', ["==", "n", "1"]),
        ('["==", "$", "1"]', ["==", "$", "1"]),
        ('["==", "$n", ""]', ["==", "$n", ""]),
        ('["==", "$n", 1]', ["==", "$n", 1]),
    ],
)
def test_what_is_no_expression_is_named(text, part):
    with pytest.raises(errors.MalformedExpression) as caught:
        expressions.parse(text)
    assert caught.value.part == part


@pytest.mark.parametrize("value", ["5", "null", "true", 5, [], ["==", "$n", "1"]])
def test_what_chameleon_answers_with_an_internal_error_is_a_type_error(value):
    with pytest.raises(TypeError):
        expressions.parse(value)


@pytest.mark.parametrize(
    ("values", "error", "name"),
    [
        ({"max": 1}, errors.MissingParameter, "min"),
        ({"min": None, "max": 1}, errors.MissingParameter, "min"),
        ({"min": 1}, errors.MissingParameter, "max"),
        ({"min": "x", "max": 1}, errors.MalformedParameter, "min"),
        ({"min": 1.0, "max": 1}, errors.MalformedParameter, "min"),
        ({"min": True, "max": 1}, errors.MalformedParameter, "min"),
        ({"min": [1], "max": 1}, errors.MalformedParameter, "min"),
        ({"min": 0, "max": 1}, errors.MalformedParameter, "min and max (must be greater than or equal to 1)"),
        ({"min": 1, "max": 1}, errors.MissingParameter, "resource_properties"),
        ({"min": 1, "max": 1, "resource_properties": "", "before_end": None}, errors.MalformedParameter, "before_end"),
    ],
)
def test_parameters_are_checked(values, error, name):
    with pytest.raises(error) as caught:
        parameters.check(values)
    assert caught.value.name == name


def test_max_is_not_below_min():
    with pytest.raises(errors.EmptyRange):
        parameters.check({"min": 2, "max": 1, "resource_properties": ""})


def test_numbers_may_be_texts():
    wanted = parameters.check({"min": "1", "max": "3", "resource_properties": None})
    assert (wanted.minimum, wanted.maximum, wanted.terms, wanted.before_end) == (1, 3, [], "default")


def test_the_query_of_a_refusal_is_told_in_chameleons_order():
    values = {"start_date": at(0), "end_date": at(60), "id": "r", "min": 1, "max": 2, "resource_properties": None}
    query = parameters.as_query(values, parameters.check(values), "p")
    assert str(query) == (
        "{'id': 'r', 'min': 1, 'max': 2, 'resource_properties': '', "
        "'start_date': datetime.datetime(2026, 6, 24, 12, 0), 'end_date': datetime.datetime(2026, 6, 24, 13, 0), "
        "'project_id': 'p', 'count_range': '1-2', 'before_end': 'default', 'on_start': 'default'}"
    )


@pytest.mark.parametrize(
    ("start", "end", "free"),
    [(0, 10, True), (0, 11, False), (10, 20, False), (12, 15, False), (5, 25, False), (19, 30, False), (20, 30, True)],
)
def test_back_to_back_is_free_and_overlap_is_not(start, end, free):
    held = Inventory([PI], [Hold("1", "r", at(10), at(20))])
    assert held.is_free("1", at(start), at(end)) is free
    assert held.is_free("1", at(start), at(end), ignoring="r")


@pytest.mark.parametrize(
    ("authorized", "allowed"),
    [(None, True), ("all", True), ("p", True), ("q, p", True), ("q,all", True), ("q", False), ("pq", False), ("", False)],
)
def test_authorized_projects(authorized, allowed):
    assert is_authorised("p", authorized) is allowed


def test_candidates_are_reservable_authorised_and_free():
    inventory = Inventory([PI, NANO, OFF], [Hold("1", "r", at(10), at(20))])
    assert inventory.candidates([], "p", at(0), at(30)) == ["2"]
    assert inventory.candidates([], "z", at(0), at(10)) == ["1"]
    assert inventory.candidates([], "p", at(0), at(30), ignoring="r") == ["1", "2"]


def test_devices_that_nobody_ever_holds_are_picked_first():
    inventory = Inventory([], [Hold("held", "r", at(10), at(20))])
    for _attempt in range(20):
        assert inventory.pick(["held", "a", "b"], 2) in (["a", "b"], ["b", "a"])
    assert sorted(inventory.pick(["held", "a", "b"], 9)) == ["a", "b", "held"]
