# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Archives of images: every layout gives the same archive, and what is wrong with one is told in a sentence."""

from __future__ import annotations

import bz2
import gzip
import io
import json
import lzma
import os
import tarfile

import pytest
from ansible_collections.chi.edge.plugins.module_utils._errors import EdgeError
from ansible_collections.chi.edge.plugins.module_utils._operations import container_image_archive as operation

from images import Said, config, digest, layer, oci, program, saved_before_25, saved_since_25

LAYERS = [layer({"bin/app": program("arm64")}), layer({"etc/motd": b"hello"})]
CONFIG = config("arm64", LAYERS, Cmd=["/bin/app"], ExposedPorts={"80/tcp": {}})
FOREIGN_LAYERS = [layer({"bin/app": program("amd64")})]
FOREIGN = config("amd64", FOREIGN_LAYERS)
LYING = config("arm64", FOREIGN_LAYERS, Cmd=["/bin/app"])
SAVED = saved_before_25(CONFIG, LAYERS, "127.0.0.1:5000/other:name")


@pytest.fixture
def make(tmp_path):
    """Make an archive of what is given: bytes for a file, or the path of one."""

    def run(given, option="archive", **options):
        if isinstance(given, bytes):
            (tmp_path / "given").write_bytes(given)
            given = tmp_path / "given"
        more = {option: str(given), "name": "sensor:1.0", "dest": str(tmp_path / "made.tar"), **options}
        context = Said(operation, **more)
        return {**operation.run(context), "warnings": context.warnings}

    return run


def refusal_of(make, *args, **options) -> str:
    with pytest.raises(EdgeError) as refused:
        make(*args, **options)
    return refused.value.message


def file_with(tmp_path, content):
    (tmp_path / "packed").write_bytes(content)
    return tmp_path / "packed"


def files_of(path) -> dict[str, bytes]:
    with tarfile.open(path) as tar:
        return {member.name: tar.extractfile(member).read() for member in tar}


# -- what is read --------------------------------------------------------------------------------------------------


def test_the_archive_is_one_that_docker_and_zun_read(make, tmp_path):
    made = make(SAVED)
    files = files_of(tmp_path / "made.tar")
    (manifest,) = json.loads(files["manifest.json"])
    assert manifest["RepoTags"] == ["sensor:1.0"]
    assert manifest["Config"] == f"{digest(CONFIG)[7:]}.json"
    assert files[manifest["Config"]] == CONFIG
    assert [files[path] for path in manifest["Layers"]] == LAYERS
    assert made["changed"]
    assert {key: made["image"][key] for key in ("id", "architecture", "variant", "programs", "command", "exposed_ports")} == {
        "id": digest(CONFIG),
        "architecture": "arm64",
        "variant": None,
        "programs": {"arm64": 1},
        "command": ["/bin/app"],
        "exposed_ports": ["80/tcp"],
    }


@pytest.mark.parametrize(
    "saved",
    [
        saved_since_25(CONFIG, LAYERS, "other:name"),
        saved_since_25(CONFIG, [gzip.compress(data, mtime=0) for data in LAYERS], "other:name"),
        oci((CONFIG, LAYERS)),
        oci((FOREIGN, FOREIGN_LAYERS), (CONFIG, LAYERS)),
        gzip.compress(SAVED),
        bz2.compress(SAVED),
        lzma.compress(SAVED),
    ],
    ids=["docker 25", "docker 29", "oci", "oci of several platforms", "gzip", "bzip2", "xz"],
)
def test_every_layout_gives_the_same_archive(make, tmp_path, saved):
    assert make(SAVED)["changed"]
    again = make(saved)
    assert not again["changed"]
    assert again["image"]["size"] == os.path.getsize(tmp_path / "made.tar")


def test_an_archive_that_was_packed_again_is_read(make, tmp_path):
    files = {f"./{name}": content for name, content in files_of(file_with(tmp_path, SAVED)).items()}
    assert make(layer(files))["image"]["id"] == digest(CONFIG)


def test_a_layer_that_is_there_twice_is_written_once(make, tmp_path):
    layers = [LAYERS[0], LAYERS[1], LAYERS[1]]
    linked = files_of(file_with(tmp_path, saved_before_25(config("arm64", layers), layers)))
    (manifest,) = json.loads(linked["manifest.json"])
    manifest["Layers"][2] = "again/layer.tar"
    linked["manifest.json"] = json.dumps([manifest]).encode()
    make(layer({**linked, "again/layer.tar": ("symlink", f"../{manifest['Layers'][1]}")}))
    (manifest,) = json.loads(files_of(tmp_path / "made.tar")["manifest.json"])
    assert len(manifest["Layers"]) == 3
    assert len(files_of(tmp_path / "made.tar")) == 4


def test_a_second_run_leaves_the_file_alone(make, tmp_path):
    make(SAVED)
    before = os.stat(tmp_path / "made.tar").st_mtime_ns
    assert not make(SAVED)["changed"]
    assert os.stat(tmp_path / "made.tar").st_mtime_ns == before


def test_check_mode_writes_nothing_and_knows_the_same(make, tmp_path):
    given = file_with(tmp_path, SAVED)
    foreseen = operation.run(
        Said(operation, check_mode=True, diff=True, archive=str(given), name="sensor:1.0", dest=str(tmp_path / "made.tar"))
    )
    assert not (tmp_path / "made.tar").exists()
    assert foreseen["image"] == make(SAVED)["image"]
    assert foreseen["diff"]["after"] == {"sha512": foreseen["image"]["sha512"]}


def test_nothing_else_is_left_behind(make, tmp_path):
    make(SAVED)
    refusal_of(make, saved_before_25(FOREIGN, FOREIGN_LAYERS))
    assert sorted(os.listdir(tmp_path)) == ["given", "made.tar"]


# -- what is refused -----------------------------------------------------------------------------------------------


def test_an_image_for_another_architecture_is_refused(make, tmp_path):
    assert refusal_of(make, saved_before_25(FOREIGN, FOREIGN_LAYERS)) == (
        f"sensor:1.0, the image of archive {tmp_path}/given, is labelled linux/amd64, and linux/arm64 is wanted. "
        "Build it for that, as docker build --platform linux/arm64 does; or give the architecture that the device has."
    )
    assert make(saved_before_25(FOREIGN, FOREIGN_LAYERS), architecture="amd64")["changed"]


def test_a_lying_label_is_refused(make, tmp_path):
    assert refusal_of(make, saved_before_25(LYING, FOREIGN_LAYERS)) == (
        f"sensor:1.0, the image of archive {tmp_path}/given, is labelled linux/arm64, but 1 of the 1 programs and libraries in "
        "it are made for amd64: on the device it would end in an exec format error. Build it for that architecture; "
        "a label alone does not."
    )
    assert make(saved_before_25(LYING, FOREIGN_LAYERS), verify_programs=False)["changed"]


def test_a_foreign_program_on_an_honest_base_is_refused(make):
    layers = [layer({"bin/sh": program("arm64"), "lib/libc.so.6": program("arm64")}), layer({"app": program("amd64")})]
    said = refusal_of(make, saved_since_25(config("arm64", layers, Entrypoint=["/app"]), layers))
    assert "but the program that it starts, /app, is made for amd64: on the device" in said


def test_an_image_without_programs_is_taken_with_a_warning(make, tmp_path):
    layers = [layer({"data": b"1"})]
    made = make(saved_before_25(config("arm64", layers), layers))
    assert made["warnings"] == [
        f"There is no program in the image of archive {tmp_path}/given, so its label could not be verified."
    ]


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (b"no archive", "is no archive of a container image: it is no tar archive, or compressed by something else"),
        (b"\x28\xb5\x2f\xfd zstd", "is no archive of a container image: it is no tar archive, or compressed by something else"),
        (b"", "is no archive of a container image: it is no tar archive"),
        (
            layer({"bin/sh": b""}),
            "it has neither a manifest.json, as docker save writes it, nor an index.json. A root",
        ),
        (layer({"manifest.json": b"[]"}), "it is damaged or incomplete"),
        (layer({"manifest.json": b"no json"}), "it is damaged or incomplete"),
        (layer({"manifest.json": b'[{"Config": "x", "Layers": []}]'}), "it is damaged or incomplete (x is missing)."),
        (layer({"index.json": b'{"manifests": []}'}), "it is damaged or incomplete"),
        (SAVED[: len(SAVED) // 2], "it is damaged or incomplete"),
        (gzip.compress(SAVED)[:-200], "it is damaged or incomplete"),
        (saved_before_25(CONFIG, [LAYERS[0], LAYERS[0]]), "it is not what the image's configuration says. Save the image again."),
        (saved_before_25(CONFIG, LAYERS[:1]), "it is damaged or incomplete"),
        (saved_before_25(CONFIG, [b"\x28\xb5\x2f\xfd zstd", LAYERS[1]]), "it is compressed by zstd; decompress it first"),
        (oci((FOREIGN, FOREIGN_LAYERS), (FOREIGN, FOREIGN_LAYERS)), "has images for amd64, but none for arm64."),
        (oci((CONFIG, LAYERS), (CONFIG, LAYERS)), "has several images (for arm64, for arm64). Save the one that is meant alone"),
    ],
)
def test_what_is_no_archive_of_one_whole_image_is_refused(make, given, words):
    assert words in refusal_of(make, given)


def test_an_archive_with_several_images_is_refused(make, tmp_path):
    first, second = (
        files_of(file_with(tmp_path, SAVED)),
        files_of(file_with(tmp_path, saved_before_25(FOREIGN, FOREIGN_LAYERS, "b:2"))),
    )
    manifests = json.loads(first["manifest.json"]) + json.loads(second["manifest.json"])
    both = layer({**first, **second, "manifest.json": json.dumps(manifests).encode()})
    assert refusal_of(make, both) == (
        f"The archive {tmp_path}/given has several images (127.0.0.1:5000/other:name, b:2). Save the one that is meant alone: "
        "docker save NAME -o FILE."
    )


def test_what_cannot_be_opened_is_told(make, tmp_path):
    assert refusal_of(make, tmp_path / "nothing") == f"Could not read archive {tmp_path}/nothing: no such file or directory."
    assert refusal_of(make, tmp_path) == f"Could not read archive {tmp_path}: is a directory."
    assert refusal_of(make, tmp_path / "no", option="rootfs") == (
        f"Could not read root filesystem {tmp_path}/no: no such file or directory."
    )


@pytest.mark.parametrize("dest", ["nothing/made.tar", "."])
def test_a_dest_that_cannot_be_is_told_before_anything_is_read(make, tmp_path, dest):
    said = refusal_of(make, tmp_path / "nothing", dest=str(tmp_path / dest))
    assert said == f"dest: {tmp_path / dest} must be a file in a directory that is there."


def test_a_name_that_zun_could_not_read_is_refused(make):
    assert "is no plain name of an image" in refusal_of(make, SAVED, name="127.0.0.1:5005/sensor:1")


# -- root filesystems ----------------------------------------------------------------------------------------------


@pytest.fixture
def tree(tmp_path):
    """A root filesystem with a program, a link and a strange owner."""
    root = tmp_path / "tree"
    (root / "bin").mkdir(parents=True)
    (root / "bin" / "app").write_bytes(program("arm64"))
    (root / "bin" / "sh").symlink_to("app")
    if not os.geteuid():
        os.chown(root / "bin" / "app", 1000, 1001)
    (root / "bin" / "app").chmod(0o4755)
    return root


def test_a_directory_becomes_an_image(make, tree, tmp_path):
    settings = {
        "command": "/bin/app 'a b'",
        "environment": {"LANG": "C"},
        "exposed_ports": ["8080", "53/udp"],
        "user": "1000",
        "labels": {"a": "b"},
    }
    made = make(tree, option="rootfs", config=settings)
    assert made["image"]["programs"] == {"arm64": 1}
    files = files_of(tmp_path / "made.tar")
    (manifest,) = json.loads(files["manifest.json"])
    said = json.loads(files[manifest["Config"]])
    assert (said["architecture"], said["os"]) == ("arm64", "linux")
    assert said["config"] == {
        "Cmd": ["/bin/app", "a b"],
        "Entrypoint": None,
        "Env": ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LANG=C"],
        "ExposedPorts": {"53/udp": {}, "8080/tcp": {}},
        "Labels": {"a": "b"},
        "User": "1000",
        "WorkingDir": "/",
    }
    with tarfile.open(fileobj=io.BytesIO(files[manifest["Layers"][0]])) as tar:
        members = {member.name: member for member in tar}
    assert members["bin/app"].mode == 0o4755
    assert members["bin/sh"].linkname == "app"
    assert os.geteuid() or (members["bin/app"].uid, members["bin/app"].gid) == (1000, 1001)


def test_the_same_files_make_the_same_image(make, tree):
    assert make(tree, option="rootfs")["changed"]
    assert not make(tree, option="rootfs")["changed"]


@pytest.mark.parametrize("pack", [bytes, gzip.compress, bz2.compress, lzma.compress])
def test_an_archive_of_a_root_filesystem_becomes_an_image(make, pack):
    files = layer({"./bin/app": program("arm64")})
    made = make(pack(files), option="rootfs", config={"command": ["/bin/app"]})
    assert made["image"]["command"] == ["/bin/app"]
    assert made["image"]["id"] == make(files, option="rootfs", config={"command": ["/bin/app"]})["image"]["id"]


def test_a_root_filesystem_for_another_architecture_is_refused(make, tree):
    (tree / "bin" / "app").write_bytes(program("amd64"))
    assert f"the image of root filesystem {tree}, is labelled linux/arm64, but 1 of the 1" in refusal_of(
        make, tree, option="rootfs"
    )


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (SAVED, "is no root filesystem, but the archive of a container image. Give it as archive."),
        (b"nothing of the kind", "is no root filesystem: it is neither a directory nor a tar archive."),
    ],
)
def test_what_is_no_root_filesystem_is_refused(make, given, words):
    assert words in refusal_of(make, given, option="rootfs")


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"command": "a 'b"}, "config.command: it cannot be split into words"),
        ({"entrypoint": [True]}, "config.entrypoint: one of its words is"),
        ({"environment": {"COUNT": 1}}, "config.environment: "),
        ({"exposed_ports": ["http"]}, 'config.exposed_ports: "http" is no port'),
    ],
)
def test_a_config_that_cannot_be_is_refused(make, tree, settings, words):
    assert words in refusal_of(make, tree, option="rootfs", config=settings)
