# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Makes an arm64 image with Python for the tests of what works inside, and puts it into the local cloud's registry.

    python python_image.py --directory DIR [--registry 127.0.0.1:5005] [--ssh]

It holds BusyBox and Debian's Python, unpacked from packages, and no more of Debian; with --ssh also Debian's SSH server, as it is
before its package is configured. It prints the image's name. What the registry has already is not made again.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tarfile
from io import BytesIO
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / "roles" / "local_cloud" / "files" / "images"))

from edge_images import debian  # noqa: E402
from edge_images.archive import File, image  # noqa: E402
from edge_images.engine import Engine, pushed_id  # noqa: E402
from edge_images.hello import PLATFORMS, applets  # noqa: E402

PACKAGES = (
    "libbz2-1.0",
    "libc6",
    "libcrypt1",
    "libexpat1",
    "libffi8",
    "libgcc-s1",
    "liblzma5",
    "libpython3.11-minimal",
    "libpython3.11-stdlib",
    "libssl3",
    "libuuid1",
    "python3.11-minimal",
    "zlib1g",
)

SSH_PACKAGES = (
    "libaudit1",
    "libcap-ng0",
    "libcap2",
    "libcom-err2",
    "libgcrypt20",
    "libgpg-error0",
    "libgssapi-krb5-2",
    "libk5crypto3",
    "libkeyutils1",
    "libkrb5-3",
    "libkrb5support0",
    "liblz4-1",
    "libnsl2",
    "libpam0g",
    "libpcre2-8-0",
    "libselinux1",
    "libsystemd0",
    "libtirpc3",
    "libwrap0",
    "libzstd1",
    "openssh-client",
    "openssh-server",
)
USERS = b"root:x:0:0:root:/root:/bin/sh\nada:x:1000:1000:Ada:/home/ada:/bin/sh\n"
# what the package's own script adds when it is configured
SSH_USER = b"sshd:x:100:65534::/run/sshd:/usr/sbin/nologin\n"

# another content takes another tag, or those who have the image keep it
NAME, SSH_NAME = "edge/python:2", "edge/python-ssh:1"
IDLE = "trap 'exit 0' TERM INT; while :; do sleep 3600 & wait $!; done"
SETTINGS = {
    "Env": ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"],
    "Cmd": ["/bin/sh", "-c", IDLE],
    "WorkingDir": "/",
    "Labels": {"chi.edge.tests": "python"},
}
# what a program at work never reads
NEEDLESS = ("usr/share/doc/", "usr/share/man/", "usr/share/lintian/", "usr/share/binfmts/", "usr/share/bug/")


def files_of(deb: Path) -> dict[str, File]:
    """The files of a package, by path."""
    done = subprocess.run(["dpkg-deb", "--fsys-tarfile", str(deb)], capture_output=True, check=True)
    found: dict[str, File] = {}
    with tarfile.open(fileobj=BytesIO(done.stdout)) as archive:
        for member in archive:
            path = member.name.removeprefix("./").rstrip("/")
            if not path or path.startswith(NEEDLESS):
                continue
            if member.isdir():
                found[path] = File(mode=member.mode)
            elif member.issym():
                found[path] = File(link=member.linkname)
            else:
                found[path] = File(archive.extractfile(member).read(), mode=member.mode)
    return found


def main() -> None:
    """Make the image unless it is there."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--directory", type=Path, required=True, help="where packages are kept")
    parser.add_argument("--registry", default="127.0.0.1:5005")
    parser.add_argument("--socket", default="/var/run/docker.sock")
    parser.add_argument("--ssh", action="store_true", help="with an SSH server")
    options = parser.parse_args()
    name = f"{options.registry}/{SSH_NAME if options.ssh else NAME}"
    if pushed_id(name) is None:
        options.directory.mkdir(parents=True, exist_ok=True)
        busybox = debian.program(debian.package("busybox-static", "arm64", options.directory), "busybox", "arm64")
        files = {f"bin/{applet}": File(link="busybox") for applet in applets(busybox)}
        files["bin/busybox"] = File(busybox)
        for deb in debian.packages(PACKAGES + (SSH_PACKAGES if options.ssh else ()), "arm64", options.directory):
            files |= files_of(deb)
        files |= {
            "usr/bin/python3": File(link="python3.11"),
            "etc/passwd": File(USERS + (SSH_USER if options.ssh else b""), mode=0o644),
            "etc/group": File(b"root:x:0:\nada:x:1000:\n", mode=0o644),
            "etc/os-release": File(b'ID=debian\nVERSION_ID="12"\nNAME="Debian GNU/Linux"\n', mode=0o644),
            "home/ada": File(mode=0o777),
            "root": File(mode=0o700),
            "tmp": File(mode=0o1777),
            "var": File(),
            "var/tmp": File(mode=0o1777),
        }
        engine = Engine(options.socket)
        engine.load(image(PLATFORMS["arm64"], SETTINGS, files).archive([name]))
        engine.push(name)
    print(name)


if __name__ == "__main__":
    main()
