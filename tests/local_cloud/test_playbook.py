# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbook on a cloud that is up: it changes nothing, is quick, and shows no secret."""

from __future__ import annotations

import json

import yaml


def test_second_run_changes_nothing(cloud):
    run = cloud.play("started")
    assert run.changed == 0, run.output
    assert run.seconds < 30


def test_check_mode_foresees_nothing_to_do(cloud):
    assert cloud.play("started", "--check").changed == 0


def test_check_mode_foresees_a_removal_and_removes_nothing(cloud):
    assert cloud.play("absent", "--check").changed == 1
    assert cloud.play("stopped", "--check").changed == 1
    assert cloud.play("started", "--check").changed == 0


def test_output_shows_no_secret(cloud):
    passwords = json.loads((cloud.directory / "etc" / "passwords.json").read_text()).values()
    clouds = yaml.safe_load((cloud.directory / "clouds.yaml").read_text())["clouds"].values()
    secrets = {*passwords, *(entry["auth"].get("application_credential_secret", "-" * 40) for entry in clouds)}
    output = cloud.play("started", "-vvv", "--diff").output
    assert not [secret for secret in secrets if secret in output]
