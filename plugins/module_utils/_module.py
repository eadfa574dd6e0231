# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to the collection: not an interface for others.
"""Runs an operation as an ordinary Ansible module."""

from __future__ import annotations

import traceback
import typing as t

from ansible.module_utils.basic import AnsibleModule

from ._context import Context
from ._errors import EdgeError
from ._secrets import concealed, nested_secrets, presentable


class EdgeModule(AnsibleModule):
    """AnsibleModule that also hides what Ansible takes for plain data: secrets in C(cloud), and what the operation conceals."""

    params: dict[str, t.Any]

    def __init__(self, operation: t.Any) -> None:
        self._operation = operation
        super().__init__(**operation.SPEC)

    def _log_invocation(self) -> None:
        # the system's log is written before any code of ours
        params = self.params
        self._conceal()
        super()._log_invocation()
        self.params = params

    def exit_json(self, **kwargs: t.Any) -> None:
        self._conceal()
        super().exit_json(**kwargs)

    def fail_json(self, msg: str, **kwargs: t.Any) -> None:
        # also called by Ansible itself when the arguments are wrong, before any code of ours
        self._conceal()
        super().fail_json(msg, **kwargs)

    def _conceal(self) -> None:
        params = getattr(self, "params", {})
        self.no_log_values.update(nested_secrets(params))
        self.params = presentable(self._operation, params)


class ModuleContext(Context):
    """The context of an ordinary module."""

    def __init__(self, module: EdgeModule) -> None:
        super().__init__(module.params, module.check_mode, module._diff)
        self._module = module

    def warn(self, message: str) -> None:
        self._module.warn(message)

    def secret(self, value: str) -> None:
        if value:
            self._module.no_log_values.add(value)


def run_module(operation: t.Any) -> None:
    """The body of every module.

    :param operation: a module of C(_operations): C(SPEC) and C(run(context)).
    """
    module = EdgeModule(operation)
    context = ModuleContext(module)
    for value in nested_secrets(module.params):
        context.secret(value)
    try:
        result = operation.run(context)
    except EdgeError as exc:
        module.fail_json(msg=exc.message, **exc.result)
    except Exception as exc:  # Python itself would print what is wrong, with whatever secret is in it
        module.no_log_values.update(concealed(operation, module.params))
        module.fail_json(msg=f"{type(exc).__name__}: {exc}", exception=traceback.format_exc())
    finally:
        context.close()
    module.exit_json(**result)
