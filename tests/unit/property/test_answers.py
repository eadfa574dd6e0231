# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whatever a service answers, a task ends with a result or with a sentence of ours, and never with a traceback.

The clients are the real ones, from Keystone's log-in on; only the network is not there.
"""

from __future__ import annotations

import pytest
from ansible_collections.chi.edge.plugins.module_utils._errors import EdgeError
from ansible_collections.chi.edge.tests.unit.site import answers
from ansible_collections.chi.edge.tests.unit.site.scenarios import SCENARIOS
from ansible_collections.chi.edge.tests.unit.site.services import MISSING, Site, ask, body_of, places, spoiled
from ansible_collections.chi.edge.tests.unit.site.wire import Raw
from hypothesis import given, settings
from hypothesis import strategies as st

pytestmark = pytest.mark.usefixtures("nobodys_clouds")

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
# most of what breaks code is of another type, or nearly right
WRONG = (
    st.sampled_from([MISSING, None, True, 7, "", "x", "\0", "2027-13-45 99:00", "²", [], [None], ["x"], {}, {"x": None}]) | JSON
)

# no JSON at all, or not all of it
BODIES = [b"", b"null", b"{", b"<html><body>Bad Gateway</body></html>", b"\xff\xfe", b"[" * 5000]


def requests_of(scenario):
    """What the task asks when all is well, each once, that has an answer of its own."""
    good = {**answers.good(), **scenario.otherwise}
    site = Site(good)
    try:
        ask(scenario.operation, site, **scenario.options)
    except EdgeError:
        assert scenario.fails
    return [name for name in dict.fromkeys(site.requests) if name in good]


def end(scenario, site) -> str:
    """How the task ends."""
    try:
        ask(scenario.operation, site, **scenario.options)
    except EdgeError as exc:
        assert exc.message
        assert "Traceback" not in exc.message
        return exc.message
    return ""


@pytest.mark.parametrize("name", SCENARIOS)
def test_all_is_well_with_good_answers(name):
    assert requests_of(SCENARIOS[name])


@pytest.mark.parametrize("name", SCENARIOS)
@given(data=st.data())
def test_missing_null_extra_and_wrongly_typed_fields_end_in_a_sentence(name, data):
    scenario = SCENARIOS[name]
    good = {**answers.good(), **scenario.otherwise}
    asked = requests_of(scenario)
    for _spoil in range(data.draw(st.integers(1, 2))):
        request = data.draw(st.sampled_from(asked), label="request")
        place = data.draw(st.sampled_from(list(places(body_of(good[request])))), label="place")
        good = spoiled(good, request, place, data.draw(WRONG, label="value"))
    end(scenario, Site(good))


@pytest.mark.parametrize("name", SCENARIOS)
@pytest.mark.parametrize("body", BODIES, ids=range(len(BODIES)))
def test_what_is_no_json_ends_in_a_sentence(name, body):
    scenario = SCENARIOS[name]
    good = {**answers.good(), **scenario.otherwise}
    for request in requests_of(scenario):
        answer = good[request] if isinstance(good[request], Raw) else Raw(200, good[request])
        end(scenario, Site({**good, request: answer._replace(body=body)}))


@settings(max_examples=60)
@given(data=st.data())
def test_any_refusal_ends_in_a_sentence(data):
    scenario = SCENARIOS[data.draw(st.sampled_from(list(SCENARIOS)))]
    good = {**answers.good(), **scenario.otherwise}
    request = data.draw(st.sampled_from(requests_of(scenario)))
    status = data.draw(st.sampled_from([300, 301, 400, 401, 403, 404, 409, 413, 418, 429, 500, 501, 502, 503]))
    shapes = st.fixed_dictionaries(
        {},
        optional=dict.fromkeys(("error", "errors", "error_message", "NeutronError", "title", "message", "faultstring"), JSON),
    )
    end(scenario, Site({**good, request: Raw(status, data.draw(shapes | JSON))}))


def test_the_sentence_names_what_was_tried_and_the_place_in_the_answer():
    site = Site(spoiled(answers.good(), "GET blazar/v1/leases", ("leases", 0, "end_date"), None))
    assert end(SCENARIOS["leases"], site) == (
        "Could not list the leases: the answer is not what the service's API promises: leases[0].end_date is null instead of a "
        "time. Something between may have answered in the service's place, such as a proxy, or the service is of a version that "
        "chi.edge does not know."
    )


def test_a_lease_whose_making_is_answered_with_nonsense_is_looked_for():
    good = spoiled(answers.good(), "POST blazar/v1/leases", ("lease", "id"), None)
    message = end(SCENARIOS["leased"], Site(good))
    assert message.startswith('Could not create lease "new": ')
    assert "no such lease has appeared within 15 s" in message


@pytest.mark.parametrize("credential", [MISSING, None, "x"])
def test_a_token_need_not_be_of_an_application_credential(credential):
    good = spoiled(answers.good(), "POST keystone/v3/auth/tokens", ("token", "application_credential"), credential)
    assert end(SCENARIOS["leased"], Site({**good, **SCENARIOS["leased"].otherwise})) == ""
