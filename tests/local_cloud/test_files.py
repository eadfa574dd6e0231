# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Nobody but root reads passwords, keys, logs or data; passwords differ, and appear where they belong only."""

from __future__ import annotations

import json
import stat

import pytest


@pytest.mark.parametrize("folder", ["etc", "log", "run", "var"])
def test_folders_are_private(cloud, folder):
    assert stat.S_IMODE((cloud.directory / folder).stat().st_mode) == 0o700


def test_files_with_secrets_are_private(cloud):
    files = [cloud.directory / "clouds.yaml", *(path for path in (cloud.directory / "etc").rglob("*") if path.is_file())]
    assert len(files) > 20
    assert not [str(path) for path in files if stat.S_IMODE(path.stat().st_mode) != 0o600]


def test_passwords_differ_from_service_to_service(cloud):
    passwords = json.loads((cloud.directory / "etc" / "passwords.json").read_text())
    assert len(passwords) >= 16
    assert len(set(passwords.values())) == len(passwords)
    assert min(map(len, passwords.values())) >= 32


def test_no_password_stands_in_a_command_line_or_a_program_file(cloud):
    passwords = json.loads((cloud.directory / "etc" / "passwords.json").read_text()).values()
    texts = [path.read_text() for path in (cloud.directory / "etc" / "programs").iterdir()]
    for pid in cloud.processes():
        with open(f"/proc/{pid}/cmdline", encoding="utf-8", errors="replace") as stream:
            texts.append(stream.read())
    assert not [password for password in passwords if any(password in text for text in texts)]


def test_no_placeholder_is_left(cloud):
    assert not [str(path) for path in (cloud.directory / "etc").rglob("*") if path.is_file() and "@@" in path.read_text()]
