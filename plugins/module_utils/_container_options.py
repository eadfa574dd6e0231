# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to the collection: not an interface for others.
"""The options that say what a container is: their types, their checks and their one form (contract 3.2). Knows no service.

Every check takes what the user gave, never empty, and returns it in its one form, so that two ways to write a thing
compare equal. It raises ValueError with the rest of a sentence that begins with the option's name. No such sentence
holds a value of the environment or of a file.
"""

from __future__ import annotations

import base64
import binascii
import ipaddress
import re
import shlex
import typing as t
import uuid

from ._shape import kind_of

ARGUMENTS: dict[str, t.Any] = {
    "name": {"type": "str"},
    "id": {"type": "str", "aliases": ["uuid"]},
    "image": {"type": "str"},
    "image_driver": {"type": "str", "choices": ["docker", "glance"]},
    "image_pull_policy": {"type": "str", "choices": ["always", "ifnotpresent", "never"]},
    "command": {"type": "raw"},
    "entrypoint": {"type": "raw"},
    # not no_log, which would mask every 80 and true in the result; see conceal
    "environment": {"type": "dict", "no_log": False},
    "workdir": {"type": "str"},
    "labels": {"type": "dict"},
    "hostname": {"type": "str"},
    "networks": {"type": "list", "elements": "raw", "aliases": ["nets"]},
    "security_groups": {"type": "list", "elements": "str"},
    "exposed_ports": {"type": "list", "elements": "str"},
    "device_profiles": {"type": "list", "elements": "str"},
    "runtime": {"type": "str"},
    "mounts": {
        "type": "list",
        "elements": "dict",
        "options": {
            "destination": {"type": "str", "required": True},
            "content": {"type": "str", "required": True},
            "encoding": {"type": "str", "default": "text", "choices": ["text", "base64"]},
        },
    },
    "cpu": {"type": "float"},
    "memory": {"type": "int"},
    "restart_policy": {
        "type": "dict",
        "options": {
            "name": {"type": "str", "required": True, "choices": ["no", "always", "on-failure", "unless-stopped"]},
            "maximum_retry_count": {"type": "int"},
        },
    },
    "interactive": {"type": "bool"},
    "healthcheck": {
        "type": "dict",
        "options": {
            "cmd": {"type": "str", "required": True},
            "interval": {"type": "int"},
            "retries": {"type": "int"},
            "timeout": {"type": "int"},
        },
    },
    "registry": {"type": "str"},
    "lease": {"type": "str"},
    "reservation": {"type": "str"},
    "hints": {"type": "dict"},
}

# A ConfigMap of Kubernetes, which the files go into at CHI@Edge, holds no more in all (contract 3.2).
LARGEST_MOUNTS = 2**20

_NAME = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9_.-]{1,254}")
_DNS_LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
_LABEL_WORD = re.compile(r"[a-zA-Z0-9]([a-zA-Z0-9_.-]{0,61}[a-zA-Z0-9])?")
_DNS_SUBDOMAIN = re.compile(r"(?=.{1,253}$)[a-z0-9]([a-z0-9.-]*[a-z0-9])?")
_PORT = re.compile(r"(\d{1,5})(?:/(tcp|udp))?")
_IMAGE_REFERENCE = re.compile(
    r"([a-zA-Z0-9.-]+(:\d+)?/)?"  # registry
    r"[a-z0-9]+([._-]+[a-z0-9]+)*(/[a-z0-9]+([._-]+[a-z0-9]+)*)*"
    r"(:\w[\w.-]{0,127})?(@[a-z0-9+._-]+:[0-9a-fA-F]{32,})?",
    re.ASCII,
)
_REGISTRY = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9_.-]{1,254}")

_NETWORK_KEYS = ("network", "port", "fixed_ip")


def name(value: str) -> str:
    if not _NAME.fullmatch(value):
        raise ValueError(
            f'"{value}" is no name for a container: it takes 2 to 255 letters, digits, "_", "." and "-", '
            "the first a letter or a digit."
        )
    return value


def is_dns_label(value: str) -> bool:
    """Whether Kubernetes takes this as the name of a container: at most 63 lower-case letters, digits and inner dashes."""
    return bool(_DNS_LABEL.fullmatch(value))


def identifier(value: str) -> str:
    try:
        return str(uuid.UUID(str(value)))
    except ValueError:
        raise ValueError(f'"{value}" is no UUID.') from None


def reservation(value: str) -> str:
    try:
        return identifier(value)
    except ValueError:
        raise ValueError(
            f'"{value}" is no UUID; it is the id of a device reservation, not of a device. '
            "Give lease instead to have the reservation of a lease found by the lease's name."
        ) from None


def image(value: str) -> str:
    if not 2 <= len(value) <= 255 or value != value.strip():
        raise ValueError(f'"{value}" is no name of an image.')
    return value


def is_image_reference(value: str) -> bool:
    """Whether the docker driver takes this as an image; with another name a container stays in C(Creating) for ever."""
    return bool(_IMAGE_REFERENCE.fullmatch(value))


def words(value: str | list[t.Any]) -> list[str]:
    """A command line as a list; a string is split as a shell splits it."""
    if isinstance(value, str):
        try:
            return shlex.split(value)
        except ValueError as exc:
            raise ValueError(f"it cannot be split into words: {str(exc).lower()}. Check its quotes, or give a list.") from None
    if not isinstance(value, list):
        raise ValueError(f"it is {kind_of(value)}; give a string, or a list of strings.")
    for item in value:
        # a number can be written in one way only, true and null cannot
        if isinstance(item, bool) or not isinstance(item, (str, int, float)):
            raise ValueError(f"one of its words is {kind_of(item)}; quote it.")
    return [str(item) for item in value]


def environment(value: dict[str, t.Any]) -> dict[str, str]:
    for key in value:
        if not key or "=" in key or "\0" in key:
            raise ValueError(f'"{key}" is no name for a variable.')
    return _strings(value, "a container's environment takes only strings")


def labels(value: dict[str, t.Any]) -> dict[str, str]:
    for key, item in _strings(value, "a label takes only a string").items():
        prefix, slash, word = key.rpartition("/")
        if not _LABEL_WORD.fullmatch(word) or (slash and not _DNS_SUBDOMAIN.fullmatch(prefix)):
            raise ValueError(
                f'"{key}" is no name for a label: it takes at most 63 letters, digits, "_", "." and "-", '
                'the first and the last a letter or a digit, perhaps after a domain and "/".'
            )
        if item and not _LABEL_WORD.fullmatch(item):
            raise ValueError(
                f'the value of {key}, "{item}", cannot be a label\'s: it takes at most 63 letters, digits, "_", "." and "-", '
                "the first and the last a letter or a digit."
            )
    return dict(value)


def hostname(value: str) -> str:
    if not is_dns_label(value.lower()):
        raise ValueError(f'"{value}" is no host name: it takes at most 63 letters, digits and inner dashes.')
    return value


def networks(value: list[t.Any]) -> list[dict[str, str]]:
    """Each as a dictionary with C(network) or C(port), and perhaps C(fixed_ip)."""
    return [_network(item) for item in value]


def _network(item: t.Any) -> dict[str, str]:
    if isinstance(item, str):
        item = {"network": item}
    if not isinstance(item, dict):
        raise ValueError(f"one of them is {kind_of(item)}; give a name, an id, or a dictionary.")
    item = {key: value for key, value in item.items() if value not in (None, "")}
    unknown = sorted(set(item) - set(_NETWORK_KEYS))
    if unknown:
        raise ValueError(f"{', '.join(unknown)} is unknown there; it takes {', '.join(_NETWORK_KEYS)}.")
    if ("network" in item) == ("port" in item):
        raise ValueError("each takes either network or port.")
    if "fixed_ip" in item:
        if "port" in item:
            raise ValueError("a port has its address already, so fixed_ip goes with network only.")
        try:
            item["fixed_ip"] = str(ipaddress.ip_address(item["fixed_ip"]))
        except ValueError:
            raise ValueError(f'the fixed_ip "{item["fixed_ip"]}" is no IP address.') from None
    return {key: str(value) for key, value in item.items()}


def exposed_ports(value: list[str]) -> list[str]:
    """Each as C(80/tcp), in order."""
    ports = set()
    for item in value:
        match = _PORT.fullmatch(item)
        if not match or not 1 <= int(match[1]) <= 65535:
            raise ValueError(f'"{item}" is no port; one looks like 80, 80/tcp or 53/udp.')
        ports.add((int(match[1]), match[2] or "tcp"))
    return [f"{port}/{protocol}" for port, protocol in sorted(ports)]


def names(value: list[str]) -> list[str]:
    """A list whose order says nothing."""
    if not all(value):
        raise ValueError("one of them is empty.")
    return sorted(set(value))


def mounts(value: list[dict[str, t.Any]]) -> list[dict[str, t.Any]]:
    """Each as C(destination) and C(content) in bytes, in the order of the destinations."""
    files: dict[str, bytes] = {}
    for item in value:
        destination = item["destination"]
        if not destination.startswith("/") or destination.endswith("/"):
            raise ValueError(f'the destination "{destination}" is no absolute path of a file.')
        if destination in files:
            raise ValueError(f'the destination "{destination}" is given twice.')
        files[destination] = _content(item)
    size = sum(map(len, files.values()))
    if size > LARGEST_MOUNTS:
        raise ValueError(f"the files have {size} bytes in all, and at most {LARGEST_MOUNTS} fit.")
    return [{"destination": destination, "content": content} for destination, content in sorted(files.items())]


def _content(item: dict[str, t.Any]) -> bytes:
    if item.get("encoding") != "base64":
        return str(item["content"]).encode()
    try:
        return base64.b64decode("".join(item["content"].split()), validate=True)
    except (binascii.Error, ValueError):
        raise ValueError(f"the content of {item['destination']} is not base64.") from None


def positive(value: float) -> float:
    if value <= 0:
        raise ValueError(f"{value:g} is not more than 0.")
    return value


def restart_policy(value: dict[str, t.Any]) -> dict[str, str]:
    """In Zun's own form."""
    count = value.get("maximum_retry_count") or 0
    if count < 0 or (count and value["name"] != "on-failure"):
        raise ValueError("maximum_retry_count is a number of tries, and goes with on-failure only.")
    return {"Name": value["name"], "MaximumRetryCount": str(count)}


def healthcheck(value: dict[str, t.Any]) -> dict[str, t.Any]:
    given = {key: item for key, item in value.items() if item is not None}
    if not 1 <= len(given["cmd"]) <= 255:
        raise ValueError("its cmd takes 1 to 255 characters.")
    if any(given.get(key, 0) < 0 for key in ("interval", "retries", "timeout")):
        raise ValueError("its numbers cannot be less than 0.")
    return given


def registry(value: str) -> str:
    if not _REGISTRY.fullmatch(value):
        raise ValueError(f'"{value}" is neither name nor id of a registry of Zun.')
    return value


def anything(value: t.Any) -> t.Any:
    """For what only the service can judge."""
    return value


def _strings(value: dict[str, t.Any], rule: str) -> dict[str, str]:
    for key, item in value.items():
        if not isinstance(item, str):
            raise ValueError(f"the value of {key} is {kind_of(item)}, and {rule}. Quote it, or put it through the filter string.")
    return dict(value)
