# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The surveys for AWX: as AWX takes them, and each question a variable of what the playbook runs."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
SURVEYS = {
    path.stem: yaml.safe_load(path.read_text()) for path in (ROOT / "playbooks" / "awx" / "files" / "surveys").glob("*.yml")
}
QUESTIONS = [pytest.param(name, item, id=item["variable"]) for name, survey in SURVEYS.items() for item in survey["spec"]]
TYPES = {
    "text": str,
    "textarea": str,
    "password": str,
    "multiplechoice": str,
    "multiselect": list,
    "integer": int,
    "float": float,
}

KNOWN = {"question_name", "question_description", "variable", "type", "required", "default", "choices", "min", "max"}


def known_variables(playbook: str) -> dict:
    """The variables that the playbook reads: its own with their defaults, or those of its role."""
    [play] = yaml.safe_load((ROOT / "playbooks" / f"{playbook}.yml").read_text())
    if "roles" not in play:
        return play["vars"]
    role = play["roles"][0]["role"].rpartition(".")[2]
    return yaml.safe_load((ROOT / "roles" / role / "defaults" / "main.yml").read_text())


@pytest.mark.parametrize("survey", SURVEYS.values(), ids=SURVEYS)
def test_a_survey_is_as_awx_wants_it(survey):
    """As awx/api/views checks it when it is saved."""
    assert set(survey) == {"name", "description", "spec"}
    names = [item["variable"] for item in survey["spec"]]
    assert len(set(names)) == len(names) > 0


@pytest.mark.parametrize(("survey", "question"), QUESTIONS)
def test_a_question_is_as_awx_wants_it(survey, question):
    assert set(question) <= KNOWN
    assert question["question_name"] and isinstance(question["required"], bool)
    wanted = TYPES[question["type"]]
    assert question["required"] is ("default" not in question), "without an answer there is a default, or the job does not start"
    if "default" in question:
        assert isinstance(question["default"], wanted)
    assert ("choices" in question) is question["type"].startswith("multi")
    if "choices" in question:
        assert all(isinstance(choice, str) for choice in question["choices"]), "AWX has no booleans"
        assert question["default"] in question["choices"]
    else:
        assert isinstance(question["max"], int) and isinstance(question.get("min", 0), int)


@pytest.mark.parametrize(("survey", "question"), QUESTIONS)
def test_a_question_is_a_variable_with_the_same_default(survey, question):
    variables = known_variables(survey)
    assert question["variable"] in variables
    if question.get("default"):
        default = variables[question["variable"]]
        assert question["default"] == (str(default).lower() if isinstance(default, bool) else default)
