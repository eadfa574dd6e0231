# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to the collection: not an interface for others.
"""What a copy changes, as Ansible shows differences: texts line by line, and all else in a few words."""

from __future__ import annotations

import typing as t

from ._copy_entries import Entry
from ._copy_plan import Step

# What is longer, or more, is told and not shown.
LARGEST = 100 * 1024
MOST = 20

Read = t.Callable[[Step], bytes]


def render(steps: t.Sequence[Step], before: Read, after: Read, where: str) -> list[dict[str, t.Any]]:
    """The C(diff) of a task's result.

    :param steps: what changes. :param before: :param after: the content of a file, now and then.
    :param where: the files are, for the headers.
    """
    shown: list[dict[str, t.Any]] = []
    for step in steps[:MOST]:
        header = f"{where}{step.path}"
        headers = {"before_header": header, "after_header": header}
        if step.is_new and step.entry.kind == "file":
            shown.append(headers | _content(step, before, after))
        attributes = _attributes(step)
        if attributes[0] != attributes[1]:
            shown.append(headers | {"before": attributes[0], "after": attributes[1]})
    if len(steps) > MOST:
        more = "".join(f"{step.path}\n" for step in steps[MOST:])
        shown.append(
            {"before_header": where, "after_header": where, "before": "", "after": f"and {len(steps) - MOST} more:\n{more}"}
        )
    return shown


def _content(step: Step, before: Read, after: Read) -> dict[str, t.Any]:
    found: dict[str, t.Any] = {}
    for key, side, entry, read in (("before", "dst", step.before, before), ("after", "src", step.entry, after)):
        if entry.kind != "file":
            found[key] = ""
        elif entry.size > LARGEST:
            found[f"{side}_larger"] = LARGEST
        else:
            data = read(step)
            try:
                text = data.decode()
            except UnicodeDecodeError:
                text = "\0"
            if "\0" in text:
                found[f"{side}_binary"] = 1
            else:
                found[key] = text
    # Ansible compares either both texts or none
    return found if {"before", "after"} <= found.keys() else {key: value for key, value in found.items() if "_" in key}


def _attributes(step: Step) -> tuple[dict[str, t.Any], dict[str, t.Any]]:
    """What is not content, on both sides."""
    before, after = _described(step.before), _described(step.entry)
    for name, wanted, present in (
        ("mode", None if step.mode is None else f"{step.mode:04o}", f"{step.before.mode:04o}"),
        ("owner", step.owner, step.before.owner),
        ("group", step.group, step.before.group),
    ):
        if wanted is not None and (not step.before.exists or wanted != present):
            after[name] = wanted
            if step.before.exists:
                before[name] = present
    return before, after


def _described(entry: Entry) -> dict[str, t.Any]:
    state = "absent" if entry.kind == "missing" else entry.kind
    return {"state": state, "target": entry.target} if entry.kind == "link" else {"state": state}
