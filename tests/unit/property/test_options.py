# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whatever a user writes for an option, it is taken or refused with a sentence; and what is taken means what was written."""

from __future__ import annotations

import json
import string
from datetime import datetime, timedelta, timezone

import pytest
from ansible_collections.chi.edge.plugins.module_utils import _container_spec, _device_filter, _times
from ansible_collections.chi.edge.plugins.module_utils._errors import EdgeError
from ansible_collections.chi.edge.plugins.module_utils._image_name import read_local_name, read_reference
from ansible_collections.chi.edge.plugins.module_utils._lease_request import LeaseRequest
from ansible_collections.chi.edge.plugins.module_utils._operations import container_copy, container_exec, lease
from ansible_collections.chi.edge.plugins.module_utils._reservation import lease_view
from ansible_collections.chi.edge.plugins.module_utils._reservation_request import read_reservations
from ansible_collections.chi.edge.tests.unit.site import answers
from hypothesis import assume, example, given
from hypothesis import strategies as st

NOW = datetime(2026, 11, 27, 15, 43, 36, tzinfo=timezone.utc)

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
# texts that are nearly right break more than random ones
NEARLY = st.text(alphabet="0123456789wdhm+-:TZ. ²٣", max_size=20)
TEXT = st.text(max_size=12) | NEARLY


def taken(read, *args):
    """What a reader makes of its arguments; None where it refuses with a sentence of ours."""
    try:
        return read(*args)
    except EdgeError as exc:
        assert exc.message.strip()
        return None


# -- times and durations -------------------------------------------------------------------------------------------


@given(TEXT)
@example("9" * 5000 + "h")
@example("99999999999999w")
def test_any_text_for_a_duration(text):
    length = taken(_times.read_duration, text, "duration")
    assert length is None or length > timedelta()


@given(st.integers(1, 10**6))
def test_a_duration_is_told_as_it_is_read(minutes):
    length = timedelta(minutes=minutes)
    assert _times.read_duration(_times.length_in_words(length), "duration") == length


@given(TEXT)
@example("+" + "9" * 5000 + "h")
@example("0001-01-01T00:00+23:59")
@example("9999-12-31T23:59-23:59")
@example("2027-02-30")
def test_any_text_for_a_time(text):
    moment = taken(_times.read_moment, text, "start", NOW)
    assert moment is None or moment.at.utcoffset() == timedelta()
    past = taken(_times.read_past, text, "since", NOW)
    assert past is None or past <= NOW


@given(
    st.datetimes(datetime(1, 1, 2), datetime(8999, 12, 30)).map(lambda at: at.replace(second=0, microsecond=0)),
    st.integers(-23 * 60, 23 * 60),
    st.sampled_from(["T", " "]),
)
def test_a_time_with_any_zone_is_that_time(at, offset, between):
    written = at.replace(tzinfo=timezone(timedelta(minutes=offset))).isoformat(sep=between, timespec="minutes")
    expected = (at - timedelta(minutes=offset)).replace(tzinfo=timezone.utc)
    assert _times.read_moment(written, "start", NOW) == (expected, True)


@given(st.datetimes(datetime(1000, 1, 1), datetime(9000, 12, 31)))
def test_what_blazar_is_told_it_would_tell_back(at):
    at = _times.minute(at.replace(tzinfo=timezone.utc))
    assert _times.from_service(_times.on_wire(at)) == _times.from_service(_times.iso(at)) == at


# -- leases --------------------------------------------------------------------------------------------------------


WHEN = (
    st.none() | TEXT | st.sampled_from(["now", "+1h", "4h", "9999-12-31 23:59", "1-1-1 0:00", "999999w", "1d12h", "2027-01-31"])
)


@given(data=st.data())
def test_any_options_of_a_lease(data):
    options = dict.fromkeys(lease.SPEC["argument_spec"])
    options |= {"name": data.draw(TEXT), "state": "present", "start": data.draw(WHEN.map(lambda text: text or "now"))}
    options |= {name: data.draw(WHEN, label=name) for name in ("end", "duration", "before_end_date", "minimum_remaining")}
    options |= {"device": data.draw(JSON), "count": data.draw(st.none() | st.integers(-1, 3))}
    request = taken(LeaseRequest.read, options)
    if request is not None:
        body = taken(request.on_wire, [])
        assert body is None or body["end"] > (body["start"] if body["start"] != "now" else "")
        taken(request.predicted, "project")
        taken(request.changes, lease_view(answers.lease()))
        taken(request.hindrances, lease_view(answers.lease()))


@given(JSON)
@example({"": 0})
@example([["and"], "$x", "y"])
def test_any_filter(value):
    for read in (_device_filter.from_device, _device_filter.from_expression):
        expression = taken(read, value)
        if expression:
            on_wire = _device_filter.on_wire(expression)
            assert _device_filter.is_same(_device_filter.from_expression(on_wire), expression)
            assert json.loads(on_wire) == expression
            assert _device_filter.in_words(expression)


@given(
    st.lists(
        st.fixed_dictionaries(
            {"resource_type": st.sampled_from(["device", "virtual:floatingip", "flavor:instance", "x"])},
            optional={
                **{name: st.none() | st.integers(-1, 3) for name in ("min", "max", "amount")},
                **dict.fromkeys(("device", "resource_properties"), JSON),
                "network": st.none() | TEXT,
                "extra": st.none() | st.dictionaries(st.sampled_from(["min", "max"]) | st.text(max_size=4), JSON, max_size=2),
            },
        ),
        max_size=2,
    )
)
def test_any_reservations(reservations):
    found = taken(read_reservations, {"device": None, "count": None, "reservations": reservations})
    for request in found or []:
        assert request.body["resource_type"] and request.in_words()
        request.is_met_by(lease_view(answers.lease())["reservations"][0])
        taken(lambda request=request: request.minimum)


PROPERTY = st.text(string.ascii_letters + "_", min_size=1, max_size=8)
VALUE = st.text(min_size=1, max_size=8).filter(str.strip)


@given(st.dictionaries(PROPERTY, VALUE, min_size=1, max_size=3), st.dictionaries(PROPERTY, VALUE, max_size=3))
def test_a_filter_takes_the_devices_that_it_describes(wanted, more):
    expression = _device_filter.from_device(wanted)
    assert _device_filter.matches(expression, {**more, **wanted})
    assert not _device_filter.matches(expression, {**wanted, next(iter(wanted)): "?" + next(iter(wanted.values()))})
    spelled = ["and", *(["==", f"${name}", value] for name, value in reversed(wanted.items()))]
    assert _device_filter.is_same(expression, _device_filter.from_expression(spelled))


# -- containers ----------------------------------------------------------------------------------------------------

STRINGS = st.dictionaries(st.text(max_size=6), st.text(max_size=6) | JSON, max_size=3)


@given(
    st.fixed_dictionaries(
        {"name": TEXT},
        optional={
            "id": TEXT,
            "image": st.text(max_size=12),
            "image_driver": st.sampled_from(["docker", "glance"]),
            "command": JSON,
            "entrypoint": JSON,
            "environment": STRINGS,
            "labels": STRINGS,
            "hints": STRINGS,
            "hostname": TEXT,
            "networks": st.lists(JSON, max_size=3),
            "exposed_ports": st.lists(TEXT, max_size=3),
            "security_groups": st.lists(st.text(max_size=4), max_size=3),
            "device_profiles": st.lists(st.text(max_size=4), max_size=3),
            "mounts": st.lists(
                st.fixed_dictionaries(
                    {"destination": TEXT, "content": st.text(max_size=8), "encoding": st.sampled_from(["text", "base64"])}
                ),
                max_size=2,
            ),
            "cpu": st.floats(),
            "memory": st.integers(),
            "reservation": TEXT,
            "registry": TEXT,
            "restart_policy": st.fixed_dictionaries(
                {"name": st.sampled_from(["no", "on-failure"]), "maximum_retry_count": st.none() | st.integers(-2, 2)}
            ),
        },
    )
)
def test_any_options_of_a_container(options):
    wanted = taken(_container_spec.wanted_of, options)
    if wanted:
        body = _container_spec.request_of(wanted, [], [])
        body.pop("mounts", None)  # bytes, which the client encodes
        assert json.loads(json.dumps(body)) == body
        _container_spec.shown(wanted)
        _container_spec.differences(wanted, answers.container())
    _container_spec.conceal(options)


@given(st.lists(st.tuples(st.integers(1, 65535), st.sampled_from(["", "/tcp", "/udp"])), min_size=1, max_size=5))
def test_ports_have_one_form(ports):
    wanted = _container_spec.wanted_of({"name": "web", "exposed_ports": [f"{number}{protocol}" for number, protocol in ports]})
    assert {tuple(port.split("/")) for port in wanted["exposed_ports"]} == {(str(n), p[1:] or "tcp") for n, p in ports}
    assert _container_spec.wanted_of({"name": "web", "exposed_ports": wanted["exposed_ports"]}) == wanted


LABEL = st.from_regex(r"[a-zA-Z0-9]([a-zA-Z0-9_.-]{0,20}[a-zA-Z0-9])?", fullmatch=True)


@given(st.dictionaries(LABEL, LABEL | st.just(""), min_size=1, max_size=4))
def test_labels_of_kubernetes_are_taken_as_they_are(labels):
    assume(not any(name.startswith("chi-edge-") for name in labels))
    assert _container_spec.wanted_of({"name": "web", "labels": labels})["labels"] == labels


@given(st.text(max_size=30))
@example("²")
def test_any_name_of_an_image(text):
    reference = taken(read_reference, text, "image")
    assert reference is None or read_reference(str(reference), "image") == reference
    local = taken(read_local_name, text, "name")
    assert local is None or read_local_name(local, "name") == local


@given(data=st.data())
def test_any_options_of_a_command_and_a_copy(data):
    options = dict.fromkeys(container_exec.SPEC["argument_spec"])
    options |= {"timeout": data.draw(st.integers(-1, 10)), "shell": data.draw(st.booleans()), "stdin_add_newline": True}
    options |= {"command": data.draw(st.none() | st.text(max_size=8)), "stdin": data.draw(st.none() | st.text(max_size=8))}
    options["argv"] = data.draw(st.lists(st.text(max_size=4), max_size=3)) if options["command"] is None else None
    options["environment"] = data.draw(STRINGS)
    taken(container_exec.command_of, options)
    copy = {"container_path": data.draw(TEXT), "content": data.draw(st.none() | TEXT), "state": "to_container"}
    copy |= {name: data.draw(JSON, label=name) for name in ("mode", "directory_mode")} | {"owner": None, "group": "²"}
    taken(container_copy.wishes_of, copy)


@pytest.mark.parametrize("name", ["owner", "group"])
def test_digits_that_are_no_number_are_a_name(name):
    """As superscripts are."""
    from ansible_collections.chi.edge.plugins.module_utils._copy_plan import _number

    with pytest.raises(EdgeError, match='There is no user "²" here'):
        _number("here", "user", "²", {"²": None})
