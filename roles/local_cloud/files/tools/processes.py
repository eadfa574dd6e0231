# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Bring the programs of a local cloud to what their files say: start, or stop, through supervisor.

    processes.py [--check] DIRECTORY start PROGRAM ...     start the named programs, restart any whose file has changed
    processes.py [--check] DIRECTORY stop                  stop all, supervisor, and the engine if the role started it

Prints what it changed as JSON.
"""

from __future__ import annotations

import argparse
import fcntl
import json
import pathlib

import engine
import strays
from host import Host
from supervision import Supervisor


def start(supervisor: Supervisor, programs: list[str], check: bool) -> dict:
    launched = not supervisor.runs()
    if check:
        return {"changed": launched or bool(supervisor.idle(programs))}
    if launched:
        supervisor.launch()
    restarted, removed = supervisor.refresh()
    started = supervisor.start(list(dict.fromkeys(programs + restarted)))
    return {"changed": bool(launched or started or removed), "started": started, "removed": removed}


def stop(supervisor: Supervisor, check: bool) -> dict:
    runs = supervisor.runs()
    if runs and not check:
        supervisor.end()
    run = supervisor.directory / "run"
    left = strays.marked(supervisor.directory) + strays.recorded(run / "supervisord.pid") + strays.recorded(run / "dockerd.pid")
    service = Host(supervisor.directory).engine_service_runs()
    if not check:
        strays.end(left)
        if service:
            engine.systemctl("stop")
    return {"changed": bool(runs or left or service)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="only tell whether anything would change")
    parser.add_argument("directory", type=pathlib.Path)
    parser.add_argument("action", choices=("start", "stop"))
    parser.add_argument("programs", nargs="*")
    arguments = parser.parse_args()
    supervisor = Supervisor(arguments.directory)
    # Two runs at once would take each other's processes for strays.
    lock = (arguments.directory / ".local-cloud").open("a")
    fcntl.flock(lock, fcntl.LOCK_EX)
    if arguments.action == "start":
        result = start(supervisor, arguments.programs, arguments.check)
    else:
        result = stop(supervisor, arguments.check)
    print(json.dumps(result))


if __name__ == "__main__":
    main()
