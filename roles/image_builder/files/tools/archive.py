# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A container image of one layer, as `docker load` reads it, and Zun from Glance.

diskimage-builder's own type docker pipes the file system to `docker import`, which needs an engine, and labels it with the
architecture of that engine's host, whatever it is made for.
"""

from __future__ import annotations

import hashlib
import io
import json
import pathlib
import tarfile


def write(target: pathlib.Path, layer: pathlib.Path, repository: str, arch: str) -> None:
    """Write the archive of an image, called REPOSITORY:latest, whose file system is the tar file layer."""
    digest = sha256(layer)
    platform = {"architecture": arch, "os": "linux", **({"variant": "v8"} if arch == "arm64" else {})}
    history = [{"created_by": "chi.edge.image_builder"}]
    rootfs = {"type": "layers", "diff_ids": [f"sha256:{digest}"]}
    config = _json({**platform, "config": {"Cmd": ["/bin/bash"]}, "rootfs": rootfs, "history": history})
    name = f"{hashlib.sha256(config).hexdigest()}.json"
    within = f"{digest}/layer.tar"
    manifest = _json([{"Config": name, "RepoTags": [f"{repository}:latest"], "Layers": [within]}])
    with tarfile.open(target, "w") as archive:
        for path, content in ((name, config), ("manifest.json", manifest)):
            member = tarfile.TarInfo(path)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
        archive.add(layer, within)


def sha256(path: pathlib.Path) -> str:
    """The digest of a file, which may be larger than the memory."""
    digest = hashlib.sha256()
    with open(path, "rb") as stream:
        while block := stream.read(2**20):
            digest.update(block)
    return digest.hexdigest()


def _json(value: object) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":")).encode()
