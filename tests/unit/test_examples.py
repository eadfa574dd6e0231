# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The steps of the guide as examples, and the page that shows them: both say the same."""

from __future__ import annotations

import re
import textwrap
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "playbooks" / "examples"
# what is marked as legacy is no step of the guide
EXAMPLES = sorted(path.stem for path in FOLDER.glob("*.yml") if "\n# Legacy: " not in path.read_text())
PAGE = (ROOT / "docs" / "docsite" / "rst" / "guide_step_by_step.rst").read_text()
BLOCK = re.compile(r"^\.\. code-block:: yaml\n    :caption: playbooks/examples/(\w+)\.yml\n\n((?:    .*\n|\n)+)", re.MULTILINE)
SHOWN = [(name, textwrap.dedent(code).strip("\n")) for name, code in BLOCK.findall(PAGE)]


@pytest.mark.parametrize(("name", "code"), SHOWN, ids=[name for name, _code in SHOWN])
def test_the_page_shows_what_the_file_has(name, code):
    lines = (FOLDER / f"{name}.yml").read_text().splitlines()
    depths = (0, 2, 4)
    shown = [textwrap.indent(code, " " * depth).splitlines() for depth in depths]
    places = range(len(lines))
    assert any(lines[place : place + len(part)] == part for part in shown for place in places), f"{name}.yml is not like this"


def test_the_page_shows_and_lists_every_example():
    table = PAGE.partition("list-table::")[2].partition("~~~~")[0]
    assert {name for name, _code in SHOWN} == set(EXAMPLES)
    assert {name for name in EXAMPLES if f"``{name}``" in table} == set(EXAMPLES)


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_says_what_it_does_and_how_to_run_it(name):
    text = (FOLDER / f"{name}.yml").read_text().partition("---\n")[2]
    said = text.partition("\n- name:")[0].splitlines()
    assert all(line.startswith("# ") for line in said)
    words = [line for line in said if not line.startswith("#   ")]
    commands = [line for line in said if line.startswith(f"#   ansible-playbook chi.edge.examples.{name}")]
    assert 1 <= len(words) <= 3 and len(words) + len(commands) == len(said)
    assert commands, "how to run it"


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_can_be_copied_as_it_is(name):
    first, *_others = plays = yaml.safe_load((FOLDER / f"{name}.yml").read_text())
    assert first["hosts"] == "localhost" and first["connection"] == "local" and first["gather_facts"] is False
    own = first["vars"]
    assert own.pop("ansible_python_interpreter") == "{{ ansible_playbook_python }}"
    assert all(variable.startswith("example_") for variable in own)
    text = str(plays)
    assert all(word.startswith("example_") for word in re.findall(r"'register': '(\w+)'", text))
    known = {*own, *re.findall(r"'(?:register|groups)': '(\w+)'", text), *re.findall(r"'(example_\w+)':", text)}
    assert set(re.findall(r"\b(example_\w+)", text)) <= known, "a variable without a default"
