# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs a gate and remembers how it went, or shows how all of them stand. Needs no more than Python and git.

A result speaks of the sources it was had with: of their content, whatever commit they lie in or even before one.

Usage: gate.py run NAME SCRIPT
       gate.py status NAME [...]
"""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from datetime import datetime, timezone
from pathlib import Path

RESULTS = Path(".build/gates")
BASH = ["bash", "-euo", "pipefail", "-c"]


def git(*words: str, **environment: str) -> str:
    """What git answers."""
    done = subprocess.run(
        ["git", *words], env={**os.environ, **environment}, check=True, capture_output=True, text=True, stdin=subprocess.DEVNULL
    )
    return done.stdout.strip()


def sources() -> dict[str, str]:
    """The commit, and what names the content of all files that belong to the project, committed or not."""
    with tempfile.TemporaryDirectory() as scratch:
        index = {"GIT_INDEX_FILE": f"{scratch}/index"}
        git("read-tree", "HEAD", **index)
        git("add", "--all", **index)
        return {"commit": git("rev-parse", "--short", "HEAD"), "tree": git("write-tree", **index)}


def run(name: str, script: str) -> int:
    """Run the script as make would, and write down what came of it, also if it is interrupted."""
    RESULTS.mkdir(parents=True, exist_ok=True)
    file = RESULTS / f"{name}.json"
    about = {**sources(), "began": datetime.now(timezone.utc).isoformat(timespec="seconds")}
    file.write_text(json.dumps({**about, "result": "interrupted", "seconds": None}))
    begun = time.monotonic()
    process = subprocess.Popen([*BASH, script])
    # whoever stops make stops us too; the script is to end first, and to clean up
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda received, _frame: process.send_signal(received))
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a terminal sends it to the script as well
    status = process.wait()
    result = "passed" if status == 0 else "interrupted" if status < 0 else "failed"
    file.write_text(json.dumps({**about, "result": result, "seconds": round(time.monotonic() - begun, 1)}))
    return status if status >= 0 else 128 - status


def standing(name: str, tree: str) -> tuple[str, str, str]:
    """The result, the seconds and the time of a gate's last run, for people."""
    try:
        kept = json.loads((RESULTS / f"{name}.json").read_text())
    except FileNotFoundError:
        return "not run", "", ""
    result = kept["result"] if kept["tree"] == tree else f"{kept['result']}, but other sources (at {kept['commit']})"
    return result, "" if kept["seconds"] is None else f"{kept['seconds']:.1f}", kept["began"].replace("+00:00", "Z")


def purposes() -> dict[str, str]:
    """What each target of the Makefile says of itself."""
    said = re.findall(r"^([\w. -]+):.*?## (.*)", Path("Makefile").read_text(), re.MULTILINE)
    return {name: words for names, words in said for name in names.split()}


def status(gates: list[str]) -> None:
    """Print how every gate stands."""
    now, words = sources(), purposes()
    rows = [("gate", "result", "seconds", "began", "what it sees to")]
    rows += [(name, *standing(name, now["tree"]), words[name]) for name in gates]
    name, result, began = (max(len(row[column]) for row in rows) for column in (0, 1, 3))
    form = f"{{:{name}}}  {{:{result}}}  {{:>7}}  {{:{began}}}  {{}}"
    rows.insert(1, ("-" * name, "-" * result, "-" * 7, "-" * began, "-" * max(len(row[4]) for row in rows)))
    for row in rows:
        print(form.format(*row))
    good = sum(row[1] == "passed" for row in rows)
    is_clean = not git("status", "--porcelain")
    print(f"\n{good} of {len(gates)} have passed with the sources as they are: commit {now['commit']}", end="")
    print("" if is_clean else " and changes that are not committed")


def main() -> int:
    """Do what the command line says."""
    verb, *words = sys.argv[1:]
    if verb == "run":
        return run(*words)
    status(words)
    return 0


if __name__ == "__main__":
    sys.exit(main())
