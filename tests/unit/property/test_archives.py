# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What an archive may hold, or a container's programs may print, to do harm: it is refused, and nothing is written outside."""

from __future__ import annotations

import hashlib
import io
import json
import os
import tarfile
import tempfile
from pathlib import Path
from types import SimpleNamespace

import pytest
from ansible_collections.chi.edge.plugins.module_utils import _copy_look, _copy_out
from ansible_collections.chi.edge.plugins.module_utils._copy_plan import Wishes
from ansible_collections.chi.edge.plugins.module_utils._errors import EdgeError
from ansible_collections.chi.edge.plugins.module_utils._exec_channels import code_of
from ansible_collections.chi.edge.plugins.module_utils._exec_script import parse
from ansible_collections.chi.edge.plugins.module_utils._exec_ways import Outcome
from ansible_collections.chi.edge.plugins.module_utils._operations import container_image_archive
from ansible_collections.chi.edge.tests.unit.module_utils import images
from ansible_collections.chi.edge.tests.unit.site.services import MISSING, places, put
from hypothesis import example, given
from hypothesis import strategies as st

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)

LAYER = images.layer({"bin/sh": images.program("arm64"), "etc/x": b"x"})
CONFIG = images.config("arm64", [LAYER], Cmd=["sh"], Env=["PATH=/bin"])
ARCHIVES = {
    "before 25": images.saved_before_25(CONFIG, [LAYER], "sensor:1"),
    "since 25": images.saved_since_25(CONFIG, [LAYER], "sensor:1"),
    "OCI": images.oci((CONFIG, [LAYER])),
}


def archived(content: bytes) -> str:
    """How the module ends with such an archive."""
    with tempfile.TemporaryDirectory() as place:
        Path(place, "in.tar").write_bytes(content)
        said = images.Said(container_image_archive, archive=f"{place}/in.tar", name="sensor:1", dest=f"{place}/out.tar")
        try:
            container_image_archive.run(said)
        except EdgeError as exc:
            assert exc.message
            return exc.message
        finally:
            assert {path.name for path in Path(place).iterdir()} <= {"in.tar", "out.tar"}
    return ""


def repacked(content: bytes, change) -> bytes:
    """The archive with other bytes in some of its members."""
    stream = io.BytesIO()
    with tarfile.open(fileobj=io.BytesIO(content)) as tar, tarfile.open(fileobj=stream, mode="w") as other:
        for member in tar:
            file = tar.extractfile(member)
            data = change(member.name, file.read()) if file else b""
            member.size = len(data)
            other.addfile(member, io.BytesIO(data))
    return stream.getvalue()


@pytest.mark.parametrize("layout", ARCHIVES)
def test_a_good_archive_is_taken(layout):
    assert archived(ARCHIVES[layout]) == ""


@pytest.mark.parametrize("layout", ARCHIVES)
@given(data=st.data())
def test_manifests_and_configurations_of_any_shape(layout, data):
    def change(name, content):
        try:
            value = json.loads(content)
        except ValueError:
            return content
        if not data.draw(st.booleans(), label=f"change {name}"):
            return content
        place = data.draw(st.sampled_from(list(places(value))))
        wrong = data.draw(st.sampled_from([MISSING, None, True, 7, "x", "../../x", [], [None], {}, {"x": None}]) | JSON)
        if not place:
            return json.dumps(None if wrong is MISSING else wrong).encode()
        put(value, place, wrong)
        return json.dumps(value).encode()

    archived(repacked(ARCHIVES[layout], change))


@given(layout=st.sampled_from(list(ARCHIVES)), data=st.data())
def test_bytes_that_are_damaged(layout, data):
    content = bytearray(ARCHIVES[layout])
    for _hit in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    archived(bytes(content[: data.draw(st.integers(0, len(content)))] if data.draw(st.booleans()) else content))


NAME = st.sampled_from(["../x", "/x", "a", "a/b", "a/../../x", ".", "", "a/.wh..wh..opq", ".wh.a", "\udcff", "x" * 300])


KIND = st.sampled_from([tarfile.REGTYPE, tarfile.DIRTYPE, tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE])


@given(st.lists(st.tuples(NAME, KIND, NAME), max_size=5))
def test_layers_with_any_members(members):
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as tar:
        for name, kind, target in members:
            member = tarfile.TarInfo(name)
            member.type, member.linkname = kind, target
            tar.addfile(member)
    layer = stream.getvalue()
    archived(images.saved_since_25(images.config("arm64", [layer], Cmd=["a"], Env=["PATH=/"]), [layer], "sensor:1"))


def test_an_index_that_holds_itself():
    index = json.dumps({"manifests": [{"digest": "sha256:loop"}]}).encode()
    content = images.layer({"index.json": index, "blobs/sha256/loop": index})
    assert "it is damaged or incomplete" in archived(content)


# -- out of a container --------------------------------------------------------------------------------------------


def container_that_prints(tree: bytes, content: bytes = b""):
    return SimpleNamespace(
        name="pod", shell=lambda _script, **_more: Outcome(0, tree, b""), read=lambda _script: content, has_channels=False
    )


PRINTED = st.lists(st.sampled_from([b"sha256sum\n", b"round ", b"fd", b"\n", b"\0", b"over\n", b"around\n", b"."])).map(b"".join)


@given(st.binary(max_size=60) | PRINTED)
def test_programs_that_print_anything(text):
    for look in (_copy_look.list_tree, lambda container, path: _copy_look.look_at(container, [path])):
        try:
            look(container_that_prints(text), "/data")
        except EdgeError as exc:
            assert exc.message


HOSTILE = st.sampled_from(["../out", "/out", "a", "b", "a/b", "a/../../out", "..", "a/..", ".", "", "a/x", "b/x"])


@given(
    st.lists(st.tuples(HOSTILE, st.sampled_from("fdl"), HOSTILE), max_size=6),
    st.binary(min_size=1, max_size=3),
)
@example([("a", "l", ".."), ("a/x", "f", "")], b"x")
@example([("a", "l", "/"), ("a/tmp", "d", "")], b"x")
def test_nothing_comes_out_to_another_place(members, content):
    """A container lies about what it has; whatever it says, only the destination is written to."""
    kinds = "".join(kind for _name, kind, _target in members)
    lines = [b"sha256sum\n", f"round d{kinds}\n".encode(), b".\0"]
    lines += [f"./{name}\0".encode() for name, _kind, _target in members]
    lines += [b"755 0 0 0\n"] + [f"644 0 0 {len(content) if kind == 'f' else 0}\n".encode() for kind in kinds]
    digest = hashlib.sha256(content).hexdigest()
    lines += [f"{digest}  x\n".encode() for kind in kinds if kind == "f"]
    lines += [f"{target}\n\0".encode() for _name, kind, target in members if kind == "l"]
    lines += [b"over\n"]
    with tempfile.TemporaryDirectory() as place:
        (Path(place) / "out").write_bytes(b"mine")
        before = snapshot(place)
        target = Path(place, "inside")
        everything = content * kinds.count("f")
        container = container_that_prints(b"".join(lines), everything)
        try:
            _copy_out.perform(container, _copy_out.plan(container, "/data/", f"{target}/", Wishes()))
        except EdgeError as exc:
            assert exc.message
        after = {name: what for name, what in snapshot(place).items() if not name.startswith("inside")}
        assert after == before
        for path in target.rglob("*"):
            assert Path(os.path.realpath(path)).is_relative_to(os.path.realpath(target))


def snapshot(place):
    return {str(path.relative_to(place)): path.is_file() and path.read_bytes() for path in Path(place).rglob("*")}


@given(JSON, JSON)
def test_any_result_of_a_session(status, causes):
    for answer in (status, {"status": "Failure", "details": causes}, {"details": {"causes": causes}}):
        if isinstance(answer, dict):
            code = code_of(answer)
            assert code is None or isinstance(code, int)


@given(st.text(max_size=40))
@example("chi-edge x done 0 4 0 0\n!!!!\n-\n.\n")
@example("chi-edge x done 0 3 0 0\n ab cd zz\n-\n.\n")
@example("chi-edge x done 0 " + "9" * 5000 + " 0 0\n-\n.\n")
def test_any_report_of_a_command(text):
    report = parse(text, "x")
    assert report is None or isinstance(report.code, int)
