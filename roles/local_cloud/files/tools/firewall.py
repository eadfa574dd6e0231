# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Take away firewall chains, the rules that lead to them, and nothing else."""

from __future__ import annotations

import re
import shutil

from shell import run

RULE = re.compile(r"-A (?P<chain>\S+) (?P<rule>.*)")


def drop(chains: str, rules: str = r"(?!)") -> bool:
    """Drop every chain whose name matches `chains`, and every other rule that jumps to one or that matches `rules`."""
    programs = [program for program in ("iptables", "ip6tables", "ebtables") if shutil.which(program)]
    dropped = [_drop(program, chains, rules) for program in programs]
    return any(dropped)


def drop_sets(names: str) -> bool:
    """Destroy the ipsets whose names match."""
    if not shutil.which("ipset"):
        return False
    found = [name for name in run("ipset", "list", "-name").split() if re.match(names, name)]
    for name in found:
        run("ipset", "destroy", name)
    return bool(found)


def _drop(program: str, chains: str, rules: str) -> bool:
    wanted = re.compile(chains)
    commands: dict[str, list[str]] = {}
    doomed: dict[str, list[str]] = {}
    table = ""
    for line in run(f"{program}-save").splitlines():
        if line.startswith("*"):
            table = line[1:]
        elif line.startswith(":") and wanted.match(line[1:].split()[0]):
            doomed.setdefault(table, []).append(line[1:].split()[0])
        elif found := RULE.match(line):
            target = re.search(r"(?:-j|-g) (\S+)", found["rule"])
            leads = target and wanted.match(target[1])
            if not wanted.match(found["chain"]) and (leads or re.search(rules, line)):
                commands.setdefault(table, []).append(f"-D {found['chain']} {found['rule']}")
    for table, names in doomed.items():
        # First emptied, since they refer to each other.
        commands.setdefault(table, []).extend([f"-F {name}" for name in names] + [f"-X {name}" for name in names])
    if program == "ebtables":
        # Its restore knows no partial mode.
        for table, lines in commands.items():
            for line in lines:
                run(program, "-t", table, *line.split())
    elif commands:
        text = "".join(f"*{table}\n" + "".join(f"{line}\n" for line in lines) + "COMMIT\n" for table, lines in commands.items())
        run(f"{program}-restore", "--noflush", text=text)
    return bool(commands)
