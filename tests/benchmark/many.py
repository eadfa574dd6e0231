# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Measures many containers at once on the local cloud, beside other ways to have them, and draws the result.

Usage: OS_CLIENT_CONFIG_FILE=... CHI_EDGE_PYTHON_CHI=... many.py [PICTURE], with the Python of an environment that has python-chi.
All of them run on one leased device, each with a floating IP, and must answer by HTTP. Measured are whole commands outside the
lease's own waiting, through the proxy that counts their HTTP requests, those that ask whether a container answers included.
"""

from __future__ import annotations

import json
import os
import runpy
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Callable
from functools import partial
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / "tools"), str(HERE.parent / "integration")]

if __name__ == "__main__":
    # lets the collection be imported, as it does for the tests that use this
    runpy.run_path(str(HERE.parent / "conftest.py"))

from ansible_collections.chi.edge.tests.tools.fleet_server import serving  # noqa: E402
from run import BIN, run  # noqa: E402

from counting_proxy import counting  # noqa: E402
from provisioning import DEVICE, IMAGE  # noqa: E402

BUILD = HERE.parent.parent / ".build"
BUILD.mkdir(exist_ok=True)
NAME = "benchmark-many"
COUNTS = (1, 5, 10, 20)
# So many at most by other ways, which take their time.
PATIENCE = 5
PLANNED = (100, 250, 500)

Numbers = dict[str, list[tuple[float, float]]]


def wanted(count: int, **more: object) -> list[dict]:
    """The containers as the module takes them."""
    common = {
        "image": IMAGE,
        "networks": ["containernet1"],
        "exposed_ports": ["8080/tcp"],
        "floating_ip": True,
        "verify_url": "/",
    }
    return [{"name": f"{NAME}-{number}", "lease": NAME, **common, **more} for number in range(count)]


def play(task: dict, env: dict[str, str] | None = None, *options: str) -> float:
    """Seconds of a play with one task."""
    file = BUILD / "many.json"
    file.write_text(json.dumps([{"hosts": "localhost", "gather_facts": False, "tasks": [task]}]))
    return run(BIN / "ansible-playbook", file, *options, env=env)[0]


def lease(**options: object) -> None:
    """Have the lease, or have it gone."""
    play({"chi.edge.lease": {"cloud": "edge", "name": NAME, **options}})


def containers(count: int, state: str = "present", **more: object) -> dict:
    """The task for so many containers."""
    return {"chi.edge.containers": {"cloud": "edge", "containers": wanted(count, **more), "state": state}}


def measure() -> tuple[Numbers, Numbers]:
    """Seconds and requests by what was done and how, each against the number of containers."""
    seconds: Numbers = defaultdict(list)
    requests: Numbers = defaultdict(list)

    def note(label: str, count: int, call: Callable[[dict[str, str]], float]) -> None:
        with counting() as asked:
            elapsed = call(asked.environment)
        seconds[label].append((count, elapsed))
        requests[label].append((count, len(asked.requests)))
        print(f"{label:44}{count:>5}{elapsed:>9.1f} s{len(asked.requests):>6} requests", flush=True)

    for count in COUNTS:
        for label, state in (("made", "present"), ("unchanged", "present"), ("removed", "absent")):
            note(f"chi.edge, {label}", count, partial(play, containers(count, state)))
        for label, command in OTHERS.items() if count <= PATIENCE else ():
            words = command(count)
            note(label, count, lambda env, words=words: run(*words, env=env)[0])
            play(containers(count, "absent"))
    return seconds, requests


OTHERS = {
    "REST, one after the other": lambda count: (sys.executable, HERE / "bare_rest.py", "many", NAME, IMAGE, count),
    "openstack.cloud with uri": lambda count: (
        (BIN / "ansible-playbook", HERE / "peers.yml", "-e", json.dumps({"lease": NAME, "image": IMAGE, "count": count}))
    ),
    "python-chi": lambda count: (os.environ["CHI_EDGE_PYTHON_CHI"], HERE / "python_chi.py", NAME, IMAGE, count),
    "openstack command line": lambda count: ("bash", HERE / "cli.sh", NAME, IMAGE, count),
}


def planned(count: int) -> tuple[float, float]:
    """Seconds and MiB of Ansible's processes, to plan so many containers, on recorded answers."""
    peak, is_over = 0, threading.Event()

    def watch() -> None:
        nonlocal peak
        while not is_over.wait(0.05):
            peak = max(peak, sum(map(_proportional_size, _descendants(os.getpid()))))

    with serving(count) as (url, _asked):
        credential = {"auth_url": url, "application_credential_id": "id", "application_credential_secret": "secret"}
        clouds = BUILD / "clouds.json"
        clouds.write_text(json.dumps({"clouds": {"edge": {"auth_type": "v3applicationcredential", "auth": credential}}}))
        watching = threading.Thread(target=watch)
        watching.start()
        try:
            return play(containers(count, lease=None), {"OS_CLIENT_CONFIG_FILE": str(clouds)}, "--check"), peak / 2**20
        finally:
            is_over.set()
            watching.join()


def _descendants(pid: int) -> list[int]:
    children = [int(child) for file in Path(f"/proc/{pid}/task").glob("*/children") for child in file.read_text().split()]
    return children + [pid for child in children for pid in _descendants(child)]


def _proportional_size(pid: int) -> int:
    """Bytes in memory; what processes share counts in parts."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:  # it has ended
        return 0
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:")), 0)


def main() -> None:
    """Measure, print and draw."""
    for count in PLANNED:
        elapsed, size = planned(count)
        print(f"{'chi.edge, planned':44}{count:>5}{elapsed:>9.1f} s{size:>9.0f} MiB", flush=True)
    lease(start="now", duration="2h", device={"name": DEVICE})
    try:
        seconds, requests = measure()
    finally:
        play(containers(max(COUNTS), "absent"))
        lease(state="absent")
    if len(sys.argv) > 1:
        from plot import draw

        panels = {"Seconds": seconds, "HTTP requests": requests}
        Path(sys.argv[1]).write_text(draw(panels, "containers", f"local cloud, {os.cpu_count()} cores, {time.strftime('%Y-%m')}"))


if __name__ == "__main__":
    main()
