# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Measures chi.edge beside openstack.cloud and bare REST on the local cloud, in one interleaved run.

Usage: OS_CLIENT_CONFIG_FILE=... run.py [ROUNDS]
Prints a table: seconds (the median of the rounds), HTTP requests and tokens (counted in a round of their own, through a
proxy, since that costs time).
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import time
from collections import defaultdict
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / "tools"), str(HERE.parent / "integration")]

from counting_proxy import Count, counting  # noqa: E402
from provisioning import IMAGE, options  # noqa: E402

NAME = "benchmark"
BIN = Path(sys.executable).parent
TASKS = 20


def run(*command: object, env: dict[str, str] | None = None) -> tuple[float, str]:
    """Seconds and output of a command; what fails ends the benchmark."""
    start = time.monotonic()
    surroundings = {**os.environ, "OS_CLOUD": "edge", **(env or {})}
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, env=surroundings, check=False)
    seconds = time.monotonic() - start
    if done.returncode:
        sys.exit(f"{' '.join(map(str, command))}\n{done.stdout}\n{done.stderr}")
    return seconds, done.stdout


def playbook(name: str, env: dict[str, str] | None = None, **extra: object) -> tuple[float, str]:
    """Run one of the collection's playbooks for the benchmark's container."""
    return run(BIN / "ansible-playbook", name, "-e", json.dumps({**options(NAME), **extra}), env=env)


def tasks(task: str, count: int, **extra: object) -> float:
    """Seconds of a play with the same task so many times."""
    lines = "".join(f"    - {task}\n" for _number in range(count))
    file = HERE.parent.parent / ".build" / "benchmark.yml"
    file.parent.mkdir(exist_ok=True)
    file.write_text(f"- hosts: localhost\n  gather_facts: false\n  tasks:\n{lines}")
    return run(BIN / "ansible-playbook", file, "-e", json.dumps(extra))[0]


def per_task(task: str, **extra: object) -> float:
    """What one more such task costs."""
    return (tasks(task, TASKS, **extra) - tasks(task, 1, **extra)) / (TASKS - 1)


def rest(action: str, env: dict[str, str] | None = None) -> dict[str, float]:
    """Run the bare REST script."""
    output = run(sys.executable, HERE / "bare_rest.py", action, NAME + "-rest", IMAGE, env=env)[1]
    return json.loads(output) if output.strip() else {}


def timed_provision() -> tuple[float, float]:
    """Seconds of a provision in all, and outside the waiting for the lease."""
    start = time.monotonic()
    process = subprocess.Popen(
        [str(BIN / "ansible-playbook"), "chi.edge.provision", "-e", json.dumps(options(NAME))],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    first = last = None
    for line in process.stderr:
        if f"lease {NAME}" in line:
            last = time.monotonic()
            first = first or last
    if process.wait():
        sys.exit("provision failed")
    total = time.monotonic() - start
    return total, total - ((last - first) if first else 0.0)


def measure(rounds: int) -> tuple[dict[str, list[float]], dict[str, Count]]:
    """All times, round by round, and the counts."""
    seconds: dict[str, list[float]] = defaultdict(list)
    for left in reversed(range(rounds)):
        total, outside = timed_provision()
        seconds["provision to HTTP answer"].append(total)
        seconds["provision, outside the lease's waiting"].append(outside)
        seconds["provision again, in process"].append(playbook("chi.edge.provision")[0])
        seconds["provision again, ordinary modules"].append(playbook("chi.edge.provision", chi_edge_in_process=False)[0])
        same = f"chi.edge.lease: {{cloud: edge, name: {NAME}, duration: 4h}}"
        seconds["one unchanged lease task, in process"].append(per_task(same))
        seconds["one unchanged lease task, ordinary module"].append(per_task(same, chi_edge_in_process=False))
        seconds["one openstack.cloud.networks_info task"].append(per_task("openstack.cloud.networks_info: {cloud: edge}"))
        made = rest("provision")
        seconds["bare REST: provision to HTTP answer"].append(made["seconds"])
        seconds["bare REST: outside the lease's waiting"].append(made["outside the lease"])
        seconds["bare REST: again"].append(rest("again")["seconds"])
        if left:
            rest("teardown")
            playbook("chi.edge.teardown")
    counts = {}
    for label, call in {
        "provision again, in process": lambda env: playbook("chi.edge.provision", env=env),
        "provision again, ordinary modules": lambda env: playbook("chi.edge.provision", env=env, chi_edge_in_process=False),
        "bare REST: again": lambda env: rest("again", env=env),
    }.items():
        with counting() as count:
            call(count.environment)
            counts[label] = count
    rest("teardown")
    playbook("chi.edge.teardown")
    return seconds, counts


def main() -> None:
    """Measure and print."""
    seconds, counts = measure(int(sys.argv[1]) if len(sys.argv) > 1 else 3)
    print(f"{'':48}{'seconds':>9}{'requests':>10}{'tokens':>8}")
    for label, values in seconds.items():
        count = counts.get(label)
        numbers = f"{len(count.requests):>10}{count.tokens:>8}" if count else ""
        print(f"{label:48}{statistics.median(values):>9.2f}{numbers}")


if __name__ == "__main__":
    main()
