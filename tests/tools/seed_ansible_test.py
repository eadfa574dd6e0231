# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Lets ansible-test bootstrap pip from the package index that pip is configured for.

ansible-test downloads a script from a host of its own to install pip into its virtual environments. Where only a package
index is reachable that fails, so the script is put into ansible-test's cache: it installs the same version from a wheel.
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import ansible_test._internal.python_requirements as requirements

BOOTSTRAP = """import pathlib
import sys

wheel = next(pathlib.Path(__file__).parent.glob("pip-{version}-*.whl"))
sys.path.insert(0, str(wheel))

from pip._internal.cli.main import main

options = [option for option in sys.argv[1:] if option not in ("--no-setuptools", "--no-wheel")]
sys.exit(main(["install", *options, str(wheel)]))
"""


def main() -> None:
    """Put the wheel and the script into the cache, unless they are there."""
    version = re.search(r"pip='([\d.]+)'", Path(requirements.__file__).read_text(encoding="utf-8")).group(1)
    cache = Path.home() / ".ansible" / "test" / "cache"
    script = cache / f"get_pip_{version.replace('.', '_')}.py"
    if script.exists() and list(cache.glob(f"pip-{version}-*.whl")):
        return
    cache.mkdir(parents=True, exist_ok=True)
    download = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", str(cache), f"pip=={version}"]
    subprocess.run(download, check=True)
    script.write_text(BOOTSTRAP.format(version=version), encoding="utf-8")


if __name__ == "__main__":
    main()
