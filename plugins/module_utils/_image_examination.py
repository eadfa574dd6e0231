# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to the collection: not an interface for others.
"""Sees whether an image is whole, and is for a machine of the wanted architecture: by its label, and by its programs."""

from __future__ import annotations

import typing as t

from ._errors import EdgeError
from ._image import Image, Layer, LayerReader
from ._image_programs import Programs, complaint

# What devices there are, in Docker's words.
ARCHITECTURES = ["amd64", "arm", "arm64", "riscv64"]


class Examined(t.NamedTuple):
    """:param sizes: of the layers without compression. :param machines: programs and libraries for each architecture."""

    sizes: list[int]
    machines: dict[str, int]


def examine(image: Image, name: str, architecture: str, verifies: bool) -> Examined:
    """Read all of the image.

    :param name: what the user calls it.
    :param verifies: whether the programs are looked at, or only the label.
    :raises EdgeError: if it is damaged, or for another architecture.
    """
    wanted = f"linux/{architecture}"
    label = f"{image.os}/{image.architecture}"
    if label != wanted:
        raise EdgeError(
            f"{name}, {image.subject}, is labelled {label}, and {wanted} is wanted. Build it for that, as docker build "
            f"--platform {wanted} does; or give the architecture that the device has."
        )
    programs = Programs()
    sizes = [_read(layer, programs) for layer in image.layers]
    flaw = complaint(image, programs, architecture) if verifies else None
    if flaw:
        raise EdgeError(
            f"{name}, {image.subject}, is labelled {label}, but {flaw}: on the device it would end in an exec format error. "
            "Build it for that architecture; a label alone does not."
        )
    return Examined(sizes, dict(sorted(programs.machines.items())))


def _read(layer: Layer, programs: Programs) -> int:
    with LayerReader(layer) as reader:
        programs.add_layer(reader)
    return reader.size
