# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Copies into a container and out of it, against a loopback server that executes as Zun on Kubernetes does (a stand-in).

The container's files are this machine's, in another directory; the shell code that works on them is the real one.
"""

from __future__ import annotations

import os
import shutil
import stat

import pytest
from ansible_collections.chi.edge.plugins.module_utils import (
    _copy_in,
    _copy_look,
    _copy_out,
    _copy_pieces,
    _copy_plan,
    _copy_source,
)
from ansible_collections.chi.edge.plugins.module_utils._copy_plan import Wishes
from ansible_collections.chi.edge.plugins.module_utils._errors import EdgeError, NotFoundError
from ansible_collections.chi.edge.plugins.module_utils._exec import Exec
from ansible_collections.chi.edge.tests.tools.kubernetes_zun import CONTAINER, NAME, serving

pytestmark = pytest.mark.xdist_group("inside")

BUSYBOX_LIKE = tuple(
    "sh mkdir rm sleep wc base64 od cat dd stat id df find readlink sha256sum chmod chown mv ln".split()  # noqa: SIM905
)


@pytest.fixture(autouse=True)
def small_portions(monkeypatch):
    monkeypatch.setattr(_copy_pieces, "PORTION", 300_000)


@pytest.fixture(autouse=True)
def nothing_is_left(tmp_path, nothing_is_left_inside):
    yield
    assert not list(tmp_path.rglob(".chi-edge-*"))


@pytest.fixture(params=["rest", "channels", "no tar"])
def container(request, tmp_path):
    with serving(has_channels=request.param == "channels") as zun:
        if request.param == "no tar":
            zun.programs = image(tmp_path / "image", *BUSYBOX_LIKE)
        inside = Exec(zun.ask, CONTAINER, NAME, zun.has_channels)
        inside.zun = zun
        yield inside


@pytest.fixture
def rest():
    with serving(has_channels=False) as zun:
        inside = Exec(zun.ask, CONTAINER, NAME, False)
        inside.zun = zun
        yield inside


def image(folder, *programs):
    folder.mkdir()
    for program in programs:
        (folder / program).symlink_to(shutil.which(program))
    return str(folder)


@pytest.fixture
def tree(tmp_path):
    root = tmp_path / "a tree"
    (root / "sub dir" / "ü☁").mkdir(parents=True)
    (root / "empty dir").mkdir(mode=0o750)
    (root / "plain").write_text("hello\n")
    (root / "empty").touch()
    (root / 'it\'s "quoted" $HOME `x` *').write_text("quoted")
    (root / "-n").write_text("looks like an option")
    (root / "sub dir" / "ü☁" / "line\nfeed").write_text("line feed")
    (root / "sub dir" / "big").write_bytes(os.urandom(1_000_000))
    (root / "sub dir" / "run").write_text("#!/bin/sh\n")
    (root / "sub dir" / "run").chmod(0o755)
    (root / "link").symlink_to("sub dir/run")
    (root / "sub dir" / "back").symlink_to("../plain")
    for number in range(60):
        (root / f"small {number}").write_text(str(number))
    return root


def put(container, source, path, **wishes):
    source = _copy_source.source_with(source) if isinstance(source, bytes) else _copy_source.source_of(str(source))
    planned = _copy_plan.plan(container, source, str(path), Wishes(**wishes))
    _copy_in.perform(container, source, planned)
    return [step.path for step in planned.changes]


def get(container, path, target, **wishes):
    planned = _copy_out.plan(container, str(path), str(target), Wishes(**wishes))
    _copy_out.perform(container, planned)
    return [step.path for step in planned.changes]


def same(one, other):
    assert {path.relative_to(one) for path in one.rglob("*")} == {path.relative_to(other) for path in other.rglob("*")}
    for path in one.rglob("*"):
        twin = other / path.relative_to(one)
        assert path.lstat().st_mode == twin.lstat().st_mode
        if path.is_symlink():
            assert os.readlink(path) == os.readlink(twin)
        elif path.is_file():
            assert path.read_bytes() == twin.read_bytes()


def mode(path):
    return stat.S_IMODE(path.stat().st_mode)


# -- in ----------------------------------------------------------------------------------------------------------------


def test_a_tree_goes_in_and_only_once(container, tree, tmp_path):
    assert len(put(container, f"{tree}/", tmp_path / "in")) == 1 + len(list(tree.rglob("*")))
    same(tree, tmp_path / "in")
    assert put(container, f"{tree}/", tmp_path / "in") == []


def test_only_what_differs_goes_in(container, tree, tmp_path):
    put(container, tree, tmp_path)
    there = tmp_path / "a tree"
    assert there == tree  # into the directory, under its own name: the container's files are this machine's
    put(container, f"{tree}/", tmp_path / "in")
    (tree / "plain").write_text("other\n")
    (tree / "link").unlink()
    (tree / "link").symlink_to("plain")
    (tree / "empty dir").chmod(0o700)
    (tmp_path / "in" / "extra").write_text("left alone")
    changed = put(container, f"{tree}/", tmp_path / "in")
    assert sorted(os.path.basename(path) for path in changed) == ["empty dir", "link", "plain"]
    assert (tmp_path / "in" / "extra").exists() and mode(tmp_path / "in" / "empty dir") == 0o700
    (tmp_path / "in" / "extra").unlink()
    same(tree, tmp_path / "in")


def test_looking_takes_one_command_whatever_the_size_of_the_tree(rest, tree, tmp_path):
    put(rest, f"{tree}/", tmp_path / "in")
    rest.zun.commands.clear()
    assert put(rest, f"{tree}/", tmp_path / "in") == []
    assert len(rest.zun.commands) == 1


def test_a_file_goes_where_it_is_told(rest, tmp_path):
    (tmp_path / "f").write_text("x")
    (tmp_path / "there").mkdir()
    assert put(rest, tmp_path / "f", tmp_path / "g") == [f"{tmp_path}/g"]
    assert put(rest, tmp_path / "f", tmp_path / "there") == [f"{tmp_path}/there/f"]
    assert put(rest, tmp_path / "f", f"{tmp_path}/new/") == [f"{tmp_path}/new", f"{tmp_path}/new/f"]
    assert put(rest, tmp_path / "f", f"{tmp_path}/new/") == []


def test_content(rest, tmp_path):
    put(rest, b"one\n", tmp_path / "f", keeps_mode=True)
    assert (tmp_path / "f").read_bytes() == b"one\n" and mode(tmp_path / "f") == 0o644
    (tmp_path / "f").chmod(0o600)
    assert put(rest, b"two\n", tmp_path / "f", keeps_mode=True) == [f"{tmp_path}/f"]
    assert (tmp_path / "f").read_bytes() == b"two\n" and mode(tmp_path / "f") == 0o600
    assert put(rest, b"two\n", tmp_path / "f", keeps_mode=True) == []


def test_modes_and_owners(rest, tmp_path):
    (tmp_path / "f").write_text("x")
    (tmp_path / "f").chmod(0o4755)
    os.chown(tmp_path / "f", 5, 6)
    (tmp_path / "f").chmod(0o4755)
    put(rest, tmp_path / "f", tmp_path / "g")
    assert mode(tmp_path / "g") == 0o4755 and (tmp_path / "g").stat().st_uid == os.geteuid()
    assert put(rest, tmp_path / "f", tmp_path / "g", owner="preserve", group="preserve") == [f"{tmp_path}/g"]
    assert ((tmp_path / "g").stat().st_uid, (tmp_path / "g").stat().st_gid, mode(tmp_path / "g")) == (5, 6, 0o755)
    put(rest, tmp_path / "f", tmp_path / "g", mode=0o600, owner="daemon", group="3")
    assert ((tmp_path / "g").stat().st_uid, (tmp_path / "g").stat().st_gid, mode(tmp_path / "g")) == (1, 3, 0o600)
    put(rest, b"new content", tmp_path / "g", keeps_mode=True)
    assert ((tmp_path / "g").stat().st_uid, (tmp_path / "g").stat().st_gid, mode(tmp_path / "g")) == (1, 3, 0o600)
    with pytest.raises(EdgeError, match='^There is no user "nobody-at-all" in container "pod".$'):
        put(rest, tmp_path / "f", tmp_path / "g", owner="nobody-at-all")


def test_what_takes_the_place_of_a_link_does_not_go_through_it(rest, tmp_path):
    (tmp_path / "target").write_text("safe")
    (tmp_path / "link").symlink_to("target")
    (tmp_path / "f").write_text("new")
    put(rest, tmp_path / "f", tmp_path / "link")
    assert (tmp_path / "target").read_text() == "safe" and not (tmp_path / "link").is_symlink()


def test_a_link_to_a_directory_is_a_directory_to_copy_into(rest, tmp_path):
    (tmp_path / "dir").mkdir()
    (tmp_path / "link").symlink_to("dir")
    (tmp_path / "f").write_text("x")
    assert put(rest, tmp_path / "f", tmp_path / "link") == [f"{tmp_path}/link/f"]
    assert put(rest, f"{tmp_path}/dir/", tmp_path / "link") == []


@pytest.mark.parametrize(
    ("source", "target", "message"),
    [
        ("nothing", "x", 'There is no ".*/nothing" to copy'),
        ("file", "none/x", 'There is no directory ".*/none" in container "pod"'),
        ("dir", "file", 'Could not copy into ".*/file" in container "pod": it is a file'),
        ("dir/", "file", 'Could not copy a directory to ".*/file" in container "pod": there is a file of that name'),
        ("file", "file/x", 'Could not copy into ".*/file" in container "pod": it is a file'),
        ("pipe", "x", 'Could not copy ".*/pipe": it is neither a file, nor a directory, nor a link'),
        ("dir/", "taken", 'Could not copy a file to ".*/taken/f" in container "pod": there is a directory of that name'),
    ],
)
def test_what_cannot_be(rest, tmp_path, source, target, message):
    (tmp_path / "file").write_text("x")
    (tmp_path / "dir").mkdir()
    (tmp_path / "dir" / "f").write_text("x")
    (tmp_path / "taken" / "f").mkdir(parents=True)
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(EdgeError, match=message):
        put(rest, f"{tmp_path}/{source}", tmp_path / target)


def test_what_is_on_its_way_lies_where_there_is_space(rest, tmp_path, monkeypatch):
    monkeypatch.setattr(_copy_look, "PLACES", "/proc /tmp")  # the first one has none
    (tmp_path / "f").write_text("some")
    put(rest, tmp_path / "f", tmp_path / "g")
    assert (tmp_path / "g").read_text() == "some"
    monkeypatch.setattr(_copy_look, "PLACES", "/proc")
    with pytest.raises(EdgeError, match=r'^There is not enough space in container "pod" at "/proc": 4 bytes are needed'):
        put(rest, tmp_path / "f", tmp_path / "h")


def test_no_space(rest, tmp_path):
    (tmp_path / "f").write_text("some")
    with pytest.raises(
        EdgeError, match=r'^There is not enough space in container "pod" at "/proc/x": 4 bytes are needed, and 0 bytes'
    ):
        put(rest, tmp_path / "f", "/proc/x")


def test_what_arrives_otherwise_takes_nobodys_place(rest, tmp_path, monkeypatch):
    (tmp_path / "f").write_text("new")
    (tmp_path / "g").write_text("old")
    put_files = rest.stage.put
    monkeypatch.setattr(rest.stage, "put", lambda folder, files: put_files(folder, dict.fromkeys(files, b"bad")))
    with pytest.raises(EdgeError, match="it has not arrived as it was sent, or it changed while it was being sent"):
        put(rest, tmp_path / "f", tmp_path / "g")
    assert (tmp_path / "g").read_text() == "old"


def test_an_archive_that_fails_unseen_is_noticed(rest, tmp_path):
    """The service tells nobody that tar has failed."""
    (tmp_path / "f").write_text("new")
    folder = tmp_path / "image"
    rest.zun.programs = image(folder, *BUSYBOX_LIKE)
    (folder / "tar").symlink_to(shutil.which("false"))
    with pytest.raises(EdgeError, match="what was sent is gone again|it has not arrived as it was sent"):
        put(rest, tmp_path / "f", tmp_path / "g")
    assert not (tmp_path / "g").exists()


def test_a_gateway_that_gives_up_gets_smaller_portions(rest, tmp_path, monkeypatch):
    monkeypatch.setattr(_copy_pieces, "PORTION", 1_100_000)
    monkeypatch.setattr("ansible_collections.chi.edge.plugins.module_utils._waiter.time.sleep", lambda _seconds: None)
    (tmp_path / "f").write_bytes(os.urandom(1_000_000))
    rest.zun.fail["put_archive"] = [504] * 4
    put(rest, tmp_path / "f", tmp_path / "g")
    assert (tmp_path / "g").read_bytes() == (tmp_path / "f").read_bytes()


def test_a_container_that_goes_in_the_middle(rest, tmp_path, monkeypatch):
    (tmp_path / "f").write_bytes(os.urandom(1_000_000))
    put_files, folders = rest.stage.put, set()

    def put_and_go(folder, files):
        folders.add(folder)
        put_files(folder, files)
        rest.zun.status = "Deleted"

    monkeypatch.setattr(rest.stage, "put", put_and_go)
    try:
        with pytest.raises(
            NotFoundError, match='^Container "pod" is gone: it was deleted meanwhile, and the end of its lease does'
        ):
            put(rest, tmp_path / "f", tmp_path / "g")
        assert not (tmp_path / "g").exists()
    finally:
        for left in folders:
            shutil.rmtree(left, ignore_errors=True)


@pytest.mark.parametrize(
    ("lacking", "message"),
    [
        ("sha256sum", "its image has none of: sha256sum, sha1sum, md5sum"),
        ("stat", "its image has none of: stat"),
        ("sh", "no shell"),
    ],
)
def test_what_the_image_lacks_is_told(rest, tmp_path, lacking, message):
    (tmp_path / "f").write_text("new")
    rest.zun.programs = image(tmp_path / "image", *[program for program in BUSYBOX_LIKE if program != lacking])
    with pytest.raises(EdgeError, match=message):
        put(rest, tmp_path / "f", tmp_path / "g")


def test_another_checksum_does_too(rest, tree, tmp_path):
    rest.zun.programs = image(
        tmp_path / "image", *[program for program in BUSYBOX_LIKE if program != "sha256sum"], "md5sum", "tar"
    )
    put(rest, f"{tree}/", tmp_path / "in")
    same(tree, tmp_path / "in")
    assert get(rest, f"{tmp_path}/in/", tree) == []


# -- out ---------------------------------------------------------------------------------------------------------------


def test_a_tree_comes_out_and_only_once(container, tree, tmp_path):
    assert len(get(container, f"{tree}/", tmp_path / "out")) == 1 + len(list(tree.rglob("*")))
    same(tree, tmp_path / "out")
    assert get(container, f"{tree}/", tmp_path / "out") == []


def test_only_what_differs_comes_out(container, tree, tmp_path):
    get(container, tree, tmp_path / "out")
    (tree / "plain").write_text("other\n")
    (tree / "sub dir" / "run").chmod(0o700)
    (tmp_path / "out" / "a tree" / "extra").write_text("left alone")
    changed = get(container, tree, tmp_path / "out")
    assert sorted(os.path.basename(path) for path in changed) == ["plain", "run"]
    (tmp_path / "out" / "a tree" / "extra").unlink()
    same(tree, tmp_path / "out" / "a tree")


def test_names_that_are_no_text_come_out(rest, tmp_path):
    (tmp_path / "in").mkdir()
    with open(os.fsencode(tmp_path / "in") + b"/bad\xff'name", "wb") as file:
        file.write(b"x")
    get(rest, f"{tmp_path}/in/", tmp_path / "out")
    assert os.listdir(os.fsencode(tmp_path / "out")) == [b"bad\xff'name"]


def test_a_file_comes_to_where_it_is_told(rest, tmp_path):
    (tmp_path / "f").write_text("x")
    (tmp_path / "link").symlink_to("f")
    (tmp_path / "there").mkdir()
    assert get(rest, tmp_path / "f", tmp_path / "g") == [f"{tmp_path}/g"]
    assert get(rest, tmp_path / "f", tmp_path / "there") == [f"{tmp_path}/there/f"]
    assert get(rest, tmp_path / "f", f"{tmp_path}/new/") == [f"{tmp_path}/new", f"{tmp_path}/new/f"]
    assert get(rest, tmp_path / "link", tmp_path / "h") == [f"{tmp_path}/h"] and not (tmp_path / "h").is_symlink()


def test_no_program_comes_out_that_lends_its_owners_rights(rest, tmp_path):
    (tmp_path / "f").write_text("x")
    (tmp_path / "f").chmod(0o6755)
    get(rest, tmp_path / "f", tmp_path / "g")
    assert mode(tmp_path / "g") == 0o755


@pytest.mark.parametrize(
    ("source", "target", "message"),
    [
        ("nothing", "x", '^There is no ".*/nothing" in container "pod".$'),
        ("file", "none/x", '^There is no directory ".*/none" on this machine.$'),
        ("file", "file/x", '^Could not copy into ".*/file" on this machine: it is a file.$'),
        ("dir/", "file", '^Could not copy a directory to ".*/file" on this machine: there is a file of that name.$'),
        ("pipe", "x", "it is a device, a pipe or a socket"),
        (
            "out/",
            "x",
            r'^Refused to copy "passwd" from ".*/out/" in container "pod": it is a link that leads outside, to "/etc/passwd"',
        ),
        ("dir/", "through", "Could not copy a directory to .* there is a link of that name"),
    ],
)
def test_what_cannot_come(rest, tmp_path, source, target, message):
    (tmp_path / "file").write_text("x")
    (tmp_path / "dir" / "sub").mkdir(parents=True)
    (tmp_path / "dir" / "sub" / "f").write_text("x")
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "passwd").symlink_to("/etc/passwd")
    (tmp_path / "through").mkdir()
    (tmp_path / "through" / "sub").symlink_to("/etc")
    os.mkfifo(tmp_path / "pipe")
    before = sorted(path for path in tmp_path.rglob("*"))
    with pytest.raises(EdgeError, match=message):
        get(rest, f"{tmp_path}/{source}", tmp_path / target)
    assert sorted(path for path in tmp_path.rglob("*")) == before


def test_a_file_that_changes_meanwhile_replaces_nothing(rest, tmp_path, monkeypatch):
    (tmp_path / "f").write_text("one")
    (tmp_path / "g").write_text("old")
    read = rest.read
    monkeypatch.setattr(rest, "read", lambda script: read(script).replace(b"one", b"two"))
    with pytest.raises(EdgeError, match='^".*/f" in container "pod" changed while it was copied. Nothing was replaced.$'):
        get(rest, tmp_path / "f", tmp_path / "g")
    assert (tmp_path / "g").read_text() == "old"


def test_a_file_that_shrinks_meanwhile_is_told(rest, tmp_path, monkeypatch):
    (tmp_path / "f").write_text("one")
    monkeypatch.setattr(rest, "read", lambda _script: b"on")
    with pytest.raises(EdgeError, match="Not all of what was read from container"):
        get(rest, tmp_path / "f", tmp_path / "g")
    assert not (tmp_path / "g").exists()


def test_a_service_that_is_slow_gets_smaller_portions(rest, tmp_path, monkeypatch):
    monkeypatch.setattr(_copy_pieces, "PORTION", 1_100_000)
    (tmp_path / "f").write_bytes(os.urandom(1_000_000))
    planned = _copy_out.plan(rest, str(tmp_path / "f"), str(tmp_path / "g"), Wishes())
    rest.zun.fail["execute"] = [504, 504]
    _copy_out.perform(rest, planned)
    assert (tmp_path / "g").read_bytes() == (tmp_path / "f").read_bytes()


def test_an_image_without_find_still_gives_files(rest, tmp_path):
    (tmp_path / "dir").mkdir()
    (tmp_path / "f").write_text("x")
    rest.zun.programs = image(tmp_path / "image", *[program for program in BUSYBOX_LIKE if program != "find"])
    assert get(rest, tmp_path / "f", tmp_path / "g") == [f"{tmp_path}/g"]
    with pytest.raises(EdgeError, match="its image has none of: find"):
        get(rest, f"{tmp_path}/dir/", tmp_path / "out")


def test_the_look_at_surroundings(rest):
    looked, around = _copy_look.look_at(rest, ["/etc/passwd", "/nowhere/x"], "daemon", "nobody-at-all")
    assert [entry.kind for entry in looked.entries] == ["file", "missing"]
    assert [place.path for place in around.places] == ["/tmp", "/var/tmp", "/dev/shm"]
    assert (around.destination.path, around.user, around.owners, around.groups) == (
        "/etc/passwd",
        os.geteuid(),
        {"daemon": 1},
        {"nobody-at-all": None},
    )
    assert all(place.free > 0 for place in [*around.places, around.destination])
