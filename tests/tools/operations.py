# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs whole operations in the test's own process, with options as a user gives them."""

from __future__ import annotations

import typing as t
from importlib import import_module

import pytest
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible_collections.chi.edge.plugins.module_utils._context import Context
from ansible_collections.chi.edge.plugins.module_utils._errors import EdgeError
from ansible_collections.chi.edge.tests.tools.kubernetes_zun import Behaviour
from ansible_collections.chi.edge.tests.tools.small_cloud import SmallCloud

OPERATIONS = "ansible_collections.chi.edge.plugins.module_utils._operations"


class Told(Context):
    """Notes what is said to the user."""

    def __init__(self, params: dict[str, t.Any], check_mode: bool) -> None:
        super().__init__(params, check_mode, diff=True)
        self.warnings: list[str] = []
        self.secrets: set[str] = set()
        self.states: list[str] = []

    def warn(self, message: str) -> None:
        self.warnings.append(message)

    def secret(self, value: str) -> None:
        self.secrets.add(value)

    def watcher(self, subject: str) -> t.Callable[[str, float, float], None]:
        return lambda state, _elapsed, _timeout: self.states.append(f"{subject}: {state}")


class Runner:
    """Runs operations against one cloud; remembers what the last one has told."""

    def __init__(self, cloud: SmallCloud | Behaviour) -> None:
        self.cloud = cloud
        self.told: Told | None = None

    def __call__(self, operation: str, check: bool = False, **options: t.Any) -> dict[str, t.Any]:
        module = import_module(f"{OPERATIONS}.{operation}")
        rules = {key: value for key, value in module.SPEC.items() if key not in ("argument_spec", "supports_check_mode")}
        checked = ArgumentSpecValidator(module.SPEC["argument_spec"], **rules).validate({"cloud": self.cloud.cloud(), **options})
        assert not checked.error_messages, checked.error_messages
        self.told = Told(checked.validated_parameters, check)
        try:
            return module.run(self.told)
        finally:
            self.told.close()

    def fails(self, operation: str, **options: t.Any) -> EdgeError:
        """As a call, for one that has to fail: how it did."""
        with pytest.raises(EdgeError) as caught:
            self(operation, **options)
        return caught.value

    @property
    def writes(self) -> list[str]:
        """What the cloud was asked to change."""
        return [asked for asked in self.cloud.asked if not asked.startswith("GET ")]
