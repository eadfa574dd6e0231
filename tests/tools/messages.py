# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every message that this collection can show, read from its source. Run by itself it lists them.

What is a message is told by what it looks like, not by where it goes: many are put together far from where they are shown. It is
a whole sentence, or what an exception is made with; in YAML also what an assertion or a failing task says. The gaps, which are
filled at run time, are ellipses. Only the first sentence counts, which tells one message from another.
"""

from __future__ import annotations

import ast
import re
import typing as t
from functools import cache
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[2]
GAP = "…"

# What the local cloud adds to Blazar and Zun speaks as a service does, and not to the user.
PYTHON = (
    "plugins/action/*.py",
    "plugins/connection/*.py",
    "plugins/filter/*.py",
    "plugins/inventory/*.py",
    "plugins/module_utils/**/*.py",
    "plugins/plugin_utils/*.py",
    "roles/*/files/images/**/*.py",
    "roles/*/files/tools/*.py",
)
YAML = ("playbooks/**/*.yml", "roles/*/tasks/*.yml", "roles/*/vars/*.yml")
SHELL = ("roles/docker_group/files/verify.sh",)

# Three words or more, and an end; nothing that a shell or a regular expression would be made of.
_SENTENCE = re.compile(r"(?=(?:\S+\s+){2})[^#|\\][^|\\]*[.?](?: *…)*|Could not .*", re.DOTALL)
# In an expression of Jinja the rest comes by a variable.
_UNFINISHED = re.compile(r"(?=(?:\S+\s+){4})[A-Za-z_]+ .*(?:: |\")")
# Where a sentence ends, and how many letters it must have to say something.
_END = re.compile(r"(?<=[.?])\s+(?=[A-Z…])")
_LETTERS = 6
_JINJA = re.compile(r"\{\{.*?\}\}|\{%.*?%\}", re.DOTALL)
_QUOTED = re.compile(r"'([^']+)'")


class Message(t.NamedTuple):
    """:param text: the first sentence, with its gaps. :param place: a file and a line of it."""

    text: str
    place: str


def messages() -> list[Message]:
    """All of them, each text once."""
    found: dict[str, str] = {}
    for patterns, read in ((PYTHON, _in_python), (YAML, _in_yaml), (SHELL, _in_shell)):
        for path in sorted({path for pattern in patterns for path in ROOT.glob(pattern)}):
            for line, text in read(path.read_text()):
                if sentence := first_sentence(text):
                    found.setdefault(sentence, f"{path.relative_to(ROOT)}:{line}")
    return [Message(text, place) for text, place in sorted(found.items(), key=lambda item: item[1])]


def first_sentence(text: str) -> str | None:
    """The part that tells a message from others, in one line. Literals of reStructuredText cannot begin with a backtick."""
    line = re.sub(f"{GAP}[{GAP} ]*{GAP}", GAP, " ".join(text.replace("`", "'").split()))
    return next((part for part in _END.split(line) if len(re.findall("[A-Za-z]", part)) >= _LETTERS), None)


# -- Python ------------------------------------------------------------------------------------------------------------


def _in_python(source: str) -> t.Iterator[tuple[int, str]]:
    tree = ast.parse(source)
    ignored = _documentation(tree)
    for node in ast.walk(tree):
        text = _template(node)
        if text and node not in ignored and _SENTENCE.fullmatch(text.strip()):
            yield node.lineno, text
        if isinstance(node, ast.JoinedStr):
            ignored.update(ast.walk(node))
        if isinstance(node, ast.Call) and _is_exception(node.func) and node.args and (told := _template(node.args[0])):
            yield node.lineno, told


def _documentation(tree: ast.AST) -> set[ast.AST]:
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef)
    docstrings = {node.body[0].value for node in ast.walk(tree) if isinstance(node, documented) and ast.get_docstring(node)}
    blocks = {node.value for node in ast.walk(tree) if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]).isupper()}
    return docstrings | {node for node in blocks if isinstance(node, ast.Constant)}


def _template(node: ast.AST) -> str | None:
    """The text of a literal, with a gap for each value in it."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(str(part.value) if isinstance(part, ast.Constant) else GAP for part in node.values)
    return None


def _is_exception(function: ast.expr) -> bool:
    name = ast.unparse(function).rpartition(".")[2]
    return name in _exceptions() or name in ("exit", "reworded") or name.endswith(("Error", "Exit", "Failure", "NotFound"))


@cache
def _exceptions() -> set[str]:
    """Those of our own whose names do not tell what they are."""
    sources = (path.read_text() for path in (ROOT / "plugins").rglob("*.py"))
    return {name for source in sources for name in re.findall(r"^class (\w+)\(\w*Error\):", source, re.MULTILINE)}


# -- YAML and shell ----------------------------------------------------------------------------------------------------


def _in_yaml(source: str) -> t.Iterator[tuple[int, str]]:
    for node, key, owner in _scalars(yaml.compose(source, Loader=yaml.SafeLoader)):
        said = key == "fail_msg" or (key == "msg" and owner == "ansible.builtin.fail")
        text = _JINJA.sub(GAP, node.value)
        line = node.start_mark.line + 1
        if said and text.strip(GAP + " "):
            yield line, text
        for expression in _JINJA.findall(node.value):
            for quoted in _QUOTED.findall(expression):
                if _SENTENCE.fullmatch(quoted.strip()) or _UNFINISHED.fullmatch(quoted):
                    yield line, quoted if _SENTENCE.fullmatch(quoted.strip()) else f"{quoted}{GAP}"


def _scalars(node: yaml.Node | None, key: str = "", owner: str = "") -> t.Iterator[tuple[yaml.ScalarNode, str, str]]:
    if isinstance(node, yaml.ScalarNode):
        yield node, key, owner
    elif isinstance(node, yaml.SequenceNode):
        for item in node.value:
            yield from _scalars(item, key, owner)
    elif isinstance(node, yaml.MappingNode):
        for name, value in node.value:
            yield from _scalars(value, name.value, key)


def _in_shell(source: str) -> t.Iterator[tuple[int, str]]:
    """What is refuted has the name of the user before it, and what was said after it."""
    for found in re.finditer(r'\b(refuted|proven) "([^"]+)"', source):
        text = re.sub(r"\$\w+", GAP, found[2])
        yield source.count("\n", 0, found.start()) + 1, f"{GAP} cannot run Docker: {text}" if found[1] == "refuted" else text


if __name__ == "__main__":
    for message in messages():
        print(f"{message.place}: {message.text}")
