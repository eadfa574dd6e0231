# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to the collection: not an interface for others.
"""The distributions whose images the role image_builder makes: their releases, where their packages are, Chameleon's names."""

from __future__ import annotations

import typing as t


class Release(t.NamedTuple):
    """A release of a distribution.

    :param distribution: as diskimage-builder and apt write it.
    :param codename: for instance C(bookworm).
    :param version: for instance C(12).
    """

    distribution: str
    codename: str
    version: str

    @property
    def title(self) -> str:
        """As Chameleon writes it in the names of its images, for instance C(Ubuntu24.04)."""
        return f"{self.distribution.capitalize()}{self.version}"


RELEASES = (
    Release("debian", "bullseye", "11"),
    Release("debian", "bookworm", "12"),
    Release("debian", "trixie", "13"),
    Release("ubuntu", "bionic", "18.04"),
    Release("ubuntu", "focal", "20.04"),
    Release("ubuntu", "jammy", "22.04"),
    Release("ubuntu", "noble", "24.04"),
)

# The name of an architecture in Debian and at Chameleon, and in Glance.
ARCHITECTURES = {"amd64": "x86_64", "arm64": "aarch64"}


def find(text: str) -> Release:
    """The release that is meant by a codename, a version, or both names: C(noble), C(24.04), C(Ubuntu 24.04).

    :raises ValueError: if there is none.
    """
    key = text.lower().replace(" ", "").replace("-", "")
    for release in RELEASES:
        if key in (release.codename, release.version, release.title.lower(), f"{release.distribution}{release.codename}"):
            return release
    known = ", ".join(f"{release.codename} ({release.title})" for release in RELEASES)
    raise ValueError(f'image_builder_release "{text}" is not known; it can be {known}.')


def public_mirrors(release: Release, arch: str) -> tuple[str, str]:
    """Where the distribution itself offers the packages of a release, and their security updates."""
    if release.distribution == "debian":
        return "http://deb.debian.org/debian", "http://deb.debian.org/debian-security"
    if arch == "amd64":
        return "http://archive.ubuntu.com/ubuntu", "http://security.ubuntu.com/ubuntu"
    return "http://ports.ubuntu.com/ubuntu-ports", "http://ports.ubuntu.com/ubuntu-ports"


def public_sources(release: Release, arch: str, components: str | None = None) -> str:
    """The text of C(/etc/apt/sources.list) in an image.

    :param components: parts of the archive with commas between, as diskimage-builder has them; its own choice without.
    """
    mirror, security = public_mirrors(release, arch)
    parts = (components or ("main" if release.distribution == "debian" else "main,universe")).replace(",", " ")
    suites = [(mirror, release.codename), (mirror, f"{release.codename}-updates"), (security, f"{release.codename}-security")]
    return "".join(f"deb {url} {suite} {parts}\n" for url, suite in suites)
