# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to the collection: not an interface for others.
"""What the ways of running one command in a container have in common, and the failures that they know."""

from __future__ import annotations

import typing as t
from contextlib import contextmanager
from urllib.parse import quote, urlencode

from . import _shape
from ._container import GONE, SHAPE, View, container_view
from ._errors import EdgeError, NotFoundError, ServiceError, attempt, is_missing, is_transient, status_of

if t.TYPE_CHECKING:
    from ._cloud import Cloud

# A request line of 8 KiB is taken everywhere; a longer command travels in the body.
_LONGEST_QUERY = 6000

_ANSWER = _shape.fields(
    output=_shape.maybe(_shape.text), exit_code=_shape.maybe(_shape.whole), proxy_url=_shape.maybe(_shape.text)
)


class Command(t.NamedTuple):
    """What is to be run.

    :ivar argv: its words; no shell reads them. :ivar chdir: the directory to run it in.
    :ivar environment: variables beside the container's own. :ivar stdin: what it reads, None for nothing.
    """

    argv: t.Sequence[str]
    chdir: str | None = None
    environment: t.Mapping[str, str] | None = None
    stdin: bytes | None = None


class Outcome(t.NamedTuple):
    """How a command has ended. :ivar merged: stderr is in stdout, since the service does not keep them apart."""

    rc: int
    stdout: bytes
    stderr: bytes
    merged: bool = False


class Answer(t.NamedTuple):
    """What one request brings.

    :ivar code: the return code. :ivar out: stdout, or both streams as they came where the way does not keep them apart.
    """

    code: int
    out: bytes
    err: bytes = b""


class NoSuchProgram(EdgeError):
    """The container has no program of that name."""


class NotExecutable(EdgeError):
    """The container has it, but it cannot be executed."""


class StillRunning(EdgeError):
    """The service has stopped waiting for a command that goes on running; C(out) is what it has said until then."""


class ConnectionLost(EdgeError):
    """The request went out, and its answer did not come, so it is not known whether the command has run."""


class NeverSent(ConnectionLost):
    """The service could not be reached, so the command has not run for sure."""


class Ask(t.Protocol):
    """Zun's API. Raises what its client raises."""

    def __call__(
        self, method: str, path: str, query: dict[str, str] | None = None, body: dict[str, t.Any] | None = None
    ) -> t.Any:
        """Make a request, and give the answer's body."""


class Way(t.Protocol):
    """A way of running one command.

    :ivar is_separate: whether it keeps stdout and stderr apart.
    :ivar patience: seconds that a command may take on this way.
    """

    is_separate: bool
    patience: int

    def call(self, argv: t.Sequence[str], seconds: float | None = None) -> Answer:
        """Run a command.

        :param seconds: that it may take at the most, on a way that has no end of its own.
        :raises NoSuchProgram: :raises NotExecutable: :raises StillRunning: :raises ConnectionLost:
        :raises ServiceError: for anything else that keeps it from running.
        """


def asking(cloud: Cloud) -> Ask:
    """Zun's API through the cloud's own client."""

    def ask(method: str, path: str, query: dict[str, str] | None = None, body: dict[str, t.Any] | None = None) -> t.Any:
        more = {} if body is None else {"body": body}
        return cloud.zun.http_client.json_request(method, with_query(path, query), **more)[1]

    return ask


def watchful(ask: Ask, container: str) -> Ask:
    """As I(ask), but when a request about the container fails, it is told if the container is to blame.

    :raises NotFoundError: when the container is gone. :raises EdgeError: when it does not run.
    """

    def asked(method: str, path: str, query: dict[str, str] | None = None, body: dict[str, t.Any] | None = None) -> t.Any:
        try:
            return ask(method, path, query, body)
        except Exception as exc:
            if status_of(exc) not in (404, 409, 500):
                raise
            try:
                view = container_view(_shape.require(ask("GET", path_of(container)), SHAPE, "container"))
            except Exception as now:
                if is_missing(now):
                    raise gone(container) from exc
                raise exc from None
            if view["status"] == GONE:
                raise gone(view["name"]) from exc
            if view["status"] != "Running":
                raise not_running(view) from exc
            raise

    return asked


def gone(name: str) -> NotFoundError:
    """What to tell of a container that was there a moment ago."""
    return NotFoundError(f'Container "{name}" is gone: it was deleted meanwhile, and the end of its lease does that.')


def not_running(view: View) -> EdgeError:
    """What to tell of a container that does not run."""
    why = f" ({view['status_reason']})" if view["status_reason"] else ""
    return EdgeError(
        f'Container "{view["name"]}" is {view["status"]}{why}, and only in one that is Running can anything be done. '
        "The module chi.edge.container starts one that is Stopped.",
        container=view,
    )


def with_query(path: str, query: dict[str, str] | None) -> str:
    """The path and its query as one string."""
    return f"{path}?{urlencode(query)}" if query else path


def path_of(container: str, action: str = "") -> str:
    """The path of a container, or of one of its actions."""
    return f"/v1/containers/{quote(container, safe='')}{'/' if action else ''}{action}"


def was_never_sent(exc: BaseException) -> bool:
    """Whether no connection to the service came about: the libraries wrap that in one another."""
    seen: list[t.Any] = [exc]
    for item in seen:
        if type(item).__name__ in ("NewConnectionError", "ConnectTimeoutError", "NameResolutionError", "ConnectionRefusedError"):
            return True
        more = [item.__cause__, item.__context__, getattr(item, "reason", None), *getattr(item, "args", ())]
        seen.extend(one for one in more if isinstance(one, BaseException) and one not in seen)
    return False


@contextmanager
def request(what: str) -> t.Iterator[None]:
    """As M(_errors.attempt), for a request that must not go out twice.

    :raises NeverSent: :raises ConnectionLost: for no answer, or that of a gateway.
    """
    try:
        with attempt(what):
            yield
    except ServiceError as exc:
        if was_never_sent(exc):
            raise NeverSent(exc.message, **exc.result) from exc
        if is_transient(exc.__cause__ or exc):
            raise ConnectionLost(exc.message, **exc.result) from exc
        raise


def execute(ask: Ask, container: str, command: str, **query: str) -> dict[str, t.Any]:
    """Ask for a command to be executed.

    Zun's framework takes the command from the body as well as from the query, where it would be too long.

    :raises Misshapen: when what comes is no answer to that.
    """
    path = path_of(container, "execute")
    if len(urlencode({"command": command})) <= _LONGEST_QUERY:
        answer = ask("POST", path, {"command": command, **query})
    else:
        answer = ask("POST", path, query, {"command": command})
    return dict(_shape.require(answer, _ANSWER, "answer"))
