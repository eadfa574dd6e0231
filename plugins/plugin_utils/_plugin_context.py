# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to the collection: not an interface for others.
"""The context of what is no module: an inventory or a connection, inside Ansible's own process."""

from __future__ import annotations

import typing as t

from ansible.module_utils.common.parameters import remove_values
from ansible.utils.display import Display

from ..module_utils._context import Context
from ..module_utils._secrets import nested_secrets
from ._own_directory import own_directory

display = Display()


class PluginContext(Context):
    """Says what it has to say on the display, without the secrets that it knows of.

    :param params: the options of C(chi.edge.cloud). :param shares_token: else the log-in is a new one.
    """

    def __init__(self, params: dict[str, t.Any], shares_token: bool = True) -> None:
        super().__init__(params, check_mode=False, diff=False)
        self._shares_token = shares_token
        self._secrets = nested_secrets(params)

    def warn(self, message: str) -> None:
        display.warning(self.masked(message))

    def secret(self, value: str) -> None:
        if value:
            self._secrets.add(value)

    def masked(self, message: str) -> str:
        """The message as it may be shown."""
        return str(remove_values(message, self._secrets))

    def token_directory(self) -> str | None:
        return own_directory() if self._shares_token else None
