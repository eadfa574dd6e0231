# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What users get: all of it, and nothing that lay about where it was built."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LEFT_BEHIND = (
    ".ruff_cache/x",
    ".venv/bin/python",
    ".build/importer.log",
    "tests/output/x",
    "plugins/modules/__pycache__/lease.pyc",
)


@pytest.fixture(scope="module")
def artifact(tmp_path_factory) -> set[str]:
    """The files in it, built from a copy of what git knows, in which somebody has worked."""
    place = tmp_path_factory.mktemp("sources")
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True)
    for name in (name for name in listed.stdout.split("\0") if name and (ROOT / name).exists()):
        (place / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, place / name)
    for name in LEFT_BEHIND:
        (place / name).parent.mkdir(parents=True, exist_ok=True)
        (place / name).touch()
    program = Path(sys.executable).with_name("ansible-galaxy")
    subprocess.run([str(program), "collection", "build", "--output-path", "out"], cwd=place, capture_output=True, check=True)
    [file] = (place / "out").glob("*.tar.gz")
    with tarfile.open(file) as archive:
        return {member.name for member in archive if member.isfile()}


def test_nothing_is_in_it_that_users_have_no_use_for(artifact):
    folders = {"LICENSES", "changelogs", "docs", "meta", "playbooks", "plugins", "roles"}
    files = {"CHANGELOG.rst", "CODE_OF_CONDUCT.md", "CONTRIBUTING.md", "LICENSE", "README.md", "SECURITY.md", "requirements.txt"}
    of_tools = {"FILES.json", "MANIFEST.json", "REUSE.toml"}
    assert {name.partition("/")[0] for name in artifact} - folders - files - of_tools == set()
    assert {name for name in artifact if "__pycache__" in name or name.endswith(".pyc")} == set()


def test_all_is_in_it_that_users_have_a_use_for(artifact):
    parts = ("plugins", "roles", "playbooks", "docs", "meta", "*.md", "requirements.txt")
    listed = subprocess.run(["git", "ls-files", "-z", *parts], cwd=ROOT, capture_output=True, text=True, check=True)
    assert {name for name in listed.stdout.split("\0") if name and (ROOT / name).exists()} - artifact == set()
