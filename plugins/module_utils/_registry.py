# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to the collection: not an interface for others.
"""A registry of container images, by HTTP: how it is reached, logged in to, and what it says when it refuses.

Knows nothing of images. The API is the distribution specification of the Open Container Initiative, and Docker's registry v2.
"""

from __future__ import annotations

import ipaddress
import re
import typing as t
from functools import cached_property

from ._errors import EdgeError, ServiceError

if t.TYPE_CHECKING:
    from ._context import Context

REGISTRY_SPEC: dict[str, t.Any] = {
    "username": {"type": "str"},
    "password": {"type": "str", "no_log": True},
    "validate_certs": {"type": "bool", "default": True},
    "ca_cert": {"type": "path"},
    "timeout": {"type": "int", "default": 30},
}

REGISTRY_CONSTRAINTS: dict[str, t.Any] = {"required_together": [("username", "password")]}

_CHALLENGE = re.compile(r"\b(bearer|basic)\b\s*((?:\w+=\"[^\"]*\",?\s*)*)", re.IGNORECASE)
_PARAMETER = re.compile(r"(\w+)=\"([^\"]*)\"")
_REASON = re.compile(r"\[Errno -?\d+\] ([^'\")]+)|certificate verify failed: ([^(]+)")


class Registry:
    """One registry, logged in to when it asks for it.

    :param host: with the port, if there is one.
    """

    def __init__(self, host: str, context: Context) -> None:
        self.host = host
        self._context = context
        self._params = context.params
        self._sign: t.Callable[[t.Any], t.Any] | None = None

    def request(self, method: str, path: str, what: str, accept: t.Container[int] = (), **options: t.Any) -> t.Any:
        """Ask, and log in if the registry wants it.

        :param path: what comes after the host; or a whole URL, as the registry sends it for uploads.
        :param what: for the error: an infinitive with its object.
        :param accept: statuses that are an answer although they mean failure.
        :raises ServiceError: for an answer that refuses, and for no answer.
        """
        url = path if "://" in path else f"{self._scheme}://{self.host}{path}"
        response = self._send(method, url, what, **options)
        if response.status_code == 401 and self._log_in(response, what):
            response = self._send(method, url, what, **options)
        if response.status_code >= 400 and response.status_code not in accept:
            raise self._refused(response, what)
        return response

    # -- inside ----------------------------------------------------------------------------------------------------

    @property
    def _is_loopback(self) -> bool:
        name = self.host.partition(":")[0]
        try:
            return ipaddress.ip_address(name).is_loopback
        except ValueError:
            return name == "localhost"

    @cached_property
    def _session(self) -> t.Any:
        try:
            import requests
            from requests.adapters import HTTPAdapter
            from urllib3.util import Retry
        except ImportError as exc:
            raise EdgeError(f"requests, which openstacksdk brings, is needed where the module runs: {exc}.") from exc
        session = requests.Session()
        session.trust_env = not self._is_loopback  # a proxy could not reach it
        session.auth = self._authorize  # a function of ours, else requests looks for credentials in ~/.netrc
        # what cannot be reached at once is told at once; only an overloaded registry is given time
        retry = Retry(
            total=3,
            connect=0,
            read=0,
            other=0,
            status_forcelist=(429, 502, 503, 504),
            backoff_factor=0.5,
            raise_on_status=False,
            respect_retry_after_header=False,
        )
        for scheme in ("http://", "https://"):
            session.mount(scheme, HTTPAdapter(max_retries=retry))
        return session

    def _authorize(self, request: t.Any) -> t.Any:
        return self._sign(request) if self._sign else request

    @cached_property
    def _scheme(self) -> str:
        """As Docker has it: a registry on this machine, or one whose certificate does not matter, may be without TLS."""
        if self._is_loopback or not self._params["validate_certs"]:
            try:
                self._send("GET", f"https://{self.host}/v2/", f"reach {self.host}")
            except ServiceError as exc:
                if "certificate" in exc.words or "no answer" in exc.words:
                    raise  # it does speak TLS, or nothing at all
                return "http"
        return "https"

    def _send(self, method: str, url: str, what: str, **options: t.Any) -> t.Any:
        body: t.Any = options.get("data")
        if hasattr(body, "seek"):
            body.seek(0)  # it may have been sent before the registry wanted a login
        # said with each request, else a variable of the environment would come before it
        verify = self._params["ca_cert"] or self._params["validate_certs"]
        try:
            return self._session.request(method, url, verify=verify, timeout=self._params["timeout"], **options)
        except OSError as exc:  # requests' own are of this kind too
            words = self._words_of(exc)
            raise ServiceError(f"Could not {what}: {self.host} cannot be reached: {words}.", None, words) from exc

    def _words_of(self, exc: Exception) -> str:
        if "timed out" in str(exc):
            return f"there is no answer within {self._params['timeout']} s"
        match = _REASON.search(str(exc))
        if not match:
            return str(exc).rstrip(".")
        return match[1].lower() if match[1] else f"its certificate does not verify: {match[2].strip()}"

    def _log_in(self, response: t.Any, what: str) -> bool:
        """Do what the registry asks for. :returns: whether there is something new to try."""
        challenges = {
            match[1].lower(): dict(_PARAMETER.findall(match[2]))
            for match in _CHALLENGE.finditer(response.headers.get("WWW-Authenticate", ""))
        }
        if "realm" in challenges.get("bearer", {}):
            token = self._token(challenges["bearer"], what)
            self._sign = lambda request: _with_header(request, f"Bearer {token}")
            return True
        if "basic" in challenges and self._credentials and not self._sign:
            from requests.auth import HTTPBasicAuth

            self._sign = HTTPBasicAuth(*self._credentials)
            return True
        return False

    @property
    def _credentials(self) -> tuple[str, str] | None:
        username, password = self._params["username"], self._params["password"]
        return (username, password) if username else None

    def _token(self, challenge: dict[str, str], what: str) -> str:
        """A token for what was asked, which a server of the registry's choice gives out, to everybody or by password."""
        asked = {"service": challenge.get("service"), "scope": challenge.get("scope", "").split() or None}
        auth = self._credentials or (lambda request: request)
        response = self._send("GET", challenge["realm"], what, params=asked, auth=auth)
        if response.status_code >= 400:
            raise self._refused(response, what)
        answer = read_json(response, what)
        token = answer.get("token") or answer.get("access_token")
        if not isinstance(token, str):
            raise ServiceError(f"Could not {what}: {challenge['realm']} gives no token.", None, "no token")
        self._context.secret(token)
        return token

    def _refused(self, response: t.Any, what: str) -> ServiceError:
        status, words = response.status_code, _words_in(response)
        sentence = f"Could not {what}: {words.rstrip('.')} (HTTP {status})."
        advice = self._advice(status)
        return ServiceError(f"{sentence} {advice}" if advice else sentence, status, words)

    def _advice(self, status: int) -> str:
        if status in (401, 403) and self._credentials:
            return f'The password is wrong, or user "{self._params["username"]}" has no right to do that.'
        if status in (401, 403):
            return "Give username and password if it is private. Some registries say the same of what is not there."
        if status == 405:
            return "This registry does not allow that over its API; it may have other means."
        if status == 429:
            return "The registry limits how often it is asked; try again later, or log in with username and password."
        return ""


def _with_header(request: t.Any, authorization: str) -> t.Any:
    request.headers["Authorization"] = authorization
    return request


def read_json(response: t.Any, what: str) -> dict[str, t.Any]:
    """The answer as a dictionary. :raises ServiceError: if it is none."""
    try:
        answer = response.json()
    except (ValueError, RecursionError):
        answer = None
    if not isinstance(answer, dict):
        raise ServiceError(
            f"Could not {what}: {response.url} does not answer as a registry does.", response.status_code, "not a JSON object"
        )
    return answer


def _words_in(response: t.Any) -> str:
    """What the registry said, bare."""
    try:
        answer = response.json()
        errors = answer.get("errors")
        if isinstance(errors, list) and errors:
            return "; ".join(str(error.get("message") or error.get("code")) for error in errors)
        return str(answer.get("details") or answer.get("message") or answer.get("error") or response.reason)
    except (ValueError, AttributeError, RecursionError):
        return str(response.reason)
