# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The page about AWX says what there is."""

from __future__ import annotations

import re
import textwrap
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "docsite" / "rst" / "guide_awx.rst").read_text()
[PLAY] = yaml.safe_load((ROOT / "playbooks" / "awx" / "setup.yml").read_text().replace("!unsafe ", ""))
SURVEY = yaml.safe_load((ROOT / "playbooks" / "awx" / "files" / "surveys" / "provision.yml").read_text())
QUESTIONS = {item["variable"]: item for item in SURVEY["spec"]}


def test_the_page_names_all_that_is_made():
    names = [item["name"] for item in PLAY["vars"]["edge_awx_templates"]]
    for task in PLAY["tasks"]:
        module = next(key for key in task if "." in key)
        names.append(task[module].get("name", "") if module.startswith("awx.awx.") else "")
    static = {name for name in names if name and "{{" not in name} - {"localhost"}
    assert static and all(re.search(rf"\b{name}\b", PAGE) for name in static)


def test_the_page_names_what_may_be_said():
    inner = {"edge_awx_templates", "edge_awx_nodes", "edge_awx_lease"}
    from_the_environment = {name for name, value in PLAY["vars"].items() if "ansible.builtin.env" in str(value)}
    variables = {name for name in PLAY["vars"] if name.startswith("edge_awx_")} - inner - from_the_environment
    assert variables == set(re.findall(r"``(edge_awx_\w+)``", PAGE))


def test_what_is_to_be_kept_answers_the_survey():
    block = re.search(r":caption: kept\.yml\n\n((?:    .*\n)+)", PAGE).group(1)
    for item in yaml.safe_load(textwrap.dedent(block))["edge_awx_nightly"]:
        assert item.keys() <= QUESTIONS.keys()
        assert {name for name, question in QUESTIONS.items() if question["required"]} <= item.keys()
        assert all(isinstance(answer, str) for answer in item.values())
