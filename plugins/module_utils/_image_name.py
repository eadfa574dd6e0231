# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to the collection: not an interface for others.
"""Names of container images, read as Docker's engine reads them."""

from __future__ import annotations

import re
import typing as t

from ._errors import EdgeError

# The registry that is meant by a name without one, and the host that answers for it.
DOCKER_HUB = "docker.io"
_DOCKER_HUB_HOST = "registry-1.docker.io"

_REGISTRY = re.compile(r"[a-zA-Z0-9.-]+(:\d{1,5})?")
_COMPONENT = r"[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*"
_REST = re.compile(
    rf"(?P<repository>{_COMPONENT}(?:/{_COMPONENT})*)"
    r"(?::(?P<tag>\w[\w.-]{0,127}))?"
    r"(?:@(?P<digest>sha256:[0-9a-f]{64}))?",
    re.ASCII,
)


class Reference(t.NamedTuple):
    """A whole name: REGISTRY/REPOSITORY:TAG or REGISTRY/REPOSITORY@DIGEST."""

    registry: str
    repository: str
    tag: str | None
    digest: str | None

    @property
    def host(self) -> str:
        """Where the registry answers."""
        return _DOCKER_HUB_HOST if self.registry == DOCKER_HUB else self.registry

    @property
    def version(self) -> str:
        """What tells the image from others of its repository. A digest says more than a tag."""
        return self.digest or self.tag or "latest"

    def __str__(self) -> str:
        tag = f":{self.tag}" if self.tag else ""
        digest = f"@{self.digest}" if self.digest else ""
        return f"{self.registry}/{self.repository}{tag}{digest}"


def read_reference(text: str, option: str) -> Reference:
    """The name in full: without a registry Docker Hub is meant, without a tag and digest the tag latest.

    :param option: what the user calls it.
    :raises EdgeError: if it is no name of an image.
    """
    first, slash, rest = text.partition("/")
    # "group/image" is at Docker Hub; only what looks like a host is one
    if not slash or not (first == "localhost" or "." in first or ":" in first):
        first, rest = DOCKER_HUB, text
    match = _REST.fullmatch(rest)
    if not match or not _REGISTRY.fullmatch(first):
        raise EdgeError(f'{option}: "{text}" is no name of an image; one looks like ghcr.io/organization/image:tag.')
    repository = match["repository"]
    registry = DOCKER_HUB if first == "index.docker.io" else first
    if registry == DOCKER_HUB and "/" not in repository:
        repository = f"library/{repository}"
    tag = match["tag"] or (None if match["digest"] else "latest")
    return Reference(registry, repository, tag, match["digest"])


def read_local_name(text: str, option: str) -> str:
    """REPOSITORY:TAG, with the tag latest where there is none.

    A name with a registry in it would not do: Zun splits the name in an image from Glance at its only colon.

    :raises EdgeError: if it is none.
    """
    match = _REST.fullmatch(text)
    if not match or match["digest"]:
        raise EdgeError(
            f'{option}: "{text}" is no plain name of an image. It takes lower-case letters and digits, with ".", "_", "-" or "/" '
            "between them, and a tag after a colon, but no port of a registry and no digest: for instance sensor:1.0."
        )
    return f"{match['repository']}:{match['tag'] or 'latest'}"
