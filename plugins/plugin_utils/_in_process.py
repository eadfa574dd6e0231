# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to the collection: not an interface for others.
"""Runs an operation inside Ansible's own process: imports made once, one token a run, and live progress.

The operation is free of AnsibleModule, so nothing of a module's surroundings has to be imitated but the checking of its
arguments, and for that Ansible has a public part. Whenever the task is not plainly here, now and as me, the ordinary
module runs instead, with the same result.
"""

from __future__ import annotations

import io
import os
import sys
import traceback
import typing as t
from contextlib import contextmanager, redirect_stderr, redirect_stdout

from ansible import constants as C
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible.module_utils.common.parameters import remove_values
from ansible.module_utils.parsing.convert_bool import boolean
from ansible.plugins.action import ActionBase
from ansible.utils.display import Display

from ..module_utils import _cloud
from ..module_utils._context import Context, Pace
from ..module_utils._errors import EdgeError
from ..module_utils._secrets import concealed, nested_secrets, presentable
from ._own_directory import own_directory

display = Display()

# A strategy loads the class of an action in the parent of its workers, so they inherit what is imported here. Never a
# session: those must not cross a fork.
try:
    _cloud.preload()
    MISSING: Exception | None = None
except Exception as exc:  # whatever is wrong with the libraries here, the module may run elsewhere
    MISSING = exc

# Read by the interpreter, the linker, or by openstacksdk at import: too late to set them for this process.
FIXED_ENVIRONMENT = ("PYTHON", "LD_", "DYLD_", "HOME", "XDG_")

SWITCH = "chi_edge_in_process"

CONSTRAINTS = ("mutually_exclusive", "required_together", "required_one_of", "required_if", "required_by")


def plain(value: t.Any) -> t.Any:
    """The value as JSON would carry it: no tagged, vaulted or unsafe strings, no objects of a library."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, bytes):
        return value.decode("utf-8", "surrogateescape")
    if isinstance(value, str):
        return str.__str__(value)
    if isinstance(value, int):
        return int(value)
    if isinstance(value, float):
        return float(value)
    if isinstance(value, t.Mapping):
        return {plain(key) if isinstance(key, str) else str(key): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [plain(item) for item in value]
    if hasattr(value, "isoformat"):
        return value.isoformat()
    return str.__str__(str(value))


class InProcessContext(Context):
    """The context of an operation inside Ansible's own process."""

    def __init__(self, params: dict[str, t.Any], task: t.Any, host: str, secrets: set[str]) -> None:
        super().__init__(params, bool(task.check_mode), bool(task.diff))
        self.warnings: list[str] = []
        self._host = host
        self._secrets = secrets
        self._is_silent = bool(task.no_log)

    def warn(self, message: str) -> None:
        self.warnings.append(message)

    def secret(self, value: str) -> None:
        if value:
            self._secrets.add(value)

    def watcher(self, subject: str) -> t.Callable[[str, float, float], None] | None:
        if self._is_silent:
            return None
        pace = Pace()

        def watch(state: str, elapsed: float, timeout: float) -> None:
            if pace.is_time(state):
                # the line names host and object, since several hosts speak at once; stderr, since a callback may own stdout
                line = f"  [{self._host}] {subject}: {state}, {elapsed:.0f} s (timeout {timeout:.0f} s)"
                display.display(remove_values(line, self._secrets), color=C.COLOR_VERBOSE, stderr=True)

        return watch

    def token_directory(self) -> str:
        return own_directory()


@contextmanager
def environment(extra: dict[str, str]) -> t.Iterator[None]:
    """The task's C(environment) in our own process, and taken back afterwards."""
    before = dict(os.environ)
    os.environ.update(extra)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


class InProcessAction(ActionBase):
    """Base of every action plugin of the collection; a subclass names its C(operation)."""

    _supports_check_mode = True
    _supports_async = True
    TRANSFERS_FILES = False
    operation: t.ClassVar[t.Any]

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        task_vars = task_vars or {}
        result: dict[str, t.Any] = super().run(None, task_vars)
        extra: dict[str, t.Any] = {}
        self._compute_environment_string(extra)
        extra = {key: str(value) for key, value in plain(extra).items()}
        hindrance = self._hindrance(task_vars, extra)
        if hindrance:
            display.vvv(f"{self._task.action} runs as an ordinary module: {hindrance}", host=task_vars.get("inventory_hostname"))
            task_vars = self._with_interpreter(task_vars)
            result.update(self._execute_module(task_vars=task_vars, wrap_async=bool(self._task.async_val)))
            return result
        with environment(extra):
            result.update(self._run_here(task_vars))
        return result

    # -- here or elsewhere -----------------------------------------------------------------------------------------

    def _hindrance(self, task_vars: dict[str, t.Any], extra: dict[str, str]) -> str | None:
        """Why the task must run as an ordinary module, or None."""
        if not boolean(plain(self._templar.template(task_vars.get(SWITCH, True))), strict=False):
            return f"{SWITCH} is false"
        if sys.platform == "darwin":
            return "requests may crash in a forked process on macOS"
        if self._task.async_val:
            return "async"
        if self._connection.transport not in ("local", "ansible.builtin.local"):
            return f"the connection is {self._connection.transport}"
        if self._connection.become is not None:
            return "become"
        interpreter = self._interpreter(task_vars)
        if interpreter and not interpreter.startswith("auto") and interpreter != sys.executable:
            # not compared as real paths: two virtual environments may share one Python
            return f"ansible_python_interpreter is {interpreter}"
        fixed = sorted(name for name in extra if name.startswith(FIXED_ENVIRONMENT))
        if fixed:
            return f"the environment sets {', '.join(fixed)}"
        if MISSING is not None:
            return f"the libraries cannot be imported here: {MISSING}"
        return None

    def _interpreter(self, task_vars: dict[str, t.Any]) -> str | None:
        """The Python that the user set for the host that the task runs on, or None."""
        if self._task.delegate_to:
            task_vars = task_vars.get("ansible_delegated_vars", {}).get(self._task.delegate_to, {})
        interpreter = task_vars.get("ansible_python_interpreter")
        return None if interpreter is None else str(plain(self._templar.template(interpreter)))

    def _with_interpreter(self, task_vars: dict[str, t.Any]) -> dict[str, t.Any]:
        """On a local connection an ordinary module runs with Ansible's own Python, unless the user set another."""
        if self._connection.transport != "local" or self._task.delegate_to or self._interpreter(task_vars):
            return task_vars
        return dict(task_vars, ansible_python_interpreter=sys.executable)

    # -- here ------------------------------------------------------------------------------------------------------

    def _run_here(self, task_vars: dict[str, t.Any]) -> dict[str, t.Any]:
        spec = self.operation.SPEC
        given = plain(self._task.args)
        secrets = nested_secrets(given)
        constraints = {name: spec[name] for name in CONSTRAINTS if name in spec}
        checked = ArgumentSpecValidator(spec["argument_spec"], **constraints).validate(given)
        secrets |= {str(value) for value in checked._no_log_values}
        params = checked.validated_parameters
        if checked.error_messages:
            return self._finish({"failed": True, "msg": self._complaint(checked)}, params, secrets, task_vars)
        context = InProcessContext(params, self._task, task_vars.get("inventory_hostname", "localhost"), secrets)
        try:
            # what a library prints would be taken for a fault of Ansible's worker
            with redirect_stdout(io.StringIO()), redirect_stderr(io.StringIO()):
                out = self.operation.run(context)
        except EdgeError as exc:
            out = {**exc.result, "failed": True, "msg": exc.message}
        except (Exception, SystemExit) as exc:
            secrets |= concealed(self.operation, params)
            out = {"failed": True, "msg": f"{type(exc).__name__}: {exc}", "exception": traceback.format_exc()}
        finally:
            context.close()
        deprecations = [{key: value for key, value in item.items() if value is not None} for item in checked._deprecations]
        warnings = [f"Both option {item['option']} and its alias {item['alias']} are set." for item in checked._warnings]
        warnings += context.warnings
        if warnings:
            out["warnings"] = warnings
        if deprecations:
            out["deprecations"] = deprecations
        return self._finish(out, params, secrets, task_vars)

    def _complaint(self, checked: t.Any) -> str:
        message = str(checked.errors.msg)
        if type(checked.errors[0]).__name__ == "UnsupportedError":
            return f"Unsupported parameters for ({self._task.action}) module: {message}"
        return message

    def _finish(
        self, out: dict[str, t.Any], params: dict[str, t.Any], secrets: set[str], task_vars: dict[str, t.Any]
    ) -> dict[str, t.Any]:
        """Shape the result as a module's, and mask the secrets."""
        out = plain(out)
        out.setdefault("changed", False)
        if _shows_invocation(task_vars):
            out.setdefault("invocation", {"module_args": presentable(self.operation, plain(params))})
        flags = {key: value for key, value in out.items() if value is None or isinstance(value, bool)}
        return {**remove_values(out, secrets), **flags}


def _shows_invocation(task_vars: dict[str, t.Any]) -> bool:
    """From ansible-core 2.21 on a result carries its invocation only if that is configured."""
    try:
        return bool(C.config.get_config_value("INJECT_INVOCATION", variables=task_vars))
    except Exception:  # older: the setting does not exist, and the invocation is always there
        return True
