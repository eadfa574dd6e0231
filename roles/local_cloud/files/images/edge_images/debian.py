# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Programs of any architecture from the host's Debian or Ubuntu archives, without a change to the host."""

from __future__ import annotations

import shutil
import struct
import subprocess
import tarfile
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path

from edge_images.errors import ImageError

# Debian's name of an architecture, and e_machine in the ELF header of its programs.
ELF_MACHINES = {"arm64": 183, "amd64": 62}


def location(name: str, architecture: str, directory: Path) -> Path:
    """Return where a package's file is kept in directory."""
    return directory / f"{name}_{architecture}.deb"


def package(name: str, architecture: str, directory: Path) -> Path:
    """Return the path of a package's file in directory, downloading it if it is not there yet.

    Raises ImageError.
    """
    return packages([name], architecture, directory)[0]


def packages(names: Sequence[str], architecture: str, directory: Path) -> list[Path]:
    """Return the paths of the packages' files in directory, downloading those that are not there yet all at once.

    apt works on a state of its own, so neither dpkg's foreign architectures nor the host's package lists change.
    Its sources and keys are the host's. Raises ImageError.
    """
    targets = {name: location(name, architecture, directory) for name in names}
    missing = [name for name, target in targets.items() if not target.exists()]
    if missing:
        _download(missing, architecture, directory)
    return list(targets.values())


def _download(names: Sequence[str], architecture: str, directory: Path) -> None:
    state = directory / "apt"
    for folder in ("lists/partial", "archives/partial", "download"):
        (state / folder).mkdir(parents=True, exist_ok=True)
    (state / "status").touch()
    # apt drops to the user _apt for downloads, who must be able to write here.
    shutil.chown(state / "download", "_apt")
    apt = ["apt-get", "--quiet"]
    for option in (
        f"APT::Architecture={architecture}",
        f"APT::Architectures={architecture}",
        "Acquire::Languages=none",
        f"Dir::State={state}",
        f"Dir::State::status={state}/status",
        f"Dir::Cache={state}",
    ):
        apt += ["--option", option]
    # A source that lacks the architecture makes the update fail; what matters is whether the packages can be had.
    said = "".join(
        subprocess.run([*apt, *command], cwd=state / "download", capture_output=True, text=True, check=False).stderr
        for command in (["update"], ["download", *names])
    )
    for name in names:
        file = next((state / "download").glob(f"{name}_*.deb"), None)
        if file is None:
            raise ImageError(
                f"apt-get could not download {name} for {architecture}. "
                f"Do the apt sources of this host offer {architecture}? It said: {said.strip()}"
            )
        file.replace(location(name, architecture, directory))
    shutil.rmtree(state)


def program(deb: Path, name: str, architecture: str) -> bytes:
    """Return the program of that name out of a package's file.

    Raises ImageError if it is not in there, or if its ELF header says that it is made for another architecture.
    """
    # dpkg-deb knows every compression that packages use; Python's tarfile does not.
    files = subprocess.run(["dpkg-deb", "--fsys-tarfile", str(deb)], capture_output=True, check=False)
    if files.returncode:
        raise ImageError(f"{deb} cannot be unpacked: {files.stderr.decode(errors='replace').strip()}")
    with tarfile.open(fileobj=BytesIO(files.stdout)) as archive:
        member = next((each for each in archive if each.isfile() and each.name.endswith(f"/bin/{name}")), None)
        if member is None:
            raise ImageError(f"{deb} holds no program {name}")
        content = archive.extractfile(member).read()
    machine = struct.unpack_from("<H", content, 18)[0] if content[:4] == b"\x7fELF" else None
    if machine != ELF_MACHINES[architecture]:
        raise ImageError(
            f"{name} in {deb} is made for ELF machine {machine}, not for {architecture} ({ELF_MACHINES[architecture]})"
        )
    return content
