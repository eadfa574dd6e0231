# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to the collection: not an interface for others.
"""Makes an image of a root filesystem.

C(docker import) will not do: engines before 23.0 ignore its platform, and label every image with their host's architecture.
"""

from __future__ import annotations

import json
import os
import stat
import tarfile
import typing as t

from . import _container_options as options
from ._errors import EdgeError
from ._image import Image, Layer, LayerReader, reading

Settings = dict[str, t.Any]

# The same files make the same image, whenever it is made.
_CREATED = "1970-01-01T00:00:00Z"

_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


def read_rootfs(path: str, architecture: str, settings: Settings, scratch: str) -> Image:
    """The image of a directory, or of a tar archive of one.

    :param settings: the option C(config) of the module.
    :param scratch: a directory that has room for the files, and lasts as long as the image is needed.
    """
    subject = f"root filesystem {path}"
    with reading(subject):
        is_directory = stat.S_ISDIR(os.stat(path).st_mode)
        packed = _pack(path, scratch) if is_directory else path
    if not is_directory:
        _see_that_it_is_no_image(path)
    layer = Layer(subject, lambda: open(packed, "rb"))  # noqa: SIM115 whoever opens it closes it
    with LayerReader(layer) as reader:
        reader.drain()
    return Image(f"the image of {subject}", _config(architecture, settings, reader.digest), [layer])


def _pack(path: str, scratch: str) -> str:
    def clean(member: tarfile.TarInfo) -> tarfile.TarInfo:
        member.uname = member.gname = ""
        member.mtime = int(member.mtime)
        return member

    packed = os.path.join(scratch, "layer.tar")
    with tarfile.open(packed, mode="w", format=tarfile.PAX_FORMAT) as tar:
        for name in sorted(os.listdir(path)):
            tar.add(os.path.join(path, name), name, filter=clean)
    return packed


def _see_that_it_is_no_image(path: str) -> None:
    with reading(f"root filesystem {path}"):
        try:
            with tarfile.open(path) as tar:
                names = {os.path.normpath(member.name) for member in tar}
        except tarfile.ReadError:
            raise EdgeError(f"{path} is no root filesystem: it is neither a directory nor a tar archive.") from None
    if names & {"manifest.json", "oci-layout"}:
        raise EdgeError(f"{path} is no root filesystem, but the archive of a container image. Give it as archive.")


def _config(architecture: str, settings: Settings, layer: str) -> bytes:
    config = {
        "architecture": architecture,
        "os": "linux",
        "created": _CREATED,
        "config": _in_dockers_words(settings),
        "rootfs": {"type": "layers", "diff_ids": [layer]},
        "history": [{"created": _CREATED, "created_by": "chi.edge.container_image_archive"}],
    }
    return json.dumps(config, sort_keys=True, separators=(",", ":")).encode()


def _in_dockers_words(settings: Settings) -> dict[str, t.Any]:
    environment = {"PATH": _PATH, **_checked(options.environment, settings, "environment", {})}
    return {
        "Env": [f"{name}={value}" for name, value in environment.items()],
        "Cmd": _checked(options.words, settings, "command", None),
        "Entrypoint": _checked(options.words, settings, "entrypoint", None),
        "WorkingDir": settings.get("workdir") or "/",
        "User": settings.get("user") or "",
        "ExposedPorts": {port: {} for port in _checked(options.exposed_ports, settings, "exposed_ports", [])},
        "Labels": _checked(options.labels, settings, "labels", {}),
    }


def _checked(check: t.Callable[[t.Any], t.Any], settings: Settings, option: str, otherwise: t.Any) -> t.Any:
    if settings.get(option) is None:
        return otherwise
    try:
        return check(settings[option])
    except ValueError as exc:
        raise EdgeError(f"config.{option}: {exc}") from None
