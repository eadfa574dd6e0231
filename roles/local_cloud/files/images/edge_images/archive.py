# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Container images written by hand, as `docker load` reads them.

`docker import --platform` cannot do this: engines before 23.0 ignore the flag and label every image with the host's own
architecture.
"""

from __future__ import annotations

import hashlib
import io
import json
import tarfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

_EPOCH = "1970-01-01T00:00:00Z"


@dataclass(frozen=True)
class File:
    """A file of an image, by its content; or a symbolic link, by its target; or a folder, with neither."""

    content: bytes | None = None
    link: str | None = None
    mode: int = 0o755


@dataclass(frozen=True)
class Image:
    """An image of one layer. id is what the engine calls it, a digest of nothing but its content."""

    id: str
    config: bytes
    layer: bytes

    def archive(self, names: Sequence[str]) -> bytes:
        """Return the archive that `docker load` takes, with these names for the image."""
        digest = self.id.removeprefix("sha256:")
        layer = f"{hashlib.sha256(self.layer).hexdigest()}/layer.tar"
        manifest = [{"Config": f"{digest}.json", "RepoTags": list(names), "Layers": [layer]}]
        return _tar(
            {
                f"{digest}.json": File(self.config, mode=0o644),
                layer: File(self.layer, mode=0o644),
                "manifest.json": File(_json(manifest), mode=0o644),
            }
        )


def image(platform: Mapping[str, str], settings: Mapping[str, object], files: Mapping[str, File]) -> Image:
    """Return the image of these files. The same input gives the same image, bit by bit.

    platform: `architecture` and, where there is one, `variant`, in Docker's names. settings: Cmd, Env and so on.
    files: by path without a leading slash.
    """
    layer = _tar(files)
    config = _json(
        {
            **platform,
            "os": "linux",
            "created": _EPOCH,
            "config": settings,
            "rootfs": {"type": "layers", "diff_ids": [f"sha256:{hashlib.sha256(layer).hexdigest()}"]},
            "history": [{"created": _EPOCH, "created_by": "chi.edge.local_cloud"}],
        }
    )
    return Image(id=f"sha256:{hashlib.sha256(config).hexdigest()}", config=config, layer=layer)


def _json(value: object) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":")).encode()


def _tar(files: Mapping[str, File]) -> bytes:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for path, file in sorted(files.items()):
            member = tarfile.TarInfo(path)
            member.mode = file.mode
            if file.content is not None:
                member.size = len(file.content)
            elif file.link is not None:
                member.type, member.linkname = tarfile.SYMTYPE, file.link
            else:
                member.type = tarfile.DIRTYPE
            archive.addfile(member, io.BytesIO(file.content or b""))
    return stream.getvalue()
