# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to the collection: not an interface for others.
"""How an image is built: the command of diskimage-builder, its environment, and the files that it reads."""

from __future__ import annotations

import os
import typing as t

from . import _image_elements, _image_plan, _image_releases


def make(plan: dict[str, t.Any], found: dict[str, t.Any], directory: str) -> dict[str, t.Any]:
    """The job for the program C(build.py) of the role, which runs on the building host.

    :param plan: what is wanted, as L(_image_plan.read) gives it.
    :param found: what the host can do, as the program C(survey.py) tells it: C(mirror), C(security_mirror), C(layout), C(tmpfs),
        C(stand_in).
    :param directory: the role's folder on the building host.
    """
    release = _image_releases.find(plan["release"])
    kind = _image_plan.TYPES[plan["type"]]
    build = f"{directory}/builds/{plan['name']}"
    elements = [*plan["elements"], *_image_plan.LAYOUTS.get(found["layout"], [])]
    command = [f"{directory}/venv/bin/disk-image-create", "-n", "-a", plan["arch"], "-t", kind.built_as]
    command += ["-o", f"{build}/{plan['name']}"]
    command += ["--image-size", str(plan["size"])] if plan["size"] else []
    command += ["-p", ",".join(plan["packages"])] if plan["packages"] else []
    return {
        "name": plan["name"],
        "type": plan["type"],
        "arch": plan["arch"],
        "fingerprint": plan["fingerprint"],
        "layout": found["layout"],
        "stand_in": found["stand_in"],
        "built_as": f"{build}/{plan['name']}.{kind.built_as}",
        "file": f"{build}/{plan['name']}.{kind.suffix}",
        "command": command + elements,
        "environment": {
            **_image_plan.SETTINGS,
            "DIB_RELEASE": plan["release"],
            "DIB_DISTRIBUTION_MIRROR": found["mirror"],
            **({"DIB_DEBIAN_SECURITY_MIRROR": found["security_mirror"]} if release.distribution == "debian" else {}),
            **({"DIB_UBUNTU_KERNEL": "none"} if release.distribution == "ubuntu" and not kind.is_disk else {}),
            **({} if found["tmpfs"] else {"DIB_NO_TMPFS": "1"}),
            "DIB_IMAGE_CACHE": f"{directory}/cache",
            "DIB_LOCKFILES": f"{directory}/cache/locks",
            "TMP_DIR": os.path.join(build, "tmp"),
            "ELEMENTS_PATH": f"{build}/elements",
            "CHI_IMAGE_PROVENANCE": f"{build}/provenance.json",
            "CHI_IMAGE_SOURCES": f"{build}/sources.list",
            "CHI_IMAGE_PRIVATE": " ".join(_private(release, plan["arch"], found, directory)),
            **plan["environment"],
        },
        "provenance": {**plan["provenance"], **({"build-layout": found["layout"]} if found["layout"] else {})},
        "sources": _image_releases.public_sources(release, plan["arch"], plan["environment"].get("DIB_DEBIAN_COMPONENTS")),
        "elements": _image_elements.collect(elements, plan["elements_path"]),
    }


def _private(release: _image_releases.Release, arch: str, found: dict[str, t.Any], directory: str) -> list[str]:
    """What must not be in an image: the addresses of mirrors that are not the distribution's own, and the role's folder."""
    public = _image_releases.public_mirrors(release, arch)
    used = {found[key] for key in ("mirror", "security_mirror")} - set(public)
    # without the scheme, and with the path: a name such as localhost is in every image
    return sorted(url.partition("://")[2].rstrip("/") for url in used) + [directory]
