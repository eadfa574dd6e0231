# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What users read is what the code does: options, examples, action groups, and the tables of the READMEs."""

from __future__ import annotations

import re
from importlib import import_module
from pathlib import Path

import pytest
import yaml
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible.plugins.loader import action_loader, fragment_loader
from ansible.utils.plugin_docs import get_docstring

ROOT = Path(__file__).resolve().parents[2]
MODULES = sorted(path.stem for path in (ROOT / "plugins" / "modules").glob("*.py"))
ROLES = sorted(path.name for path in (ROOT / "roles").iterdir() if path.is_dir())
PLAYBOOKS = sorted(path.stem for path in (ROOT / "playbooks").glob("*.yml"))
PLUGINS = "ansible_collections.chi.edge.plugins"
README = (ROOT / "README.md").read_text()
RUNTIME = yaml.safe_load((ROOT / "meta" / "runtime.yml").read_text())

# what it takes for an expression, nobody can check before it is templated
TEMPLATE = re.compile(r"\{\{.*\}\}")


def documented(path, kind="module"):
    """Documentation with its fragments, and the examples as they stand there."""
    doc, examples, _returned, _metadata = get_docstring(
        str(path), fragment_loader, collection_name="chi.edge", is_module=kind == "module", plugin_type=kind
    )
    return doc, examples


def of_module(name):
    doc, examples = documented(ROOT / "plugins" / "modules" / f"{name}.py")
    return doc, yaml.safe_load(examples)


def spec_of(module):
    return import_module(f"{PLUGINS}.module_utils._operations.{module}").SPEC


def first_column(text, heading):
    """The cells of the first column of the table below a heading."""
    section = text.partition(f"## {heading}\n")[2].partition("\n## ")[0]
    return [row.split("|")[1].strip() for row in section.splitlines() if row.startswith("|")][2:]


def tasks_of(play_or_tasks):
    """All tasks, those of plays and blocks too."""
    for item in play_or_tasks:
        inner = [item[key] for key in ("tasks", "pre_tasks", "block", "rescue", "always") if key in item]
        for tasks in inner:
            yield from tasks_of(tasks)
        if not inner:
            yield item


# -- modules -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("module", MODULES)
def test_the_options_of_a_module_are_documented_as_they_are(module):
    doc, _examples = of_module(module)
    assert doc["module"] == module

    def agree(options, spec, where):
        assert options.keys() == spec.keys(), where
        for name, rule in spec.items():
            told = options[name]
            for key in ("type", "default", "choices", "elements", "required"):
                ours = rule.get(key, "str" if key == "type" else False if key == "required" else None)
                theirs = told.get(key, "str" if key == "type" else False if key == "required" else None)
                assert ours == theirs, f"{where}{name}: {key}"
            assert sorted(rule.get("aliases", [])) == sorted(told.get("aliases", [])), f"{where}{name}: aliases"
            if "options" in rule:
                agree(told["suboptions"], rule["options"], f"{where}{name}.")

    agree(doc["options"], spec_of(module)["argument_spec"], "")


@pytest.mark.parametrize("module", MODULES)
def test_the_action_group_of_a_module_is_documented_as_it_is(module):
    told = of_module(module)[0]["attributes"]["action_group"]["membership"]
    assert told == [f"chi.edge.{group}" for group, members in RUNTIME["action_groups"].items() if module in members]


@pytest.mark.parametrize("module", MODULES)
def test_the_action_plugin_of_a_module_runs_its_operation_and_so_does_its_main(module, monkeypatch):
    action = action_loader.get(f"chi.edge.{module}", class_only=True)
    file = import_module(f"{PLUGINS}.modules.{module}")
    operation = import_module(f"{PLUGINS}.module_utils._operations.{module}")
    ran = []
    monkeypatch.setattr(file, "run_module", ran.append)
    file.main()
    assert ran == [operation] and action.operation.SPEC == operation.SPEC
    assert operation.SPEC["supports_check_mode"] is True


@pytest.mark.parametrize("module", MODULES)
def test_the_examples_of_a_module_are_valid_and_show_it(module):
    used = 0
    for task in tasks_of(of_module(module)[1]):
        for action, options in task.items():
            name = action.removeprefix("chi.edge.")
            if name == action or name not in MODULES:
                assert not action.startswith("chi.edge."), f"there is no {action}"
                continue
            used += name == module
            spec = spec_of(name)
            # the rules for several options together hold for what defaults have filled in
            checked = ArgumentSpecValidator(spec["argument_spec"]).validate(
                {key: value for key, value in options.items() if not TEMPLATE.search(str(value))}
            )
            known = {alias for rule in spec["argument_spec"].values() for alias in rule.get("aliases", [])}
            assert options.keys() <= spec["argument_spec"].keys() | known
            missing = [error for error in checked.error_messages if "missing required" not in error]
            assert not missing, f"{task.get('name')}: {missing}"
    assert used, "no example shows the module"


@pytest.mark.parametrize("module", [module for module in MODULES if "state" in spec_of(module)["argument_spec"]])
def test_every_state_has_an_example(module):
    rule = spec_of(module)["argument_spec"]["state"]
    shown = {
        options.get("state", rule["default"])
        for task in tasks_of(of_module(module)[1])
        for action, options in task.items()
        if action == f"chi.edge.{module}"
    }
    assert set(rule["choices"]) <= shown


# -- other plugins -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", sorted((ROOT / "plugins" / "filter").glob("*.py")), ids=lambda path: path.stem)
def test_a_filter_is_documented_under_its_name(path):
    doc, _examples = documented(path, "filter")
    assert doc["name"] == path.stem
    assert path.stem in import_module(f"{PLUGINS}.filter.{path.stem}").FilterModule().filters()


@pytest.mark.parametrize("kind", ["connection", "inventory"])
def test_a_plugin_takes_the_options_of_the_cloud(kind):
    doc, _examples = documented(ROOT / "plugins" / kind / "zun.py", kind)
    from ansible_collections.chi.edge.plugins.module_utils._cloud import AUTH_SPEC

    assert AUTH_SPEC.keys() - {"sdk_log_path", "sdk_log_level"} <= doc["options"].keys()


# -- the tables ----------------------------------------------------------------------------------------------------


def test_the_readme_lists_every_module_plugin_role_and_playbook():
    assert sorted(cell.strip("`") for cell in first_column(README, "Modules")) == [f"chi.edge.{module}" for module in MODULES]
    plugins = {
        f"{path.parent.name} `chi.edge.{path.stem}`"
        for kind in ("connection", "inventory")
        for path in (ROOT / "plugins" / kind).glob("*.py")
    }
    assert set(first_column(README, "Plugins")) == plugins
    listed = [cell for cell in first_column(README, "Roles") if cell]
    assert sorted(listed) == [f"[`chi.edge.{role}`](roles/{role}/README.md)" for role in ROLES]
    assert all(f"`chi.edge.{playbook}`" in README for playbook in PLAYBOOKS)


@pytest.mark.parametrize("role", ROLES)
def test_the_readme_of_a_role_lists_its_variables(role):
    text = (ROOT / "roles" / role / "README.md").read_text()
    options = yaml.safe_load((ROOT / "roles" / role / "meta" / "argument_specs.yml").read_text())["argument_specs"]["main"][
        "options"
    ]
    listed = set(re.findall(rf"^\|[^|]*`({role}_\w+)`", text, re.MULTILINE))
    assert all(name.startswith(f"{role}_") for name in options)
    assert {name for name in options if f"`{name}`" not in text} == set(), "variables that the README does not speak of"
    assert listed <= options.keys(), "variables that the role does not have"
