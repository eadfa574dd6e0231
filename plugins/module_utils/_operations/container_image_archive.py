# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to the collection: not an interface for others.
"""What M(chi.edge.container_image_archive) does."""

from __future__ import annotations

import os
import tempfile
import typing as t
from contextlib import contextmanager

from .._context import Context
from .._difference import Difference
from .._errors import EdgeError
from .._file_digest import digest_of_file
from .._image import Image, reading
from .._image_archive import open_archive
from .._image_examination import ARCHITECTURES, Examined, examine
from .._image_name import read_local_name
from .._image_rootfs import read_rootfs
from .._image_writing import Sink, write_archive

SPEC: dict[str, t.Any] = {
    "argument_spec": {
        "archive": {"type": "path"},
        "rootfs": {"type": "path"},
        "config": {
            "type": "dict",
            "options": {
                "command": {"type": "raw"},
                "entrypoint": {"type": "raw"},
                "environment": {"type": "dict"},
                "exposed_ports": {"type": "list", "elements": "str"},
                "labels": {"type": "dict"},
                "user": {"type": "str"},
                "workdir": {"type": "str"},
            },
        },
        "name": {"type": "str", "required": True},
        "architecture": {"type": "str", "default": "arm64", "choices": ARCHITECTURES},
        "verify_programs": {"type": "bool", "default": True},
        "dest": {"type": "path", "required": True},
    },
    "mutually_exclusive": [("archive", "rootfs"), ("archive", "config")],
    "required_one_of": [("archive", "rootfs")],
    "supports_check_mode": True,
}


def run(context: Context) -> dict[str, t.Any]:
    """Have the archive of one image, which is for the wanted architecture."""
    return ContainerImageArchive(context).run()


class ContainerImageArchive:
    """The archive, which is only replaced by one that is complete."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.params = context.params
        self.name = read_local_name(self.params["name"], "name")
        self.dest = self.params["dest"]
        self.folder = os.path.dirname(os.path.abspath(self.dest))
        if not os.path.isdir(self.folder) or os.path.isdir(self.dest):
            raise EdgeError(f"dest: {self.dest} must be a file in a directory that is there.")

    def run(self) -> dict[str, t.Any]:
        try:
            scratch = tempfile.TemporaryDirectory(dir=self.folder, prefix=".chi-edge-")
        except OSError as exc:
            raise EdgeError(f"Could not write to {self.folder}: {exc.strerror}.") from exc
        with scratch as place, self._image(place) as image:
            examined = examine(image, self.name, self.params["architecture"], self.params["verify_programs"])
            if self.params["verify_programs"] and not examined.machines:
                self.context.warn(f"There is no program in {image.subject}, so its label could not be verified.")
            written = os.path.join(place, "archive.tar")
            sink = self._write(image, examined, written)
            difference = self._difference(sink)
            if difference and not self.context.check_mode:
                os.replace(written, self.dest)
        result = {"changed": bool(difference), "image": self._view(image, examined, sink)}
        if self.context.diff:
            result["diff"] = difference.render(self.dest)
        return result

    @contextmanager
    def _image(self, scratch: str) -> t.Iterator[Image]:
        architecture = self.params["architecture"]
        if self.params["rootfs"]:
            yield read_rootfs(self.params["rootfs"], architecture, self.params["config"] or {}, scratch)
        else:
            with open_archive(self.params["archive"], architecture) as image:
                yield image

    def _write(self, image: Image, examined: Examined, path: str) -> Sink:
        try:
            with open(os.devnull if self.context.check_mode else path, "wb") as file:
                sink = Sink(file)
                write_archive(image, self.name, examined.sizes, sink)
        except OSError as exc:
            raise EdgeError(f"Could not write {self.dest}: {exc.strerror}.") from exc
        return sink

    def _difference(self, sink: Sink) -> Difference:
        difference = Difference()
        difference.compare("sha512", self._present(), sink.sha512)
        return difference

    def _present(self) -> str | None:
        if not os.path.exists(self.dest):
            return None
        with reading(self.dest), open(self.dest, "rb") as file:
            return digest_of_file(file, "sha512")

    def _view(self, image: Image, examined: Examined, sink: Sink) -> dict[str, t.Any]:
        settings = image.settings
        return {
            "path": self.dest,
            "name": self.name,
            "id": image.id,
            "os": image.os,
            "architecture": image.architecture,
            "variant": image.variant,
            "size": sink.size,
            "sha512": sink.sha512,
            "programs": examined.machines,
            "command": settings.get("Cmd"),
            "entrypoint": settings.get("Entrypoint"),
            "exposed_ports": sorted(settings.get("ExposedPorts") or {}),
            "labels": settings.get("Labels") or {},
        }
