# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to the collection: not an interface for others.
"""What M(chi.edge.container) does (contract 3)."""

from __future__ import annotations

import typing as t

from .. import _container as zun
from .. import _container_election, _container_spec
from .._cloud import AUTH_SPEC
from .._container import Raw, container_view
from .._container_options import ARGUMENTS
from .._container_spec import IN_PLACE, Wanted
from .._container_status import ContainerFailed, Settling, has_failed, is_up
from .._container_waits import Attendant
from .._container_wanted import WantedContainer
from .._context import Context
from .._difference import Difference
from .._errors import EdgeError, WaitTimeout
from .._resource import WAIT_SPEC, Resource

SPEC: dict[str, t.Any] = {
    "argument_spec": {
        **AUTH_SPEC,
        **WAIT_SPEC,
        **ARGUMENTS,
        "state": {"type": "str", "default": "present", "choices": ["present", "stopped", "restarted", "absent"]},
        "recreate": {"type": "str", "default": "never", "choices": ["never", "on_change", "always"]},
        "stable_for": {"type": "float", "default": 2.0},
        "stop_timeout": {"type": "int", "default": 5},
        "wait_interval": {"type": "float", "default": 1.0},
    },
    "required_one_of": [("name", "id")],
    "supports_check_mode": True,
}

conceal = _container_spec.conceal


def run(context: Context) -> dict[str, t.Any]:
    """Bring the container into the wanted state."""
    options = _container_spec.wanted_of(context.params)  # what is wrong with the options needs no connection
    return ContainerResource(context, options).run()


class ContainerResource(Resource):
    """One container: of that id, or the one of that name. Its methods take it as Zun told it last, and return it so."""

    noun = "container"

    def __init__(self, context: Context, options: Wanted) -> None:
        super().__init__(context)
        self._left_different: list[str] = []
        self._wanted = WantedContainer(self.cloud, options, self.params["lease"])
        self._attendant = Attendant(
            self.cloud,
            **self.patience,
            watch=context.watcher(f"container {self.subject}"),
            environment=options.get("environment", {}),
        )

    def run(self) -> dict[str, t.Any]:
        try:
            return {**super().run(), "differences": self._left_different}
        except EdgeError as exc:
            exc.result.setdefault("changed", self.changed)  # what this run has made is left to be looked at
            raise

    # -- the states ------------------------------------------------------------------------------------------------

    def present(self) -> None:
        raw, is_new = self._provided()
        self.current = container_view(raw if is_new else self._running(raw))

    def stopped(self) -> None:
        # only what runs can be stopped, so that is waited for whatever the user says
        raw, _is_new = self._provided(must_run=True)
        if raw["status"] not in ("Stopped", "Created", "Error", "Dead"):
            raw = self._stopped(raw if raw["status"] == "Running" else self._running(raw, must_run=True))
        self.current = container_view(raw)

    def restarted(self) -> None:
        raw, is_new = self._provided()
        self.current = container_view(raw if is_new else self._restarted(raw))

    def absent(self) -> None:
        for raw in self._found():
            self.difference.note("state", "present", "absent")
            self._delete(raw, is_enough=not self.params["wait"])

    # -- the verbs -------------------------------------------------------------------------------------------------

    def _found(self) -> list[Raw]:
        """It, and behind it the twins that other runs have made of it."""
        options = self._wanted.options
        return zun.read_twins(self.cloud, options.get("id") or options["name"])

    def _alone(self) -> Raw | None:
        """It, without the twins."""
        found = self._found()
        if len(found) > 1 and not self.context.check_mode:
            for twin in _container_election.twins_of(self.cloud, found[0], self.params["wait_interval"]):
                self.difference.note(twin["uuid"], "a second one of the name", "deleted")
                self._delete(twin)
        return found[0] if found else None

    def _provided(self, must_run: bool = False) -> tuple[Raw, bool]:
        """A container that is as wanted, as far as the user lets us, and whether it is a new one, and so runs."""
        raw = self._alone()
        if raw and raw["status"] == "Deleting":
            self._delete(raw)
            raw = None
        if not raw:
            self.difference.note("state", "absent", "present")
            for option, value in _container_spec.shown(self._wanted.options).items():
                self.difference.note(option, None, value)
            return self._created(None, must_run)
        found = self._wanted.differences(raw)
        for option, (present, wanted) in found.items():
            self.difference.note(option, present, wanted)
        lasting = sorted(set(found) - set(IN_PLACE))
        is_broken, recreate = has_failed(container_view(raw)), self.params["recreate"]
        if recreate == "always" or (recreate == "on_change" and (lasting or is_broken)):
            self.difference.note("id", raw["uuid"], "(a new one)")
            return self._created(raw, must_run)
        if lasting:
            self._left_different = lasting
            self.context.warn(
                f'Container "{raw["name"]}" differs in {", ".join(lasting)}, which cannot be changed in place, and was left '
                "as it is. Set recreate to on_change to have it replaced."
            )
        changes = {option: wanted for option, (_present, wanted) in found.items() if option in IN_PLACE}
        return (self._updated(raw, changes) if changes and not is_broken else raw), False

    def _created(self, present: Raw | None, must_run: bool) -> tuple[Raw, bool]:
        """Make it, in the place of the one that is there, if any; or go on with the one that another run has just made."""
        body, version = self._wanted.request(present, self.context.warn)
        if present:
            self._delete(present)
        predicted = {**body, "uuid": None, "status": "Running", "project_id": self.cloud.project_id}
        raw = self.change(lambda: zun.create_container(self.cloud, body, version), predicted)
        # who names a container by its id knows of others of its name
        is_alone = self.context.check_mode or "id" in self._wanted.options
        elder = None if is_alone else _container_election.elder_of(self.cloud, raw)
        if elder:
            self._delete(raw)
            self.changed, self.difference = bool(present), Difference()
            return elder, False
        self.is_new = not present
        if self.context.check_mode:
            return raw, True
        return self._settled(raw, Settling(self.params["stable_for"]), must_run, is_new=True), True

    def _replaced(self, raw: Raw, must_run: bool) -> Raw:
        """Make anew what Zun does not get on with: if its service on the device ends at the wrong moment, it never will."""
        self.context.warn(f'Container "{raw["name"]}" was not made all the time that was waited for it, and is replaced.')
        self.difference.note("id", raw["uuid"], "(a new one)")
        self._attendant.begin_anew()
        made, is_new = self._created(raw, must_run)
        return made if is_new else self._running(made, must_run)

    def _updated(self, raw: Raw, changes: dict[str, t.Any]) -> Raw:
        self.change(lambda: zun.update_container(self.cloud, container_view(raw), **changes), None)
        return {**raw, **changes}

    def _running(self, raw: Raw, must_run: bool = False) -> Raw:
        view, status = container_view(raw), raw["status"]
        if status in ("Stopped", "Paused") or (status == "Created" and not raw["task_state"] and not has_failed(view)):
            self.difference.note("status", status, "Running")
            self.change(lambda: zun.start_container(self.cloud, view), None)
            if self.context.check_mode:
                return {**raw, "status": "Running"}
            return self._settled(raw, Settling(self.params["stable_for"], status), must_run)
        if is_up(view):
            return raw
        try:
            return self._settled(raw, Settling(self.params["stable_for"]), must_run)
        except ContainerFailed as exc:
            raise EdgeError(f"{exc.message} Set recreate to on_change to have it replaced.", **exc.result) from exc
        except WaitTimeout as exc:
            if self.params["recreate"] != "on_change" or (exc.result["container"] or {}).get("status") != "Creating":
                raise
        return self._replaced(raw, must_run)

    def _stopped(self, raw: Raw) -> Raw:
        self.difference.note("status", "Running", "Stopped")
        self.change(lambda: zun.stop_container(self.cloud, container_view(raw), self.params["stop_timeout"]), None)
        if self.context.check_mode:
            return {**raw, "status": "Stopped"}
        return self._attendant.until_it_is("Stopped", raw) if self.waits else raw

    def _restarted(self, raw: Raw) -> Raw:
        self.difference.note("state", "present", "restarted")
        self.change(lambda: zun.restart_container(self.cloud, container_view(raw), self.params["stop_timeout"]), None)
        if self.context.check_mode:
            return {**raw, "status": "Running"}
        return self._settled(raw, Settling(self.params["stable_for"], raw["status"], ran_before=True))

    def _delete(self, raw: Raw, is_enough: bool = False) -> None:
        self.change(lambda: self._attendant.until_it_is_gone(raw, self.params["stop_timeout"], is_enough), None)

    def _settled(self, raw: Raw, judge: Settling, must_run: bool = False, is_new: bool = False) -> Raw:
        """Wait until it runs for good; where nothing is waited for, only see that it has not failed already.

        :param must_run: wait, whatever the user says. :param is_new: as for M(Attendant.until_it_runs).
        """
        if self.waits or (must_run and not self.context.check_mode):
            return self._attendant.until_it_runs(raw, judge, is_new)
        self._attendant.see_that_it_may_run(raw, judge)
        return raw
