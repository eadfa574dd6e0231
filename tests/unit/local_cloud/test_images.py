# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The images of the local cloud: what is in the archives. Debian's real packages are used where apt can be had."""

from __future__ import annotations

import hashlib
import io
import json
import os
import shutil
import struct
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

IMAGES = Path(__file__).parents[3] / "roles" / "local_cloud" / "files" / "images"
sys.path.insert(0, str(IMAGES))

from edge_images import debian  # noqa: E402
from edge_images.archive import File, image  # noqa: E402
from edge_images.errors import ImageError  # noqa: E402
from edge_images.hello import LABEL, applets, hello  # noqa: E402

CONTROL = """Package: busybox-static
Version: 1
Architecture: all
Maintainer: Nobody <nobody@example.org>
Description: a package for tests
"""
APPLETS = b"\0[\0[[\0ash\0busybox\0httpd\0sh\0tee\0uname\0\0"


def busybox_of(machine: int) -> bytes:
    """What the code reads of a busybox: the ELF header and the table of applets."""
    return b"\x7fELF\x02\x01\x01" + bytes(9) + struct.pack("<HH", 2, machine) + bytes(44) + APPLETS


def members(archive: bytes) -> dict[str, tarfile.TarInfo]:
    with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
        return {member.name: member for member in tar}


def read(archive: bytes, name: str) -> bytes:
    with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
        return tar.extractfile(name).read()


@pytest.fixture(name="archive")
def fixture_archive() -> bytes:
    return hello("arm64", busybox_of(183)).archive(["edge/hello:arm64", "127.0.0.1:5005/edge/hello:arm64"])


def config_of(archive: bytes) -> dict:
    return json.loads(read(archive, json.loads(read(archive, "manifest.json"))[0]["Config"]))


def test_label_is_truly_arm64(archive):
    config = config_of(archive)
    assert (config["os"], config["architecture"], config["variant"]) == ("linux", "arm64", "v8")


def test_amd64_has_no_variant():
    config = config_of(hello("amd64", busybox_of(62)).archive(["edge/hello:amd64"]))
    assert config["architecture"] == "amd64"
    assert "variant" not in config


def test_manifest_names_what_is_in_the_archive(archive):
    (manifest,) = json.loads(read(archive, "manifest.json"))
    assert manifest["RepoTags"] == ["edge/hello:arm64", "127.0.0.1:5005/edge/hello:arm64"]
    assert {manifest["Config"], *manifest["Layers"], "manifest.json"} == set(members(archive))


def test_name_that_glance_reads_has_no_registry_port(archive):
    (manifest,) = json.loads(read(archive, "manifest.json"))
    assert len(manifest["RepoTags"][0].split(":")) == 2


def test_digests_are_true(archive):
    (manifest,) = json.loads(read(archive, "manifest.json"))
    layer = hashlib.sha256(read(archive, manifest["Layers"][0])).hexdigest()
    assert config_of(archive)["rootfs"]["diff_ids"] == [f"sha256:{layer}"]
    assert manifest["Config"] == f"{hashlib.sha256(read(archive, manifest['Config'])).hexdigest()}.json"


def test_id_is_the_digest_of_the_config(archive):
    (manifest,) = json.loads(read(archive, "manifest.json"))
    assert hello("arm64", busybox_of(183)).id == f"sha256:{manifest['Config'].removesuffix('.json')}"


def test_same_input_gives_same_bytes(archive):
    again = hello("arm64", busybox_of(183)).archive(["edge/hello:arm64", "127.0.0.1:5005/edge/hello:arm64"])
    assert again == archive


def test_other_busybox_gives_other_id():
    assert hello("arm64", busybox_of(183)).id != hello("arm64", busybox_of(183) + b"\0").id


def test_layer_has_the_program_and_a_link_for_each_applet(archive):
    (manifest,) = json.loads(read(archive, "manifest.json"))
    layer = read(archive, manifest["Layers"][0])
    files = members(layer)
    assert read(layer, "bin/busybox") == busybox_of(183)
    assert {name.removeprefix("bin/") for name, member in files.items() if member.issym()} == {
        "[",
        "[[",
        "ash",
        "httpd",
        "sh",
        "tee",
        "uname",
    }
    assert files["bin/sh"].linkname == "busybox"
    assert files["bin/serve"].mode == 0o755
    assert files["tmp"].isdir() and files["tmp"].mode == 0o1777
    assert all((member.uid, member.gid, member.mtime) == (0, 0, 0) for member in files.values())


def test_settings(archive):
    settings = config_of(archive)["config"]
    assert settings["Cmd"] == ["/bin/serve"]
    assert settings["ExposedPorts"] == {"8080/tcp": {}}
    assert settings["Labels"] == {LABEL: "hello"}


def test_order_of_files_does_not_matter():
    files = {"b": File(b"2"), "a": File(b"1")}
    backwards = dict(reversed(files.items()))
    assert image({"architecture": "arm64"}, {}, files) == image({"architecture": "arm64"}, {}, backwards)


def deb_with(folder: Path, files: dict[str, bytes]) -> Path:
    """A package as dpkg-deb makes it."""
    tree = folder / "tree"
    (tree / "DEBIAN").mkdir(parents=True)
    (tree / "DEBIAN" / "control").write_text(CONTROL)
    for path, content in files.items():
        (tree / path).parent.mkdir(parents=True, exist_ok=True)
        (tree / path).write_bytes(content)
    subprocess.run(["dpkg-deb", "--build", tree, folder / "made.deb"], check=True, capture_output=True)
    return folder / "made.deb"


needs_dpkg = pytest.mark.skipif(not shutil.which("dpkg-deb"), reason="needs dpkg-deb")


@needs_dpkg
@pytest.mark.parametrize("path", ["bin/busybox", "usr/bin/busybox"])
def test_program_is_found_in_a_package(tmp_path, path):
    assert debian.program(deb_with(tmp_path, {path: busybox_of(183)}), "busybox", "arm64") == busybox_of(183)


@needs_dpkg
def test_program_of_another_architecture_is_refused(tmp_path):
    deb = deb_with(tmp_path, {"bin/busybox": busybox_of(62)})
    with pytest.raises(ImageError, match=r"made for ELF machine 62, not for arm64 \(183\)"):
        debian.program(deb, "busybox", "arm64")


@needs_dpkg
def test_program_that_is_no_elf_file_is_refused(tmp_path):
    deb = deb_with(tmp_path, {"bin/busybox": b"#!/bin/sh\n"})
    with pytest.raises(ImageError, match="made for ELF machine None, not for arm64"):
        debian.program(deb, "busybox", "arm64")


@needs_dpkg
def test_package_without_the_program_is_refused(tmp_path):
    with pytest.raises(ImageError, match="holds no program busybox"):
        debian.program(deb_with(tmp_path, {"bin/other": b""}), "busybox", "arm64")


@needs_dpkg
def test_broken_package_is_refused(tmp_path):
    (tmp_path / "broken.deb").write_bytes(b"no package")
    with pytest.raises(ImageError, match="cannot be unpacked"):
        debian.program(tmp_path / "broken.deb", "busybox", "arm64")


def test_package_that_is_there_is_not_downloaded(tmp_path, monkeypatch):
    (tmp_path / "busybox-static_arm64.deb").write_bytes(b"there")
    monkeypatch.setenv("PATH", "")
    assert debian.package("busybox-static", "arm64", tmp_path).read_bytes() == b"there"


def run(*command: str | Path) -> subprocess.CompletedProcess:
    return subprocess.run(command, capture_output=True, text=True, check=False)


@needs_dpkg
def test_command_says_when_the_engine_does_not_answer(tmp_path):
    deb_with(tmp_path, {"bin/busybox": busybox_of(183)}).rename(tmp_path / "busybox-static_arm64.deb")
    done = run(sys.executable, IMAGES / "images.py", "--directory", tmp_path, "--socket", tmp_path / "none.sock")
    assert done.returncode == 1
    assert done.stderr.startswith(f"The Docker Engine at {tmp_path}/none.sock does not answer: ")
    assert "Traceback" not in done.stderr


@pytest.fixture(scope="session", name="debs")
def fixture_debs(tmp_path_factory) -> Path:
    """Debian's own packages, downloaded by the code under test."""
    if not shutil.which("apt-get") or os.geteuid():
        pytest.skip("needs apt and root")
    directory = tmp_path_factory.mktemp("debs")
    before = run("dpkg", "--print-foreign-architectures").stdout
    for architecture in ("arm64", "amd64"):
        try:
            debian.package("busybox-static", architecture, directory)
        except ImageError as error:
            pytest.skip(f"no packages to be had here: {error}")
    assert run("dpkg", "--print-foreign-architectures").stdout == before
    return directory


@pytest.mark.parametrize("architecture", ["arm64", "amd64"])
def test_real_package(debs, architecture):
    busybox = debian.program(debs / f"busybox-static_{architecture}.deb", "busybox", architecture)
    assert {"sh", "httpd", "uname", "hostname", "tee", "mkdir", "sleep", "tar"} <= set(applets(busybox))
    assert hello(architecture, busybox).id == hello(architecture, busybox).id
    other = {"arm64": "amd64", "amd64": "arm64"}[architecture]
    with pytest.raises(ImageError, match=f"not for {other}"):
        debian.program(debs / f"busybox-static_{architecture}.deb", "busybox", other)
    assert sorted(path.name for path in debs.iterdir()) == ["busybox-static_amd64.deb", "busybox-static_arm64.deb"]
