# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every client's exception becomes one kind of failure, with the service's own words."""

from __future__ import annotations

import pytest
import requests
from ansible_collections.chi.edge.plugins.module_utils._errors import (
    EdgeError,
    ServiceError,
    attempt,
    is_missing,
    is_transient,
    is_unreachable,
)
from ansible_collections.chi.edge.plugins.module_utils._remedies import remedy_for
from blazarclient.exception import BlazarClientException
from keystoneauth1 import exceptions as keystone
from openstack import exceptions as sdk
from zunclient import exceptions as zun


class Answer:
    """As much of an HTTP answer as zunclient reads."""

    def __init__(self, status):
        self.status_code = status
        self.headers = {"Content-Type": "application/json"}


@pytest.mark.parametrize(
    ("raised", "status", "words"),
    [
        (BlazarClientException("ERROR: Invalid lease status.", code=500), 500, "Invalid lease status."),
        (keystone.Unauthorized("The request you have made requires authentication."), 401, "requires authentication"),
        (keystone.ConnectFailure("Unable to establish connection to http://127.0.0.1:1"), None, "Unable to establish connection"),
        (sdk.ConflictException("Quota exceeded for resources: ['floatingip']", http_status=409), 409, "Quota exceeded"),
        (zun.from_response(Answer(404), "Container nope could not be found."), 404, "Container nope could not be found."),
    ],
)
def test_attempt_names_what_was_tried_and_what_was_said(raised, status, words):
    with pytest.raises(ServiceError) as caught, attempt('update lease "rpi"'):
        raise raised
    assert caught.value.message.startswith('Could not update lease "rpi": ')
    assert words.rstrip(".") in caught.value.message
    assert caught.value.result["failure"]["status"] == status
    assert words in caught.value.result["failure"]["message"]


def test_attempt_leaves_our_own_failures_and_our_own_mistakes_alone():
    with pytest.raises(EdgeError, match="^plain$"), attempt("anything"):
        raise EdgeError("plain")
    with pytest.raises(KeyError), attempt("anything"):
        raise KeyError("a bug")


def test_html_of_a_gateway_is_not_shown():
    with pytest.raises(ServiceError) as caught, attempt("list leases"):
        raise BlazarClientException("ERROR: <html><body>502 Bad Gateway</body></html>", code=502)
    assert "<html>" not in caught.value.message
    assert "HTTP 502" in caught.value.message


def test_an_answer_that_was_cut_short_is_called_so():
    with pytest.raises(ServiceError) as caught, attempt("list leases"):
        raise requests.exceptions.JSONDecodeError("Unterminated string", '{"leases": [{"na', 11)
    assert caught.value.message == "Could not list leases: the answer was cut short, or is no JSON."


@pytest.mark.parametrize(
    ("exc", "transient", "unreachable", "missing"),
    [
        (BlazarClientException("ERROR: x", code=503), True, False, False),
        (BlazarClientException("ERROR: x", code=500), False, False, False),
        (BlazarClientException("ERROR: x", code=404), False, False, True),
        (keystone.ConnectFailure("x"), True, True, False),
        (keystone.SSLError("x"), False, False, False),
        (requests.exceptions.JSONDecodeError("x", "{", 1), True, True, False),
        (ValueError("x"), False, False, False),
    ],
)
def test_kinds_of_fault(exc, transient, unreachable, missing):
    assert (is_transient(exc), is_unreachable(exc), is_missing(exc)) == (transient, unreachable, missing)


@pytest.mark.parametrize(
    ("status", "words", "advice"),
    [
        (401, "Application credentials cannot request a scope.", "leave out project"),
        (401, "The request you have made requires authentication.", "another site"),
        (409, "No more IP addresses available on network 7d6.", "virtual:floatingip"),
        (500, "nope DeviceExtraCapability was not found", "No device of this site has that property"),
        (500, "Not enough resources available with query {}", "leased"),
        (409, "Quota exceeded for resources: ['floatingip'].", "quota"),
        (500, "Invalid lease status.", "run this again"),
        (500, "Internal Server Error", ""),
    ],
)
def test_remedies(status, words, advice):
    assert advice in remedy_for(status, words) if advice else remedy_for(status, words) == ""
