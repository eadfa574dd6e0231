# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Containers of either architecture on devices of either, on a real Docker Engine, without Zun."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

docker = pytest.importorskip("docker")
FILES = Path(__file__).parents[3] / "roles" / "local_cloud" / "files"
sys.path[:0] = [str(FILES / "zun_edge"), str(FILES / "images")]

from chi_edge_zun import foreign  # noqa: E402

from edge_images import debian  # noqa: E402
from edge_images.errors import ImageError  # noqa: E402
from edge_images.hello import hello  # noqa: E402

# The machine whose programs this host runs without an emulator, as devices and as images call it.
NATIVE = {"x86_64": ("x86_64", "amd64"), "aarch64": ("aarch64", "arm64")}.get(os.uname().machine)
OTHER = {"x86_64": "aarch64", "aarch64": "x86_64"}.get(os.uname().machine)


@pytest.fixture(scope="module", name="engine")
def fixture_engine():
    try:
        engine = docker.APIClient(version="1.41")
        engine.ping()
    except (docker.errors.DockerException, OSError) as error:
        pytest.skip(f"needs a Docker Engine: {error}")
    yield engine
    engine.close()


@pytest.fixture(scope="module", name="image")
def fixture_image(engine, tmp_path_factory):
    """The image of this host's own architecture, so that only the device decides, under a name of the test's own."""
    if NATIVE is None:
        pytest.skip("needs a host that is x86_64 or aarch64")
    name = f"chi-edge-test-{os.getpid()}/hello:1"
    try:
        deb = debian.package("busybox-static", NATIVE[1], tmp_path_factory.mktemp("debs"))
    except (ImageError, OSError) as error:
        pytest.skip(f"no package to be had here: {error}")
    list(engine.load_image(hello(NATIVE[1], debian.program(deb, "busybox", NATIVE[1])).archive([name])))
    yield name
    engine.remove_image(name)


@pytest.fixture(name="run")
def fixture_run(engine, image):
    """Create a container as a device of the architecture would, run it to its end: what was replaced, code, log."""
    made = []

    def run(architecture, command, **settings):
        settings["host_config"] = engine.create_host_config(network_mode="none")
        made.append(engine.create_container(image, command=command, **settings)["Id"])
        replaced = foreign.refuse(engine, made[-1], architecture)
        engine.start(made[-1])
        code = engine.wait(made[-1], timeout=30)["StatusCode"]
        return replaced, code, engine.logs(made[-1]).decode().strip()

    yield run
    for container in made:
        engine.remove_container(container, force=True)


@pytest.mark.parametrize(
    "command, path, said",
    [
        (["/bin/uname", "-m"], "/bin/uname", "/bin/uname"),
        (["uname", "-m"], "/bin/uname", "/bin/uname"),
        (["sh", "-c", "uname -m"], "/bin/sh", "/bin/sh"),
        (["/bin/busybox", "uname"], "/bin/busybox", "/bin/busybox"),
        (["/bin/serve"], "/bin/serve", "/bin/serve"),
    ],
)
def test_foreign_program_fails_as_on_the_device(run, command, path, said):
    assert run(OTHER, command) == (path, 1, f"exec {said}: exec format error")


def test_relative_program(run):
    assert run(OTHER, ["./uname"], working_dir="/bin") == ("/bin/uname", 1, "exec ./uname: exec format error")


def test_entrypoint_is_the_program(run):
    assert run(OTHER, ["-m"], entrypoint=["uname"])[0] == "/bin/uname"


def test_program_of_the_device_runs(run):
    assert run(NATIVE[0], ["sh", "-c", "uname -m; exit 3"]) == (None, 3, os.uname().machine)


def test_missing_program_is_left_to_the_engine(run):
    with pytest.raises(docker.errors.APIError, match="no such file or directory"):
        run(OTHER, ["/nope"])
