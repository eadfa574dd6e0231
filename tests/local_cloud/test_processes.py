# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What runs, where it listens, how much memory it takes."""

from __future__ import annotations

import ipaddress
import os
import pathlib
import re
import socket
import struct

import pytest

LISTEN = "0A"
LIMIT = 3.5 * 1024  # MiB
PORTS = {1234, 2375, 4370, 5000, 5005, 6784, 8778, 9292, 9517, 9696, 13306, 15673, 23750, 25673}
PROGRAMS = {
    "blazar-api",
    "blazar-manager",
    "docker-bridge",
    "epmd",
    "glance",
    "keystone",
    "kuryr",
    "mariadb",
    "neutron",
    "neutron-l3",
    "neutron-linuxbridge",
    "placement",
    "rabbitmq",
    "registry",
    "supervisord",
    "zun-api",
    "zun-wsproxy",
}


def sockets(pid: int) -> set[str]:
    """Inodes of a process's sockets."""
    found = set()
    for entry in pathlib.Path(f"/proc/{pid}/fd").iterdir():
        try:
            if target := re.fullmatch(r"socket:\[(\d+)\]", os.readlink(entry)):
                found.add(target[1])
        except FileNotFoundError:
            continue
    return found


def listeners(pid: int) -> dict[str, tuple[str, int]]:
    """Inode -> address and port of every TCP listener in the process's network namespace."""
    found = {}
    for name, words in (("tcp", 1), ("tcp6", 4)):
        for line in pathlib.Path(f"/proc/{pid}/net/{name}").read_text().splitlines()[1:]:
            fields = line.split()
            if fields[3] == LISTEN:
                address, port = fields[1].split(":")
                packed = b"".join(struct.pack("<I", int(address[8 * i : 8 * i + 8], 16)) for i in range(words))
                found[fields[9]] = (str(ipaddress.ip_address(packed)), int(port, 16))
    return found


def test_every_program_runs(cloud):
    running = set(cloud.processes().values())
    assert running >= PROGRAMS
    assert sum(name.startswith("zun-compute-") for name in running) >= 3


def test_keystone_answers_one_request_at_a_time(cloud):
    """Its threads would see each other's tokens: a restricted credential made a lease, as an unrestricted one may."""
    keystones = [pid for pid, name in cloud.processes().items() if name == "keystone"]
    assert keystones
    for pid in keystones:
        words = pathlib.Path(f"/proc/{pid}/cmdline").read_bytes().decode().split("\0")
        assert words[words.index("--processes") + 1] == words[words.index("--threads") + 1] == "1"


def test_every_listener_is_on_loopback(cloud):
    heard = {}
    for pid, name in cloud.processes().items():
        mine = sockets(pid)
        heard.update({where: name for inode, where in listeners(pid).items() if inode in mine})
    assert {port for _address, port in heard} >= PORTS
    assert not {where: name for where, name in heard.items() if not ipaddress.ip_address(where[0]).is_loopback}


@pytest.mark.parametrize("port", [5000, 9517, 2375, 13306])
def test_nothing_answers_on_the_hosts_other_addresses(port):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.connect(("192.0.2.1", 9))  # nothing is sent
        own = probe.getsockname()[0]
    with pytest.raises(OSError):
        socket.create_connection((own, port), timeout=1).close()


def test_memory(cloud):
    total = 0
    for pid in cloud.processes():
        rollup = pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text()
        total += int(re.search(r"^Pss: +(\d+)", rollup, re.MULTILINE)[1])
    assert total / 1024 <= LIMIT
