# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to the collection: not an interface for others.
"""What the role image_builder was asked for, and what follows from it: name, elements, properties, fingerprint."""

from __future__ import annotations

import hashlib
import json
import re
import typing as t
from pathlib import Path

from . import _image_elements, _image_releases, _wishes

ROLE = "image_builder"
REPOSITORY = "https://github.com/chi-edge/chi.edge"

# What can be said of an image, and how it is read.
OPTIONS: dict[str, _wishes.Reader] = {
    "release": _wishes.text,
    "variant": _wishes.text_or_list,
    "arch": _wishes.text,
    "name": _wishes.text,
    "type": _wishes.text,
    "layout": _wishes.text,
    "packages": _wishes.sequence,
    "size": _wishes.number,
    "mirror": _wishes.text,
    "security_mirror": _wishes.text,
    "environment": _wishes.mapping,
    "elements_path": _wishes.sequence,
    "properties": _wishes.mapping,
    "upload": _wishes.truth,
    "visibility": _wishes.text,
    "keep": _wishes.number,
    "recreate": _wishes.text,
    "timeout": _wishes.number,
    "version": _wishes.text,
}
DEFAULTS: dict[str, t.Any] = {
    "release": "bookworm",
    "variant": "base",
    "arch": "amd64",
    "type": "qcow2",
    "layout": "auto",
    "packages": [],
    "environment": {},
    "elements_path": [],
    "properties": {},
    "upload": True,
    "visibility": "private",
    "keep": 0,
    "recreate": "on_change",
    "timeout": 21600,
    "version": "3.43.0",
}

# Our own elements for a variant; each brings what it is based on.
VARIANTS = {"base": "chi-base", "docker": "chi-docker", "sage": "chi-sage"}
# In every image: how packages are kept for the next build, what tells its origin, what keeps private things out of it.
ALWAYS = ["chi-cache", "chi-provenance", "chi-private"]


class Type(t.NamedTuple):
    """A kind of output: its formats in Glance, how its file is called, and how diskimage-builder calls what it is made of."""

    disk_format: str
    container_format: str
    suffix: str
    built_as: str
    # so that a file system and a disk of the same make do not take each other's place in Glance
    name_suffix: str = ""

    @property
    def is_disk(self) -> bool:
        """Whether a machine could boot it; else it is a root file system without a kernel."""
        return self.built_as != "tar"


TYPES = {
    "qcow2": Type("qcow2", "bare", "qcow2", "qcow2"),
    "raw": Type("raw", "bare", "raw", "raw"),
    "tar": Type("raw", "bare", "tar", "tar", "-ROOTFS"),
    "docker": Type("raw", "docker", "docker.tar", "tar", "-CONTAINER"),
}

# How a disk is laid out. "auto" is the first of these that the building host can make.
LAYOUTS = {
    "efi": ["vm", "block-device-efi"],  # GPT, boots by UEFI, and on amd64 by BIOS as well
    "bios": ["vm", "block-device-gpt"],  # GPT, boots by BIOS only
    "filesystem": ["baremetal"],  # no partitions and no boot loader, kernel and initrd lie beside it
}
AUTOMATIC = {"amd64": ["efi", "bios"], "arm64": ["efi"]}

# What every build is told. What differs from host to host is in _image_job.
SETTINGS = {
    "DIB_APT_LOCAL_CACHE": "0",  # see the element chi-cache
    "DIB_APT_MINIMAL_CREATE_INTERFACES": "0",  # cloud-init configures the network
    "DIB_BOOTLOADER_DEFAULT_CMDLINE": "gfxpayload=text",
    "DIB_CLOUD_INIT_DATASOURCES": "ConfigDrive, OpenStack, NoCloud",
    "DIB_GRUB_TIMEOUT": "0",
}

# Chameleon's own images bear it, and Glance lets nobody else set it (403).
PROTECTED = "chameleon-supported"
RESERVED = ("build-", "owner_specified.")

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}", re.ASCII)
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*", re.ASCII)
_PACKAGE = re.compile(r"[a-z0-9][a-z0-9.+-]+", re.ASCII)


def read(given: t.Mapping[str, t.Any], own_elements: str) -> dict[str, t.Any]:
    """The plan of an image: what is wanted, complete and checked.

    :param given: the role's variables without their prefix; an empty text is the same as nothing.
    :param own_elements: the folder with the role's own elements.
    :raises ValueError: for what cannot be read, is unknown, or does not go together.
    """
    wish = {key: reader(given.get(key), f"{ROLE}_{key}") for key, reader in OPTIONS.items()}
    wish = {key: DEFAULTS.get(key) if value is None else value for key, value in wish.items()}
    release = _image_releases.find(wish["release"])
    arch = _choice(wish, "arch", _image_releases.ARCHITECTURES)
    kind = TYPES[_choice(wish, "type", TYPES)]
    layouts = _layouts(wish, kind, arch)
    variants = _variants(wish["variant"])
    packages = _packages(wish["packages"])
    environment = _environment(wish["environment"])
    properties = _properties(wish["properties"])
    for key in ("mirror", "security_mirror"):
        _check_mirror(wish[key], f"{ROLE}_{key}")
    for key, least in (("keep", 0), ("timeout", 60)):
        if wish[key] < least:
            raise ValueError(f"{ROLE}_{key} must be {least} at least, not {wish[key]}.")
    if wish["size"] is not None and not (kind.is_disk and 1 <= wish["size"] <= 1024):
        raise ValueError(f"{ROLE}_size is the size of a disk in GiB, from 1 to 1024; a {wish['type']} has none.")

    elements = _elements(variants, release, kind)
    folders = [own_elements, *_folders(wish["elements_path"])]
    collected = _image_elements.collect(elements, folders)
    inputs = {
        "release": release.codename,
        "variant": variants,
        "arch": arch,
        "type": wish["type"],
        "layout": wish["layout"] if kind.is_disk else None,
        "packages": sorted(packages),
        "size": wish["size"],
        "mirror": wish["mirror"],
        "security_mirror": wish["security_mirror"],
        "environment": {**SETTINGS, **environment},
        "elements": {name: _image_elements.digest(files) for name, files in collected.items()},
        "diskimage_builder": wish["version"],
    }
    fingerprint = hashlib.sha256(json.dumps(inputs, sort_keys=True).encode()).hexdigest()
    name = _name(wish, release, variants, arch, kind)
    return {
        "name": name,
        "testing": f"testing_{name}",  # what it is called until it is known to be whole, as Chameleon does it
        "title": f"{name} ({release.title}, {'+'.join(variants)}, {arch}, {wish['type']})",
        "distribution": release.distribution,
        "release": release.codename,
        "arch": arch,
        "type": wish["type"],
        "is_disk": kind.is_disk,
        "layouts": layouts,
        "disk_format": kind.disk_format,
        "container_format": kind.container_format,
        "elements": elements,
        "elements_path": folders,
        "packages": packages,
        "size": wish["size"],
        "mirror": wish["mirror"],
        "security_mirror": wish["security_mirror"],
        "public_mirrors": _image_releases.public_mirrors(release, arch),
        "environment": environment,
        "host_packages": _host_packages(kind, layouts, collected),
        "space": 6 if kind.is_disk else 4,
        "inputs": inputs,
        "fingerprint": fingerprint,
        "provenance": {
            "build-distro": release.distribution,
            "build-release": release.codename,
            "build-variant": "+".join(variants),
            "build-arch": arch,
            "build-repo": REPOSITORY,
            "build-tool": f"diskimage-builder {wish['version']}",
            "build-fingerprint": fingerprint,
        },
        "machine": {key: value for key, value in _machine(kind, arch).items() if key not in properties},
        "properties": properties,
        **{key: wish[key] for key in ("upload", "visibility", "keep", "recreate", "timeout", "version")},
    }


def _choice(wish: dict[str, t.Any], key: str, choices: t.Iterable[str]) -> str:
    if wish[key] not in choices:
        raise ValueError(f'{ROLE}_{key} "{wish[key]}" is not known; it can be {", ".join(choices)}.')
    return str(wish[key])


def _layouts(wish: dict[str, t.Any], kind: Type, arch: str) -> list[str]:
    _choice(wish, "layout", ["auto", *LAYOUTS])
    layout = wish["layout"]
    if not kind.is_disk:
        if layout != "auto":
            raise ValueError(f"{ROLE}_layout is about disks; a {wish['type']} is a file system, and has no layout.")
        return []
    if layout == "bios" and arch != "amd64":
        raise ValueError(f"{ROLE}_layout bios does not go together with {arch}, whose machines boot by UEFI: choose efi.")
    return AUTOMATIC[arch] if layout == "auto" else [layout]


def _variants(variant: t.Any) -> list[str]:
    given = variant if isinstance(variant, list) else [item.strip() for item in variant.split(",") if item.strip()]
    for item in given:
        if not isinstance(item, str) or not _NAME.fullmatch(item):
            raise ValueError(
                f"{ROLE}_variant has {item!r}; it can be {', '.join(VARIANTS)}, or a list of these and of names of elements."
            )
    if isinstance(variant, str) and len(given) == 1 and given[0] not in VARIANTS:
        raise ValueError(
            f'{ROLE}_variant "{given[0]}" is not known; it can be {", ".join(VARIANTS)}, or a list with elements of your own.'
        )
    return given or ["base"]


def _elements(variants: list[str], release: _image_releases.Release, kind: Type) -> list[str]:
    chosen = [VARIANTS.get(item, item) for item in variants]
    return [
        f"{release.distribution}-minimal",
        *([] if kind.is_disk else ["chi-container"]),
        *([] if set(variants) & set(VARIANTS) else [VARIANTS["base"]]),
        *chosen,
        *ALWAYS,
    ]


def _folders(given: list[t.Any]) -> list[str]:
    folders = [Path(str(folder)).expanduser() for folder in given]
    for folder in folders:
        if not folder.is_dir():
            raise ValueError(f"{ROLE}_elements_path has {folder}, which is no folder on the controller.")
    return [str(folder) for folder in folders]


def _packages(given: list[t.Any]) -> list[str]:
    for item in given:
        if not isinstance(item, str) or not _PACKAGE.fullmatch(item):
            raise ValueError(f"{ROLE}_packages has {item!r}, which is no name of a package.")
    return given


def _environment(given: dict[str, t.Any]) -> dict[str, str]:
    for key, value in given.items():
        if not _VARIABLE.fullmatch(str(key)) or isinstance(value, (dict, list)):
            raise ValueError(f"{ROLE}_environment has {key}, and can have only names of variables, each with a text.")
    return {key: str(value) for key, value in given.items()}


def _properties(given: dict[str, t.Any]) -> dict[str, str]:
    for key, value in given.items():
        if key == PROTECTED:
            raise ValueError(
                f"{ROLE}_properties has {PROTECTED}, which only Chameleon's staff may set on an image: Glance refuses it (403)."
            )
        if str(key).startswith(RESERVED):
            raise ValueError(f"{ROLE}_properties has {key}; the role sets the properties that begin with {RESERVED[0]} itself.")
        if isinstance(value, (dict, list)) or value is None:
            raise ValueError(f"{ROLE}_properties has {key}, and its value must be a text.")
    return {key: str(value).lower() if isinstance(value, bool) else str(value) for key, value in given.items()}


def _check_mirror(url: str | None, name: str) -> None:
    if url is None:
        return
    if not re.fullmatch(r"https?://[^\s'\"]+", url):
        raise ValueError(f'{name} "{url}" must be the address of a package mirror, as http://deb.debian.org/debian is one.')
    if "@" in url:
        raise ValueError(f"{name} has a user or a password in it, which the log of the build would show. Use a mirror without.")


def _name(wish: dict[str, t.Any], release: _image_releases.Release, variants: list[str], arch: str, kind: Type) -> str:
    """The name that was given, or one as Chameleon would give: C(CC-Ubuntu18.04-SAGE), and C(-ARM64) after all for arm64."""
    if wish["name"] is not None:
        if not _NAME.fullmatch(wish["name"]):
            raise ValueError(f'{ROLE}_name "{wish["name"]}" can have letters, digits, dots, hyphens and underscores only.')
        return str(wish["name"])
    if not set(variants) <= set(VARIANTS):
        raise ValueError(f"{ROLE}_name is needed for an image with elements of your own; Chameleon has no convention for those.")
    special = "".join(f"-{item.upper()}" for item in variants if item != "base")
    return f"CC-{release.title}{special}{kind.name_suffix}{'' if arch == 'amd64' else f'-{arch.upper()}'}"


def _machine(kind: Type, arch: str) -> dict[str, str]:
    """Properties that say on what it can be booted."""
    firmware = {"hw_firmware_type": "uefi"} if kind.is_disk and arch == "arm64" else {}
    return {"architecture": _image_releases.ARCHITECTURES[arch], **firmware}


def _host_packages(kind: Type, layouts: list[str], collected: t.Mapping[str, t.Any]) -> list[str]:
    """What the building host needs. diskimage-builder asks for debootstrap's version even where mmdebstrap does the work."""
    found = {"debootstrap", "mmdebstrap", "sudo", "e2fsprogs", "procps", "python3-venv"}
    if kind.is_disk:
        found |= {"gdisk", "kpartx", "qemu-utils"}
    if "efi" in layouts:
        found.add("dosfstools")
    if any(file["path"].startswith("source-repository-") for files in collected.values() for file in files):
        found.add("git")
    return sorted(found)
