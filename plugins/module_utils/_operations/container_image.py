# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to the collection: not an interface for others.
"""What M(chi.edge.container_image) does."""

from __future__ import annotations

import typing as t

from .._context import Context
from .._difference import Difference
from .._errors import EdgeError
from .._image import Image
from .._image_archive import open_archive
from .._image_name import Reference, read_reference
from .._registry import REGISTRY_CONSTRAINTS, REGISTRY_SPEC, Registry
from .._registry_image import Manifest, find_manifest
from .._registry_push import Push

SPEC: dict[str, t.Any] = {
    "argument_spec": {
        "name": {"type": "str", "required": True},
        "archive": {"type": "path"},
        "state": {"type": "str", "default": "present", "choices": ["present", "absent"]},
        **REGISTRY_SPEC,
    },
    **REGISTRY_CONSTRAINTS,
    "required_if": [("state", "present", ("archive",))],
    "supports_check_mode": True,
}


def run(context: Context) -> dict[str, t.Any]:
    """Bring the image into the wanted state."""
    return ContainerImage(context).run()


class ContainerImage:
    """What the registry has under one name."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.params = context.params
        self.reference = self._reference()
        self.registry = Registry(self.reference.host, context)
        self.push = Push(self.registry, self.reference)

    def run(self) -> dict[str, t.Any]:
        if self.params["state"] == "absent":
            return self._absent(find_manifest(self.registry, self.reference))
        with open_archive(self.params["archive"], None) as image:
            return self._present(image, find_manifest(self.registry, self.reference))

    def _reference(self) -> Reference:
        reference = read_reference(self.params["name"], "name")
        if reference.digest:
            raise EdgeError(f'name: "{self.params["name"]}" has a digest, which nobody can choose; give a tag.')
        return reference

    def _present(self, image: Image, there: Manifest | None) -> dict[str, t.Any]:
        digest = there.digest if there else None
        if there is None or there.image_id != image.id:
            if there and there.is_index:
                self.context.warn(f"{self.reference} is an index of images for several platforms; one image takes its place.")
            digest = None if self.context.check_mode else self.push.image(image)
        return self._result(there, {"name": str(self.reference), "digest": digest, "id": image.id})

    def _absent(self, there: Manifest | None) -> dict[str, t.Any]:
        if there and not self.context.check_mode:
            self.push.untag(there)
        return self._result(there, None)

    def _result(self, there: Manifest | None, image: dict[str, t.Any] | None) -> dict[str, t.Any]:
        difference = Difference()
        before = (there.image_id or there.digest) if there else None
        after = image["id"] if image else None
        if before != after:
            difference.note("id", before, after)
        result: dict[str, t.Any] = {"changed": bool(difference), "image": image}
        if self.context.diff:
            result["diff"] = difference.render(f"image {self.reference}")
        return result
