# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Filters on devices: the friendly one, and Blazar's own."""

from __future__ import annotations

import json

import pytest
from ansible_collections.chi.edge.plugins.module_utils import _device_filter
from ansible_collections.chi.edge.plugins.module_utils._errors import EdgeError

RPI = {"id": "1", "name": "iot-rpi4-01", "reservable": True, "machine_name": "raspberrypi4-64", "vendor": "Raspberry Pi"}


@pytest.mark.parametrize(
    ("device", "wire", "words"),
    [
        ("iot-rpi4-01", '["==", "$name", "iot-rpi4-01"]', "{name: iot-rpi4-01}"),
        ({}, "", "{}"),
        ({"uid": 7}, '["==", "$uid", "7"]', "{uid: 7}"),
        (
            {"machine_name": "raspberrypi4-64", "vendor": "Raspberry Pi"},
            '["and", ["==", "$machine_name", "raspberrypi4-64"], ["==", "$vendor", "Raspberry Pi"]]',
            "{machine_name: raspberrypi4-64, vendor: Raspberry Pi}",
        ),
    ],
)
def test_friendly_filter(device, wire, words):
    expression = _device_filter.from_device(device)
    assert _device_filter.on_wire(expression) == wire
    assert _device_filter.in_words(expression) == words
    assert _device_filter.from_expression(wire) == expression


@pytest.mark.parametrize(
    ("device", "said"),
    [
        ("", "device is empty. Give the name of a device, a dictionary of its properties, or {} for any device."),
        (["a"], 'device must be the name of a device or a dictionary of its properties, not ["a"].'),
        ({"name": ""}, 'device: name must be a string with something in it, not "".'),
        ({"name": None}, "device: name must be a string with something in it, not null."),
        ({"reservable": True}, "device: reservable must be a string with something in it, not true."),
        ({"name": ["a", "b"]}, 'device: name must be a string with something in it, not ["a", "b"].'),
    ],
)
def test_bad_friendly_filter(device, said):
    with pytest.raises(EdgeError) as caught:
        _device_filter.from_device(device)
    assert caught.value.message.startswith(said)


@pytest.mark.parametrize(
    ("value", "fault"),
    [
        # each of them is a 400 or a 500 of Blazar's, as recorded
        (["or", ["==", "$name", "a"]], '"or" is not an operator'),
        (["in", "$name", "a,b"], '"in" is not an operator'),
        (["==", "name", "a"], 'the property "name" does not begin with "$"'),
        (["==", "$uid", 1], "the value 1 is not a string with something in it"),
        (["==", "$name", ""], 'the value "" is not a string with something in it'),
        (["==", "$name"], '["==", "$name"] has 2 elements instead of 3'),
        (["==", "$name", "a", "b"], '["==", "$name", "a", "b"] has 4 elements instead of 3'),
        (["and"], "nothing follows the and"),
        (["and", ["==", "$name", "a"], ["==", "$name"]], '["==", "$name"] has 2 elements instead of 3'),
        ({"name": "a"}, '{"name": "a"} is not a filter'),
        (7, "7 is not a filter"),
    ],
)
def test_malformed_expression(value, fault):
    for given in (value, json.dumps(value)):
        with pytest.raises(EdgeError) as caught:
            _device_filter.from_expression(given)
        assert f"is malformed: {fault}. A filter is [OPERATOR" in caught.value.message


def test_what_is_no_json():
    with pytest.raises(EdgeError, match='resource_properties "iot-rpi4-01" is not JSON'):
        _device_filter.from_expression("iot-rpi4-01")


@pytest.mark.parametrize("value", ["", "  ", "[]", [], "null"])
def test_any_device(value):
    assert _device_filter.from_expression(value) is None
    assert _device_filter.matches(None, RPI)


@pytest.mark.parametrize(
    ("expression", "is_match"),
    [
        (["==", "$name", "iot-rpi4-01"], True),
        (["=", "$vendor", "Raspberry Pi"], True),
        (["!=", "$vendor", "Raspberry Pi"], False),
        (["<", "$name", "iot-rpi4-02"], True),
        ([">=", "$name", "iot-rpi4-02"], False),
        (["==", "$reservable", "1"], True),
        (["!=", "$colour", "red"], False),
        (["and", ["==", "$vendor", "Raspberry Pi"], ["and", ["==", "$name", "iot-rpi4-01"], ["!=", "$id", "2"]]], True),
        (["and", ["==", "$vendor", "Raspberry Pi"], ["==", "$name", "iot-rpi4-02"]], False),
    ],
)
def test_matching(expression, is_match):
    assert _device_filter.matches(expression, RPI) is is_match


def test_same_in_whatever_order():
    one = ["and", ["==", "$vendor", "a"], ["==", "$name", "b"]]
    other = ["and", ["=", "$name", "b"], ["and", ["==", "$vendor", "a"]]]
    assert _device_filter.is_same(one, other)
    assert not _device_filter.is_same(one, ["==", "$vendor", "a"])
    assert _device_filter.is_same(None, [])
    assert _device_filter.in_words(["and", ["==", "$vendor", "a"], ["<", "$uid", "5"]]) == "{vendor: a, uid < 5}"
