# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to the collection: not an interface for others.
"""Reads archives of container images: those of C(docker save), before and since Docker 25, and OCI's."""

from __future__ import annotations

import json
import os
import tarfile
import typing as t
from contextlib import contextmanager

from . import _shape
from ._errors import EdgeError
from ._image import Image, Layer, reading

_DIGEST = _shape.fields(digest=_shape.text)
_DOCKER = _shape.each(
    _shape.fields(Config=_shape.text, Layers=_shape.each(_shape.text), RepoTags=_shape.maybe(_shape.each(_shape.text)))
)
_INDEX = _shape.fields(
    manifests=_shape.each(_shape.fields(digest=_shape.text, platform=_shape.maybe(_shape.table(_shape.anything))))
)
_IMAGE = _shape.fields(config=_DIGEST, layers=_shape.each(_DIGEST))


@contextmanager
def open_archive(path: str, architecture: str | None) -> t.Iterator[Image]:
    """The one image in the archive, which can be read while the context lasts.

    :param architecture: which image to take where the archive has one for each of several platforms.
    :raises EdgeError: for what cannot be read, is no such archive, or has several images.
    """
    subject = f"archive {path}"
    with reading(subject):
        tar = _open(path)
    with tar:
        with reading(subject):
            archive = _Archive(tar)
        if "manifest.json" in archive:
            yield _read_docker(archive, subject)
        elif "index.json" in archive:
            yield _read_oci(archive, subject, architecture)
        else:
            raise EdgeError(
                f"{path} is no archive of a container image: it has neither a manifest.json, as docker save writes it, "
                "nor an index.json. A root filesystem is given as rootfs."
            )


def _open(path: str) -> tarfile.TarFile:
    try:
        return tarfile.open(path)
    except tarfile.ReadError:
        raise EdgeError(
            f"{path} is no archive of a container image: it is no tar archive, or compressed by something else than "
            "gzip, bzip2 or xz."
        ) from None


class _Archive:
    """The files in a tar archive by their names, however it was packed."""

    def __init__(self, tar: tarfile.TarFile) -> None:
        self._tar = tar
        self._members = {os.path.normpath(member.name): member for member in tar}

    def __contains__(self, name: str) -> bool:
        return name in self._members

    def open(self, name: str) -> t.BinaryIO:
        # a layer that two images share may be there as a link
        stream = self._tar.extractfile(self._members[name]) if name in self._members else None
        if stream is None:
            raise ValueError(f"{name} is missing")
        return t.cast(t.BinaryIO, stream)

    def read(self, name: str) -> bytes:
        with self.open(name) as stream:
            return stream.read()


def _blob(digest: str) -> str:
    return f"blobs/{digest.replace(':', '/')}"


def _read_docker(archive: _Archive, subject: str) -> Image:
    with reading(subject):
        entries: list[dict[str, t.Any]] = _shape.require(json.loads(archive.read("manifest.json")), _DOCKER, "manifest.json")
        if len(entries) > 1:
            names = [name for entry in entries for name in entry.get("RepoTags") or [entry["Config"][:12]]]
            raise EdgeError(_several(subject, names))
        config = archive.read(entries[0]["Config"])
        layers = list(entries[0]["Layers"])
    return _image(archive, subject, config, layers)


def _read_oci(archive: _Archive, subject: str, architecture: str | None) -> Image:
    with reading(subject):
        images = list(_images_of(archive, json.loads(archive.read("index.json"))))
        if len(images) > 1:
            labels = [str(json.loads(config).get("architecture")) for config, _layers in images]
            images = [image for image, label in zip(images, labels, strict=True) if label == architecture]
            if architecture and not images:
                raise EdgeError(f"The {subject} has images for {', '.join(sorted(set(labels)))}, but none for {architecture}.")
            if len(images) != 1:
                raise EdgeError(_several(subject, [f"for {label}" for label in labels]))
        config, layers = images[0]
    return _image(archive, subject, config, layers)


def _images_of(archive: _Archive, index: dict[str, t.Any]) -> t.Iterator[tuple[bytes, list[str]]]:
    """The configuration and the layers of each image of an index, which may hold other indexes, and attestations."""
    for entry in _shape.require(index, _INDEX, "index")["manifests"]:
        if (entry.get("platform") or {}).get("architecture") == "unknown":
            continue
        content = json.loads(archive.read(_blob(entry["digest"])))
        if "manifests" in content:
            yield from _images_of(archive, content)
        else:
            _shape.require(content, _IMAGE, "manifest")
            config = archive.read(_blob(content["config"]["digest"]))
            yield config, [_blob(layer["digest"]) for layer in content["layers"]]


def _image(archive: _Archive, subject: str, config: bytes, layers: list[str]) -> Image:
    def layer(name: str) -> Layer:
        return Layer(f"layer {name} of {subject}", lambda: archive.open(name))

    return Image(f"the image of {subject}", config, [layer(os.path.normpath(name)) for name in layers])


def _several(subject: str, names: list[str]) -> str:
    return f"The {subject} has several images ({', '.join(names)}). Save the one that is meant alone: docker save NAME -o FILE."
