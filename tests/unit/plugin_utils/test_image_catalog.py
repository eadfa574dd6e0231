# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is ours in Glance is found among what is not, and what has to be done about it."""

from __future__ import annotations

import pytest
from ansible_collections.chi.edge.plugins.plugin_utils import _image_catalog

MACHINE = {"architecture": "x86_64"}
PLAN = {
    "name": "CC-X",
    "testing": "testing_CC-X",
    "fingerprint": "f1",
    "machine": MACHINE,
    "properties": {},
    "visibility": "private",
    "keep": 0,
}


def image(name="CC-X", fingerprint="f1", created="2026-01-01T00:00:00Z", **more):
    """An image as openstack.cloud.image_info shows it."""
    properties = {"build-fingerprint": fingerprint, "build-timestamp": "20260101T000000Z"} if fingerprint else {}
    properties |= more.pop("properties", {})
    attributes = {"status": "active", "visibility": "private", "architecture": "x86_64", **more}
    return {"id": f"id-{name}-{created}", "name": name, "created_at": created, "properties": properties, **attributes}


def compare(*images, **plan):
    return _image_catalog.compare(list(images), {**PLAN, **plan})


def names(images):
    return [item["name"] for item in images]


def test_nothing_is_there():
    catalog = compare(image("other", None))
    assert catalog["current"] is None
    assert not catalog["is_same"]
    assert catalog["all"] == catalog["leftovers"] == catalog["surplus_then"] == catalog["corrections"] == []


def test_the_same_is_there():
    catalog = compare(image())
    assert catalog["is_same"]
    assert catalog["objection"] is None
    assert catalog["corrections"] == []


def test_another_build_is_there():
    catalog = compare(image(fingerprint="f0"))
    assert not catalog["is_same"]
    assert catalog["retired"] == "CC-X_20260101T000000Z"
    assert names(catalog["surplus_then"]) == ["CC-X"], "none is kept"
    assert compare(image(fingerprint="f0"), keep=1)["surplus_then"] == []


def test_the_newest_old_ones_are_kept():
    old = [image(f"CC-X_2026010{day}T000000Z", f"f{day}", f"2026-01-0{day}T00:00:00Z") for day in (1, 2, 3)]
    catalog = compare(*old, image(created="2026-01-04T00:00:00Z"), keep=2)
    assert names(catalog["surplus"]) == ["CC-X_20260101T000000Z"]
    assert names(catalog["surplus_then"]) == ["CC-X_20260102T000000Z", "CC-X_20260101T000000Z"]
    assert len(catalog["all"]) == 4


@pytest.mark.parametrize(
    "foreign",
    [image("CC-X", None), image("CC-X", None, visibility="public"), image("CC-X", "f1", visibility="public")],
    ids=["made by hand", "Chameleon's own", "another project's"],
)
def test_what_is_not_ours_is_left_alone_and_told(foreign):
    catalog = compare(foreign)
    assert catalog["objection"].startswith('There is an image "CC-X" already ')
    assert catalog["objection"].endswith("It is left alone: choose another name with image_builder_name.")
    assert catalog["all"] == catalog["leftovers"] == []


def test_a_public_image_is_ours_if_that_is_what_is_wanted():
    assert compare(image(visibility="public"), visibility="public")["is_same"]
    assert compare(image(), visibility="public")["corrections"] == ["the visibility"]


def test_names_that_only_look_alike_are_not_ours():
    alike = [image(name) for name in ("CC-X_old", "CC-X-DOCKER", "CC-X_20260101T000000Z-2", "testing_CC-X-DOCKER")]
    by_hand = [image("CC-X_20260101T000000Z", None), image("testing_CC-X", None)]
    assert compare(*alike, *by_hand)["all"] == []


def test_an_upload_that_was_broken_off_is_found():
    catalog = compare(image("testing_CC-X"), image(status="queued", created="2026-01-02T00:00:00Z"), image())
    assert sorted(names(catalog["leftovers"])) == ["CC-X", "testing_CC-X"]
    assert catalog["current"]["status"] == "active"


def test_properties_are_compared_by_the_names_that_glance_gives_them():
    wanted = {"hw_boot_menu": "true", "hw_firmware_type": "uefi", "note": "a"}
    there = image(is_hw_boot_menu_enabled=True, properties={"hw_firmware_type": "uefi", "note": "b", "stranger": "c"})
    catalog = compare(there, properties=wanted)
    assert catalog["properties"] == {"note": "a"}
    assert catalog["corrections"] == ["the property note"]


def test_another_build_may_be_for_another_machine():
    there = image(fingerprint="f0", architecture="aarch64")
    assert compare(there, properties={"note": "a"})["properties"] == {"note": "a"}
    assert compare(image(architecture="aarch64"))["corrections"] == ["the property architecture"]
