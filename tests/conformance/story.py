# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Replays one story of the recording and tells what differs."""

from __future__ import annotations

import re
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from typing import Any

import lease_view
import recording
from comparison import compare_body
from recording import Case
from site_under_test import Answer, Devices, Site

# Stories in which time goes by: a date that a request does not name must be the one seen before.
LIVING = ("life", "life-moved", "late")
# Its devices sort behind all others, for `$name > ...`; its time is far ahead, for expressions that match others' devices.
SORTED_LAST = {"create-expressions": ("zz-conformance-", timedelta(days=60))}
# States that last a second or less.
FLEETING = re.compile(r"life-(STARTING|TERMINATING)-")
MISSED = "the lease had left this state already"
# Cases that mean something else once the minute is over in which the lease began or ended.
BOUND_TO_A_MINUTE = {
    "start_date": re.compile(r"life-ACTIVE-start-"),
    "end_date": re.compile(r"life-TERMINATED-extend|life-natural-TERMINATED-(extend|before_end|res|rename)$"),
}
STATE_TIMEOUT = 220


@dataclass
class Outcome:
    """What came of a case: no differences is agreement; `missed` tells why it could not be asked."""

    answer: Answer | None = None
    differences: list[str] = field(default_factory=list)
    missed: str | None = None


class Story:
    """One story with devices of its own."""

    def __init__(self, site: Site, name: str, number: int, cases: list[Case]):
        prefix, ahead = SORTED_LAST.get(name, (f"conformance-{number:02d}-", timedelta()))
        self.site, self.name, self.cases = site, name, cases
        self.living = name in LIVING
        self.any_is_ours = name not in SORTED_LAST
        # set once the story no longer depends on quick answers
        self.calm = threading.Event()
        self.devices = Devices(site, prefix)
        self.outcomes: dict[str, Outcome] = {}
        self._start = _this_minute() + ahead
        self._leases: dict[str, str] = {}
        self._seen: dict[str, dict[str, Any]] = {}
        self._last_saved = ""
        self._watcher = ThreadPoolExecutor(1)
        self._before = {
            "life-natural-seed": self._begin_life,
            "life-PENDING-show": self._begin_twin,
            "life-ACTIVE-show": self.calm.set,
            "life-ACTIVE-res-same": self._renew_twin,
            "life-ACTIVE-end-now-soon": self._await_tick,
            "life-TERMINATING-show": self._end_twin,
            "extra-end-is-past (dates moved by SQL): extend": lambda: self._await_past_end("p"),
        }

    def run(self) -> None:
        """Replay all cases, and take away whatever that made."""
        try:
            self.devices.enrol()
            self._meaning = recording.Meaning(self._start, self.devices.words, self._answers(), self._device_names())
            for case in self.cases:
                self.outcomes[case.id] = self._replay(case)
        finally:
            self.calm.set()
            for lease_id in self._leases:
                self.site.delete_lease(lease_id)
            self.devices.remove()

    def _answers(self) -> dict[str, str]:
        actors = {"demo": "member", "fork-other": "other", "admin": "admin", "service": "admin"}
        answers = {f"dev:{name}": device_id for name, device_id in self.devices.ids.items()}
        for name, actor in actors.items():
            answers[f"project:{name}"] = self.site.project_id(actor)
            answers[f"user:{name}"] = self.site.user_id(actor)
        return answers

    def _device_names(self) -> dict[str, str]:
        return {f"dev{number}": device_id for number, device_id in enumerate(self.devices.ids.values(), 1)}

    # Cases

    def _replay(self, case: Case) -> Outcome:
        if case.id in self._before:
            self._before[case.id]()
        if self._is_too_late(case):
            return Outcome(missed="the minute in which the lease began or ended is over")
        if FLEETING.match(case.id) and case.method != "GET":
            answer = self._twin_answers.result().get(case.id)
            return self._judge(case, answer, with_after=False) if answer else Outcome(missed=MISSED)
        if case.wait_for:
            waited = self._wait_for(case)
            if case.lease and case.lease["status"] != waited.body["lease"]["status"]:
                return Outcome(waited, missed=MISSED)
            if case.method == "GET":
                return self._judge(case, waited)
        return self._judge(case, self._ask(case))

    def _is_too_late(self, case: Case) -> bool:
        for date, cases in BOUND_TO_A_MINUTE.items():
            if cases.match(case.id):
                soon = _now() + timedelta(seconds=4)
                return self._seen[self._lease_of(case)][date][:16] < soon.isoformat()[:16]
        return False

    def _ask(self, case: Case) -> Answer:
        if re.search(r"<<N|\"now\"|'now'", str(case.request)):
            _avoid_seconds_after(56)
        self._meaning.now = _this_minute()
        answer = self._send(case, self._path(case), self._body(case))
        if case.method == "POST" and case.path == "/leases" and answer.status == 201:
            self._keep(case, answer.body["lease"])
        elif case.method == "POST" and answer.status == 201 and case.save:
            self._meaning.names[case.save[0]] = answer.body["device"]["id"]
        return answer

    def _send(self, case: Case, path: str, body: Any) -> Answer:
        return self.site.ask(case.actor, case.method, path, body, case.headers)

    def _path(self, case: Case) -> str:
        return self._meaning.request(case.path)

    def _body(self, case: Case) -> Any:
        return self._narrowed(self._meaning.request(case.request))

    def _keep(self, case: Case, lease: dict[str, Any]) -> None:
        """Remember a lease under the names of its case; one without a name only takes up a device."""
        self._leases[lease["id"]] = lease["name"]
        if not case.save:
            self.site.delete_lease(lease["id"])
            del self._leases[lease["id"]]
            return
        self._last_saved = lease["id"]
        self._meaning.names[case.save[0]] = lease["id"]
        if len(case.save) > 1:
            self._meaning.names[case.save[1]] = lease["reservations"][0]["id"]

    def _narrowed(self, node: Any) -> Any:
        """Say "any device" as "any of ours"."""
        if not self.any_is_ours:
            return node
        if isinstance(node, dict):
            return {
                key: self.devices.any if key == "resource_properties" and value == "" else self._narrowed(value)
                for key, value in node.items()
            }
        if isinstance(node, list):
            return [self._narrowed(value) for value in node]
        return node

    # Comparison

    def _judge(self, case: Case, answer: Answer, with_after: bool = True) -> Outcome:
        outcome = Outcome(answer)
        if answer.status != case.status:
            outcome.differences.append(f"status: expected {case.status}, found {answer.status}")
        if case.error is not None:
            expected = self._meaning.answer(case.error)
            if self.any_is_ours:
                expected = expected.replace("'resource_properties': ''", f"'resource_properties': {self.devices.any!r}")
            if self.living:
                expected = re.sub(r"datetime\.datetime\([^)]*\)", recording.ANY_TEXT, expected)
            if not recording.same_text(expected, answer.error):
                outcome.differences.append(f"error: expected {expected!r}, found {answer.error!r}")
            if isinstance(answer.body, dict) and answer.body.get("error_name") != case.error_name:
                outcome.differences.append(f"error_name: expected {case.error_name!r}, found {answer.body.get('error_name')!r}")
        if isinstance(answer.body, dict) and "lease" in answer.body and case.lease:
            found = lease_view.view(answer.body["lease"])
            outcome.differences += self._compare_lease(case, case.lease, found, answer.body["lease"]["id"])
        if case.lease_names is not None:
            ours = [lease["name"] for lease in answer.body["leases"] if lease["id"] in self._leases]
            wanted = [name for name in case.lease_names if name in self._leases.values()]
            if sorted(ours) != sorted(wanted):
                outcome.differences.append(f"leases: expected {wanted}, found {ours}")
        if case.body is not None:
            outcome.differences += compare_body(self._meaning.answer(case.body), answer.body, self.devices, self._leases)
        if with_after and case.after is not None:
            outcome.differences += self._compare_after(case)
        return outcome

    def _compare_after(self, case: Case) -> list[str]:
        lease_id = self._lease_of(case)
        answer = self.site.ask("admin", "GET", f"/leases/{lease_id}")
        if case.after == "gone":
            self._leases.pop(lease_id, None)
            return [] if answer.status == 404 else [f"afterwards: expected it gone, found {answer.status}"]
        if answer.status != 200:
            return [f"afterwards: found {answer}"]
        found = lease_view.view(answer.body["lease"])
        return [f"afterwards, {text}" for text in self._compare_lease(case, case.after, found, lease_id)]

    def _compare_lease(self, case: Case, recorded: dict[str, Any], found: dict[str, Any], lease_id: str) -> list[str]:
        expected = self._narrowed(self._meaning.answer(recorded))
        if self.living:
            for key in ("start_date", "end_date"):
                asked = case.status < 400 and key in (case.request or {})
                if key in expected and not asked and lease_id in self._seen:
                    expected[key] = self._seen[lease_id][key]
        self._seen[lease_id] = found
        if lease_id in self._leases:
            self._leases[lease_id] = found["name"]
        return lease_view.differences(expected, found, with_event_times=not self.living)

    def _lease_of(self, case: Case) -> str:
        found = re.match(r"/leases/<<(\w+)>>", case.path)
        return self._meaning.names[found[1]] if found else self._meaning.names["la"]

    # Time

    def _wait_for(self, case: Case) -> Answer:
        """Ask until the lease of the case, or the youngest one, is in a state that the case waits for."""
        by_path = re.match(r"/leases/<<(\w+)>>", case.path)
        lease_id = self._meaning.names[by_path[1]] if by_path else self._last_saved
        answer = self._wait(lease_id, case.wait_for)
        self._meaning.now = _this_minute()
        return answer

    def _wait(self, lease_id: str, states: list[str]) -> Answer:
        passed = {"STARTING": "ACTIVE", "TERMINATING": "TERMINATED"}
        enough = set(states) | {passed.get(state, state) for state in states}
        end = time.monotonic() + STATE_TIMEOUT
        while True:
            answer = self.site.ask("member", "GET", f"/leases/{lease_id}")
            if answer.body["lease"]["status"] in enough:
                return answer
            if time.monotonic() > end:
                raise AssertionError(f"lease {lease_id} is {answer.body['lease']['status']}, not {states}")
            # A starting lease is worth a fast look, one that lives for two minutes is not.
            time.sleep(0.05 if "STARTING" in states or "TERMINATING" in states else 0.5)

    def _begin_life(self) -> None:
        """Some cases ask for a new start within the minute of the first one."""
        _avoid_seconds_after(15)
        self._await_tick()

    def _await_tick(self) -> None:
        """Blazar looks for due events every 10 s: begin just after it did, so that what is due stays so for a while."""
        lease_id = self._empty_lease()
        self._wait(lease_id, ["ACTIVE"])
        self.site.delete_lease(lease_id)

    def _begin_twin(self) -> None:
        """A second lease: what would change the first one in a fleeting state is asked of this one."""
        self._twin = self._empty_lease()
        self._twin_answers = self._watcher.submit(self._ask_twin, "STARTING")

    def _renew_twin(self) -> None:
        self._twin = self._empty_lease()
        self._wait(self._twin, ["ACTIVE"])

    def _end_twin(self) -> None:
        self.site.ask("member", "PUT", f"/leases/{self._twin}", {"end_date": "now"})
        self._twin_answers = self._watcher.submit(self._ask_twin, "TERMINATING")

    def _ask_twin(self, state: str) -> dict[str, Answer]:
        """The answers to the cases of that state, asked as soon as the twin is in it and until it has left it."""
        answers: dict[str, Answer] = {}
        if self._wait(self._twin, [state]).body["lease"]["status"] != state:
            return answers
        for case in self.cases:
            if case.id.startswith(f"life-{state}-") and case.method != "GET":
                answer = self._send(case, f"/leases/{self._twin}", self._body(case))
                if answer.status < 300:
                    break
                answers[case.id] = answer
        return answers

    def _empty_lease(self) -> str:
        end = (_this_minute() + timedelta(hours=1)).strftime(recording.REQUEST_FORMAT)
        body = {"name": "conformance", "start_date": "now", "end_date": end, "reservations": [], "events": []}
        lease = self.site.ask("member", "POST", "/leases", body).body["lease"]
        self._leases[lease["id"]] = lease["name"]
        return lease["id"]

    def _await_past_end(self, name: str) -> None:
        """Until the lease has ended and the minute of its end is over."""
        lease_id = self._meaning.names[name]
        lease = self._wait(lease_id, ["TERMINATED"]).body["lease"]
        self._seen[lease_id] = lease_view.view(lease)
        while _this_minute().isoformat()[:16] <= lease["end_date"][:16]:
            time.sleep(1)


def _now() -> datetime:
    return datetime.now(timezone.utc).replace(tzinfo=None)


def _this_minute() -> datetime:
    return _now().replace(second=0, microsecond=0)


def _avoid_seconds_after(second: int) -> None:
    """Wait for the next minute if this one is older; so the server's minute is ours."""
    if _now().second > second:
        time.sleep(60.5 - _now().second)
