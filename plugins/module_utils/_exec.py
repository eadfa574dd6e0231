# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to the collection: not an interface for others.
"""To work inside a running container, by the best way that its service has (contract 3.6).

Today's CHI@Edge has sessions with both streams and a return code. Elsewhere a shell in the container makes up for what the
service lacks. Where there is no shell either, a command runs as the service has it, with both streams in one.
"""

from __future__ import annotations

import math
import typing as t

from ._container import View, find_container
from ._errors import EdgeError, NotFoundError
from ._exec_channels import BY_THE_SYSTEM, Channels, Trust, are_offered
from ._exec_detached import Detached, NoShell
from ._exec_rest import Rest
from ._exec_script import as_text, unpacked
from ._exec_stage import Stage
from ._exec_ways import Ask, Command, NoSuchProgram, Outcome, Way, asking, not_running, watchful
from ._exec_words import pattern, word
from ._waiter import Watch

if t.TYPE_CHECKING:
    from ._cloud import Cloud


# A longer script travels as a file.
_LONGEST_SCRIPT = 16 * 1024
_LONGEST_WORD = 100 * 1024


class Exec:
    """A running container, to work inside.

    :param container: its id. :param name: as the user knows it, for messages.
    :param has_channels: whether the service has the sessions of M(_exec_channels).
    :param survives: a command is to outlive a session that breaks, which takes a shell.
    """

    def __init__(
        self, ask: Ask, container: str, name: str, has_channels: bool, survives: bool = False, trust: Trust = BY_THE_SYSTEM
    ) -> None:
        self.name = name
        self.has_channels = has_channels
        ask = watchful(ask, container)
        self._is_direct = has_channels and not survives
        self._way: Way = Channels(ask, container, name, trust) if has_channels else Rest(ask, container, name)
        self.stage = Stage(ask, self._way, container, name)
        self._detached = Detached(self._way, name, self.stage)
        self._lack: NoShell | None = None

    def run(self, command: Command, timeout: float = math.inf, watch: Watch | None = None) -> Outcome:
        """Run a command to its end.

        :param timeout: seconds that it may take. :param watch: sees that it runs, where that can be seen.
        :raises NoSuchProgram: :raises NotExecutable: when nothing has been run.
        :raises CommandTimeout: with C(stdout) and C(stderr).
        :raises StillRunning: when neither its return code nor its further output can be had.
        :raises ConnectionLost: when it cannot be known whether it has run.
        """
        # variables may be secret, and a command's words are no secret
        if self._is_direct and command.stdin is None and not command.environment:
            return self._run_directly(command, timeout)
        if self._lack is None:
            try:
                return self._detached.run(command, timeout, watch)
            except NoShell as exc:
                self._lack = exc
        if command.chdir or command.environment or command.stdin is not None:
            raise EdgeError(f"{self._lack.message} chdir, environment and stdin need that.")
        return self._run_directly(command, timeout)

    def shell(self, script: str, timeout: float = math.inf) -> Outcome:
        """Run code of the shell, of any length. :raises NoShell:"""
        if len(script) > _LONGEST_SCRIPT:
            return self._detached.run(Command(["sh"], stdin=script.encode("utf-8", "surrogateescape")), timeout)
        return self._detached.run(Command(["sh", "-c", script]), timeout)

    def read(self, script: str) -> bytes:
        """Run code of the shell that reads and prints at once, and must not print anything else.

        :raises ConnectionLost: :raises StillRunning: when that took too long.
        :raises EdgeError: when the service or the image cannot carry it.
        """
        if len(script) > _LONGEST_WORD:
            return self.shell(script).stdout
        if self._way.is_separate:
            return self._way.call(["sh", "-c", script]).out
        answer = self._way.call(["sh", "-c", as_text(script)])
        try:
            return unpacked(answer.out.decode(errors="replace"))
        except ValueError as exc:
            said = answer.out[:200].decode(errors="replace").strip()
            raise EdgeError(f'Could not read from container "{self.name}": {said}.') from exc

    def exists(self, glob: str, chdir: str | None = None) -> bool:
        """Whether a file of that name, or that matches, is in the container. :raises NoShell:"""
        enter = f"cd {word(chdir)} || exit 2; " if chdir else ""
        test = f'{enter}for f in {pattern(glob)}; do if [ -e "$f" ] || [ -L "$f" ]; then exit 0; fi; done; exit 1'
        code = self._asked(test)
        if code == 2:
            raise EdgeError(f'There is no directory "{chdir}" in container "{self.name}".')
        return code == 0

    def _asked(self, test: str) -> int:
        try:
            return self._way.call(["sh", "-c", test]).code
        except NoSuchProgram as exc:
            raise NoShell(f'Container "{self.name}" has no shell (sh), which is needed to look for a file.') from exc

    def _run_directly(self, command: Command, timeout: float) -> Outcome:
        words: t.Sequence[str] = command.argv
        if command.chdir:
            words = ["sh", "-c", f'cd {word(command.chdir)} || exit; exec "$@"', "sh", *words]
        answer = self._way.call(words, None if math.isinf(timeout) else timeout)
        return Outcome(answer.code, answer.out, answer.err, merged=not self._way.is_separate)


def running_container(cloud: Cloud, name_or_id: str) -> View:
    """The container of that name or id. One request.

    :raises NotFoundError: :raises AmbiguousError: :raises EdgeError: when it does not run.
    """
    view = find_container(cloud, name_or_id)
    if view is None:
        raise NotFoundError(f'There is no container "{name_or_id}".')
    if view["status"] != "Running":
        raise not_running(view)
    return view


def enter(cloud: Cloud, view: View) -> Exec:
    """A running container, to work inside. One request, or three where the service may have sessions."""
    from ._back_end import recognise

    ask, trust = asking(cloud), Trust(*cloud.trust)
    has_channels = recognise(cloud).is_kubernetes and are_offered(ask, view["id"], view["name"], trust)
    return Exec(ask, view["id"], view["name"], has_channels, trust=trust)
