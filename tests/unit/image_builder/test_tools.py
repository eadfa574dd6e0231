# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The role's programs on the building host: how a build is followed, how an archive is written, what a host is asked."""

from __future__ import annotations

import hashlib
import http.server
import importlib.util
import json
import os
import platform
import subprocess
import sys
import tarfile
import threading
import time
from pathlib import Path

import pytest

TOOLS = Path(__file__).parents[3] / "roles" / "image_builder" / "files" / "tools"


def load(name):
    """One of the programs, without their folder staying in the path, where others have the same names."""
    sys.path.insert(0, str(TOOLS))
    try:
        specification = importlib.util.spec_from_file_location(f"image_builder_{name}", TOOLS / f"{name}.py")
        module = importlib.util.module_from_spec(specification)
        specification.loader.exec_module(module)
        return module
    finally:
        sys.path.remove(str(TOOLS))


archive, state, survey = load("archive"), load("state"), load("survey")


def build(*arguments, job=None):
    """Run build.py; returns the finished process."""
    command = [sys.executable, str(TOOLS / "build.py"), *map(str, arguments)]
    return subprocess.run(command, input=json.dumps(job or {}), capture_output=True, text=True, check=False, timeout=60)


@pytest.fixture
def job(tmp_path):
    """A job whose diskimage-builder is a script, since what is looked at is how it is followed."""
    if os.geteuid() != 0:
        pytest.skip("namespaces need the rights of root")
    program = tmp_path / "venv" / "bin" / "disk-image-create"
    program.parent.mkdir(parents=True)

    def make(script, name="x", fingerprint="f1"):
        program.write_text(f"#!/bin/sh\n{script}\n")
        program.chmod(0o755)
        file = str(tmp_path / "builds" / name / f"{name}.raw")
        folders = {key: str(tmp_path / "builds" / name / "tmp") for key in ("TMP_DIR", "DIB_IMAGE_CACHE", "DIB_LOCKFILES")}
        return {
            "name": name,
            "type": "raw",
            "arch": "amd64",
            "fingerprint": fingerprint,
            "layout": "bios",
            "stand_in": False,
            "built_as": file,
            "file": file,
            "command": [str(program), "debian-minimal", "mine"],
            "environment": {**folders, "FILE": file},
            "provenance": {"build-distro": "debian"},
            "sources": "deb x\n",
            "elements": {"debian-minimal": [], "mine": [{"path": "a/b", "executable": True, "content": "aGk="}]},
        }

    return make


def test_a_build_is_followed_to_its_end(tmp_path, job):
    folder = tmp_path / "builds" / "x"
    script = 'echo "Running hooks from /t/hooks/extra-data.d"; echo "INFO blockdevice [-] create() called"; echo image >$FILE'
    assert json.loads(build("start", folder, job=job(script)).stdout) == {"changed": True}
    assert json.loads(build("follow", folder, "packages").stdout)["over"]
    done = json.loads(build("follow", folder, "checksum").stdout)
    assert done["result"]["sha256"] == hashlib.sha256(b"image\n").hexdigest()
    assert done["result"]["provenance"]["build-tag"] == f"x-{done['result']['provenance']['build-timestamp']}"
    assert list(json.loads((folder / "phases.json").read_text())) == ["root file system", "packages", "disk", "checksum", "over"]
    assert done["told"].startswith("root file system ")
    assert (folder / "elements" / "mine" / "a" / "b").read_text() == "hi"
    assert os.access(folder / "elements" / "mine" / "a" / "b", os.X_OK)
    assert survey.earlier(folder)["fingerprint"] == "f1"
    (folder / "x.raw").write_text("another\n")
    assert survey.earlier(folder) is None, "a file that has changed is not what was built"


def test_a_build_is_over_only_when_it_is_known_how_it_has_ended(tmp_path):
    known = state.State(tmp_path)
    known.enter(state.LAST)
    known.enter(state.OVER)
    assert known.is_past("disk")
    assert not known.is_past(state.LAST), "whoever follows the build would get no result"
    known.write(known.outcome_file, {"error": None, "result": {}})
    assert known.is_past(state.LAST)


def test_a_failure_is_told_with_the_end_of_the_log_and_without_secrets(tmp_path, job):
    folder = tmp_path / "builds" / "x"
    build("start", folder, job=job("echo cannot fetch http://user:s3cret@example.org/; exit 3"))
    failed = build("follow", folder, "checksum")
    assert failed.returncode == 1
    assert failed.stderr.startswith("diskimage-builder ended with the status 3 in the phase 'root file system'. The log is ")
    assert failed.stderr.strip().endswith("cannot fetch http://***@example.org/")


def test_a_build_goes_on_by_itself_and_is_found_again(tmp_path, job):
    folder = tmp_path / "builds" / "x"
    long = f"sleep 60.{os.getpid()}"  # and no other
    build("start", folder, job=job(long))
    assert json.loads(build("start", folder, job=job(long)).stdout) == {"changed": False}
    other = build("start", folder, job=job(long, fingerprint="f2"))
    assert "Another image x is being built already, from something else" in other.stderr
    look = json.loads(build("follow", folder, "root file system", "--at-most=1").stdout)
    assert not look["over"]
    assert look["elapsed"] >= 1

    build("stop", folder)
    assert not state.State(folder).is_running()
    assert long not in subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True).stdout
    assert "The build was ended from outside" in build("follow", folder, "checksum").stderr


def test_a_worker_that_is_killed_takes_the_build_with_it(tmp_path, job):
    folder = tmp_path / "builds" / "x"
    build("start", folder, job=job("mount -t tmpfs none $TMP_DIR; sleep 61"))
    mounted = f" {folder}/tmp "
    os.kill(state.State(folder).pid(), 9)
    for _attempt in range(50):
        if "sleep 61" not in subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True).stdout:
            break
        time.sleep(0.1)
    else:
        pytest.fail("the build goes on without its worker")
    assert mounted not in Path("/proc/self/mounts").read_text()
    assert json.loads(build("start", folder, job=job("echo image >$FILE", fingerprint="f2")).stdout) == {"changed": True}
    assert json.loads(build("follow", folder, "checksum").stdout)["result"]["fingerprint"] == "f2"


def test_an_element_that_is_nowhere_is_told_before_the_build(tmp_path, job):
    wanted = job("true")
    wanted["command"].append("nonesuch")
    refused = build("start", tmp_path / "builds" / "x", job=wanted)
    assert refused.stderr.strip() == "Neither diskimage-builder nor image_builder_elements_path has an element nonesuch."


@pytest.mark.parametrize(("arch", "variant"), [("amd64", None), ("arm64", "v8")])
def test_an_archive_bears_the_architecture_that_it_is_made_for(tmp_path, arch, variant):
    layer = tmp_path / "layer.tar"
    with tarfile.open(layer, "w") as tar:
        tar.addfile(tarfile.TarInfo("etc"))
    archive.write(tmp_path / "image.tar", layer, "cc-debian12", arch)
    with tarfile.open(tmp_path / "image.tar") as tar:
        manifest = json.load(tar.extractfile("manifest.json"))[0]
        config = json.load(tar.extractfile(manifest["Config"]))
        content = tar.extractfile(manifest["Layers"][0]).read()
    assert manifest["RepoTags"] == ["cc-debian12:latest"]
    assert (config["architecture"], config.get("variant")) == (arch, variant)
    assert config["rootfs"]["diff_ids"] == [f"sha256:{hashlib.sha256(content).hexdigest()}"]
    assert content == layer.read_bytes()


@pytest.fixture
def mirror(tmp_path):
    """A package mirror that offers bookworm for amd64."""
    release = tmp_path / "debian" / "dists" / "bookworm" / "Release"
    release.parent.mkdir(parents=True)
    release.write_text("Origin: Debian\nArchitectures: all amd64\nComponents: main\n")

    class Handler(http.server.SimpleHTTPRequestHandler):
        def __init__(self, *arguments):
            super().__init__(*arguments, directory=str(tmp_path))

        def log_message(self, *arguments):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/debian"
        server.shutdown()


def test_a_mirror_is_asked_what_it_offers(mirror):
    assert survey.unfit_mirror(mirror, "bookworm", "amd64", "image_builder_mirror") == []
    [words] = survey.unfit_mirror(mirror, "bookworm", "arm64", "image_builder_mirror")
    assert (
        words
        == f"The mirror {mirror} offers bookworm for all amd64, and not for arm64. Name another one with image_builder_mirror."
    )
    [words] = survey.unfit_mirror(mirror, "sarge", "amd64", "image_builder_mirror")
    assert words.startswith(f"The mirror {mirror} does not offer sarge: {mirror}/dists/sarge/Release answers 404 ")
    [words] = survey.unfit_mirror("http://127.0.0.1:1/debian", "bookworm", "amd64", "image_builder_mirror")
    assert words.startswith("The mirror http://127.0.0.1:1/debian does not answer: ")


def test_the_host_runs_its_own_programs():
    own = survey.ARCHITECTURES.get(platform.machine())
    if own is None:
        pytest.skip(f"{platform.machine()} is neither amd64 nor arm64")
    assert survey.runs_programs_of(own)
