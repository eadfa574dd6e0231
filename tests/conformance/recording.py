# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The recorded requests, and what they mean here and now.

`recording.json` was taken from Chameleon's own Blazar. A placeholder in a request stands in `<<...>>`: a name that an
earlier case saved, or a time: `T+1440` is 1440 minutes after the story's beginning, `N+2` two minutes after the minute
of the request. In an answer it stands in `<...>`: `<id3>` any identifier, `<dev:NAME>`, `<project:demo>`, `<ts>`, times.
"""

from __future__ import annotations

import fnmatch
import json
import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
REQUEST_FORMAT = "%Y-%m-%d %H:%M"
ANY_TEXT = "<ts>"
ANYTHING = re.compile(r"<(?:id\d+|ts|ts\.us)>")


@dataclass(frozen=True)
class Case:
    """One recorded request with its answer, after our chosen deviations."""

    id: str
    method: str
    path: str
    status: int
    actor: str = "member"
    request: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    save: list[str] = field(default_factory=list)
    wait_for: list[str] = field(default_factory=list)
    error: str | None = None
    error_name: Any = None
    lease: dict[str, Any] | None = None
    lease_names: list[str] | None = None
    body: Any = None
    after: Any = None


def stories() -> dict[str, list[Case]]:
    """The cases of each story in their order; cases of one story depend on each other, stories do not."""
    chosen = deviations()
    return {name: [_case(entry, chosen) for entry in cases] for name, cases in recorded()["stories"].items()}


def recorded() -> dict[str, Any]:
    """The recording as it is: `stories`, and `not_replayed` by reason."""
    return _read("recording.json")


def deviations() -> list[dict[str, Any]]:
    """Where we chose to answer otherwise: `reason`, `cases` or a pattern of their `request`, and what we do `instead`."""
    return _read("deviations.json")


def matches(entry: dict[str, Any], deviation: dict[str, Any]) -> bool:
    """A deviation names its cases, or describes their requests."""
    if entry["id"] in deviation.get("cases", ()):
        return True
    request = f"{entry['method']} {entry['path']} {entry['status']}"
    return "request" in deviation and fnmatch.fnmatch(request, deviation["request"])


def _case(entry: dict[str, Any], deviations: list[dict[str, Any]]) -> Case:
    for deviation in deviations:
        if matches(entry, deviation):
            entry = {**entry, **deviation["instead"]}
    return Case(**entry)


def _read(name: str) -> Any:
    return json.loads((HERE / name).read_text(encoding="utf-8"))


@dataclass
class Meaning:
    """Turns recorded text into text of this run.

    `words` are the recorded words that this story says otherwise, `names` what its cases saved, `answers` the meaning of
    `<dev:...>`, `<project:...>` and `<user:...>`; `start` is T and `now` is N, both UTC.
    """

    start: datetime
    words: dict[str, str]
    answers: dict[str, str]
    names: dict[str, str] = field(default_factory=dict)
    now: datetime = datetime.min

    def request(self, recorded: Any) -> Any:
        return self._walk(recorded, self._request_text)

    def answer(self, recorded: Any) -> Any:
        return self._walk(recorded, self._answer_text)

    def _walk(self, node: Any, text) -> Any:
        if isinstance(node, dict):
            return {key: self._walk(value, text) for key, value in node.items()}
        if isinstance(node, list):
            return [self._walk(value, text) for value in node]
        return text(node) if isinstance(node, str) else node

    def _request_text(self, text: str) -> str:
        return re.sub(r"<<(.+?)>>", lambda found: self._named(found[1]), self._say(text))

    def _named(self, name: str) -> str:
        time = self._time(name)
        return time.strftime(REQUEST_FORMAT) if time else self.names[name]

    def _answer_text(self, text: str) -> str:
        # placeholders first: the names of devices in them are recorded ones
        text = re.sub(r"<((?:dev|project|user):[^<>]+)>", lambda found: self.answers[found[1]], text)
        text = re.sub(r"datetime\.datetime\(<([TN][+-]\d+)>\)", lambda found: repr(self._time(found[1])), text)
        text = re.sub(r"<iso\.us ([TN][+-]\d+)>", lambda found: self._time(found[1]).isoformat(timespec="microseconds"), text)
        return self._say(text)

    def _say(self, text: str) -> str:
        for word, ours in self.words.items():
            text = text.replace(word, ours)
        return text

    def _time(self, name: str) -> datetime | None:
        found = re.fullmatch(r"([TN])([+-]\d+)", name)
        if not found:
            return None
        return (self.start if found[1] == "T" else self.now) + timedelta(minutes=int(found[2]))


def same_text(expected: str, found: Any) -> bool:
    """True if the texts agree where the recording does not say "anything"; missing parameters come in any order."""
    missing = "Missing parameter "
    if isinstance(found, str) and found.startswith(missing) and expected.startswith(missing):
        return sorted(found[len(missing) :].split(", ")) == sorted(expected[len(missing) :].split(", "))
    pattern = ".+".join(re.escape(part) for part in ANYTHING.split(expected))
    return isinstance(found, str) and re.fullmatch(pattern, found, re.DOTALL) is not None
