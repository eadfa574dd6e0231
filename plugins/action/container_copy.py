# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs chi.edge.container_copy inside Ansible's own process where that is the same, with files found as copy finds them."""

from __future__ import annotations

import os
import typing as t

from ansible.errors import AnsibleError

from ..module_utils._operations import container_copy
from ..plugin_utils._in_process import InProcessAction, plain


class ActionModule(InProcessAction):
    """See chi.edge.container_copy."""

    operation = container_copy

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        # another machine's files are not ours to look for
        if self._connection.transport in ("local", "ansible.builtin.local"):
            self._task.args = self._found(self._task.args)
        return super().run(tmp, task_vars)

    def _found(self, args: dict[str, t.Any]) -> dict[str, t.Any]:
        """The options with the path on this machine made absolute: to read in C(files) of role and play, to write in the play."""
        option = next((name for name in ("local_path", "path") if isinstance(args.get(name), str)), None)
        given = plain(args[option]) if option else ""
        if not given or os.path.isabs(os.path.expanduser(given)):
            return args
        slash = "/" if given.endswith("/") else ""
        if args.get("state") == "from_container":
            found = self._loader.path_dwim(given)
        else:
            try:
                found = self._find_needle("files", given)
            except AnsibleError:
                return args  # the operation tells it better
        return {**args, option: found.rstrip("/") + slash}
