# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The command line and the environment of diskimage-builder, and the elements that go with them."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest
from ansible_collections.chi.edge.plugins.plugin_utils import _image_elements, _image_job, _image_plan

ELEMENTS = Path(__file__).parents[3] / "roles" / "image_builder" / "files" / "elements"
FOUND = {
    "mirror": "http://deb.debian.org/debian",
    "security_mirror": "http://deb.debian.org/debian-security",
    "layout": "efi",
    "tmpfs": True,
    "stand_in": False,
}


def job(found=None, **given):
    plan = _image_plan.read(given, str(ELEMENTS))
    return _image_job.make(plan, {**FOUND, "layout": FOUND["layout"] if plan["is_disk"] else None, **(found or {})}, "/d")


def test_the_command_for_a_disk():
    made = job(variant="docker", arch="arm64", size=8, packages=["git", "jq"])
    assert made["command"] == [
        *["/d/venv/bin/disk-image-create", "-n", "-a", "arm64", "-t", "qcow2"],
        *["-o", "/d/builds/CC-Debian12-DOCKER-ARM64/CC-Debian12-DOCKER-ARM64", "--image-size", "8", "-p", "git,jq"],
        *["debian-minimal", "chi-docker", "chi-cache", "chi-provenance", "chi-private", "vm", "block-device-efi"],
    ]
    assert made["file"] == made["built_as"] == "/d/builds/CC-Debian12-DOCKER-ARM64/CC-Debian12-DOCKER-ARM64.qcow2"
    assert made["provenance"]["build-layout"] == "efi"


def test_a_host_chooses_another_layout():
    assert job({"layout": "bios"})["command"][-2:] == ["vm", "block-device-gpt"]
    assert job({"layout": "filesystem"}, layout="filesystem")["command"][-1] == "baremetal"


def test_a_container_image_is_built_as_a_file_system():
    made = job(type="docker")
    assert made["command"][5] == "tar"
    assert made["built_as"].endswith("/CC-Debian12-CONTAINER.tar")
    assert made["file"].endswith("/CC-Debian12-CONTAINER.docker.tar")
    assert "build-layout" not in made["provenance"]


def test_the_environment():
    environment = job({"tmpfs": False}, environment={"DIB_GRUB_TIMEOUT": 5})["environment"]
    assert environment["DIB_RELEASE"] == "bookworm"
    assert environment["DIB_DISTRIBUTION_MIRROR"] == "http://deb.debian.org/debian"
    assert environment["DIB_DEBIAN_SECURITY_MIRROR"] == "http://deb.debian.org/debian-security"
    assert environment["DIB_NO_TMPFS"] == "1"
    assert environment["DIB_GRUB_TIMEOUT"] == "5", "the user's own comes last"
    assert environment["ELEMENTS_PATH"] == "/d/builds/CC-Debian12/elements"


def test_an_image_has_the_sources_of_the_components_that_it_was_built_from():
    assert job()["sources"].splitlines()[0] == "deb http://deb.debian.org/debian bookworm main"
    made = job(environment={"DIB_DEBIAN_COMPONENTS": "main,non-free-firmware"})
    assert made["sources"].splitlines()[0] == "deb http://deb.debian.org/debian bookworm main non-free-firmware"


def test_the_environment_for_ubuntu():
    disk, container = job(release="noble")["environment"], job(release="noble", type="tar")["environment"]
    assert "DIB_DEBIAN_SECURITY_MIRROR" not in disk
    assert "DIB_UBUNTU_KERNEL" not in disk
    assert container["DIB_UBUNTU_KERNEL"] == "none"


def test_a_private_mirror_is_named_to_what_keeps_it_out_of_the_image():
    assert job()["environment"]["CHI_IMAGE_PRIVATE"] == "/d"
    found = {"mirror": "http://mirror.example.org:3142/debian", "security_mirror": "http://10.0.0.7/debian-security"}
    made = job(found)
    assert made["environment"]["CHI_IMAGE_PRIVATE"].split() == [
        "10.0.0.7/debian-security",
        "mirror.example.org:3142/debian",
        "/d",
    ]
    assert "example.org" not in made["sources"]


def test_the_users_elements_go_along_and_come_first_only_where_we_have_none(tmp_path):
    for name, text in (("mine", "1"), ("chi-docker", "2")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "element-deps").write_text("chi-sage\n" if name == "mine" else text)
    made = job(variant=["mine"], name="x", elements_path=[str(tmp_path)])
    assert set(made["elements"]) >= {"mine", "chi-sage", "chi-docker"}
    hook = next(file for file in made["elements"]["chi-docker"] if file["path"] == "post-install.d/50-chi-docker")
    assert hook["executable"]
    assert base64.b64decode(hook["content"]).startswith(b"#!/usr/bin/env bash")


def test_an_element_is_not_for_large_files(tmp_path):
    (tmp_path / "big").mkdir()
    with open(tmp_path / "big" / "blob", "wb") as file:
        file.truncate(_image_elements.LIMIT + 1)
    with pytest.raises(ValueError, match="holds more than 8 MiB"):
        _image_elements.collect(["big"], [str(tmp_path)])


@pytest.mark.parametrize("hook", sorted(ELEMENTS.glob("*/*.d/*")), ids=lambda hook: "/".join(hook.parts[-3:]))
def test_every_hook_can_be_executed_and_stops_at_an_error(hook):
    assert hook.stat().st_mode & 0o111 == 0o111, "diskimage-builder passes over what is not executable"
    assert "set -euo pipefail" in hook.read_text()
