# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The execution environment: ansible-builder finds what the collection needs, and makes the example's context."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = ROOT / "playbooks" / "awx" / "execution-environment.yml"


def builder(*arguments: str | Path) -> str:
    """Run ansible-builder; returns its output."""
    command = [str(Path(sys.executable).with_name("ansible-builder")), *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def found(tmp_path_factory) -> dict[str, list[str]]:
    """What ansible-builder finds in a tree with the collection in it, as it would be in the image."""
    tree = tmp_path_factory.mktemp("collections")
    place = tree / "ansible_collections" / "chi"
    place.mkdir(parents=True)
    (place / "edge").symlink_to(ROOT)
    return yaml.safe_load(builder("introspect", tree))


def test_the_python_requirements_are_found(found):
    wanted = re.findall(r"^([\w-]+>=[\d.]+)", (ROOT / "requirements.txt").read_text(), re.MULTILINE)
    assert [line.partition("#")[0].strip() for line in found["python"]] == wanted
    assert len(wanted) == 3


def test_the_system_requirements_are_found(found):
    """An SSH client on each kind of system that images are built of."""
    assert {re.split(r"\s+", line)[1] for line in found["system"]} == {"[platform:rpm]", "[platform:dpkg]"}


def test_the_files_are_in_the_artifact():
    """Nothing that is left out of it is needed."""
    ignored = yaml.safe_load((ROOT / "galaxy.yml").read_text())["build_ignore"]
    metadata = yaml.safe_load((ROOT / "meta" / "execution-environment.yml").read_text())
    for file in metadata["dependencies"].values():
        assert (ROOT / file).exists()
        assert file.partition("/")[0] not in ignored


def test_the_example_makes_the_context_of_an_image(tmp_path):
    builder("create", "--file", EXAMPLE, "--context", tmp_path, "--output-filename", "Containerfile")
    example = yaml.safe_load(EXAMPLE.read_text())
    made = (tmp_path / "Containerfile").read_text()
    assert example["images"]["base_image"]["name"] in made
    assert example["dependencies"]["ansible_core"]["package_pip"] in made
    assert example["dependencies"]["python_interpreter"]["package_system"] in made
    assert yaml.safe_load((tmp_path / "_build" / "requirements.yml").read_text())["collections"] == [{"name": "chi.edge"}]


def test_the_example_has_a_core_that_is_supported():
    oldest = yaml.safe_load((ROOT / "meta" / "runtime.yml").read_text())["requires_ansible"].removeprefix(">=")
    core = yaml.safe_load(EXAMPLE.read_text())["dependencies"]["ansible_core"]["package_pip"]
    version = re.fullmatch(r"ansible-core~=([\d.]+)", core).group(1)
    assert tuple(map(int, version.split("."))) >= tuple(map(int, oldest.split(".")))
