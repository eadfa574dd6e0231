# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to the collection: not an interface for others.
"""Writes an archive of an image, as C(docker load) and Zun read it."""

from __future__ import annotations

import hashlib
import io
import json
import tarfile
import typing as t

from ._image import Image, LayerReader


class Sink:
    """A file that takes the measure of what is written to it."""

    def __init__(self, file: t.BinaryIO) -> None:
        self._file = file
        self._hash = hashlib.sha512()
        self.size = 0

    def write(self, data: bytes) -> int:
        self._hash.update(data)
        self.size += len(data)
        return self._file.write(data)

    @property
    def sha512(self) -> str:
        return self._hash.hexdigest()


def write_archive(image: Image, name: str, sizes: t.Sequence[int], sink: Sink) -> None:
    """Write the image under a name of our choice. The same image gives the same bytes, whoever saved it.

    It is the layout of C(docker save) before Docker 25, which every engine loads. Zun needs the plain name, and would take
    the path of the configuration in the newer layout for the image's id.

    :param name: REPOSITORY:TAG. :param sizes: of the layers without compression.
    """
    paths = [f"{str(layer.diff_id).removeprefix('sha256:')}/layer.tar" for layer in image.layers]
    config = f"{image.id.removeprefix('sha256:')}.json"
    manifest = [{"Config": config, "RepoTags": [name], "Layers": paths}]
    with tarfile.open(fileobj=t.cast(t.IO[bytes], sink), mode="w|", format=tarfile.PAX_FORMAT) as tar:
        _add(tar, "manifest.json", json.dumps(manifest, sort_keys=True).encode())
        _add(tar, config, image.config)
        written = set()
        for layer, path, size in zip(image.layers, paths, sizes, strict=True):
            if path not in written:
                written.add(path)
                with LayerReader(layer) as reader:
                    tar.addfile(_member(path, size), t.cast(t.IO[bytes], reader))


def _add(tar: tarfile.TarFile, path: str, content: bytes) -> None:
    tar.addfile(_member(path, len(content)), io.BytesIO(content))


def _member(path: str, size: int) -> tarfile.TarInfo:
    member = tarfile.TarInfo(path)
    member.size = size
    return member
