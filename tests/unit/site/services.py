# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A whole site in the place of a network: what it answers is plain data, and the clients that read it are the real ones.

It is for what a real site does not answer on demand: shapes that break its own API, and the words of rules that the local
cloud does not have. The answers are those of contract 1 to 4.
"""

from __future__ import annotations

import copy
import io
import json
import typing as t
from contextlib import contextmanager
from unittest import mock
from urllib.parse import urlsplit

import requests
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible_collections.chi.edge.plugins.module_utils._context import Context
from requests.adapters import BaseAdapter
from urllib3.response import HTTPResponse

from .wire import Answers, Raw

CLOUD = {
    "auth_type": "v3applicationcredential",
    "auth": {
        "auth_url": "http://keystone/v3",
        "application_credential_id": "credential",
        "application_credential_secret": "s3cret-of-the-credential",
    },
    "region_name": "CHI@Edge",
    "interface": "public",
    "profile": None,
}

# In the place of a value: there is none.
MISSING = object()


class Site(BaseAdapter):
    """Answers by method, host and path: C("GET blazar/v1/leases"). What is not among the answers is not found."""

    def __init__(self, answers: Answers) -> None:
        super().__init__()
        self.answers = answers
        self.requests: list[str] = []

    def send(self, request: requests.PreparedRequest, **_options: t.Any) -> requests.Response:
        where = urlsplit(str(request.url))
        name = f"{request.method} {where.netloc}{where.path}"
        self.requests.append(name)
        found = self.answers.get(name, Raw(404, {"error_message": "not found"}))
        answer = found if isinstance(found, Raw) else Raw(200, found)
        body = answer.body if isinstance(answer.body, bytes) else json.dumps(answer.body).encode()
        response = requests.Response()
        response.status_code, response.reason = answer.status, "reason"
        response.headers.update({"Content-Type": answer.kind, **answer.headers})
        response.url, response.request = str(request.url), request
        response.raw = HTTPResponse(io.BytesIO(body), preload_content=False, status=answer.status)
        return response

    def close(self) -> None:
        """There is nothing to close."""


class Quiet(Context):
    """The context of an operation that nobody looks at."""

    def __init__(self, params: dict[str, t.Any], check_mode: bool = False) -> None:
        super().__init__(params, check_mode, diff=True)
        self.warnings: list[str] = []

    def warn(self, message: str) -> None:
        self.warnings.append(message)

    def secret(self, value: str) -> None:
        """Nothing is shown."""


class Flight:
    """Time that passes only in sleep."""

    def __init__(self) -> None:
        self._now = 1000.0

    def sleep(self, seconds: float) -> None:
        self._now += max(seconds, 0.01)

    def monotonic(self) -> float:
        return self._now


@contextmanager
def reached(site: Site) -> t.Iterator[None]:
    """All requests go to the site, and no wait takes time."""
    flight = Flight()
    with (
        mock.patch.object(requests.Session, "get_adapter", lambda _session, url: site),
        mock.patch("time.sleep", flight.sleep),
        mock.patch("time.monotonic", flight.monotonic),
    ):
        yield


def ask(operation: t.Any, site: Site, check_mode: bool = False, **options: t.Any) -> dict[str, t.Any]:
    """Run an operation as its module would. :raises EdgeError: as it does."""
    spec = operation.SPEC["argument_spec"]
    if "cloud" in spec:
        options = {"cloud": CLOUD, **options}
    if "wait_timeout" in spec:
        options = {"wait_timeout": 20, **options}
    checked = ArgumentSpecValidator(spec).validate(options)
    assert not checked.error_messages, checked.error_messages
    context = Quiet(checked.validated_parameters, check_mode)
    try:
        with reached(site):
            return t.cast("dict[str, t.Any]", operation.run(context))
    finally:
        context.close()


def spoiled(answers: Answers, name: str, path: t.Sequence[t.Any], value: t.Any) -> Answers:
    """The answers with one place in one of them as I(value), or without it if that is MISSING."""
    answers = {**answers, name: copy.deepcopy(answers[name])}
    if not path:
        answers[name] = _with_body(answers[name], value)
        return answers
    put(body_of(answers[name]), path, value)
    return answers


def put(whole: t.Any, path: t.Sequence[t.Any], value: t.Any) -> None:
    """Have one place in a JSON value as I(value), or without it if that is MISSING."""
    for step in path[:-1]:
        whole = whole[step]
    if value is MISSING:
        del whole[path[-1]]
    else:
        whole[path[-1]] = value


def body_of(answer: t.Any) -> t.Any:
    """What an answer says."""
    return answer.body if isinstance(answer, Raw) else answer


def _with_body(answer: t.Any, body: t.Any) -> t.Any:
    body = None if body is MISSING else body
    return answer._replace(body=body) if isinstance(answer, Raw) else body


def places(value: t.Any, above: tuple[t.Any, ...] = ()) -> t.Iterator[tuple[t.Any, ...]]:
    """The path of every place in a JSON value, its own first."""
    yield above
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        yield from places(item, (*above, key))
