# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to the collection: not an interface for others.
"""One kind of failure for the user, made from the many kinds that the services' clients raise.

Rests on contract 2.7 (Blazar), 3.9 (Zun) and 4 (Neutron): what each answers when it refuses.
"""

from __future__ import annotations

import re
import ssl
import traceback
import typing as t
from contextlib import contextmanager

from ._remedies import remedy_for

# A gateway or an overloaded service; whoever only reads may ask again (contract 2.7, 3.9).
TRANSIENT_STATUS = frozenset({429, 502, 503, 504})

_CLIENTS = frozenset({"keystoneauth1", "openstack", "blazarclient", "zunclient", "requests", "urllib3"})
_OURS = f"{__name__.rpartition('.plugins.')[0]}.plugins."

# The end of what OpenSSL says, in whatever the clients have wrapped it.
_UNVERIFIED = re.compile(r"certificate verify failed: (.+?)\.?\s*\(_ssl")

# A client names the whole address that it could not reach, and in its query may be a command with secrets in it.
_QUERY = re.compile(r"((?:https?://|with url: )[^\s?'\")]*)\?[^\s'\")]*?(?=:?(?:[\s'\")]|$))")

_BROKEN_PROMISE = "the answer is not what the service's API promises"

# What requests makes of an answer that was cut short by something that also corrected its length.
_UNREADABLE = "JSONDecodeError"


class EdgeError(Exception):
    """A failure that the user is told in one sentence.

    :param message: what was tried, on what, what the service said, and what to do next.
    :param result: further keys of the task's result, such as C(failure) or the last object seen.
    """

    def __init__(self, message: str, **result: t.Any) -> None:
        super().__init__(message)
        self.message = message
        self.result = result


class ServiceError(EdgeError):
    """A service refused, or could not be reached.

    :param status: its HTTP status, or None if there was no answer.
    :param words: what the service said, bare.
    :param request_id: for the operators of the service, if the client hands it on.
    """

    def __init__(self, message: str, status: int | None, words: str, request_id: str | None = None, **result: t.Any) -> None:
        super().__init__(message, failure={"status": status, "message": words, "request_id": request_id}, **result)
        self.status = status
        self.words = words

    def reworded(self, message: str) -> ServiceError:
        """The same refusal, for one who can tell it better."""
        return ServiceError(message, self.status, self.words, self.result["failure"]["request_id"])


class NotFoundError(EdgeError):
    """What the user named is not there."""


class AmbiguousError(EdgeError):
    """What the user named is there more than once."""


class Misshapen(ValueError):
    """What came as an answer is not what the service's API promises; the text tells where. M(attempt) tells the user."""


class WaitTimeout(EdgeError):
    """The time was up before the wanted state came; the result carries the last object seen."""


def status_of(exc: BaseException) -> int | None:
    """The HTTP status in an exception of keystoneauth, openstacksdk, blazarclient or zunclient, if any."""
    if isinstance(exc, ServiceError):
        return exc.status
    code = getattr(exc, "kwargs", {}).get("code") if isinstance(getattr(exc, "kwargs", None), dict) else None
    for candidate in (code, getattr(exc, "http_status", None), getattr(exc, "status_code", None), getattr(exc, "code", None)):
        if isinstance(candidate, int) and candidate >= 100:
            return candidate
    return None


def words_of(exc: BaseException) -> str:
    """What the service said, without what the client put around it."""
    if isinstance(exc, ServiceError):
        return exc.words
    if type(exc).__name__ == _UNREADABLE:
        return "the answer was cut short, or is no JSON"
    if isinstance(exc, Misshapen):
        return f"{_BROKEN_PROMISE}: {exc}"
    if is_garbled(exc):
        return f"{_BROKEN_PROMISE} ({type(exc).__name__})"
    text = str(getattr(exc, "details", None) or exc).strip()
    # blazarclient puts a word before, zunclient the status and the request behind, which go into C(failure)
    if unverified := _UNVERIFIED.search(text):
        return f"the service's certificate does not verify: {unverified[1].strip()}"
    text = _QUERY.sub(r"\1", text)
    text = re.sub(r"\s*\((HTTP \d+|Request-ID: [^)]*)\)", "", text.removeprefix("ERROR: ")).strip()
    if text.lstrip().lower().startswith(("<!doctype", "<html")):
        return "an HTML page, as a gateway sends it"
    return text or type(exc).__name__


def is_service_error(exc: BaseException) -> bool:
    """Whether the exception comes from a client library or the network, rather than from a mistake of ours."""
    return (
        _package(type(exc).__module__) in _CLIENTS
        or isinstance(exc, (Misshapen, ssl.SSLCertVerificationError))
        or _comes_out_of_a_client(exc)
    )


def is_garbled(exc: BaseException | None) -> bool:
    """Whether there was an answer, but nothing can be made of it, so that what it was about may have been done."""
    if isinstance(exc, Misshapen) or type(exc).__name__ in ("JSONDecodeError", "InvalidResponse"):
        return True
    # a client library relies on its service
    stumbles = (LookupError, TypeError, AttributeError, ValueError, RecursionError)
    return isinstance(exc, stumbles) and type(exc).__module__ == "builtins" and _comes_out_of_a_client(exc)


def _comes_out_of_a_client(exc: BaseException) -> bool:
    """Whether we had called into a client library when it was raised, whatever that then has called."""
    modules = [str(frame.f_globals.get("__name__")) for frame, _line in traceback.walk_tb(exc.__traceback__)]
    after_ours = 0
    for index, module in enumerate(modules, start=1):
        if module.startswith(_OURS):
            after_ours = index
    return bool(modules[after_ours:]) and _package(modules[after_ours]) in _CLIENTS


def _package(module: str) -> str:
    return module.partition(".")[0]


def is_unreachable(exc: BaseException) -> bool:
    """Whether the request may not have reached the service, or its answer was lost."""
    return status_of(exc) is None and type(exc).__name__ in (
        "ConnectFailure",
        "ConnectTimeout",
        "ConnectionError",
        "ConnectionRefused",
        "RetriableConnectionFailure",
        "UnknownConnectionError",
        "ChunkedEncodingError",
        "ReadTimeout",
        _UNREADABLE,
    )


def is_transient(exc: BaseException) -> bool:
    """Whether the same request may well succeed a moment later. Only for requests that change nothing."""
    return status_of(exc) in TRANSIENT_STATUS or is_unreachable(exc)


def is_missing(exc: BaseException) -> bool:
    """Whether the service says that the object does not exist."""
    return status_of(exc) == 404


@contextmanager
def attempt(what: str) -> t.Iterator[None]:
    """Turn whatever a client raises into "Could not WHAT: ...".

    :param what: an infinitive with its object, for instance C(create lease "rpi").
    :raises ServiceError: for an answer that refuses, and for no answer.
    """
    try:
        yield
    except EdgeError:
        raise
    except Exception as exc:
        if not is_service_error(exc):
            raise
        status, words = status_of(exc), words_of(exc)
        said = f"{words.rstrip('.')} (HTTP {status})" if status else words
        sentence = f"Could not {what}: {said.rstrip('.')}."
        remedy = remedy_for(status, words)
        message = f"{sentence} {remedy}" if remedy else sentence
        raise ServiceError(message, status, words, getattr(exc, "request_id", None)) from exc
