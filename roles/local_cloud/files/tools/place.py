# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Write the tree of a local cloud: tools, packages, configuration; and make its passwords.

Reads a title line and a JSON object on stdin (templates/tree.json.j2), prints what it changed as JSON.
Passwords are made here and filled in here, so that they never pass through Ansible, its logs or its diffs.
The host has this one file through `python -c`; everything else arrives by it.
"""

from __future__ import annotations

import json
import os
import pathlib
import re
import secrets
import sys

MARKER = ".local-cloud"  # only a folder that bears it is ever removed
PLACEHOLDER = re.compile(r"@@([a-z0-9_]+)@@")


def load_passwords(path: pathlib.Path, names: list[str], check: bool) -> dict[str, str]:
    """The passwords of this cloud; missing ones are made, none is ever changed."""
    known = json.loads(path.read_text()) if path.exists() else {}
    missing = [name for name in names if name not in known]
    known.update((name, secrets.token_urlsafe(24)) for name in missing)
    if missing and not check:
        write(path, json.dumps(known, indent=2) + "\n")
    return known


def write(path: pathlib.Path, text: str) -> None:
    """Replace a file in one step, readable by its owner alone from the first moment."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    beside = path.with_name(path.name + ".new")
    with open(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as stream:
        stream.write(text)
    beside.replace(path)


def differs(path: pathlib.Path, text: str) -> bool:
    """Whether a file has to be written, be it for its content or for permissions that are too wide."""
    try:
        return path.read_text(encoding="utf-8") != text or bool(path.stat().st_mode & 0o077)
    except FileNotFoundError:
        return True


def strangers(directory: pathlib.Path, owned: list[str], files: dict[str, str]) -> list[str]:
    """Files below our own folders that the tree no longer has (what Python compiles there is not meant)."""
    found = (
        str(path.relative_to(directory))
        for folder in owned
        for path in (directory / folder).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    )
    return sorted(set(found) - set(files))


def main() -> None:
    check = "--check" in sys.argv
    tree = json.loads(sys.stdin.read().partition("\n")[2])
    directory = pathlib.Path(tree["directory"])
    if not check:
        directory.mkdir(parents=True, exist_ok=True, mode=0o755)
        (directory / MARKER).touch()
        for name in tree["folders"]:
            (directory / name).mkdir(exist_ok=True, mode=0o700)

    passwords = load_passwords(directory / "etc" / "passwords.json", tree["secrets"], check)
    files = {name: PLACEHOLDER.sub(lambda found: passwords[found[1]], text) for name, text in tree["files"].items()}

    written = sorted(name for name, text in files.items() if differs(directory / name, text))
    removed = strangers(directory, tree["owned"], files)
    if not check:
        for name in written:
            write(directory / name, files[name])
        for name in removed:
            (directory / name).unlink()
    print(json.dumps({"changed": bool(written or removed), "written": written, "removed": removed}))


main()
