# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to the collection: not an interface for others.
"""Puts an image into a registry, and takes a tag out of it."""

from __future__ import annotations

import gzip
import io
import json
import shutil
import tempfile
import time
import typing as t
from urllib.parse import urljoin

from ._errors import EdgeError, ServiceError
from ._file_digest import digest_of_file
from ._image import Image, Layer, LayerReader, digest_of
from ._image_name import Reference
from ._registry import Registry
from ._registry_image import DOCKER_MANIFEST, Manifest

Descriptor = dict[str, t.Any]

_CONFIG = "application/vnd.docker.container.image.v1+json"
_LAYER = "application/vnd.docker.image.rootfs.diff.tar.gzip"


class Push:
    """Pushes to one name. What the registry has of an image already is not sent again."""

    def __init__(self, registry: Registry, reference: Reference) -> None:
        self._registry = registry
        self._reference = reference
        self._path = f"/v2/{reference.repository}"

    def image(self, image: Image) -> str:
        """Put the image there, its name last, so that the name leads to a whole image at all times. :returns: its digest."""
        layers = [self._layer(layer) for layer in image.layers]
        return self._manifest(self._blob(_CONFIG, io.BytesIO(image.config), image.id), layers)

    def untag(self, manifest: Manifest) -> None:
        """Take the name away, and only that.

        Older registries delete only by digest, and that takes all tags of an image along, which may be others'. There the
        tag is first made to lead to something of its own, which can then be deleted.

        :param manifest: what the name leads to.
        """
        what = f"delete {self._reference} from its registry"  # a sentence, and no SQL # nosec B608
        path = f"{self._path}/manifests"
        # what is gone already is no matter; an old registry takes the tag for a wrong digest
        response = self._registry.request("DELETE", f"{path}/{self._reference.version}", what, accept=(400, 404))
        if response.status_code == 400:
            config = json.dumps({"comment": f"a placeholder for a deleted tag, {time.time_ns()}"}).encode()
            placeholder = self._manifest(self._blob(_CONFIG, io.BytesIO(config), digest_of(config)), [])
            try:
                self._registry.request("DELETE", f"{path}/{placeholder}", what)
            except ServiceError:
                self._put_manifest(manifest.media_type, manifest.raw)
                raise

    # -- inside ----------------------------------------------------------------------------------------------------

    def _manifest(self, config: Descriptor, layers: list[Descriptor]) -> str:
        manifest = {"schemaVersion": 2, "mediaType": DOCKER_MANIFEST, "config": config, "layers": layers}
        return self._put_manifest(DOCKER_MANIFEST, json.dumps(manifest, indent=3).encode())

    def _put_manifest(self, media_type: str, content: bytes) -> str:
        self._registry.request(
            "PUT",
            f"{self._path}/manifests/{self._reference.version}",
            f"push image {self._reference}",
            headers={"Content-Type": media_type},
            data=content,
        )
        return digest_of(content)

    def _layer(self, layer: Layer) -> Descriptor:
        with tempfile.TemporaryFile() as packed, LayerReader(layer) as reader:
            try:
                with gzip.GzipFile(filename="", fileobj=packed, mode="wb", mtime=0) as compressing:
                    shutil.copyfileobj(reader, compressing)
            except OSError as exc:
                raise EdgeError(f"Could not compress {layer.name} in {tempfile.gettempdir()}: {exc.strerror}.") from exc
            packed.seek(0)
            return self._blob(_LAYER, packed, f"sha256:{digest_of_file(packed, 'sha256')}")

    def _blob(self, media_type: str, content: t.BinaryIO, digest: str) -> Descriptor:
        what = f"push image {self._reference}"
        response = self._registry.request("HEAD", f"{self._path}/blobs/{digest}", what, accept=(404,))
        if response.status_code == 404:
            begun = self._registry.request("POST", f"{self._path}/blobs/uploads/", what)
            place = urljoin(begun.url, begun.headers.get("Location", ""))
            place += f"{'&' if '?' in place else '?'}digest={digest}"
            self._registry.request("PUT", place, what, headers={"Content-Type": "application/octet-stream"}, data=content)
        return {"mediaType": media_type, "size": content.seek(0, io.SEEK_END), "digest": digest}
