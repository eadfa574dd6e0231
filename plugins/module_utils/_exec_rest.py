# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to the collection: not an interface for others.
"""One command by one REST request: every Zun has it, with both streams in one and some seconds of time (contract 3.6)."""

from __future__ import annotations

import re
import typing as t

from ._errors import ServiceError
from ._exec_ways import Answer, Ask, NoSuchProgram, NotExecutable, StillRunning, execute, request
from ._exec_words import joined

# What Docker's runtime says in the place of the program's output, with the return code 126 or 127.
_RUNTIME_FAILED = re.compile(r"OCI runtime exec failed: .*?: exec(?: failed)?: .*", re.DOTALL)


class Rest:
    """See M(_exec_ways.Way)."""

    is_separate = False
    # Kubernetes' driver gives up after 5 s
    patience = 3

    def __init__(self, ask: Ask, container: str, name: str) -> None:
        self._ask = ask
        self._container = container
        self._name = name

    def call(self, argv: t.Sequence[str], seconds: float | None = None) -> Answer:
        command = joined(argv)
        try:
            with request(f'run "{argv[0]}" in container "{self._name}"'):
                answer = execute(self._ask, self._container, command, run="true", interactive="false")
        except ServiceError as exc:
            if exc.status == 409 and "timeout on executing" in exc.words.lower():
                raise self._still_running(argv, b"") from exc
            raise
        output = str(answer.get("output") or "")
        code = answer.get("exit_code")
        if code is None:
            raise self._still_running(argv, output.encode())
        if code == -1 or (code in (126, 127) and _RUNTIME_FAILED.match(output)):
            if code != -1 and "permission denied" in output.lower():
                raise NotExecutable(f'Could not run "{argv[0]}" in container "{self._name}": it cannot be executed.', rc=126)
            raise NoSuchProgram(f'Could not run "{argv[0]}" in container "{self._name}": there is no such program.', rc=127)
        return Answer(int(code), output.encode("utf-8", "surrogateescape"))

    def _still_running(self, argv: t.Sequence[str], output: bytes) -> StillRunning:
        return StillRunning(
            f'"{argv[0]}" is still running in container "{self._name}", but the service has stopped waiting for it and will tell '
            "neither its further output nor its return code. An image with a shell (sh) would allow to follow it.",
            stdout=output.decode(errors="replace"),
        )
