# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Install the collection's own packages for Blazar and Zun into the virtual environment.

    packages.py DIRECTORY PACKAGE ...      each a folder below DIRECTORY/src

Prints what it changed as JSON. A package is installed again when its source has changed.
"""

from __future__ import annotations

import hashlib
import json
import pathlib
import shutil
import subprocess
import sys
import tempfile


def fingerprint(source: pathlib.Path) -> str:
    files = sorted(path for path in source.rglob("*") if path.is_file())
    return hashlib.sha256(b"".join(str(path.relative_to(source)).encode() + path.read_bytes() for path in files)).hexdigest()


def install(source: pathlib.Path) -> None:
    """Build from a copy: setuptools leaves its work in the source, and would take it up again the next time."""
    with tempfile.TemporaryDirectory() as folder:
        copy = shutil.copytree(source, pathlib.Path(folder) / source.name)
        options = ["--disable-pip-version-check", "--no-deps", "--no-build-isolation", "--force-reinstall"]
        done = subprocess.run(
            [sys.executable, "-m", "pip", "install", *options, str(copy)], capture_output=True, text=True, check=False
        )
    if done.returncode:
        raise SystemExit(f"pip could not install {source.name}:\n{done.stdout[-2000:]}{done.stderr[-2000:]}")


def main() -> None:
    directory = pathlib.Path(sys.argv[1])
    installed = []
    for name in sys.argv[2:]:
        source = directory / "src" / name
        marker = pathlib.Path(sys.prefix) / f"{name}.sha256"
        wanted = fingerprint(source)
        if not marker.exists() or marker.read_text() != wanted:
            install(source)
            marker.write_text(wanted)
            installed.append(name)
    print(json.dumps({"changed": bool(installed), "installed": installed}))


main()
