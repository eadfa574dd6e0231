# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to the collection: not an interface for others.
"""Images in Glance that Zun makes of containers (contract 3.1).

Zun gives such an image the repository as its name, and the tag as one of Glance's tags.
"""

from __future__ import annotations

import re
import typing as t

from . import _shape
from ._back_end import recognise
from ._errors import EdgeError, attempt, is_missing
from ._waiter import patiently

if t.TYPE_CHECKING:
    from ._cloud import Cloud

View = dict[str, t.Any]

_SHAPE = _shape.fields(
    id=_shape.identity,
    name=_shape.maybe(_shape.text),
    tags=_shape.maybe(_shape.each(_shape.text)),
    status=_shape.maybe(_shape.text),
)

# What docker's engine takes; with a registry's port Zun could not use the image.
_REPOSITORY = re.compile(r"[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*(?:/[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*)*")
_TAG = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}")


def see_that_it_can_be_named(repository: str, tag: str) -> None:
    """:raises EdgeError: for names that would fail after the service has accepted them."""
    if not _REPOSITORY.fullmatch(repository):
        raise EdgeError(
            f'image: "{repository}" is no name for an image: it takes lower-case letters and digits, with ".", "_", "-" or "/" '
            "between them, and neither a tag nor the port of a registry."
        )
    if not _TAG.fullmatch(tag):
        raise EdgeError(f'tag: "{tag}" is no tag: it takes up to 128 letters, digits, "_", "." and "-", first a letter or digit.')


def see_that_it_can_be_made(cloud: Cloud) -> None:
    """:raises EdgeError: when the back end makes no images of containers; it would not say so. One request."""
    if recognise(cloud).is_kubernetes:
        raise EdgeError(
            "This service runs containers on Kubernetes and cannot make an image of one. Copy out what is needed with "
            "chi.edge.container_copy, or build an image of it."
        )


def find_images(cloud: Cloud, repository: str, tag: str) -> list[View]:
    """The project's own images of that name and tag, the newest first. One request."""
    with attempt(f'list the images named "{repository}"'):
        found = [_told(image) for image in patiently(lambda: list(cloud.image.images(name=repository, owner=cloud.project_id)))]
    images = [image for image in found if tag in image["tags"] and image["name"] == repository]
    return sorted(images, key=lambda image: str(image["created_at"]), reverse=True)


def read_image(cloud: Cloud, identity: str) -> View | None:
    """The image, or None if there is none."""
    try:
        with attempt(f"read image {identity}"):
            return _told(cloud.image.get_image(identity))
    except EdgeError as exc:
        if is_missing(exc):
            return None
        raise


def commit(cloud: Cloud, container: View, repository: str, tag: str) -> str:
    """Ask for an image of a container. Zun pauses the container meanwhile. :returns: the image's id."""
    with attempt(f'make image "{repository}:{tag}" of container "{container["name"]}"'):
        answer = cloud.zun.containers.commit(container["id"], repository, tag)
        return str(_shape.require(answer, _shape.fields(uuid=_shape.identity), "image")["uuid"])


def delete_image(cloud: Cloud, identity: str) -> None:
    """Delete an image; one that is gone is no failure."""
    with attempt(f"delete image {identity}"):
        cloud.image.delete_image(identity, ignore_missing=True)


def _told(image: t.Any) -> View:
    """As M(image_view), of what Glance has answered. :raises Misshapen: when that is no image."""
    _shape.require({key: getattr(image, key, None) for key in ("id", "name", "tags", "status")}, _SHAPE, "image")
    return image_view(image)


def image_view(image: t.Any) -> View:
    """An image as results have it."""
    return {
        "id": image.id,
        "name": image.name,
        "tags": list(image.tags or []),
        "status": image.status,
        "size": image.size,
        "container_format": image.container_format,
        "disk_format": image.disk_format,
        "checksum": image.checksum,
        "created_at": image.created_at,
    }
