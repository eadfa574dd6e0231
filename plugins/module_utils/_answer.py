# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to the collection: not an interface for others.
"""Whether a container answers: where, and the waiting for it."""

from __future__ import annotations

import re
import socket
import typing as t
from functools import partial

from ._errors import EdgeError
from ._waiter import Watch, wait

Wish = t.Mapping[str, t.Any]

# Seconds for one try.
_TRY = 5.0

_ANSWERS = "answering"

_PORT = re.compile(r"(\d+)(?:/(\w+))?$")


def url_of(wish: Wish, address: str | None) -> str | None:
    """Where the container answers, if that can be told.

    It is what is verified, completed where only the part after the address was given, else the first port that is exposed.

    :param wish: C(verify_url), C(verify_port) and C(exposed_ports), as far as they are set.
    """
    if address is None:
        return None
    given = wish.get("verify_url") or ""
    port = wish.get("verify_port") or _first_port(wish.get("exposed_ports") or [])
    if "://" in given:
        return str(given).replace("{address}", address)
    if given.startswith(":"):
        return f"http://{address}{given}"
    if not given and not port:
        return None
    return f"http://{address}{f':{port}' if port not in (None, 80) else ''}/{given.lstrip('/')}"


def wait_for_answer(name: str, wish: Wish, address: str | None, watch: Watch | None, timeout: float, interval: float) -> None:
    """Wait until the container answers by HTTP, if C(verify_url) is set, or listens on C(verify_port), if that is.

    :param name: of the container. :param wish: as for M(url_of). :param timeout: seconds. :param interval: seconds.
    :raises EdgeError: when there is nothing to ask. :raises WaitTimeout: when the time is up.
    """
    url, port = url_of(wish, address), wish.get("verify_port")
    if not wish.get("verify_url") and not port:
        return
    if address is None:
        raise EdgeError(f'Container "{name}" has no address, so it cannot be seen whether it answers.')
    if wish.get("verify_url"):
        where, look = f"answer at {url}", partial(_fetch, str(url))
    else:
        where, look = f"listen on port {port} of {address}", partial(_connect, address, int(str(port)))

    def watch_silence(state: str, elapsed: float, timeout: float) -> None:
        if watch and state != _ANSWERS:
            watch(state, elapsed, timeout)

    what = f'container "{name}" to {where}'
    wait(look, lambda state: state == _ANSWERS, str, what, timeout, interval, watch_silence, key="answer")


def _fetch(url: str) -> str:
    """A redirection is an answer, and where it leads to is not ours to judge."""
    import requests

    try:
        with requests.get(url, allow_redirects=False, timeout=_TRY, stream=True) as answer:
            return _ANSWERS if answer.status_code < 400 else f"answering with status {answer.status_code}"
    except requests.exceptions.SSLError as exc:
        return f"not to be trusted: {exc}"
    except requests.exceptions.Timeout:
        return "silent"
    except ValueError as exc:
        raise EdgeError(f"verify_url: {exc}") from exc
    except requests.exceptions.RequestException:
        return "refusing the connection, or breaking it off"


def _connect(address: str, port: int) -> str:
    try:
        socket.create_connection((address, port), timeout=_TRY).close()
    except TimeoutError:
        return "silent"
    except OSError as exc:
        return f"not to be reached: {exc.strerror or exc}"
    return _ANSWERS


def _first_port(exposed: t.Iterable[t.Any]) -> int | None:
    for item in exposed:
        match = _PORT.match(str(item))
        if match and (match[2] or "tcp").lower() == "tcp":
            return int(match[1])
    return None
