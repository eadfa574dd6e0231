# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""AWX's credential type: rendered as AWX does it, and read by openstacksdk."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st
from jinja2 import StrictUndefined, sandbox
from openstack.config import OpenStackConfig

ROOT = Path(__file__).resolve().parents[2]
TYPE = yaml.safe_load((ROOT / "playbooks" / "awx" / "files" / "credential_type.yml").read_text())
INPUTS = {
    "auth_url": "https://chi.edge.example.org:5000/v3",
    "region_name": "CHI@Edge",
    "application_credential_id": "21dced0fd20347869b93710d2b98aae0",
    "application_credential_secret": "plain",
}


def render(inputs: dict[str, str]) -> tuple[str, dict[str, str]]:
    """The file and the environment of a job: AWX leaves out what is empty, and compiles in a sandbox."""
    namespace = {key: value for key, value in inputs.items() if value} | {"tower": {"filename": "/runner/env/tmpabc"}}
    environment = sandbox.ImmutableSandboxedEnvironment(undefined=StrictUndefined)

    def text(template):
        return environment.from_string(template).render(**namespace)

    injectors = TYPE["injectors"]
    return text(injectors["file"]["template"]), {key: text(value) for key, value in injectors["env"].items()}


def read(file: Path) -> OpenStackConfig:
    """As a job's tasks read it, which name no cloud."""
    return OpenStackConfig(config_files=[str(file)], vendor_files=[], load_envvars=False).get_one("chameleon")


@given(secret=st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=40))
@example('it\'s "quoted"')
@example("back\\slash \\n \\")
@example("two\nlines\r\n\tand a tab\n")
@example("{{ not }} {% a %} {# template #} %s {0}")
@example(": # - ? & * ! | > % @ ` null ~ yes 0x1f 1e3")
@example(" spaces around ")
@example("Grüße, 世界, \u2028\u0085, \U0001f600 &<>")
def test_whatever_a_secret_holds_reaches_openstacksdk(tmp_path_factory, secret):
    file = tmp_path_factory.mktemp("job") / "clouds.yaml"
    text, _env = render({**INPUTS, "application_credential_secret": secret})
    file.write_bytes(text.encode())
    cloud = read(file)
    assert cloud.config["auth"] == {
        "auth_url": INPUTS["auth_url"],
        "application_credential_id": INPUTS["application_credential_id"],
        "application_credential_secret": secret,
    }
    assert (cloud.config["auth_type"], cloud.get_region_name()) == ("v3applicationcredential", "CHI@Edge")


def test_a_region_need_not_be_given(tmp_path):
    file = tmp_path / "clouds.yaml"
    file.write_text(render({**INPUTS, "region_name": ""})[0])
    assert not read(file).get_region_name()


def test_the_environment_leads_to_the_file_and_the_cloud():
    _text, env = render(INPUTS)
    assert env == {"OS_CLIENT_CONFIG_FILE": "/runner/env/tmpabc", "OS_CLOUD": "chameleon"}


@pytest.mark.parametrize("field", TYPE["inputs"]["fields"], ids=lambda field: field["id"])
def test_a_field_is_as_awx_wants_it(field):
    """As AWX checks it when it is saved: awx/main/fields.py, CredentialTypeInputField."""
    assert set(field) <= {"id", "label", "help_text", "type", "secret"}
    assert field["type"] == "string" and field["label"]
    assert re.fullmatch(r"[a-zA-Z_]+[a-zA-Z0-9_]*", field["id"]) and field["id"] != "tower"
    assert field.get("secret", False) is field["id"].endswith("secret")


def test_the_type_is_as_awx_wants_it():
    assert set(TYPE) == {"name", "description", "kind", "inputs", "injectors"}
    assert TYPE["kind"] in {"cloud", "net"}
    assert set(TYPE["inputs"]["required"]) <= {field["id"] for field in TYPE["inputs"]["fields"]}
    for name in TYPE["injectors"]["env"]:
        assert re.fullmatch(r"[a-zA-Z_][a-zA-Z0-9_]*", name) and not name.startswith("ANSIBLE_")
