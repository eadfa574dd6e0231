# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What READMEs and guides name is there: commands, modules, roles, playbooks, plugins, variables, files."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
import yaml
from ansible.cli.playbook import PlaybookCLI
from ansible_collections.chi.edge.tests.tools.documents import (
    BLOCKS,
    DOCUMENTS,
    GUIDES,
    MODULES,
    OPTIONS,
    PLAYBOOKS,
    PLUGINS,
    ROLES,
    ROOT,
)

COMMANDS = [block for block in BLOCKS if block.language in ("console", "sh", "bash", "shell")]
NAMES = [str(document.relative_to(ROOT)) for document in DOCUMENTS]
WORD = re.compile(r"\b[a-z]+_\w+")
GROUPS = yaml.safe_load((ROOT / "meta" / "runtime.yml").read_text())["action_groups"]
TARGETS = set(re.findall(r"^([\w-]+):", re.sub(r"^\.PHONY.*", "", (ROOT / "Makefile").read_text()), re.MULTILINE))
SCENARIOS = {path.name for path in (ROOT / "extensions" / "molecule").iterdir()}


# -- commands ----------------------------------------------------------------------------------------------------------


def commands_of(code: str) -> list[list[str]]:
    """The words of each command, without a prompt, a comment, or what is set before it."""
    lines = [shlex.split(line.removeprefix("$ "), comments=True) for line in code.replace("\\\n", " ").splitlines()]
    for line in lines:
        while line and (line[0] == "sudo" or re.match(r"[A-Z_]+=", line[0])):
            del line[0]
    return [line for line in lines if line]


def variables_of(playbook: str) -> set[str]:
    """What can be given to a playbook of ours, or of the page's reader."""
    name = playbook.removeprefix("chi.edge.")
    text = PLAYBOOKS[name] if playbook.startswith("chi.edge.") else "".join(f"role: chi.edge.{role}\n" for role in ROLES)
    used = [role for role in ROLES if re.search(rf"role: chi\.edge\.{role}\b", text)]
    return set(WORD.findall(text)).union(*(OPTIONS[role] for role in used))


@pytest.mark.parametrize("block", COMMANDS, ids=lambda block: block.place)
def test_a_command_names_what_is_there(block):
    page = block.place.partition(":")[0]
    files = {other.caption for other in BLOCKS if other.place.startswith(f"{page}:")}
    for program, *words in commands_of(block.code):
        if program == "make":
            assert {word for word in words if "=" not in word} <= TARGETS
        elif program == "ansible-playbook":
            cli = PlaybookCLI([program, *words])
            cli.init_parser()
            given = cli.parser.parse_args(words)
            for playbook in given.args:
                assert playbook in files or playbook.removeprefix("chi.edge.") in PLAYBOOKS
                for extra in given.extra_vars:
                    assert Path(extra).name in files or extra.partition("=")[0] in variables_of(playbook), extra
        elif program == "ansible-doc":
            kind, name = words[words.index("-t") + 1] if "-t" in words else "module", words[-1].removeprefix("chi.edge.")
            assert name in {"role": ROLES, "module": MODULES}.get(kind, PLUGINS)


# -- names -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", NAMES)
def test_what_is_called_chi_edge_is_there(name):
    known = {*MODULES, *PLUGINS, *ROLES, *PLAYBOOKS, *GROUPS, "examples", "examples.*", "docsite", "git"}
    named = re.findall(r"(?<![\w/.-])chi\.edge\.([a-z_]+(?:\.(?:[a-z_]+|\*))?)", (ROOT / name).read_text())
    # what follows the second dot may be an attribute, or the next sentence
    assert {word for word in named if word not in known and word.partition(".")[0] not in known - {"examples"}} == set()


@pytest.mark.parametrize("name", NAMES)
def test_a_variable_of_a_role_is_one(name):
    others = {*MODULES, *PLUGINS, *SCENARIOS}.union(*map(WORD.findall, PLAYBOOKS.values()))
    for role in ROLES:
        named = re.findall(rf"(?<![\w/])({role}_[a-z_]+[a-z])\b(?!\.)", (ROOT / name).read_text())
        assert set(named) - OPTIONS[role].keys() - others == set()


def test_the_readme_and_the_site_list_all_guides():
    sections = yaml.safe_load((ROOT / "docs" / "docsite" / "extra-docs.yml").read_text())["sections"]
    assert sorted(name for section in sections for name in section["toctree"]) == [path.stem for path in GUIDES]
    text = (ROOT / "README.md").read_text()
    assert [path.name for path in GUIDES if f"(docs/docsite/rst/{path.name})" not in text] == []


@pytest.mark.parametrize("name", [name for name in NAMES if name.endswith(".md")])
def test_a_link_leads_to_a_file(name):
    text = re.sub(r"```.*?```", "", (ROOT / name).read_text(), flags=re.DOTALL)
    links = [link for link in re.findall(r"\]\(([^)]+)\)", text) if "://" not in link]
    assert [link for link in links if not ((ROOT / name).parent / link.partition("#")[0]).exists()] == []
