# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Builds the artifact of the collection, so that the same sources give the same bytes, wherever and whenever.

ansible-galaxy writes the files in the order of the directory on disk, and the times of the checkout into the archive. Here it
builds from a copy of what belongs to the project, and its archive is packed anew: sorted, and with the time of the commit
(or SOURCE_DATE_EPOCH). The list of files is sorted too, and the checksum of it that the manifest holds renewed.

Usage: build_artifact.py DIRECTORY          puts the artifact there, and prints its path
       build_artifact.py --check DIRECTORY  builds another in other surroundings, and compares
"""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path


def files() -> list[str]:
    """What belongs to the project."""
    listed = subprocess.check_output(["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], text=True)
    return sorted(name for name in listed.split("\0") if name and os.path.lexists(name))


def built(names: list[str], directory: Path) -> Path:
    """ansible-galaxy's own archive of a copy of these files, made in this order."""
    copy = directory / "copy"
    for name in names:
        (copy / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(name, copy / name, follow_symlinks=False)
    command = ["ansible-galaxy", "collection", "build", "--output-path", directory, copy]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return next(directory.glob("*.tar.gz"))


def normalised(archive: Path, time: int) -> bytes:
    """The archive with nothing in it that depends on where and when it was made."""
    with tarfile.open(archive) as packed:
        members = {member.name: member for member in packed}
        contents = {name: packed.extractfile(member).read() for name, member in members.items() if member.isfile()}
    listed = json.loads(contents["FILES.json"])
    listed["files"].sort(key=lambda item: item["name"])
    contents["FILES.json"] = json.dumps(listed, indent=1).encode()
    manifest = json.loads(contents["MANIFEST.json"])
    manifest["file_manifest_file"]["chksum_sha256"] = hashlib.sha256(contents["FILES.json"]).hexdigest()
    contents["MANIFEST.json"] = json.dumps(manifest, indent=1).encode()
    # a reader expects the two first
    order = ["MANIFEST.json", "FILES.json", *sorted(members.keys() - {"MANIFEST.json", "FILES.json"})]
    data = io.BytesIO()
    with tarfile.open(fileobj=data, mode="w", format=tarfile.PAX_FORMAT) as packed:
        for name in order:
            member, content = members[name], contents.get(name, b"")
            member.mtime, member.size, member.pax_headers = time, len(content), {}
            packed.addfile(member, io.BytesIO(content))
    return gzip.compress(data.getvalue(), mtime=time)


def build(directory: Path, names: list[str]) -> Path:
    """The artifact, in this directory."""
    epoch = os.environ.get("SOURCE_DATE_EPOCH") or subprocess.check_output(["git", "log", "-1", "--format=%ct"], text=True)
    with tempfile.TemporaryDirectory() as scratch:
        archive = built(names, Path(scratch))
        directory.mkdir(parents=True, exist_ok=True)
        artifact = directory / archive.name
        artifact.write_bytes(normalised(archive, int(epoch)))
    return artifact


def check(directory: Path) -> None:
    """Build a second time: elsewhere, later, in another order, with other permissions, in another zone."""
    first = build(directory, files())
    os.umask(0o077)
    os.environ["TZ"] = "Pacific/Kiritimati"
    with tempfile.TemporaryDirectory() as scratch:
        second = build(Path(scratch), files()[::-1])
        sums = [hashlib.sha256(artifact.read_bytes()).hexdigest() for artifact in (first, second)]
    print(f"{sums[0]}  {first}")
    if len(set(sums)) > 1:
        sys.exit(f"{sums[1]}  is what the second build gave: the artifact cannot be reproduced.")


def main() -> None:
    """Do what the command line says."""
    *options, directory = sys.argv[1:]
    if options == ["--check"]:
        check(Path(directory))
    else:
        print(build(Path(directory), files()))


if __name__ == "__main__":
    main()
