# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Puts the collections we depend on where Ansible finds them, taken from the PyPI package C(ansible).

Galaxy is not needed, so a machine that reaches only package indexes can run the tests and the demo. The wheel is a zip
file: only the wanted members are taken out.

Usage: fetch_collections.py DIRECTORY NAMESPACE.NAME [...]
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

# The first release that bundles openstack.cloud 2.6.0. Its own Python requirement does not matter to a collection.
PACKAGE = "ansible==13.8.0"
PYTHON = "3.12"


def main() -> None:
    """Download the package unless everything is there, and unpack the wanted collections."""
    directory, wanted = Path(sys.argv[1]), sys.argv[2:]
    missing = [
        name for name in wanted if not (directory / "ansible_collections" / name.replace(".", "/") / "MANIFEST.json").exists()
    ]
    if not missing:
        return
    prefixes = tuple(f"ansible_collections/{name.replace('.', '/')}/" for name in missing)
    with tempfile.TemporaryDirectory() as scratch:
        subprocess.run(
            [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:"]
            + ["--python-version", PYTHON, "--dest", scratch, PACKAGE],
            check=True,
        )
        with zipfile.ZipFile(next(Path(scratch).glob("*.whl"))) as wheel:
            wheel.extractall(directory, [name for name in wheel.namelist() if name.startswith(prefixes)])


if __name__ == "__main__":
    main()
