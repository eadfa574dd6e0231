# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A registry on the loopback interface that lets nobody in without a password, with one image."""

from __future__ import annotations

import base64
import json
import socket
import subprocess
import time
import urllib.error
import urllib.request
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import yaml

if TYPE_CHECKING:
    from collections.abc import Iterator

USER, PASSWORD = "ada", 'it\'s "quoted" & never-shown'
# bcrypt, which is all that the registry takes
HTPASSWD = f"{USER}:$2b$04$1fI800MjGbE4gCFE4jhBBuaY8QFWl4JO4xSAeh8vmFwoVIHvXR.vS\n"


@contextmanager
def serving(image: str, directory: Path) -> Iterator[str]:
    """Serve this image, which the engine has; yields the name that it has there, by which the engine does not know it."""
    port = _free_port()
    (directory / "htpasswd").write_text(HTPASSWD)
    config = {
        "version": "0.1",
        "storage": {"filesystem": {"rootdirectory": str(directory / "data")}},
        "http": {"addr": f"127.0.0.1:{port}"},
        "auth": {"htpasswd": {"realm": "private", "path": str(directory / "htpasswd")}},
    }
    (directory / "registry.yml").write_text(yaml.safe_dump(config))
    name = f"127.0.0.1:{port}/private/{image.rpartition('/')[2]}"
    with open(directory / "log", "wb") as log:
        command = ["docker-registry", "serve", str(directory / "registry.yml")]
        process = subprocess.Popen(command, stdout=log, stderr=log)
    try:
        _wait_until_it_asks_for_a_password(port)
        _push(image, name, directory)
        yield name
    finally:
        process.terminate()
        process.wait(timeout=20)
        subprocess.run(["docker", "rmi", name], capture_output=True, check=False)


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


def _wait_until_it_asks_for_a_password(port: int) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/v2/", timeout=5)
        except urllib.error.HTTPError as exc:
            if exc.code == 401:
                return
            raise
        except OSError:
            time.sleep(0.2)
    raise TimeoutError("the registry does not answer")


def _push(image: str, name: str, directory: Path) -> None:
    login = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
    (directory / "config.json").write_text(json.dumps({"auths": {name.partition("/")[0]: {"auth": login}}}))
    for command in (["tag", image, name], ["push", "--quiet", name], ["rmi", name]):
        subprocess.run(["docker", "--config", str(directory), *command], check=True, capture_output=True, timeout=120)
