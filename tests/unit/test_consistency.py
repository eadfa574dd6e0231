# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What stands in more than one place says the same everywhere."""

from __future__ import annotations

import re
from importlib import import_module
from pathlib import Path

import pytest
import yaml
from ansible_collections.chi.edge.plugins.module_utils import _cloud, _registry

ROOT = Path(__file__).resolve().parents[2]
OPERATIONS = "ansible_collections.chi.edge.plugins.module_utils._operations"
MODULES = sorted(path.stem for path in (ROOT / "plugins" / "modules").glob("*.py"))


def options_of(module):
    return import_module(f"{OPERATIONS}.{module}").SPEC["argument_spec"].keys()


def test_every_module_has_its_action_and_its_operation():
    assert MODULES
    for folder in ("action", "module_utils/_operations"):
        assert sorted(path.stem for path in (ROOT / "plugins" / folder).glob("*.py")) == MODULES


def test_the_action_groups_name_every_module_with_their_options():
    runtime = yaml.safe_load((ROOT / "meta" / "runtime.yml").read_text())
    for group, options in (("all", _cloud.AUTH_SPEC), ("registry", _registry.REGISTRY_SPEC)):
        assert runtime["action_groups"][group] == [module for module in MODULES if options.keys() <= options_of(module)]
    assert "plugin_routing" not in runtime, "a routed action is loaded in each worker, and imports everything there"


@pytest.mark.parametrize("module", MODULES)
def test_a_module_file_is_its_documentation_and_a_main_of_a_line(module):
    text = (ROOT / "plugins" / "modules" / f"{module}.py").read_text()
    assert text.count("\ndef ") == 1
    assert f"from ..module_utils._operations import {module} as operation" in text


def test_the_oldest_environment_holds_the_lower_bounds():
    bounds = dict(re.findall(r"^([\w-]+)>=([\d.]+)", (ROOT / "requirements.txt").read_text(), re.MULTILINE))
    oldest = dict(re.findall(r"^([\w-]+)==([\d.]+)", (ROOT / "tests" / "requirements-oldest.txt").read_text(), re.MULTILINE))
    assert bounds == oldest


def test_the_supported_core_is_the_oldest_that_is_tested():
    runtime = yaml.safe_load((ROOT / "meta" / "runtime.yml").read_text())
    oldest = re.search(r"^ansible-core~=([\d.]+)", (ROOT / "tests" / "requirements-oldest.txt").read_text(), re.MULTILINE)
    assert runtime["requires_ansible"] == f">={oldest.group(1)}"


def test_no_secret_option_goes_without_no_log():
    assert all(_cloud.AUTH_SPEC[name].get("no_log") for name in ("auth", "client_key"))
    assert _registry.REGISTRY_SPEC["password"].get("no_log")


def test_no_sanity_test_is_passed_over():
    assert not list((ROOT / "tests" / "sanity").glob("*")), "ansible-test reads there what it is to ignore"
    script = (ROOT / "tests" / "tools" / "sanity.sh").read_text()
    assert script.endswith('ansible-test sanity --venv --python "$version"\n'), "all of them, on all files"


def test_the_linter_knows_what_modules_there_are_for_awx():
    """It checks without the collection awx.awx, as users may who never need it."""
    used = set(re.findall(r"^ +(awx\.awx\.\w+):$", (ROOT / "playbooks" / "awx" / "setup.yml").read_text(), re.MULTILINE))
    assert sorted(used) == yaml.safe_load((ROOT / ".ansible-lint.yml").read_text())["mock_modules"]
