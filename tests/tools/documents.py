# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The pages that people read, the code that is shown in them, and what there is that they can speak of."""

from __future__ import annotations

import re
import textwrap
import typing as t
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[2]
GUIDES = sorted(ROOT.glob("docs/docsite/rst/*.rst"))
DOCUMENTS = sorted([*ROOT.glob("*.md"), *ROOT.glob("roles/*/README.md"), *GUIDES])

MODULES = sorted(path.stem for path in (ROOT / "plugins" / "modules").glob("*.py"))
PLUGINS = {path.stem for kind in ("connection", "inventory", "filter") for path in (ROOT / "plugins" / kind).glob("*.py")}
ROLES = sorted(path.name for path in (ROOT / "roles").iterdir())
PLAYBOOKS = {
    ".".join(path.relative_to(ROOT / "playbooks").with_suffix("").parts): path.read_text()
    for path in ROOT.glob("playbooks/**/*.yml")
}


def _options(role: str) -> dict[str, dict]:
    specs = yaml.safe_load((ROOT / "roles" / role / "meta" / "argument_specs.yml").read_text())["argument_specs"]
    return {name: option for entry in specs.values() for name, option in entry.get("options", {}).items()}


# The variables of each role, of all its entry points.
OPTIONS = {role: _options(role) for role in ROLES}

_FENCE = re.compile(r"^( *)```(\w+)\n(.*?)^\1```$", re.MULTILINE | re.DOTALL)
_DIRECTIVE = re.compile(r"^( *)\.\. code-block:: (\w+)\n((?:\1 +:\w+:.*\n)*)\n((?:\1 +\S.*\n|\n)+)", re.MULTILINE)
_CAPTION = re.compile(r":caption: (.*)")


class Block(t.NamedTuple):
    """:param caption: the name of the file that it is shown as, if it has one. :param place: a file and a line of it."""

    language: str
    caption: str
    code: str
    place: str


def blocks(document: Path) -> list[Block]:
    """All code of a page of Markdown or reStructuredText."""
    text = document.read_text()
    if document.suffix == ".md":
        found = [(match, "", match[3]) for match in _FENCE.finditer(text)]
    else:
        found = [(match, match[3], match[4]) for match in _DIRECTIVE.finditer(text)]
    name = document.relative_to(ROOT)
    return [
        Block(
            language=match[2],
            caption=caption[1] if (caption := _CAPTION.search(options)) else "",
            code=textwrap.dedent(code).strip("\n") + "\n",
            place=f"{name}:{text.count(chr(10), 0, match.start()) + 1}",
        )
        for match, options, code in found
    ]


BLOCKS = [block for document in DOCUMENTS for block in blocks(document)]
