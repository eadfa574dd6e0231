# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to the collection: not an interface for others.
"""What M(chi.edge.container_copy) does (contract 3.8)."""

from __future__ import annotations

import re
import typing as t

from .. import _copy_diff, _copy_entries, _copy_in, _copy_out
from .._cloud import AUTH_SPEC
from .._container import find_container
from .._context import Context
from .._copy_plan import PRESERVE, Step, Wishes, plan
from .._copy_source import Source, source_of, source_with
from .._errors import EdgeError
from .._exec import enter, running_container
from .._secrets import HIDDEN

SPEC: dict[str, t.Any] = {
    "argument_spec": {
        **AUTH_SPEC,
        "container": {"type": "str", "required": True, "aliases": ["name", "id"]},
        "state": {"type": "str", "default": "to_container", "choices": ["to_container", "from_container"]},
        "local_path": {"type": "path", "aliases": ["path"]},
        "content": {"type": "str", "no_log": False},
        "container_path": {"type": "str", "required": True},
        "mode": {"type": "raw"},
        "directory_mode": {"type": "raw"},
        "owner": {"type": "str"},
        "group": {"type": "str"},
    },
    "mutually_exclusive": [("local_path", "content")],
    "required_one_of": [("local_path", "content")],
    "supports_check_mode": True,
}


def conceal(params: dict[str, t.Any]) -> dict[str, t.Any]:
    """A copy without the content, which may be secret."""
    return params if params.get("content") is None else {**params, "content": HIDDEN}


def run(context: Context) -> dict[str, t.Any]:
    """Copy what differs."""
    wishes = wishes_of(context.params)
    copy = ToContainer if context.params["state"] == "to_container" else FromContainer
    return copy(context, wishes).run()


def wishes_of(params: dict[str, t.Any]) -> Wishes:
    """What the copies are to be like. Knows no service. :raises EdgeError: for options that make no sense."""
    path = params["container_path"]
    if not path.startswith("/"):
        raise EdgeError(f'container_path: "{path}" is no absolute path.')
    if "\0" in path:
        raise EdgeError("container_path: it holds the character NUL.")
    if params["content"] is not None and params["state"] == "from_container":
        raise EdgeError("content: it is something to copy to a container, not from one; give local_path.")
    if params["content"] is not None and path.endswith("/"):
        raise EdgeError(f'container_path: "{path}" is a directory, where content has no name. Give the path of a file.')
    return Wishes(
        _mode("mode", params["mode"]),
        _mode("directory_mode", params["directory_mode"]),
        keeps_mode=params["content"] is not None,
        owner=params["owner"] or "",
        group=params["group"] or "",
    )


def _mode(option: str, value: t.Any) -> int | None:
    """Permissions as a number; None for those of the source."""
    if value in (None, "", PRESERVE):
        return None
    number = int(value, 8) if isinstance(value, str) and re.fullmatch("[0-7]{1,5}", value) else value
    if isinstance(number, int) and not isinstance(number, bool) and 0 <= number <= 0o7777:
        return number
    raise EdgeError(f'{option}: "{value}" is no mode. Give octal digits in quotes, as in "0644", or preserve.')


class Copy:
    """One copy, in one of both directions; C(self.steps) is what it changes."""

    def __init__(self, context: Context, wishes: Wishes) -> None:
        self.context = context
        self.params = context.params
        self.wishes = wishes

    def run(self) -> dict[str, t.Any]:
        """Compare, and copy what differs."""
        self._prepare()
        cloud = self.context.cloud
        name = self.params["container"]
        if self.context.check_mode and find_container(cloud, name) is None:
            # in a first run it may be one that would have been made
            self.context.warn(f'There is no container "{name}" yet, so all of it would be copied.')
            return self._result([], [], changed=True)
        view = running_container(cloud, name)
        self.container = enter(cloud, view)
        steps = self._compare()
        changes = [step for step in steps if step.is_change]
        result = self._result(steps, changes, changed=bool(changes))
        if self.context.diff:
            result["diff"] = self._diff(changes)
        if changes and not self.context.check_mode:
            self._copy()
        return result

    def _prepare(self) -> None:
        """What can be found wrong without the cloud."""

    def _compare(self) -> list[Step]:
        raise NotImplementedError

    def _copy(self) -> None:
        raise NotImplementedError

    def _diff(self, changes: list[Step]) -> list[dict[str, t.Any]]:
        raise NotImplementedError

    def _result(self, steps: list[Step], changes: list[Step], changed: bool) -> dict[str, t.Any]:
        files = [step for step in steps if step.entry.kind == "file"]
        return {
            "changed": changed,
            "container_path": self.params["container_path"],
            "local_path": self.params["local_path"],
            "size": sum(step.entry.size for step in files),
            "files": len(files),
            "checksum": self._checksum(files[0]) if len(files) == len(steps) == 1 else None,
            "changes": [step.path for step in changes],
        }

    def _checksum(self, step: Step) -> str | None:
        """Of a single file, in SHA-256."""
        raise NotImplementedError


class ToContainer(Copy):
    """From this machine into the container."""

    source: Source

    def _prepare(self) -> None:
        content = self.params["content"]
        if content is None:
            self.source = source_of(self.params["local_path"])
        else:
            self.source = source_with(content.encode("utf-8", "surrogateescape"))

    def _compare(self) -> list[Step]:
        self.plan = plan(self.container, self.source, self.params["container_path"], self.wishes)
        return self.plan.steps

    def _copy(self) -> None:
        _copy_in.perform(self.container, self.source, self.plan)

    def _result(self, steps: list[Step], changes: list[Step], changed: bool) -> dict[str, t.Any]:
        result = super()._result(steps, changes, changed)
        return result | {"container_path": self.plan.target} if steps else result

    def _checksum(self, step: Step) -> str:
        return self.source.digest(step.entry, "sha256")

    def _diff(self, changes: list[Step]) -> list[dict[str, t.Any]]:
        return _copy_diff.render(
            changes,
            lambda step: _copy_out.content_of(self.container, step.path, step.before.size),
            lambda step: self.source.read(step.entry, 0, step.entry.size),
            f"{self.container.name}:",
        )


class FromContainer(Copy):
    """From the container to this machine."""

    def _compare(self) -> list[Step]:
        self.plan = _copy_out.plan(self.container, self.params["container_path"], self.params["local_path"], self.wishes)
        return self.plan.steps

    def _copy(self) -> None:
        _copy_out.perform(self.container, self.plan)

    def _result(self, steps: list[Step], changes: list[Step], changed: bool) -> dict[str, t.Any]:
        result = super()._result(steps, changes, changed)
        return result | {"local_path": self.plan.target} if steps else result

    def _checksum(self, step: Step) -> str | None:
        return step.entry.digest if self.plan.looked.algorithm == "sha256" else None

    def _diff(self, changes: list[Step]) -> list[dict[str, t.Any]]:
        def content(step: Step) -> bytes:
            return _copy_out.content_of(self.container, _copy_out.path_of(self.plan.source, step.entry), step.entry.size)

        return _copy_diff.render(changes, lambda step: _copy_entries.read(step.path), content, "")
