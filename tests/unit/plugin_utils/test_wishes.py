# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The role's variables are read whether they are YAML or the text of a survey, and what cannot be read is told."""

from __future__ import annotations

import pytest
from ansible_collections.chi.edge.plugins.plugin_utils import _wishes


@pytest.mark.parametrize(
    "read", [getattr(_wishes, name) for name in ("anything", "text", "number", "truth", "mapping", "sequence")]
)
def test_an_empty_text_is_nothing(read):
    assert read("", "x") is None
    assert read("  ", "x") is None
    assert read(None, "x") is None


@pytest.mark.parametrize(
    ("read", "value", "expected"),
    [
        (_wishes.text, "a", "a"),
        (_wishes.text, 8080, "8080"),
        (_wishes.number, "8080", 8080),
        (_wishes.number, 0, 0),
        (_wishes.truth, "false", False),
        (_wishes.truth, "yes ", True),
        (_wishes.truth, True, True),
        (_wishes.mapping, '{"A": "1"}', {"A": "1"}),
        (_wishes.mapping, "A: one\nB: two", {"A": "one", "B": "two"}),
        (_wishes.mapping, {}, {}),
        (_wishes.sequence, "8080/tcp", ["8080/tcp"]),
        (_wishes.sequence, "a, b,", ["a", "b"]),
        (_wishes.sequence, '["a", "b"]', ["a", "b"]),
        (_wishes.sequence, "- a\n- b", ["a", "b"]),
        (_wishes.sequence, "8080", [8080]),
        (_wishes.sequence, ["a"], ["a"]),
        (_wishes.text_or_list, "sh -c 'echo: hi'", "sh -c 'echo: hi'"),
        (_wishes.text_or_list, '["sh", "-c", "true"]', ["sh", "-c", "true"]),
        (_wishes.text_or_list, ["sh"], ["sh"]),
        (_wishes.text_or_mapping, "iot-rpi4-01", "iot-rpi4-01"),
        (_wishes.text_or_mapping, "machine_name: raspberrypi4-64", {"machine_name": "raspberrypi4-64"}),
        (_wishes.text_or_mapping, '{"name": "rpi"}', {"name": "rpi"}),
        (_wishes.text_or_mapping, {"name": "rpi"}, {"name": "rpi"}),
    ],
)
def test_what_is_meant_is_read(read, value, expected):
    result = read(value, "x")
    assert result == expected
    assert type(result) is type(expected)


@pytest.mark.parametrize(
    ("read", "value", "words"),
    [
        (_wishes.text, ["a"], "x must be a text, not a list."),
        (_wishes.number, "soon", 'x must be a whole number, not "soon".'),
        (_wishes.number, True, 'x must be a whole number, not "True".'),
        (_wishes.truth, "perhaps", 'x must be true or false, not "perhaps".'),
        (_wishes.mapping, "A=1", "x must be a dictionary, not a text."),
        (_wishes.mapping, [1], "x must be a dictionary, not a list."),
        (_wishes.mapping, "{", "x is neither YAML nor JSON: "),
        (_wishes.sequence, "a: 1", "x must be a list, not a dictionary."),
    ],
)
def test_what_cannot_be_read_is_told(read, value, words):
    with pytest.raises(ValueError) as caught:
        read(value, "x")
    assert str(caught.value).startswith(words)


@pytest.mark.parametrize("value", ["s3cret", "{s3cret", "A: [s3cret", ["s3cret"], "A: s3cret\n  B: s3cret"])
def test_what_should_be_a_dictionary_is_never_repeated_since_it_may_be_secret(value):
    with pytest.raises(ValueError) as caught:
        _wishes.mapping(value, "x")
    assert "s3cret" not in str(caught.value)
