# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to the collection: not an interface for others.
"""An image in Glance beside others: which one is ours, what of it differs, which old ones are too many."""

from __future__ import annotations

import re
import typing as t

Image = dict[str, t.Any]

MARK = "build-fingerprint"

# Attributes that the SDK calls otherwise than Glance does.
_ATTRIBUTES = {
    "auto_disk_config": "has_auto_disk_config",
    "hw_boot_menu": "is_hw_boot_menu_enabled",
    "hw_vif_multiqueue_enabled": "is_hw_vif_multiqueue_enabled",
    "img_config_drive": "needs_config_drive",
    "os_secure_boot": "needs_secure_boot",
}


def compare(images: list[Image], plan: dict[str, t.Any]) -> dict[str, t.Any]:
    """What there is in Glance of an image, and what has to be done about it.

    :param images: all images that can be seen, as M(openstack.cloud.image_info) returns them.
    :param plan: what is wanted, as L(_image_plan.read) gives it.
    :returns: C(objection), why nothing can be done, or None; C(current), the image or None; C(is_same), whether it was built from
        the same; C(properties), which of them it lacks; C(corrections), in words, what is to be corrected of it; C(leftovers),
        uploads that have never become an image; C(retired), what the current one is to be called once there is a new one;
        C(surplus) and C(surplus_then), the old ones that are too many now and then; C(all), every one of them.
    """
    name, visibility, keep = plan["name"], plan["visibility"], plan["keep"]
    named = [image for image in images if image["name"] == name]
    foreign = [image for image in named if not _is_ours(image, visibility)]
    ours = sorted((image for image in images if _is_ours(image, visibility)), key=_age, reverse=True)
    current = next((image for image in ours if image["name"] == name and image["status"] == "active"), None)
    leftovers = [image for image in ours if image["name"] == plan["testing"] or (image in named and image["status"] != "active")]
    old = [image for image in ours if re.fullmatch(rf"{re.escape(name)}_\d{{8}}T\d{{6}}Z", image["name"])]
    is_same = current is not None and current["properties"][MARK] == plan["fingerprint"]
    # what another build can be booted on is not for this one to say
    properties = _lacking(current, {**(plan["machine"] if is_same else {}), **plan["properties"]}) if current else {}
    is_seen_otherwise = current is not None and current["visibility"] != visibility
    return {
        "objection": _objection(foreign[0], name) if foreign else None,
        "current": current,
        "is_same": is_same,
        "properties": properties,
        "corrections": [f"the property {key}" for key in properties] + (["the visibility"] if is_seen_otherwise else []),
        "leftovers": leftovers,
        "retired": f"{name}_{current['properties'].get('build-timestamp', _compact(_age(current)))}" if current else None,
        "surplus": old[keep:],
        "surplus_then": ([current, *old] if current else old)[keep:],
        "all": [image for image in ours if image in named or image in leftovers or image in old],
    }


def _is_ours(image: Image, visibility: str) -> bool:
    """Whether the role has made it, and for this project, as far as that can be seen: nobody sees private images of others."""
    return MARK in image["properties"] and image["visibility"] in ("private", visibility)


def _objection(image: Image, name: str) -> str:
    if MARK in image["properties"]:
        why = "it may be another project's; if it is yours, say so with image_builder_visibility"
    else:
        why = "this role has not made it"
    return (
        f'There is an image "{name}" already ({image["id"]}, {image["visibility"]}), and {why}. '
        "It is left alone: choose another name with image_builder_name."
    )


def _age(image: Image) -> str:
    return str(image["created_at"])


def _compact(moment: str) -> str:
    return re.sub(r"[-:]", "", moment)


def _lacking(image: Image, wanted: dict[str, str]) -> dict[str, str]:
    return {key: value for key, value in wanted.items() if _value(image, key) != value}


def _value(image: Image, key: str) -> str | None:
    value = image["properties"].get(key, image.get(_ATTRIBUTES.get(key, key)))
    return value if value is None else str(value).lower() if isinstance(value, bool) else str(value)
