# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to the collection: not an interface for others.
"""What a registry has under a name: an image, or an index of images for several platforms; in OCI's types or Docker's."""

from __future__ import annotations

import typing as t

from . import _shape
from ._errors import EdgeError, ServiceError, attempt
from ._image import digest_of
from ._image_name import Reference
from ._registry import Registry, read_json

Platform = dict[str, t.Any]

DOCKER_MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"
_MANIFESTS = frozenset({"application/vnd.oci.image.manifest.v1+json", DOCKER_MANIFEST})
_INDEXES = frozenset(
    {"application/vnd.oci.image.index.v1+json", "application/vnd.docker.distribution.manifest.list.v2+json"},
)


_IMAGE = _shape.fields(config=_shape.fields(digest=_shape.identity))
_PLATFORM = _shape.fields(os=_shape.maybe(_shape.text), architecture=_shape.maybe(_shape.text), variant=_shape.maybe(_shape.text))
_INDEX = _shape.fields(
    manifests=_shape.maybe(_shape.each(_shape.fields(digest=_shape.identity, platform=_shape.maybe(_PLATFORM))))
)

# An index may hold indexes; one that holds itself has no end.
_DEEPEST = 5


class Manifest(t.NamedTuple):
    """What a name leads to. :param digest: of the whole, by which it can be had whatever becomes of the name."""

    digest: str
    media_type: str
    content: dict[str, t.Any]
    raw: bytes

    @property
    def is_index(self) -> bool:
        return self.media_type in _INDEXES

    @property
    def image_id(self) -> str | None:
        """The digest of the image's configuration, which is what an engine calls the image; None for an index."""
        return None if self.is_index else str(self.content["config"]["digest"])


def find_manifest(registry: Registry, reference: Reference, version: str | None = None) -> Manifest | None:
    """What the registry has under the name, or None if it has nothing. One request.

    :param version: a tag or digest other than that of the name.
    :raises ServiceError: if the registry refuses, cannot be reached, or has something there that is no image.
    """
    what = f"read image {reference} from its registry"
    path = f"/v2/{reference.repository}/manifests/{version or reference.version}"
    # without the header a registry would flatten an index to the image for amd64, or say that there is nothing
    accept = {"Accept": ", ".join(sorted(_INDEXES | _MANIFESTS))}
    response = registry.request("GET", path, what, accept=(404,), headers=accept)
    content = read_json(response, what)
    if response.status_code == 404 and "errors" in content:
        return None
    media_type = response.headers.get("Content-Type", "").partition(";")[0].strip()
    config = content.get("config")
    is_image = media_type in _MANIFESTS and isinstance(config, dict) and "digest" in config
    if not is_image and media_type not in _INDEXES:
        raise ServiceError(f"Could not {what}: it is no container image ({media_type or 'no type'}).", None, "no container image")
    with attempt(what):
        _shape.require(content, _IMAGE if is_image else _INDEX, "manifest")
    return Manifest(digest_of(response.content), media_type, content, response.content)


def read_platforms(registry: Registry, reference: Reference, manifest: Manifest, depth: int = 0) -> list[Platform]:
    """For which platforms there is an image. One request, or none for an index.

    Among the entries of an index may be attestations, which are no images.

    :param depth: how many indexes the manifest was found in.
    """
    if not manifest.is_index:
        return [{**_read_platform(registry, reference, manifest), "digest": manifest.digest}]
    found: list[Platform] = []
    if depth > _DEEPEST:
        raise EdgeError(f"Could not read image {reference} from its registry: it is an index of indexes without an end.")
    for entry in manifest.content.get("manifests") or []:
        platform = entry.get("platform")
        if platform is None:
            inner = find_manifest(registry, reference, entry["digest"])
            found += read_platforms(registry, reference, inner, depth + 1) if inner else []
        elif platform.get("architecture") != "unknown":
            found.append({**_platform(platform), "digest": entry["digest"]})
    return found


def _read_platform(registry: Registry, reference: Reference, manifest: Manifest) -> Platform:
    what = f"read the configuration of image {reference} from its registry"
    response = registry.request("GET", f"/v2/{reference.repository}/blobs/{manifest.image_id}", what)
    with attempt(what):
        return _platform(_shape.require(read_json(response, what), _PLATFORM, "configuration"))


def _platform(said: dict[str, t.Any]) -> Platform:
    return {"os": said.get("os"), "architecture": said.get("architecture"), "variant": said.get("variant") or None}
