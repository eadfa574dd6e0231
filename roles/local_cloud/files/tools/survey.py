# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Look at the host and change nothing.

Reads the role's variables on stdin, prints what it found as JSON; `objections` are the reasons not to go on. One look
at the beginning spares the role a task for each of the questions. Like place.py, the host gets it through `python -c`.
"""

from __future__ import annotations

import hashlib
import ipaddress
import json
import os
import pathlib
import re
import shutil
import socket
import subprocess
import sys

DOCKER_SOCKET = "/var/run/docker.sock"
FIRST_ADDRESS = 10  # of the pool; those before it stay for the bridge and for whoever needs one
NAME = re.compile(r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?$")


def missing_packages(names: list[str]) -> list[str]:
    query = ["dpkg-query", "--show", "--showformat=${Package} ${db:Status-Status}\n", *names]
    listing = subprocess.run(query, capture_output=True, text=True, check=False).stdout
    installed = {line.split()[0] for line in listing.splitlines() if line.endswith(" installed")}
    return [name for name in names if name not in installed]


def engine_answers() -> bool:
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(5)
        try:
            connection.connect(DOCKER_SOCKET)
            connection.sendall(b"GET /_ping HTTP/1.0\r\n\r\n")
            return b" 200 " in connection.recv(64)
        except OSError:
            return False


def engine_is_ours(directory: pathlib.Path) -> bool:
    """Whether the running engine is the one that the role keeps: its pid file lies in the cloud's folder."""
    try:
        pid = int((directory / "run" / "dockerd.pid").read_text())
        return pathlib.Path(f"/proc/{pid}/comm").read_text().strip() == "dockerd"
    except (OSError, ValueError):
        return False


def traces(directory: pathlib.Path) -> list[str]:
    """What shows that a local cloud of this folder was brought up here: the folder, or its bridge when that is gone."""
    owner = f"chi.edge local cloud {directory}"
    links = (link for link in pathlib.Path("/sys/class/net").glob("*/ifalias") if link.read_text().strip() == owner)
    return [str(path) for path in [directory, *links] if path.exists()]


def unfit_host(directory: pathlib.Path, present: bool) -> list[str]:
    """Why the local cloud cannot live on this host, or in this folder."""
    found = []
    if os.geteuid() != 0:
        found.append("It makes bridges, network namespaces and firewall rules: run the playbook as root.")
    if directory.is_dir() and any(directory.iterdir()) and not (directory / ".local-cloud").exists():
        found.append(f"{directory} is not empty and not of a local cloud: choose another one with local_cloud_directory.")
    mounts = pathlib.Path("/proc/mounts").read_text()
    routers = sorted(re.findall(r" /run/netns/(qrouter-\S+)", mounts))
    if routers and not present:
        found.append(f"Another Neutron has routers here ({', '.join(routers)}); the two would fight for bridges and firewall.")
    return found


def taken_ports(ports: dict[str, int]) -> list[str]:
    """Which of the ports somebody else has; asked only where no local cloud can have them."""
    found = []
    for name, port in ports.items():
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                found.append(f"Port {port} is taken: choose another one for {name} with local_cloud_ports.")
    return found


def unfit_devices(names: list[str]) -> list[str]:
    """Names become file names, host names in Zun and names in Blazar."""
    found = [
        f"{name!r} in local_cloud_devices is no name for a device: use a-z, 0-9, dots and hyphens."
        for name in names
        if not NAME.match(name)
    ]
    twice = sorted({name for name in names if names.count(name) > 1})
    return found + [f"{name!r} stands more than once in local_cloud_devices." for name in twice]


def address_pool(cidr: str, size: int) -> dict[str, str]:
    """The addresses for `size` floating IPs, and one more for the router; ValueError says what is wrong with them."""
    network = ipaddress.IPv4Network(cidr)
    first = network.network_address + FIRST_ADDRESS
    room = int(network.broadcast_address) - int(first) - 1
    if not 1 <= size <= room:
        raise ValueError(f"local_cloud_public_pool_size is {size}; {cidr} has room for 1 to {max(room, 0)} floating IPs")
    return {"start": str(first), "end": str(first + size)}


def main() -> None:
    question = json.loads(sys.stdin.read().partition("\n")[2])
    directory = pathlib.Path(question["directory"])
    answers = engine_answers()
    present = traces(directory)
    objections = unfit_host(directory, bool(present)) + unfit_devices(question["devices"])
    if not present:
        objections += taken_ports(question["ports"])
    pool = None
    try:
        pool = address_pool(question["public_cidr"], question["pool_size"])
        ipaddress.IPv4Network(question["container_cidr"])
    except ValueError as error:
        objections.append(f"{error}.")
    systemd = pathlib.Path("/run/systemd/system").is_dir()
    release = hashlib.sha256(question["requirements"].encode()).hexdigest()
    installed, migrated = directory / "venv" / "requirements.sha256", directory / "var" / "schemas"
    print(
        json.dumps(
            {
                "objections": objections,
                "pool": pool,
                "traces": present,
                "tools": all((directory / name).exists() for name in ("lib/processes.py", "venv/requirements.sha256")),
                "systemd": systemd,
                "packages": missing_packages(question["packages"]),
                "engine": {
                    "installed": shutil.which("dockerd", path="/usr/sbin:/usr/bin:/usr/local/bin") is not None,
                    "answers": answers,
                    "own": engine_is_ours(directory) if answers else not systemd,
                },
                "release": release,
                "installed": installed.exists() and installed.read_text().strip() == release,
                "migrated": migrated.exists() and migrated.read_text() == release,
            }
        )
    )


main()
