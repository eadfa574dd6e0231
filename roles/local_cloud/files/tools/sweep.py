# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Remove a local cloud, whatever is left of it, and nothing else.

    sweep.py DIRECTORY --kuryr URL --images-prefix PREFIX --registry HOST:PORT

Needs none of the cloud's processes, nor its virtual environment. Prints what it changed as JSON.
"""

from __future__ import annotations

import argparse
import json
import pathlib
import re
import shutil
import signal
import sys

import engine
import firewall
import strays
from acceptor import accept
from host import BINFMT, FORWARDING, HANDLER, KURYR_SPEC, Host
from shell import run

ROUTER = re.compile(r"qrouter-[0-9a-f-]{36}$")
# As Neutron and kuryr name them: the beginning of a network's or a port's id.
LINK = re.compile(r"(brq|tap)[0-9a-f]{8}-[0-9a-f]{2}$")


class Sweep:
    def __init__(self, directory: pathlib.Path):
        self.directory = directory
        self.host = Host(directory)
        self.changes: list[str] = []

    def done(self, what: str, really: object = True) -> None:
        if really:
            self.changes.append(what)

    def processes(self) -> None:
        """All at once: there is nothing left to be orderly for. The engine is not among them."""
        run = self.directory / "run"
        pids = strays.recorded(run / "supervisord.pid") + strays.marked(self.directory)
        strays.end(pids, signals=(signal.SIGKILL,))
        self.done("processes", pids)

    def containers(self, kuryr: str, images: list[str]) -> bool:
        """Containers, networks and images; return whether the engine is as bare as we found it."""
        if not self._has_spec(kuryr):
            return False
        log = self.directory / "log" / "dockerd.log"
        with accept(kuryr), engine.running(self.directory / "run" / "dockerd.pid", log):
            self.done("containers", engine.remove_containers())
            script = self.directory / "src" / "images" / "images.py"
            answer = run(sys.executable, str(script), *images, "--absent")
            self.done("images", json.loads(answer)["changed"])
            return engine.is_bare()

    @staticmethod
    def _has_spec(kuryr: str) -> bool:
        return KURYR_SPEC.exists() and KURYR_SPEC.read_text().strip() == kuryr

    def engine(self, bare: bool) -> None:
        """Stop the engine if we started it, and if nobody else has used it, undo what it did to the host."""
        notes = self.host.notes
        self.done("engine", engine.stop_own(self.directory / "run" / "dockerd.pid"))
        if self.host.engine_service_runs():
            engine.systemctl("stop")
            self.done("engine")
        if bare and "forward_policy" in notes:
            self.done("the engine's rules", firewall.drop(r"DOCKER", rules=r"docker0"))
            run("iptables", "--policy", "FORWARD", notes["forward_policy"])
            FORWARDING.write_text(notes["ip_forward"])
            if pathlib.Path("/sys/class/net/docker0").exists():
                run("ip", "link", "delete", "docker0")
                self.done("link docker0")

    def network(self) -> None:
        namespaces = [line.split()[0] for line in run("ip", "netns", "list").splitlines()]
        for name in filter(ROUTER.match, namespaces):
            run("ip", "netns", "delete", name)
            self.done(f"namespace {name}")
        for link in sorted(pathlib.Path("/sys/class/net").iterdir()):
            alias = link / "ifalias"
            ours = alias.exists() and alias.read_text().strip() == self.host.owner
            if (ours or LINK.match(link.name)) and link.exists():
                run("ip", "link", "delete", link.name)
                self.done(f"link {link.name}")
        self.done("firewall rules", firewall.drop(r"neutron"))
        self.done("address sets", firewall.drop_sets(r"NIPv[46]"))

    def kernel(self, kuryr: str) -> None:
        if self._has_spec(kuryr):
            KURYR_SPEC.unlink()
            for folder in list(KURYR_SPEC.parents)[:3]:
                if not any(folder.iterdir()):
                    folder.rmdir()
            self.done("kuryr's plugin file")
        handler = BINFMT / HANDLER
        if handler.exists():
            handler.write_text("-1")
            self.done("arm64 emulation")
        if self.host.notes.get("binfmt_mounted") and {entry.name for entry in BINFMT.iterdir()} == {"register", "status"}:
            run("umount", str(BINFMT))

    def files(self) -> None:
        """The folder; its marker goes last, so that a broken removal can be taken up again."""
        if self.directory.exists():
            for entry in self.directory.iterdir():
                if entry.name != ".local-cloud":
                    shutil.rmtree(entry) if entry.is_dir() and not entry.is_symlink() else entry.unlink()
            shutil.rmtree(self.directory)
            self.done(str(self.directory))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("directory", type=pathlib.Path)
    parser.add_argument("--kuryr", required=True)
    parser.add_argument("--images-prefix", required=True)
    parser.add_argument("--registry", required=True)
    arguments = parser.parse_args()
    sweep = Sweep(arguments.directory)
    sweep.processes()
    images = [
        f"--directory={sweep.directory}/var/images",
        f"--prefix={arguments.images_prefix}",
        f"--registry={arguments.registry}",
    ]
    sweep.engine(sweep.containers(arguments.kuryr, images))
    sweep.network()
    sweep.kernel(arguments.kuryr)
    sweep.files()
    print(json.dumps({"changed": bool(sweep.changes), "changes": sweep.changes}))


if __name__ == "__main__":
    main()
