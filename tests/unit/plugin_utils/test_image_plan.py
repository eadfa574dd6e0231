# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is asked of the role image_builder is read, named and told apart from anything else."""

from __future__ import annotations

from pathlib import Path

import pytest
from ansible_collections.chi.edge.plugins.plugin_utils import _image_plan, _image_releases

ELEMENTS = str(Path(__file__).parents[3] / "roles" / "image_builder" / "files" / "elements")


def plan(**given):
    return _image_plan.read(given, ELEMENTS)


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ({}, "CC-Debian12"),
        ({"release": "bionic", "variant": "sage"}, "CC-Ubuntu18.04-SAGE"),
        ({"release": "24.04", "variant": "docker", "arch": "arm64"}, "CC-Ubuntu24.04-DOCKER-ARM64"),
        ({"release": "Ubuntu 22.04", "arch": "arm64"}, "CC-Ubuntu22.04-ARM64"),
        ({"release": "debian-trixie", "variant": ["docker", "sage"]}, "CC-Debian13-DOCKER-SAGE"),
        ({"release": "11", "type": "raw"}, "CC-Debian11"),
        ({"type": "tar", "variant": "docker"}, "CC-Debian12-DOCKER-ROOTFS"),
        ({"type": "docker", "arch": "arm64"}, "CC-Debian12-CONTAINER-ARM64"),
        ({"name": "mine", "arch": "arm64"}, "mine"),
    ],
)
def test_the_name_is_as_chameleon_gives_it(given, name):
    assert plan(**given)["name"] == name


def test_a_survey_says_the_same_as_yaml():
    survey = {
        "release": "bookworm",
        "variant": "docker",
        "size": "8",
        "packages": "git, jq",
        "properties": '{"hw_disk_bus": "virtio"}',
        "environment": "DIB_GRUB_TIMEOUT: 5",
        "upload": "no",
        "keep": "2",
        "name": "",
        "mirror": "",
        "layout": "",
        "elements_path": "",
    }
    yaml = {
        "variant": "docker",
        "size": 8,
        "packages": ["git", "jq"],
        "properties": {"hw_disk_bus": "virtio"},
        "environment": {"DIB_GRUB_TIMEOUT": 5},
        "upload": False,
        "keep": 2,
    }
    assert plan(**survey) == plan(**yaml)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"release": "sarge"}, 'image_builder_release "sarge" is not known; it can be bullseye (Debian11), '),
        ({"arch": "riscv64"}, 'image_builder_arch "riscv64" is not known; it can be amd64, arm64.'),
        ({"type": "iso"}, 'image_builder_type "iso" is not known; it can be qcow2, raw, tar, docker.'),
        ({"variant": "gpu"}, 'image_builder_variant "gpu" is not known; it can be base, docker, sage, or a list'),
        ({"variant": ["../x"]}, "image_builder_variant has '../x'"),
        ({"variant": ["docker", "mine"]}, "image_builder_name is needed for an image with elements of your own"),
        ({"name": "a/b"}, 'image_builder_name "a/b" can have letters'),
        ({"layout": "bios", "arch": "arm64"}, "image_builder_layout bios does not go together with arm64"),
        ({"layout": "efi", "type": "tar"}, "image_builder_layout is about disks; a tar is a file system"),
        ({"layout": "lvm"}, 'image_builder_layout "lvm" is not known; it can be auto, efi, bios, filesystem.'),
        ({"size": 8, "type": "docker"}, "image_builder_size is the size of a disk in GiB"),
        ({"size": 0}, "image_builder_size is the size of a disk in GiB"),
        ({"size": "big"}, 'image_builder_size must be a whole number, not "big".'),
        ({"packages": ["a b"]}, "image_builder_packages has 'a b', which is no name of a package."),
        ({"environment": {"A B": "1"}}, "image_builder_environment has A B"),
        ({"mirror": "ftp://example.org"}, 'image_builder_mirror "ftp://example.org" must be the address of a package mirror'),
        ({"mirror": "http://a:s3cret@example.org"}, "image_builder_mirror has a user or a password in it"),
        ({"elements_path": ["/nonexistent"]}, "image_builder_elements_path has /nonexistent, which is no folder"),
        ({"keep": -1}, "image_builder_keep must be 0 at least, not -1."),
        ({"timeout": 1}, "image_builder_timeout must be 60 at least, not 1."),
        (
            {"properties": {"chameleon-supported": "true"}},
            "image_builder_properties has chameleon-supported, which only Chameleon's",
        ),
        ({"properties": {"build-tag": "x"}}, "image_builder_properties has build-tag; the role sets the properties"),
        ({"properties": {"a": ["b"]}}, "image_builder_properties has a, and its value must be a text."),
    ],
)
def test_what_cannot_be_is_told(given, words):
    with pytest.raises(ValueError) as caught:
        plan(**given)
    assert str(caught.value).startswith(words)
    assert "s3cret" not in str(caught.value)


def test_what_is_wanted_otherwise_has_another_fingerprint(tmp_path):
    element = tmp_path / "mine" / "install.d" / "50-mine"
    element.parent.mkdir(parents=True)
    element.write_text("#!/bin/sh\n")
    own = {"name": "mine", "variant": ["mine"], "elements_path": str(tmp_path)}
    wishes = [
        {},
        {"release": "trixie"},
        {"variant": "docker"},
        {"arch": "arm64"},
        {"type": "raw"},
        {"layout": "bios"},
        {"size": 8},
        {"packages": "git"},
        {"mirror": "http://example.org/debian"},
        {"environment": {"DIB_GRUB_TIMEOUT": "5"}},
        {"version": "3.42.0"},
        own,
    ]
    prints = [plan(**wish)["fingerprint"] for wish in wishes]
    element.write_text("#!/bin/bash\n")
    prints.append(plan(**own)["fingerprint"])
    element.chmod(0o755)
    prints.append(plan(**own)["fingerprint"])
    assert len(set(prints)) == len(prints)


def test_what_can_be_changed_without_a_build_has_the_same_fingerprint():
    wishes = [
        {"packages": ["git", "jq"]},
        {"packages": ["jq", "git"]},
        {
            "packages": ["git", "jq"],
            "name": "other",
            "properties": {"a": "b"},
            "keep": 3,
            "visibility": "public",
            "upload": False,
        },
    ]
    assert len({plan(**wish)["fingerprint"] for wish in wishes}) == 1


def test_the_elements_of_a_disk_and_of_a_file_system():
    assert plan(variant="docker")["elements"] == ["debian-minimal", "chi-docker", "chi-cache", "chi-provenance", "chi-private"]
    container = plan(variant="base", type="tar", release="noble")["elements"]
    assert container == ["ubuntu-minimal", "chi-container", "chi-base", "chi-cache", "chi-provenance", "chi-private"]
    assert "chi-base" in plan(variant=["growroot"], name="mine")["elements"]
    assert set(plan(variant="sage")["inputs"]["elements"]) >= {"chi-sage", "chi-docker", "chi-base"}


def test_the_layouts_that_a_host_may_choose_from():
    assert plan()["layouts"] == ["efi", "bios"]
    assert plan(arch="arm64")["layouts"] == ["efi"]
    assert plan(layout="filesystem")["layouts"] == ["filesystem"]
    assert plan(type="docker")["layouts"] == []


def test_the_host_needs_git_only_for_what_is_cloned():
    assert "git" not in plan(variant="docker")["host_packages"]
    assert "git" in plan(variant="sage")["host_packages"]
    assert "qemu-utils" not in plan(type="tar")["host_packages"]


def test_the_properties():
    made = plan(
        variant="docker", arch="arm64", properties={"os_distro": "debian", "hw_boot_menu": True, "hw_firmware_type": "bios"}
    )
    assert made["machine"] == {"architecture": "aarch64"}
    assert made["properties"] == {"os_distro": "debian", "hw_boot_menu": "true", "hw_firmware_type": "bios"}
    assert plan(arch="arm64")["machine"]["hw_firmware_type"] == "uefi"
    assert made["provenance"]["build-variant"] == "docker"
    assert made["provenance"]["build-fingerprint"] == made["fingerprint"]
    assert not [key for key in {**made["machine"], **made["provenance"]} if key.startswith("chameleon")]


@pytest.mark.parametrize("release", _image_releases.RELEASES, ids=lambda release: release.codename)
def test_the_sources_of_an_image_are_the_distributions_own(release):
    for arch in _image_releases.ARCHITECTURES:
        lines = _image_releases.public_sources(release, arch).splitlines()
        assert [line.split()[2] for line in lines] == [f"{release.codename}{suffix}" for suffix in ("", "-updates", "-security")]
        hosts = {line.split()[1].split("/")[2] for line in lines}
        assert all(host.endswith(("debian.org", "ubuntu.com")) for host in hosts)
    assert _image_releases.find(release.codename) is release
    assert _image_releases.find(f"{release.distribution} {release.version}".title()) is release
