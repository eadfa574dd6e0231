# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Start a build, follow it, stop it.

    build.py start BUILD        with the job as JSON on stdin; a build of the same job that runs already is left to it
    build.py follow BUILD PHASE [--at-most SECONDS]     until the phase is over, or the build
    build.py stop BUILD

BUILD is the folder of one image. A build is a process of its own (worker.py), so that it goes on when whoever has started it goes
away, and whoever comes again can follow it.
"""

from __future__ import annotations

import argparse
import base64
import json
import os
import pathlib
import signal
import subprocess
import sys
import time

from state import PHASES, State


def start(build: pathlib.Path) -> None:
    """Lay out the folder and let the worker begin. Prints whether it has."""
    job = json.load(sys.stdin)
    os.umask(0o022)
    build.mkdir(parents=True, exist_ok=True)
    state = State(build)
    handle = state.hold()
    if handle is None:
        if state.job().get("fingerprint") != job["fingerprint"]:
            raise SystemExit(f"Another image {job['name']} is being built already, from something else: see {state.log}.")
        print(json.dumps({"changed": False}))
        return
    missing = unknown_elements(job)
    if missing:
        raise SystemExit(f"Neither diskimage-builder nor image_builder_elements_path has an element {', '.join(missing)}.")
    state.clear()
    for name, files in job.pop("elements").items():
        for file in files:
            write(
                build / "elements" / name / file["path"],
                base64.b64decode(file["content"]),
                0o755 if file["executable"] else 0o644,
            )
    write(build / "sources.list", job.pop("sources").encode(), 0o644)
    write(state.job_file, json.dumps(job, indent=2).encode(), 0o644)
    worker = [sys.executable, str(pathlib.Path(__file__).with_name("worker.py")), str(build)]
    with open(state.log, "wb") as log:
        process = subprocess.Popen(
            worker, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True, pass_fds=[handle]
        )
    state.note(process.pid)
    print(json.dumps({"changed": True}))


def unknown_elements(job: dict) -> list[str]:
    """Elements that are nowhere; better told now than by a traceback in the log."""
    program = pathlib.Path(job["command"][0])
    known = {path.name for path in program.parents[1].glob("lib/python*/site-packages/diskimage_builder/elements/*")}
    first = next(index for index, word in enumerate(job["command"]) if word.endswith("-minimal"))
    return [name for name in job["command"][first:] if name not in known | set(job["elements"])]


def write(path: pathlib.Path, content: bytes, mode: int) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    path.chmod(mode)


def follow(build: pathlib.Path, phase: str, at_most: float) -> None:
    """Wait until a phase is over. Prints what is known; ends with a sentence and the tail of the log if the build has failed."""
    state = State(build)
    began = time.monotonic()
    while not (over := state.is_past(phase)) and time.monotonic() - began < at_most:
        if not state.is_running() and not state.outcome():
            raise SystemExit(f"The build was ended from outside, in the phase {state.phase()!r}.{state.tail()}")
        time.sleep(0.5)
    outcome = state.outcome()
    if outcome and outcome["error"]:
        raise SystemExit(f"{outcome['error']}{state.tail()}")
    durations = state.durations()
    told = ", ".join(f"{name} {seconds} s" for name, seconds in durations.items())
    result = outcome["result"] if outcome else None
    print(json.dumps({"over": over, "elapsed": sum(durations.values()), "told": told, "result": result}))


def stop(build: pathlib.Path) -> None:
    """End the build. With the process that it was started in go all of it, and its mounts."""
    state = State(build)
    if not state.is_running():
        return
    os.kill(state.pid(), signal.SIGTERM)
    while state.is_running():
        time.sleep(0.1)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    for name in ("start", "follow", "stop"):
        commands.add_parser(name).add_argument("build", type=pathlib.Path)
    commands.choices["follow"].add_argument("phase", choices=list(PHASES))
    commands.choices["follow"].add_argument("--at-most", type=float, default=float("inf"))
    arguments = parser.parse_args()
    if arguments.command == "start":
        start(arguments.build)
    elif arguments.command == "follow":
        follow(arguments.build, arguments.phase, arguments.at_most)
    else:
        stop(arguments.build)


if __name__ == "__main__":
    main()
