# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""For which machine an image is really made is found out as a container would find it out."""

from __future__ import annotations

import io

import pytest
from ansible_collections.chi.edge.plugins.module_utils._image import Image, Layer, LayerReader
from ansible_collections.chi.edge.plugins.module_utils._image_programs import Programs, complaint

from images import config, layer, program

ARM, AMD = program("arm64"), program("amd64")
BIG_ENDIAN = b"\x7fELF\x02\x02\x01" + bytes(9) + b"\0\x02\0\x16" + bytes(44)


def programs_of(*layers) -> Programs:
    programs = Programs()
    for data in map(layer, layers):
        with LayerReader(Layer("layer", lambda data=data: io.BytesIO(data))) as reader:
            programs.add_layer(reader)
    return programs


def complaint_of(*layers, **settings) -> str | None:
    image = Image("image", config("arm64", [], **settings), [])
    return complaint(image, programs_of(*layers), "arm64")


def test_an_honest_image_gives_no_reason_to_complain():
    assert complaint_of({"bin/sh": ARM, "lib/libc.so.6": ARM, "etc/passwd": b"root"}, Cmd=["sh"]) is None


def test_an_image_without_programs_cannot_be_judged():
    assert complaint_of({"etc/passwd": b"root", "short": b"\x7fELF"}) is None


def test_most_programs_tell():
    assert complaint_of({"a": AMD, "b": AMD, "c": ARM}) == "2 of the 3 programs and libraries in it are made for amd64"


def test_a_few_foreign_programs_do_not_matter():
    assert complaint_of({"bin/sh": ARM, "lib/libc.so.6": ARM, "firmware": AMD}, Cmd=["/bin/sh"]) is None


@pytest.mark.parametrize(
    ("files", "settings"),
    [
        ({"app": AMD}, {"Cmd": ["/app"]}),
        ({"app": AMD}, {"Entrypoint": ["/app"], "Cmd": ["sh"]}),
        ({"srv/app": AMD}, {"Cmd": ["./app"], "WorkingDir": "/srv"}),
        ({"opt/bin/app": AMD}, {"Cmd": ["app"], "Env": ["PATH=/usr/bin:/opt/bin"]}),
        ({"./usr/bin/app": AMD, "bin": ("symlink", "usr/bin")}, {"Cmd": ["/bin/app"]}),
        ({"opt/app-1.0/app": AMD, "opt/app": ("symlink", "/opt/app-1.0")}, {"Cmd": ["/opt/app/app"]}),
        ({"usr/lib/app": AMD, "usr/bin/app": ("symlink", "../lib/app")}, {"Cmd": ["app"]}),
        ({"usr/lib/app": AMD, "usr/bin/app": ("link", "usr/lib/app")}, {"Cmd": ["app"]}),
        ({"opt/python": AMD, "start": b"#!/opt/python -u\nprint()"}, {"Cmd": ["/start"]}),
        ({"opt/python": AMD, "wrap": b"#! /opt/python\n", "start": b"#!/wrap"}, {"Cmd": ["/start"]}),
    ],
)
def test_the_program_that_is_started_is_found(files, settings):
    found = complaint_of({"bin/sh": ARM, "lib/libc.so.6": ARM, **files}, **settings)
    assert found in [
        f"the program that it starts, {path}, is made for amd64"
        for path in ("/app", "/srv/app", "/opt/bin/app", "/usr/bin/app", "/opt/app-1.0/app", "/usr/lib/app", "/opt/python")
    ]


@pytest.mark.parametrize(
    "files",
    [{}, {"loop": ("symlink", "/loop")}, {"loop": b"#!/loop\n"}, {"loop": b"#!"}, {"loop": ("symlink", "/../../nothing")}],
)
def test_a_start_that_cannot_be_found_is_no_reason_to_complain(files):
    assert complaint_of({"bin/sh": ARM, **files}, Cmd=["/loop"]) is None


def test_an_upper_layer_hides_a_lower_one():
    assert complaint_of({"bin/sh": AMD, "app": AMD}, {"bin/sh": ARM, "app": ARM}, Cmd=["/app"]) is None


@pytest.mark.parametrize("removal", [{".wh.opt": b""}, {"opt/.wh..wh..opq": b""}, {"opt/.wh.a": b"", "opt/.wh.b": b""}])
def test_what_a_layer_removes_is_not_counted(removal):
    assert programs_of({"opt/a": AMD, "opt/b": AMD, "bin/sh": ARM}, removal).machines == {"arm64": 1}


def test_machines_have_docker_s_names():
    assert programs_of({"a": program("arm"), "b": BIG_ENDIAN, "c": ARM[:18] + b"\x07\0" + ARM[20:]}).machines == {
        "arm": 1,
        "s390x": 1,
        "ELF machine 7": 1,
    }
