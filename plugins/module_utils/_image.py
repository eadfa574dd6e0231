# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to the collection: not an interface for others.
"""A container image apart from where it comes from: a configuration, and layers that are tar archives."""

from __future__ import annotations

import bz2
import gzip
import hashlib
import json
import lzma
import tarfile
import typing as t
import zlib
from contextlib import contextmanager

from . import _shape
from ._errors import EdgeError

_WORDS = _shape.maybe(_shape.each(_shape.text))
_CONFIG = _shape.fields(
    os=_shape.maybe(_shape.text),
    architecture=_shape.maybe(_shape.text),
    variant=_shape.maybe(_shape.text),
    rootfs=_shape.fields(diff_ids=_shape.each(_shape.text)),
    config=_shape.maybe(
        _shape.fields(
            Cmd=_WORDS,
            Entrypoint=_WORDS,
            Env=_WORDS,
            WorkingDir=_shape.maybe(_shape.text),
            ExposedPorts=_shape.maybe(_shape.table(_shape.anything)),
            Labels=_shape.maybe(_shape.table(_shape.text)),
        )
    ),
)


# What Python's libraries raise over a file that is damaged, or made to do harm.
_UNREADABLE = (
    OSError,
    EOFError,
    ValueError,
    LookupError,
    TypeError,
    AttributeError,
    RecursionError,
    zlib.error,
    lzma.LZMAError,
    tarfile.TarError,
)


class Layer(t.NamedTuple):
    """A part of the image's files, as a tar archive.

    :param open: gives it from its beginning, as it is kept, perhaps compressed.
    :param diff_id: what its digest without compression must be, once that is known.
    """

    name: str
    open: t.Callable[[], t.BinaryIO]
    diff_id: str | None = None


class Image:
    """An image that is read from somewhere.

    :param subject: what the user knows it by, for messages.
    :param config: the configuration, byte by byte: its digest is the image's id.
    """

    def __init__(self, subject: str, config: bytes, layers: list[Layer]) -> None:
        self.subject = subject
        self.config = config
        with reading(subject):
            self._said: dict[str, t.Any] = _shape.require(json.loads(config), _CONFIG, "configuration")
            diff_ids = self._said["rootfs"]["diff_ids"]
            self.layers = [layer._replace(diff_id=diff_id) for layer, diff_id in zip(layers, diff_ids, strict=True)]

    @property
    def id(self) -> str:
        return digest_of(self.config)

    @property
    def os(self) -> str:
        return str(self._said.get("os") or "linux")

    @property
    def architecture(self) -> str:
        """As the image is labelled."""
        return str(self._said.get("architecture") or "no architecture")

    @property
    def variant(self) -> str | None:
        return self._said.get("variant") or None

    @property
    def settings(self) -> dict[str, t.Any]:
        """What a container of it is to do: C(Cmd), C(Env) and so on."""
        return dict(self._said.get("config") or {})


class LayerReader:
    """Reads a layer without its compression, and takes its measure on the way; at its end it must be what it should."""

    def __init__(self, layer: Layer) -> None:
        self._layer = layer
        self._hash = hashlib.sha256()
        self.size = 0
        self.name = layer.name
        with reading(layer.name):
            self._stream = _decompressed(layer)

    def read(self, size: int = -1) -> bytes:
        with reading(self.name):
            data = self._stream.read(size)
        self._hash.update(data)
        self.size += len(data)
        if not data and self._layer.diff_id not in (None, self.digest):
            raise EdgeError(f"Could not read {self.name}: it is not what the image's configuration says. Save the image again.")
        return data

    def drain(self) -> None:
        """Read what is left, since only the whole has the layer's digest."""
        while self.read(2**20):
            pass

    @property
    def digest(self) -> str:
        """Of what was read."""
        return f"sha256:{self._hash.hexdigest()}"

    def __enter__(self) -> LayerReader:
        return self

    def __exit__(self, *_exc: object) -> None:
        self._stream.close()


def digest_of(data: bytes) -> str:
    """As images, registries and engines write it."""
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


@contextmanager
def reading(subject: str) -> t.Iterator[None]:
    """Turn whatever can go wrong with a file that is missing, forbidden, damaged or something else into a sentence."""
    try:
        yield
    except _UNREADABLE as exc:
        reason = exc.strerror if isinstance(exc, OSError) and exc.strerror else f"it is damaged or incomplete ({exc})"
        raise EdgeError(f"Could not read {subject}: {reason[0].lower()}{reason[1:]}.") from exc


def _decompressed(layer: Layer) -> t.BinaryIO:
    stream = layer.open()
    magic = stream.read(6)
    stream.seek(0)
    if magic.startswith(b"\x1f\x8b"):
        return t.cast(t.BinaryIO, gzip.GzipFile(fileobj=stream))
    if magic.startswith(b"\xfd7zXZ\0"):
        return t.cast(t.BinaryIO, lzma.LZMAFile(stream))
    if magic.startswith(b"BZh"):
        return t.cast(t.BinaryIO, bz2.BZ2File(stream))
    if magic.startswith(b"\x28\xb5\x2f\xfd"):
        stream.close()
        raise EdgeError(f"Could not read {layer.name}: it is compressed by zstd; decompress it first, or use gzip.")
    return stream
