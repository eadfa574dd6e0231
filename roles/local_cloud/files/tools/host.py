# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the cloud needs of the host's kernel and engine: arm64 emulation, the public bridge, kuryr's plugin file.

    host.py DIRECTORY --bridge NAME --cidr NETWORK --kuryr URL [--engine service|program]

`--engine` says that the role is about to start the engine, as a service of the host or as a program of its own.
Prints what it changed as JSON. What sweep.py has to undo is noted in var/host.json.
"""

from __future__ import annotations

import argparse
import ipaddress
import json
import pathlib
import platform
import re
import subprocess

from shell import run

BINFMT = pathlib.Path("/proc/sys/fs/binfmt_misc")
FORWARDING = pathlib.Path("/proc/sys/net/ipv4/ip_forward")
KURYR_SPEC = pathlib.Path("/usr/lib/docker/plugins/kuryr/kuryr.spec")

HANDLER = "chi-edge-aarch64"

# Debian and Ubuntu differ in the interpreter's name; `-P` keeps the program's own argv[0].
INTERPRETERS = (("/usr/libexec/qemu-binfmt/aarch64-binfmt-P", "PF"), ("/usr/bin/qemu-aarch64-static", "F"))
MAGIC = r"\x7f\x45\x4c\x46\x02\x01\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x02\x00\xb7\x00"
MASK = r"\xff\xff\xff\xff\xff\xff\xff\x00\xff\xff\xff\xff\xff\xff\xff\xff\xfe\xff\xff\xff"


def _suits(handler: str) -> bool:
    """Whether a handler, as the kernel describes it, is enabled and has the F flag."""
    return handler.startswith("enabled") and re.search(r"^flags: \w*F", handler, re.MULTILINE) is not None


class Host:
    """The host, and the notes of what was changed on it."""

    def __init__(self, directory: pathlib.Path):
        self.owner = f"chi.edge local cloud {directory}"
        self.notes_file = directory / "var" / "host.json"
        self.notes = json.loads(self.notes_file.read_text()) if self.notes_file.exists() else {}
        self.changes: list[str] = []

    def note(self, name: str, value: str | bool = True) -> None:
        """Remember before the change is made, so that a broken run is undone as well."""
        self.notes[name] = value
        self.notes_file.write_text(json.dumps(self.notes) + "\n")
        self.changes.append(name)

    def before_engine(self, way: str) -> None:
        """Note what the engine will change on a host on which it has not run since the last boot."""
        if way == "service" and "engine_service" not in self.notes:
            self.note("engine_service")
        if "forward_policy" not in self.notes and not pathlib.Path("/sys/class/net/docker0").exists():
            self.note("forward_policy", run("iptables", "-S", "FORWARD").split()[2])
            self.note("ip_forward", FORWARDING.read_text().strip())

    def engine_service_runs(self) -> bool:
        """Whether the engine is a service of the host that the role has started and that still runs."""
        if "engine_service" not in self.notes:
            return False
        return subprocess.run(["systemctl", "is-active", "--quiet", "docker.service"], check=False).returncode == 0

    def emulate_arm64(self) -> None:
        """Let the kernel run arm64 programs; the F flag opens the interpreter now, so containers need none of their own."""
        if platform.machine() == "aarch64":
            return
        if not (BINFMT / "register").exists():
            self.note("binfmt_mounted")
            run("mount", "-t", "binfmt_misc", "binfmt_misc", str(BINFMT))
        if any(_suits(handler.read_text()) for handler in (BINFMT / "qemu-aarch64", BINFMT / HANDLER) if handler.exists()):
            return
        # The kernel asks the newest handler first, so one without the flag can stay as it is.
        interpreter, flags = next(found for found in INTERPRETERS if pathlib.Path(found[0]).exists())
        (BINFMT / "register").write_text(f":{HANDLER}:M::{MAGIC}:{MASK}:{interpreter}:{flags}")
        self.changes.append("arm64 emulation")

    def namespaces(self) -> None:
        """Forget router namespaces that did not survive the host's last boot: only their names did, and block new ones."""
        mounted = {line.split()[1] for line in pathlib.Path("/proc/mounts").read_text().splitlines()}
        for path in pathlib.Path("/run/netns").glob("qrouter-*"):
            if str(path) not in mounted:
                path.unlink()
                self.changes.append(f"stale namespace {path.name}")

    def bridge(self, name: str, address: str) -> None:
        """The public network's bridge, through which the host itself reaches floating IPs."""
        exists = pathlib.Path(f"/sys/class/net/{name}").exists()
        links = json.loads(run("ip", "-json", "address", "show", "dev", name)) if exists else []
        if not links:
            run("ip", "link", "add", name, "type", "bridge")
            run("ip", "link", "set", name, "alias", self.owner)
            self.changes.append(f"bridge {name}")
        elif pathlib.Path(f"/sys/class/net/{name}/ifalias").read_text().strip() != self.owner:
            raise SystemExit(
                f"The bridge {name} exists and is not of this local cloud. "
                "Choose another name with local_cloud_public_bridge, or delete the bridge if nothing uses it."
            )
        have = {f"{entry['local']}/{entry['prefixlen']}" for link in links for entry in link["addr_info"]}
        if address not in have:
            run("ip", "address", "add", address, "dev", name)
            self.changes.append(f"address {address}")
        if not links or "UP" not in links[0]["flags"]:
            run("ip", "link", "set", name, "up")
            self.changes.append(f"{name} up")

    def kuryr(self, url: str) -> None:
        """Tell the engine where its network driver `kuryr` listens."""
        have = KURYR_SPEC.read_text().strip() if KURYR_SPEC.exists() else None
        if have == url:
            return
        if have and "kuryr" not in self.notes:
            raise SystemExit(f"{KURYR_SPEC} names another kuryr ({have}); two on one engine cannot work.")
        self.note("kuryr", url)
        KURYR_SPEC.parent.mkdir(parents=True, exist_ok=True)
        KURYR_SPEC.write_text(url + "\n")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("directory", type=pathlib.Path)
    parser.add_argument("--bridge", required=True)
    parser.add_argument("--cidr", type=ipaddress.ip_network, required=True, help="the public network")
    parser.add_argument("--kuryr", required=True)
    parser.add_argument("--engine", choices=("service", "program"))
    arguments = parser.parse_args()
    host = Host(arguments.directory)
    if arguments.engine:
        host.before_engine(arguments.engine)
    host.emulate_arm64()
    host.namespaces()
    host.bridge(arguments.bridge, f"{next(arguments.cidr.hosts())}/{arguments.cidr.prefixlen}")
    host.kuryr(arguments.kuryr)
    print(json.dumps({"changed": bool(host.changes), "changes": host.changes}))


if __name__ == "__main__":
    main()
