# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The image `hello`: busybox, and a page that tells on which machine it is served."""

from __future__ import annotations

from edge_images.archive import File, Image, image

PLATFORMS = {
    "arm64": {"architecture": "arm64", "variant": "v8"},
    "amd64": {"architecture": "amd64"},
}

# Marks an image as made here, so that no other image is ever removed.
LABEL = "chi.edge.local_cloud.image"

PORT = 8080

# httpd as process 1 would not hear SIGTERM, and stopping the container would take the engine's ten seconds.
SERVE = f"""#!/bin/sh
trap 'kill $!; exit 0' TERM INT
mkdir -p /tmp/www
echo "hello from $(uname -m), host $(hostname)" | tee /tmp/www/index.html
httpd -f -vv -p {PORT} -h /tmp/www &
wait $!
"""

SETTINGS = {
    "Env": ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"],
    "Cmd": ["/bin/serve"],
    "WorkingDir": "/",
    "ExposedPorts": {f"{PORT}/tcp": {}},
    "Labels": {LABEL: "hello"},
}


def hello(architecture: str, busybox: bytes) -> Image:
    """Return the image for an architecture out of a static busybox that is made for it."""
    # One of its names is its own: the program comes after the links.
    files = {f"bin/{applet}": File(link="busybox") for applet in applets(busybox)}
    files.update(
        {
            "bin": File(),
            "bin/busybox": File(busybox),
            "bin/serve": File(SERVE.encode()),
            "etc": File(),
            "etc/group": File(b"root:x:0:\n", mode=0o644),
            "etc/passwd": File(b"root:x:0:0:root:/root:/bin/sh\n", mode=0o644),
            "root": File(mode=0o700),
            "tmp": File(mode=0o1777),
        }
    )
    return image(PLATFORMS[architecture], SETTINGS, files)


def applets(busybox: bytes) -> list[str]:
    """Return the names under which a busybox can be called, read from its table: it may be foreign to this host."""
    start = busybox.index(b"\0[\0[[\0") + 1
    return busybox[start : busybox.index(b"\0\0", start)].decode().split("\0")
