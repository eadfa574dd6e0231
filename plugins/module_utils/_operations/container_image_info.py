# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to the collection: not an interface for others.
"""What M(chi.edge.container_image_info) does."""

from __future__ import annotations

import typing as t

from .._context import Context
from .._image_name import read_reference
from .._registry import REGISTRY_CONSTRAINTS, REGISTRY_SPEC, Registry
from .._registry_image import find_manifest, read_platforms

SPEC: dict[str, t.Any] = {
    "argument_spec": {"image": {"type": "str", "required": True, "aliases": ["name"]}, **REGISTRY_SPEC},
    **REGISTRY_CONSTRAINTS,
    "supports_check_mode": True,
}


def run(context: Context) -> dict[str, t.Any]:
    """Tell what the registry has under the image's name."""
    reference = read_reference(context.params["image"], "image")
    registry = Registry(reference.host, context)
    manifest = find_manifest(registry, reference)
    if manifest is None:
        return {"changed": False, "image": None}
    image = {
        "reference": str(reference),
        "digest": manifest.digest,
        "media_type": manifest.media_type,
        "id": manifest.image_id,
        "platforms": read_platforms(registry, reference, manifest),
    }
    return {"changed": False, "image": image}
