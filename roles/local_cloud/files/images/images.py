# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes the container images of the local cloud, and puts them into its Docker Engine and its registry.

    python images.py --directory DIR [--registry 127.0.0.1:5005] [--prefix edge] [--socket PATH] [--absent]

For arm64 and amd64 there is PREFIX/hello:ARCHITECTURE, truly labelled, which serves HTTP on port 8080. It needs root,
apt and dpkg. It prints one JSON object: whether anything changed, and the images. What is there already is left alone.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from edge_images import debian
from edge_images.engine import Engine, pushed_id
from edge_images.errors import ImageError
from edge_images.hello import LABEL, PLATFORMS, hello


def names(prefix: str, registry: str | None, architecture: str) -> list[str]:
    """Return an image's names. The one without a registry comes first: Zun's Glance driver reads only the first."""
    name = f"{prefix}/hello:{architecture}"
    return [name, f"{registry}/{name}"] if registry else [name]


def present(options: argparse.Namespace, engine: Engine, architecture: str) -> dict:
    """See to it that the image of an architecture is made, in the engine and in the registry."""
    options.directory.mkdir(parents=True, exist_ok=True)
    deb = debian.package("busybox-static", architecture, options.directory)
    image = hello(architecture, debian.program(deb, "busybox", architecture))
    wanted = names(options.prefix, options.registry, architecture)
    archive = image.archive(wanted)
    changed = _write(_archive(options, architecture), archive)
    if any(engine.id(name) != image.id for name in wanted):
        engine.load(archive)
        changed = True
    if options.registry and pushed_id(wanted[-1]) != image.id:
        engine.push(wanted[-1])
        changed = True
    return {
        "architecture": architecture,
        "archive": str(_archive(options, architecture)),
        "changed": changed,
        "id": image.id,
        "names": wanted,
    }


def absent(options: argparse.Namespace, engine: Engine) -> list[str]:
    """Take the images from the engine and their files from the directory; return what was removed.

    Only images that were made here go, and of those only our own names and earlier builds that have no name any more:
    a snapshot of a container of ours is its user's. The registry is left alone.
    """
    ours = {name for architecture in PLATFORMS for name in names(options.prefix, options.registry, architecture)}
    removed = []
    for found in engine.labelled(LABEL):
        tags = [tag for tag in found["RepoTags"] or [] if tag != "<none>:<none>"]
        for name in sorted(ours.intersection(tags)) if tags else [found["Id"]]:
            engine.remove(name)
            removed.append(name)
    for architecture in PLATFORMS:
        deb = debian.location("busybox-static", architecture, options.directory)
        for file in (_archive(options, architecture), deb):
            if file.exists():
                file.unlink()
                removed.append(str(file))
    return removed


def main(arguments: list[str] | None = None) -> int:
    """Run the command; return its exit code."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--directory", type=Path, required=True, help="where packages and archives are kept")
    parser.add_argument("--registry", help="host:port of a registry without TLS to push to")
    parser.add_argument("--prefix", default="edge", help="first part of the names of the images (default: %(default)s)")
    parser.add_argument("--socket", default="/var/run/docker.sock", help="of the Docker Engine (default: %(default)s)")
    parser.add_argument("--absent", action="store_true", help="remove the images")
    options = parser.parse_args(arguments)
    engine = Engine(options.socket)
    try:
        if options.absent:
            removed = absent(options, engine)
            result = {"changed": bool(removed), "images": [], "removed": removed}
        else:
            images = [present(options, engine, architecture) for architecture in PLATFORMS]
            result = {"changed": any(image["changed"] for image in images), "images": images}
    except (ImageError, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    print(json.dumps(result))
    return 0


def _archive(options: argparse.Namespace, architecture: str) -> Path:
    return options.directory / f"hello-{architecture}.tar"


def _write(path: Path, content: bytes) -> bool:
    if path.exists() and path.read_bytes() == content:
        return False
    path.write_bytes(content)
    return True


if __name__ == "__main__":
    sys.exit(main())
