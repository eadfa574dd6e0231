# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The Docker Engine, when the local cloud has to leave it as it was."""

from __future__ import annotations

import contextlib
import pathlib
import re
import subprocess
import time

import strays
from shell import run
from waiting import answers

SOCKET = "unix:/var/run/docker.sock"
START_TIMEOUT = 60  # seconds
ZUN_NAME = re.compile(r"zun-(sandbox-)?[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")
OWN_NETWORKS = {"bridge", "host", "none"}


def docker(*words: str) -> list[str]:
    """Run the client; return the lines of its answer."""
    return run("docker", *words).splitlines()


def systemctl(verb: str) -> None:
    # Without its socket the service would come back with the next client.
    run("systemctl", verb, "docker.socket", "docker.service")


@contextlib.contextmanager
def running(pidfile: pathlib.Path, log: pathlib.Path):
    """Have an engine for as long as the context lasts, starting one for the purpose if none answers."""
    if answers(SOCKET):
        yield
    elif pathlib.Path("/run/systemd/system").is_dir():
        systemctl("start")
        try:
            yield
        finally:
            systemctl("stop")
    else:
        with _program(pidfile, log):
            yield


@contextlib.contextmanager
def _program(pidfile: pathlib.Path, log: pathlib.Path):
    with log.open("a") as stream:
        process = subprocess.Popen(["dockerd", "--pidfile", pidfile, "--live-restore"], stdout=stream, stderr=stream)
    try:
        deadline = time.monotonic() + START_TIMEOUT
        while not answers(SOCKET):
            if process.poll() is not None or time.monotonic() > deadline:
                raise SystemExit(f"The Docker Engine does not start; see {log}.")
            time.sleep(0.2)
        yield
    finally:
        process.terminate()
        process.wait()


def remove_containers() -> bool:
    """Remove what Zun made: its containers by their names, its networks by their driver."""
    containers = list(filter(ZUN_NAME.match, docker("ps", "--all", "--format", "{{.Names}}")))
    if containers:
        docker("rm", "--force", "--volumes", *containers)
    networks = docker("network", "ls", "--quiet", "--filter", "driver=kuryr")
    for network in networks:
        for guest in docker("network", "inspect", "--format", "{{range $id, $_ := .Containers}}{{$id}} {{end}}", network):
            for container in guest.split():
                docker("network", "disconnect", "--force", network, container)
        docker("network", "rm", network)
    return bool(containers or networks)


def is_bare() -> bool:
    """Whether nobody but us has used the engine for containers."""
    return not docker("ps", "--all", "--quiet") and set(docker("network", "ls", "--format", "{{.Name}}")) <= OWN_NETWORKS


def stop_own(pidfile: pathlib.Path) -> bool:
    pids = strays.recorded(pidfile)
    strays.end(pids)
    return bool(pids)
