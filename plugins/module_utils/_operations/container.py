# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to the collection: not an interface for others.
"""What M(chi.edge.container) does (contract 3)."""

from __future__ import annotations

import typing as t

from .. import _container as zun
from .. import _container_spec
from .._cloud import AUTH_SPEC
from .._container_options import ARGUMENTS
from .._container_spec import IN_PLACE, Wanted
from .._container_status import GRACE, ContainerFailed, Settling, is_up
from .._container_waits import Attendant
from .._container_wanted import WantedContainer
from .._context import Context
from .._errors import EdgeError
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
    """One container: of that id, or the one of that name. C(self.raw) is what Zun told of it last."""

    noun = "container"

    def __init__(self, context: Context, options: Wanted) -> None:
        super().__init__(context)
        self.raw: zun.Raw | None = None
        self.left_different: list[str] = []
        self.wanted = WantedContainer(self.cloud, options, self.params["lease"])
        self.attendant = Attendant(
            self.cloud,
            **self.patience,
            watch=context.watcher(f"container {self.subject}"),
            environment=options.get("environment", {}),
        )

    def run(self) -> dict[str, t.Any]:
        try:
            return {**super().run(), "differences": self.left_different}
        except EdgeError as exc:
            exc.result.setdefault("changed", self.changed)  # what this run has made is left to be looked at
            raise

    # -- the states ------------------------------------------------------------------------------------------------

    def present(self) -> None:
        if not self._provide():
            self._start()

    def stopped(self) -> None:
        # only what runs can be stopped, so that is waited for whatever the user says
        if not self._provide(must_run=True) and self.raw["status"] in ("Stopped", "Created", "Error", "Dead"):
            return
        if self.raw["status"] != "Running":
            self._start(must_run=True)
        self._stop()

    def restarted(self) -> None:
        if not self._provide():
            self._restart()

    def absent(self) -> None:
        self._find()
        if self.raw:
            self.difference.note("state", "present", "absent")
            self._delete(is_enough=not self.params["wait"])

    # -- the verbs -------------------------------------------------------------------------------------------------

    def _find(self) -> None:
        options = self.wanted.options
        self._see(zun.read_container(self.cloud, options.get("id") or options["name"]))

    def _see(self, raw: zun.Raw | None) -> None:
        self.raw, self.current = raw, zun.container_view(raw) if raw else None

    def _provide(self, must_run: bool = False) -> bool:
        """Have a container that is as wanted, as far as the user lets us. Tells whether it is a new one, and so runs."""
        self._find()
        if self.raw and self.raw["status"] == "Deleting":
            self._delete()
        if not self.raw:
            self.difference.note("state", "absent", "present")
            for option, value in _container_spec.shown(self.wanted.options).items():
                self.difference.note(option, None, value)
            self._create(must_run)
            return True
        found = self.wanted.differences(self.raw)
        for option, (present, wanted) in found.items():
            self.difference.note(option, present, wanted)
        lasting = sorted(set(found) - set(IN_PLACE))
        has_failed = self.raw["status"] in ("Error", "Dead")
        recreate = self.params["recreate"]
        if recreate == "always" or (recreate == "on_change" and (lasting or has_failed)):
            self.difference.note("id", self.raw["uuid"], "(a new one)")
            self._create(must_run)
            return True
        if lasting:
            self.left_different = lasting
            self.context.warn(
                f'Container "{self.raw["name"]}" differs in {", ".join(lasting)}, which cannot be changed in place, and was left '
                "as it is. Set recreate to on_change to have it replaced."
            )
        if not has_failed:
            self._update({option: wanted for option, (_present, wanted) in found.items() if option in IN_PLACE})
        return False

    def _create(self, must_run: bool) -> None:
        """Make it, in the place of the one that is there, if any."""
        body, version = self.wanted.request(self.raw, self.context.warn)
        if self.raw:
            self._delete()
        predicted = {**body, "uuid": None, "status": "Running", "project_id": self.cloud.project_id}
        self._see(self.change(lambda: zun.create_container(self.cloud, body, version), predicted))
        self._settle(must_run=must_run)

    def _update(self, changes: dict[str, t.Any]) -> None:
        if changes:
            self.change(lambda: zun.update_container(self.cloud, self.current, **changes), None)
            self._see({**self.raw, **changes})

    def _start(self, must_run: bool = False) -> None:
        status = self.raw["status"]
        if status in ("Stopped", "Paused") or (status == "Created" and not self.raw["task_state"]):
            self.difference.note("status", status, "Running")
            self.change(lambda: zun.start_container(self.cloud, self.current), None)
            self._settle(Settling(self.params["stable_for"], status), "Running", must_run)
        elif not is_up(self.current):
            try:
                self._settle(must_run=must_run)
            except ContainerFailed as exc:
                exc.message += " Set recreate to on_change to have it replaced."
                raise

    def _stop(self) -> None:
        self.difference.note("status", "Running", "Stopped")
        self.change(lambda: zun.stop_container(self.cloud, self.current, self.params["stop_timeout"]), None)
        if self.waits:
            self._see(self.attendant.until_it_is("Stopped", self.raw))
        elif self.context.check_mode:
            self._see({**self.raw, "status": "Stopped"})

    def _restart(self) -> None:
        status, timeout = self.raw["status"], self.params["stop_timeout"]
        self.difference.note("state", "present", "restarted")
        self.change(lambda: zun.restart_container(self.cloud, self.current, timeout), None)
        self._settle(Settling(self.params["stable_for"], status, timeout + GRACE, ran_before=True), "Running")

    def _delete(self, is_enough: bool = False) -> None:
        self.change(lambda: self.attendant.until_it_is_gone(self.raw, self.params["stop_timeout"], is_enough), None)
        self._see(None)

    def _settle(self, judge: Settling | None = None, predicted: str | None = None, must_run: bool = False) -> None:
        """Wait until it runs for good; where nothing is waited for, only see that it has not failed already.

        :param predicted: the status that the change before this would give.
        """
        judge = judge or Settling(self.params["stable_for"])
        if self.waits or (must_run and not self.context.check_mode):
            self._see(self.attendant.until_it_runs(self.raw, judge, is_new=predicted is None))
        elif predicted and self.context.check_mode:
            self._see({**self.raw, "status": predicted})
        else:
            self.attendant.see_that_it_may_run(self.raw, judge)
