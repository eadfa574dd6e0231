# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What READMEs and guides show as YAML would run."""

from __future__ import annotations

import re
import subprocess
import sys
import typing as t
from importlib import import_module
from pathlib import Path

import pytest
import yaml
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible_collections.chi.edge.plugins.inventory import zun as inventory
from ansible_collections.chi.edge.tests.tools.documents import BLOCKS, MODULES, OPTIONS, ROLES, ROOT
from yamllint import linter
from yamllint.config import YamlLintConfig

COLLECTION = "ansible_collections.chi.edge.plugins"
SHOWN = [block for block in BLOCKS if block.language in ("yaml", "yml")]


def place(block) -> str:
    return block.place


def plays_of(content: t.Any) -> list[dict]:
    """What is shown, as plays that can be run; none if it is something else."""
    play = {"name": "What is shown", "hosts": "localhost", "gather_facts": False}
    if isinstance(content, dict) and {"roles", "tasks", "post_tasks"} & content.keys():
        return [{**play, **content}]
    if not (isinstance(content, list) and content and all(isinstance(item, dict) for item in content)):
        return []
    if "hosts" in content[0]:
        return content
    if "role" in content[0]:
        return [{**play, "roles": content}]
    is_task = all("block" in item or any("." in key for key in item) for item in content)
    return [{**play, "tasks": content}] if is_task else []


def tasks_of(plays: t.Any) -> t.Iterator[dict]:
    if isinstance(plays, list):
        for item in plays:
            yield from tasks_of(item)
    elif isinstance(plays, dict):
        yield plays
        for key in ("pre_tasks", "tasks", "post_tasks", "handlers", "block", "rescue", "always"):
            yield from tasks_of(plays.get(key))


def is_templated(value: t.Any) -> bool:
    return "{{" in str(value)


def faults(spec: dict, given: dict, **rules) -> list[str]:
    """What a module or a role would say of these options, as far as their values are known before the run."""
    known = {name: {"type": "raw"} if is_templated(given.get(name)) else option for name, option in spec.items()}
    return ArgumentSpecValidator(known, **rules).validate(given).error_messages


def module_faults(module: str, given: dict) -> list[str]:
    spec = dict(import_module(f"{COLLECTION}.module_utils._operations.{module}").SPEC)
    options = spec.pop("argument_spec")
    spec.pop("supports_check_mode")
    return faults(options, {name: value for name, value in given.items() if value is not None}, **spec)


def role_faults(role: str, given: dict) -> list[str]:
    """A page may show some of the variables only, so none is missed."""
    options = {name: {**option, "required": False} for name, option in OPTIONS[role].items()}
    return faults(options, {name: value for name, value in given.items() if name.startswith(f"{role}_")})


def used_roles(play_or_task: dict) -> t.Iterator[tuple[str, dict]]:
    included = play_or_task.get("ansible.builtin.include_role") or play_or_task.get("ansible.builtin.import_role")
    given = [{"role": included["name"], "vars": play_or_task.get("vars", {})}] if included else play_or_task.get("roles", [])
    for item in given:
        role = item["role"].removeprefix("chi.edge.")
        if role in ROLES:
            yield role, item.get("vars", {})


def faults_in(plays: list[dict]) -> list[str]:
    found = []
    for task in tasks_of(plays):
        for module in MODULES:
            if f"chi.edge.{module}" in task:
                found += module_faults(module, task[f"chi.edge.{module}"] or {})
        for role, given in used_roles(task):
            found += role_faults(role, given)
    return found


@pytest.mark.parametrize("block", SHOWN, ids=place)
def test_what_is_shown_is_what_modules_and_roles_take(block):
    for content in yaml.safe_load_all(block.code):
        assert faults_in(plays_of(content)) == []
        if isinstance(content, dict) and content.get("plugin") == "chi.edge.zun":
            of_fragments = {"auth", "auth_type", "cache", "cloud", "compose", "groups", "keyed_groups", "region_name", "strict"}
            assert content.keys() <= of_fragments | yaml.safe_load(inventory.DOCUMENTATION)["options"].keys()
        elif isinstance(content, dict):
            role = next((role for role in ROLES if all(name.startswith(f"{role}_") for name in content)), None)
            assert not role or role_faults(role, content) == []


def test_what_a_module_or_a_role_would_not_take_is_found():
    plays = """
    - hosts: localhost
      roles: [{role: chi.edge.edge_container, vars: {edge_container_nam: x, edge_container_state: gone}}]
      tasks:
        - block:
            - chi.edge.lease: {name: x, stat: absent}
            - chi.edge.container_exec: {container: "{{ x }}", command: a, argv: [a]}
    """
    found = " ".join(faults_in(plays_of(yaml.safe_load(plays))))
    assert all(words in found for words in ("edge_container_nam.", "got: gone", "stat.", "mutually exclusive: command|argv"))


@pytest.mark.parametrize("block", SHOWN, ids=place)
def test_what_is_shown_is_written_as_our_own_files_are(block):
    config = YamlLintConfig((ROOT / ".yamllint").read_text())
    config.rules["document-start"] = config.rules["comments"] = False  # it is a part of a page, and aligns its comments
    assert [str(problem) for problem in linter.run(block.code, config)] == []


def test_what_is_shown_would_pass_the_linter(tmp_path):
    """Which also has Ansible check its syntax, and the arguments of all modules. In one file, since each takes seconds."""
    lines, places = ["---"], {}
    for block in SHOWN:
        places[len(lines)] = block.place
        plays = plays_of(yaml.safe_load(block.code))
        lines += yaml.safe_dump(plays, sort_keys=False, width=1000).splitlines() if plays else []
    (tmp_path / "shown.yml").write_text("\n".join(lines) + "\n")
    program = Path(sys.executable).with_name("ansible-lint")
    command = [str(program), "--offline", "--profile", "production", "--skip-list", "yaml", "--nocolor", "-q", "shown.yml"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)

    def placed(match: re.Match) -> str:
        return places[max(start for start in places if start < int(match[1]))]

    assert done.returncode == 0, re.sub(r"shown\.yml:(\d+)", placed, done.stdout + done.stderr)
