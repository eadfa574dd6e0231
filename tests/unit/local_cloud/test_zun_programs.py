# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How a device tells foreign programs, without Zun and without Docker."""

from __future__ import annotations

import io
import struct
import sys
import tarfile
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[3] / "roles" / "local_cloud" / "files" / "zun_edge"))

from chi_edge_zun import programs  # noqa: E402


def elf(machine: int, byte_order: str = "<") -> bytes:
    data = b"\x01" if byte_order == "<" else b"\x02"
    return b"\x7fELF\x02" + data + bytes(10) + struct.pack(f"{byte_order}HH", 2, machine)


@pytest.mark.parametrize(
    "architecture, machine, refused",
    [
        ("aarch64", 183, False),
        ("aarch64", 40, False),
        ("aarch64", 62, True),
        ("aarch64", 3, True),
        ("arm64", 62, True),
        ("armv7l", 40, False),
        ("armv7l", 183, True),
        ("x86_64", 62, False),
        ("amd64", 183, True),
    ],
)
def test_foreign_programs(architecture, machine, refused):
    assert programs.foreign(elf(machine), architecture) is refused


@pytest.mark.parametrize("head", [b"", b"\x7fELF", b"#!/bin/sh\n", b"echo no shebang\n"])
def test_what_is_no_elf_file_is_left_to_the_kernel(head):
    assert programs.machine(head) is None
    assert not programs.foreign(head, "aarch64")


def test_big_endian_header():
    assert programs.machine(elf(22, ">")) == 22


@pytest.mark.parametrize(
    "head, interpreter",
    [
        (b"#!/bin/sh\nexec httpd\n", "/bin/sh"),
        (b"#! /usr/bin/env python3\n", "/usr/bin/env"),
        (b"#!/bin/sh", "/bin/sh"),
        (b"#!\n", None),
        (b"echo", None),
        (elf(62), None),
    ],
)
def test_interpreter_of_a_script(head, interpreter):
    assert programs.interpreter(head) == interpreter


@pytest.mark.parametrize(
    "program, environment, directory, paths",
    [
        ("/bin/sh", [], "/", ["/bin/sh"]),
        ("./run", [], "/srv", ["/srv/run"]),
        ("bin/../run", ["PATH=/x"], "/srv", ["/srv/run"]),
        ("sh", ["A=b", "PATH=/a:/b"], "/", ["/a/sh", "/b/sh"]),
        ("sh", ["PATH=/a", "PATH=/b"], "/", ["/b/sh"]),
        ("sh", ["PATH=."], "/srv", ["/srv/sh"]),
    ],
)
def test_where_the_engine_looks(program, environment, directory, paths):
    assert list(programs.candidates(program, environment, directory)) == paths


def test_engine_has_a_path_of_its_own():
    assert "/usr/local/bin/sh" in list(programs.candidates("sh", [], "/"))


def test_replacement_is_an_executable_that_no_architecture_runs():
    with tarfile.open(fileobj=io.BytesIO(programs.unrunnable("/usr/bin/python3"))) as archive:
        (member,) = archive.getmembers()
        content = archive.extractfile(member).read()
    assert (member.name, member.mode) == ("python3", 0o755)
    assert len(content) == 64
    assert programs.machine(content) == 0
    assert all(programs.foreign(content, architecture) for architecture in programs.MACHINES)
