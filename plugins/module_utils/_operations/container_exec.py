# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to the collection: not an interface for others.
"""What M(chi.edge.container_exec) does (contract 3.6)."""

from __future__ import annotations

import typing as t

from .. import _times
from .._cloud import AUTH_SPEC
from .._container import find_container
from .._container_options import environment
from .._context import Context
from .._errors import EdgeError
from .._exec import Exec, enter, running_container
from .._exec_ways import Command, NoSuchProgram, NotExecutable, Outcome
from .._exec_words import exports, joined, split
from .._secrets import HIDDEN

SPEC: dict[str, t.Any] = {
    "argument_spec": {
        **AUTH_SPEC,
        "container": {"type": "str", "required": True, "aliases": ["name", "id"]},
        "command": {"type": "str"},
        "argv": {"type": "list", "elements": "str"},
        "shell": {"type": "bool", "default": False},
        "chdir": {"type": "str"},
        "environment": {"type": "dict", "aliases": ["env"]},
        "stdin": {"type": "str"},
        "stdin_add_newline": {"type": "bool", "default": True},
        "strip_empty_ends": {"type": "bool", "default": True},
        "creates": {"type": "str"},
        "removes": {"type": "str"},
        "timeout": {"type": "int", "default": 3600},
    },
    "mutually_exclusive": [("command", "argv")],
    "required_one_of": [("command", "argv")],
    "supports_check_mode": True,
}


def conceal(params: dict[str, t.Any]) -> dict[str, t.Any]:
    """A copy without what may be secret: the values of the environment, and what the command reads."""
    shown = dict(params)
    if isinstance(shown.get("environment"), dict):
        shown["environment"] = dict.fromkeys(shown["environment"], HIDDEN)
    if shown.get("stdin") is not None:
        shown["stdin"] = HIDDEN
    return shown


def run(context: Context) -> dict[str, t.Any]:
    """Run the command, unless there is no need to."""
    return ContainerExec(context, command_of(context.params)).run()


def command_of(params: dict[str, t.Any]) -> Command:
    """The command that the user has given. Knows no service. :raises EdgeError: when it makes no sense."""
    if params["timeout"] < 1:
        raise EdgeError("timeout: it is a number of seconds, at least 1.")
    if params["shell"] and params["command"] is None:
        raise EdgeError("shell: it takes command, a line of the shell's, and not argv.")
    argv = params["argv"] if params["command"] is None else split(params["command"])
    if not argv:
        raise EdgeError("command: there is nothing to run.")
    if params["shell"]:
        argv = ["sh", "-c", params["command"]]
    joined(argv)
    try:
        variables = environment(params["environment"] or {})
    except ValueError as exc:
        raise EdgeError(f"environment: {exc}") from exc
    exports(variables)
    stdin = params["stdin"]
    if stdin is not None and params["stdin_add_newline"]:
        stdin += "\n"
    return Command(argv, params["chdir"] or None, variables, None if stdin is None else stdin.encode("utf-8", "surrogateescape"))


class ContainerExec:
    """One command in one container."""

    def __init__(self, context: Context, command: Command) -> None:
        self.context = context
        self.params = context.params
        self.command = command
        self.result: dict[str, t.Any] = {
            "changed": False,
            "cmd": list(command.argv) if self.params["command"] is None else self.params["command"],
            "rc": None,
            "stdout": "",
            "stderr": "",
            "merged": False,
            "start": None,
            "end": None,
            "delta": None,
        }

    def run(self) -> dict[str, t.Any]:
        """Run it, and return the task's result, which has the same keys when it fails."""
        try:
            if self.context.check_mode:
                return self._predicted()
            container = self._entered()
            if reason := self._needless(container):
                return self._skipped(reason)
            return self._ran(container)
        except EdgeError as exc:
            exc.result = {**self._finished(), **exc.result}
            raise

    # -- whether ---------------------------------------------------------------------------------------------------

    def _entered(self) -> Exec:
        cloud = self.context.cloud
        return enter(cloud, running_container(cloud, self.params["container"]))

    def _needless(self, container: Exec) -> str | None:
        """Why the command need not run, or None."""
        for option, is_reason in (("creates", True), ("removes", False)):
            glob = self.params[option]
            if glob and container.exists(glob, self.command.chdir) is is_reason:
                return f'"{glob}" {"exists" if is_reason else "does not exist"} in container "{self.params["container"]}"'
        return None

    def _predicted(self) -> dict[str, t.Any]:
        """As M(ansible.builtin.command) does it: without creates and removes there is nothing to tell."""
        message = "Command would have run if not in check mode"
        if not (self.params["creates"] or self.params["removes"]):
            return self._finished(msg=message, rc=0, skipped=True)
        # in a first run the container may be one that would have been made
        if find_container(self.context.cloud, self.params["container"]) and (reason := self._needless(self._entered())):
            return self._skipped(reason)
        return self._finished(msg=message, rc=0, changed=True)

    def _skipped(self, reason: str) -> dict[str, t.Any]:
        would = "Would not" if self.context.check_mode else "Did not"
        return self._finished(msg=f"{would} run command since {reason}.", rc=0, stdout=f"skipped, since {reason}")

    # -- how -------------------------------------------------------------------------------------------------------

    def _ran(self, container: Exec) -> dict[str, t.Any]:
        begun = _times.now()
        watch = self.context.watcher(f'command in container "{container.name}"')
        try:
            outcome = container.run(self.command, self.params["timeout"], watch)
        except EdgeError as exc:
            # what could not be started has changed nothing; of the rest it is not known
            changed = not isinstance(exc, (NoSuchProgram, NotExecutable))
            told = {key: exc.result.pop(key) for key in ("rc", "stdout", "stderr") if key in exc.result}
            exc.result = {**self._timed(begun, changed=changed, **told), **exc.result}
            raise
        result = self._timed(
            begun,
            changed=True,
            rc=outcome.rc,
            merged=outcome.merged,
            stdout=outcome.stdout.decode(errors="replace"),
            stderr=outcome.stderr.decode(errors="replace"),
        )
        self._tell_of_merging(outcome)
        if outcome.rc:
            raise EdgeError("non-zero return code", **result)
        return result

    def _tell_of_merging(self, outcome: Outcome) -> None:
        if outcome.merged:
            self.context.warn(
                "The image has no shell (sh) and the service does not keep stdout and stderr apart, so both are in stdout."
            )

    def _timed(self, begun: t.Any, **more: t.Any) -> dict[str, t.Any]:
        ended = _times.now()
        return self._finished(start=_times.exact(begun), end=_times.exact(ended), delta=str(ended - begun), **more)

    def _finished(self, **more: t.Any) -> dict[str, t.Any]:
        result = {**self.result, **more}
        for stream in ("stdout", "stderr"):
            if self.params["strip_empty_ends"]:
                result[stream] = result[stream].rstrip("\r\n")
            result[f"{stream}_lines"] = result[stream].splitlines()
        return result
