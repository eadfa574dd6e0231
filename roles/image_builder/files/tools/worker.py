# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The process of a build: runs diskimage-builder apart from the host, notes the phases, finishes the file.

    worker.py BUILD

It inherits the lock of the build. diskimage-builder mounts much and may be ended at any time; in namespaces of its own, its
mounts and processes cannot outlive it.
"""

from __future__ import annotations

import os
import pathlib
import shlex
import shutil
import signal
import subprocess
import sys
import time

import archive
from state import FIRST, LAST, OVER, PHASES, State

PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
PROXIES = ("http_proxy", "https_proxy", "no_proxy")
MAPPER = pathlib.Path("/dev/mapper")

# kpartx and dmsetup are replaced in the namespace only; the latter would complain of what it cannot do.
STAND_IN = """
mount --bind {kpartx} /usr/sbin/kpartx
[ ! -e /usr/sbin/dmsetup ] || mount --bind /bin/true /usr/sbin/dmsetup
"""


class BuildError(Exception):
    """The image cannot be built, for the reason that it tells."""


def main() -> None:
    os.umask(0o022)  # who uploads the image need not be root
    state = State(pathlib.Path(sys.argv[1]))
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("The build was stopped."))
    mapped_before = MAPPER.exists()
    error, result = None, None
    try:
        result = build(state, state.job())
        state.write(state.result_file, result)
    except BuildError as caught:
        error = str(caught)
    except Exception as caught:  # whoever follows the build must hear of it
        error = f"The build failed with {type(caught).__name__}: {caught}."
    finally:
        clean(state.build / "tmp", mapped_before)
    state.write(state.outcome_file, {"error": error, "result": result})


def build(state: State, job: dict) -> dict:
    """Make the image; return what is to be known of it."""
    began = time.time()
    timestamp = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(began))
    provenance = {**job["provenance"], "build-timestamp": timestamp, "build-tag": f"{job['name']}-{timestamp}"}
    state.write(state.build / "provenance.json", provenance)
    for folder in ("TMP_DIR", "DIB_IMAGE_CACHE", "DIB_LOCKFILES"):
        pathlib.Path(job["environment"][folder]).mkdir(parents=True, exist_ok=True)
    state.enter(FIRST)
    run_builder(state, job)
    state.enter(LAST)
    file = pathlib.Path(job["file"])
    if job["type"] == "docker":
        archive.write(file, pathlib.Path(job["built_as"]), job["name"].lower(), job["arch"])
        os.unlink(job["built_as"])
    sha256 = archive.sha256(file)
    state.enter(OVER)
    return {
        "file": str(file),
        "bytes": file.stat().st_size,
        "sha256": sha256,
        "fingerprint": job["fingerprint"],
        "layout": job["layout"],
        "provenance": provenance,
        "seconds": round(time.time() - began),
        "log": str(state.log),
    }


def run_builder(state: State, job: dict) -> None:
    """Run diskimage-builder, copy what it says into the log, note its phases."""
    script = STAND_IN.format(kpartx=shlex.quote(str(pathlib.Path(__file__).with_name("kpartx")))) if job["stand_in"] else ""
    script += f"exec {shlex.join(job['command'])}"
    environment = {"PATH": PATH, "HOME": "/root", "USER": "root", "LANG": "C.UTF-8", **job["environment"]}
    environment |= {name: os.environ[name] for name in PROXIES if name in os.environ}
    process = subprocess.Popen(
        # whichever of them dies, the others go with it
        ["setpriv", "--pdeathsig", "KILL", "unshare", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc"]
        + ["sh", "-ec", script],
        cwd=state.build,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    )
    try:
        coming = [phase for phase, beginning in PHASES.items() if beginning]
        for line in process.stdout:
            sys.stdout.write(line)
            sys.stdout.flush()
            begun = next((phase for phase in coming if PHASES[phase].search(line)), None)
            if begun:
                state.enter(begun)
                coming = coming[coming.index(begun) + 1 :]
        if process.wait():
            raise BuildError(f"diskimage-builder ended with the status {process.returncode} in the phase {state.phase()!r}.")
    finally:
        process.kill()
        process.wait()


def clean(scratch: pathlib.Path, mapped_before: bool) -> None:
    """Take back what a build that was ended early has left on the host: loop devices, folders, links to partitions."""
    listing = subprocess.run(
        ["losetup", "--list", "--noheadings", "--raw", "--output", "NAME,BACK-FILE"], capture_output=True, text=True, check=False
    ).stdout
    for line in listing.splitlines():
        device, _space, file = line.partition(" ")
        if file.startswith(f"{scratch}/"):
            for command in (["partx", "--delete"], ["kpartx", "-d"], ["losetup", "--detach"]):
                if shutil.which(command[0]):
                    subprocess.run([*command, device], capture_output=True, check=False)
    shutil.rmtree(scratch, ignore_errors=True)
    if not mapped_before:
        shutil.rmtree(MAPPER, ignore_errors=True)


if __name__ == "__main__":
    main()
