# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Images as the tests need them, in the layouts that there are, and what an operation is given to work on them."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import struct
import tarfile
import typing as t

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible_collections.chi.edge.plugins.module_utils._context import Context

MACHINES = {"arm64": 183, "amd64": 62, "arm": 40}

Files = dict[str, bytes | tuple[str, str]]


class Said(Context):
    """A context that remembers what was said."""

    def __init__(self, operation: t.Any, check_mode: bool = False, diff: bool = False, **params: t.Any) -> None:
        checked = ArgumentSpecValidator(operation.SPEC["argument_spec"]).validate(params)
        assert not checked.error_messages, checked.error_messages
        super().__init__(checked.validated_parameters, check_mode, diff)
        self.warnings: list[str] = []
        self.secrets: set[str] = set()

    def warn(self, message: str) -> None:
        self.warnings.append(message)

    def secret(self, value: str) -> None:
        self.secrets.add(value)


def program(architecture: str) -> bytes:
    """What the code reads of a program: its ELF header."""
    return b"\x7fELF\x02\x01\x01" + bytes(9) + struct.pack("<HH", 2, MACHINES[architecture]) + bytes(44)


def layer(files: Files) -> bytes:
    """A tar archive. A file is its content, or a pair of C(symlink) or C(link) and its target."""
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as tar:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            if isinstance(content, tuple):
                member.type = tarfile.SYMTYPE if content[0] == "symlink" else tarfile.LNKTYPE
                member.linkname = content[1]
            else:
                member.size = len(content)
            tar.addfile(member, io.BytesIO(content if isinstance(content, bytes) else b""))
    return stream.getvalue()


def config(architecture: str, layers: list[bytes], **settings: t.Any) -> bytes:
    rootfs = {"type": "layers", "diff_ids": [digest(data) for data in layers]}
    return json.dumps({"architecture": architecture, "os": "linux", "config": settings, "rootfs": rootfs}).encode()


def digest(data: bytes) -> str:
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


def saved_before_25(configuration: bytes, layers: list[bytes], *names: str) -> bytes:
    """As docker save of an engine before 25 writes it."""
    paths = [f"{hashlib.sha256(b'id' + data).hexdigest()}/layer.tar" for data in layers]
    own = f"{digest(configuration)[7:]}.json"
    manifest = [{"Config": own, "RepoTags": list(names) or None, "Layers": paths}]
    return layer({own: configuration, **dict(zip(paths, layers, strict=True)), "manifest.json": json.dumps(manifest).encode()})


def saved_since_25(configuration: bytes, layers: list[bytes], *names: str) -> bytes:
    """As docker save of engine 25 and later writes it: an OCI layout, and the old manifest beside it."""
    blobs = {blob(data): data for data in [configuration, *layers]}
    manifest = [{"Config": blob(configuration), "RepoTags": list(names), "Layers": [blob(data) for data in layers]}]
    return layer({**blobs, **oci_files([(configuration, layers)]), "manifest.json": json.dumps(manifest).encode()})


def oci(*images: tuple[bytes, list[bytes]]) -> bytes:
    """An archive of the Open Container Initiative, as buildx writes it: compressed, an index in the index, with attestations."""
    packed = [(configuration, [gzip.compress(data) for data in layers]) for configuration, layers in images]
    blobs = {blob(data): data for configuration, layers in packed for data in [configuration, *layers]}
    return layer({**blobs, **oci_files(packed)})


def oci_files(images: list[tuple[bytes, list[bytes]]]) -> Files:
    files: Files = {"oci-layout": b'{"imageLayoutVersion": "1.0.0"}'}
    entries = []
    for configuration, layers in images:
        manifest = {"config": {"digest": digest(configuration)}, "layers": [{"digest": digest(data)} for data in layers]}
        content = json.dumps(manifest).encode()
        files[blob(content)] = content
        entries.append({"digest": digest(content), "platform": {"architecture": json.loads(configuration)["architecture"]}})
    entries.append({"digest": digest(b"attestation"), "platform": {"architecture": "unknown", "os": "unknown"}})
    inner = json.dumps({"manifests": entries}).encode()
    files[blob(inner)] = inner
    files["index.json"] = json.dumps({"manifests": [{"digest": digest(inner)}]}).encode()
    return files


def blob(data: bytes) -> str:
    return f"blobs/{digest(data).replace(':', '/')}"
