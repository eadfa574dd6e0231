# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to the collection: not an interface for others.
"""What the user wants a container to be: checked, as a request, as notes in its labels, and compared with what it is.

Zun tells only a part of what a container was made with (contract 3.3, appendix A8). So for every other option a short
hash is left in a label of our own, one an option, and a later run can say which option differs. Secrets are not hashed:
the environment is read back, and notes are kept out of results. Knows no service.
"""

from __future__ import annotations

import hashlib
import json
import math
import typing as t

from . import _container_options as check
from ._container import LABEL_PREFIX, LEASE_LABEL, NAME_LABEL, RESERVATION_LABEL, Raw
from ._errors import EdgeError
from ._secrets import HIDDEN

# Only what the user gave, an option an entry, each in its one form.
Wanted = dict[str, t.Any]

# Says that we made the container, and how its notes are to be read.
NOTES_LABEL = "chi-edge-spec"
NOTES_VERSION = "1"

_CHECKS: dict[str, t.Callable[[t.Any], t.Any]] = {
    "name": check.name,
    "id": check.identifier,
    "image": check.image,
    "image_driver": check.anything,
    "image_pull_policy": check.anything,
    "command": check.words,
    "entrypoint": check.words,
    "environment": check.environment,
    "workdir": check.anything,
    "labels": check.labels,
    "hostname": check.hostname,
    "networks": check.networks,
    "security_groups": check.names,
    "exposed_ports": check.exposed_ports,
    "device_profiles": check.names,
    "runtime": check.anything,
    "mounts": check.mounts,
    "cpu": check.positive,
    "memory": check.positive,
    "restart_policy": check.restart_policy,
    "interactive": check.anything,
    "healthcheck": check.healthcheck,
    "registry": check.registry,
    "reservation": check.reservation,
    "hints": check.anything,
}

# What Zun does when an option is not given. The note of a default is that there is none.
_DEFAULTS = {
    "image_driver": "docker",
    "interactive": False,
    "restart_policy": {"Name": "no", "MaximumRetryCount": "0"},
}

# Options that Zun does not tell, or tells otherwise than they were given (contract 3.3).
NOTED = (
    "image_driver",
    "command",
    "entrypoint",
    "hostname",
    "networks",
    "security_groups",
    "exposed_ports",
    "device_profiles",
    "runtime",
    "mounts",
    "restart_policy",
    "interactive",
    "healthcheck",
    "registry",
    "hints",
)

# Options that go into the request as they are.
_PLAIN = (
    "name",
    "image",
    "image_driver",
    "image_pull_policy",
    "command",
    "entrypoint",
    "environment",
    "workdir",
    "hostname",
    "device_profiles",
    "runtime",
    "cpu",
    "memory",
    "restart_policy",
    "healthcheck",
    "registry",
)

# What Zun can change in a container that exists (contract 3.1).
IN_PLACE = ("name", "cpu", "memory")

UNTOLD = "(another, which Zun does not tell)"


def wanted_of(params: t.Mapping[str, t.Any]) -> Wanted:
    """Check the options and return those that were given; what is empty counts as not given.

    :raises EdgeError: that names everything that is wrong.
    """
    wanted: Wanted = {}
    complaints = []
    params_given = _without_reservation_hint(params)
    for option, convert in _CHECKS.items():
        given = params_given.get(option)
        if given is None or given in ("", [], {}):
            continue
        try:
            wanted[option] = convert(given)
        except ValueError as exc:
            complaints.append(f"{option}: {exc}")
    complaints += _contradictions(wanted, params)
    if complaints:
        raise EdgeError(" ".join(complaints))
    return wanted


def _without_reservation_hint(params: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    """Whoever writes the hint C(reservation) as Zun has it means our option of that name."""
    hints = dict(params.get("hints") or {})
    hinted = hints.pop("reservation", None)
    return {**params, "hints": hints, "reservation": params.get("reservation") or hinted}


def _contradictions(wanted: Wanted, params: t.Mapping[str, t.Any]) -> t.Iterator[str]:
    if not params.get("name") and not params.get("id"):
        yield "name: it is empty, and so is id."
    if "image" in wanted and wanted.get("image_driver") != "glance" and not check.is_image_reference(wanted["image"]):
        yield f'image: "{wanted["image"]}" is no name of an image; one looks like ghcr.io/organization/image:tag.'
    if "exposed_ports" in wanted and "security_groups" in wanted:
        yield "exposed_ports and security_groups exclude each other: either Zun opens the ports, or the groups do."
    reserved = sorted(key for key in wanted.get("labels", {}) if key.startswith(LABEL_PREFIX))
    if reserved:
        yield f"labels: names that begin with {LABEL_PREFIX} are kept for the collection's own notes ({', '.join(reserved)})."
    if params.get("reservation") and "reservation" in (params.get("hints") or {}):
        yield "hints: it has a reservation, and so has the option reservation; give one of them."


# -- as a request --------------------------------------------------------------------------------------------------


def request_of(wanted: Wanted, nets: list[dict[str, str]], group_ids: list[str], lease_id: str | None = None) -> dict[str, t.Any]:
    """The body that makes such a container.

    :param nets: the networks in Zun's terms. :param group_ids: of the security groups.
    """
    body = {option: wanted[option] for option in _PLAIN if option in wanted}
    body["labels"] = {**wanted.get("labels", {}), **notes_of(wanted, lease_id)}
    hints = {**wanted.get("hints", {}), **({"reservation": wanted["reservation"]} if "reservation" in wanted else {})}
    if hints:
        body["hints"] = hints
    if nets:
        body["nets"] = nets
    # both of these, even empty, would be refused (contract 3.2)
    if group_ids:
        body["security_groups"] = group_ids
    if "exposed_ports" in wanted:
        body["exposed_ports"] = {port: {} for port in wanted["exposed_ports"]}
    if "mounts" in wanted:
        body["mounts"] = [
            {"type": "bind", "source": mount["content"], "destination": mount["destination"]} for mount in wanted["mounts"]
        ]
    if "interactive" in wanted:
        body["interactive"] = body["tty"] = wanted["interactive"]
    return body


def notes_of(wanted: Wanted, lease_id: str | None = None) -> dict[str, str]:
    """The labels by which a later run knows what the container was made with."""
    notes = {NOTES_LABEL: NOTES_VERSION}
    for option in NOTED:
        note = _note(option, wanted.get(option))
        if note:
            notes[_label(option)] = note
    if "name" in wanted:
        notes[NAME_LABEL] = wanted["name"]
    if "reservation" in wanted:
        notes[RESERVATION_LABEL] = wanted["reservation"]
    if lease_id:
        notes[LEASE_LABEL] = lease_id
    return notes


def _note(option: str, value: t.Any) -> str | None:
    if value is None or value == _DEFAULTS.get(option):
        return None
    text = json.dumps(value, sort_keys=True, default=lambda content: hashlib.sha256(content).hexdigest())
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _label(option: str) -> str:
    return f"{NOTES_LABEL}-{option}"


# -- compared ------------------------------------------------------------------------------------------------------


def differences(wanted: Wanted, raw: Raw) -> dict[str, tuple[t.Any, t.Any]]:
    """The options in which the container is not as wanted, each with what it is and what it should be, fit to be shown.

    What is not known of a container that others have made is taken to be as wanted. C(networks) and C(security_groups)
    are compared as the user wrote them: whether another name means the same, only Neutron knows.
    """
    found = {option: (present, wanted[option]) for option, present in _told(wanted, raw)}
    found |= {option: (present, _shown(option, wanted[option])) for option, present in _noted(wanted, raw)}
    return found | _environment(wanted.get("environment", {}), raw.get("environment") or {})


def is_noted(raw: Raw) -> bool:
    """Whether the labels of the container tell what it was made with."""
    return (raw.get("labels") or {}).get(NOTES_LABEL) == NOTES_VERSION


def _told(wanted: Wanted, raw: Raw) -> t.Iterator[tuple[str, t.Any]]:
    if "name" in wanted and wanted["name"] != raw["name"]:
        yield "name", raw["name"]
    if "image" in wanted and _full(wanted["image"]) != _full(raw.get("image") or ""):
        yield "image", raw.get("image")
    if "workdir" in wanted and wanted["workdir"] != raw.get("workdir"):
        yield "workdir", raw.get("workdir")
    # not told on every back end
    for option in ("cpu", "memory"):
        present = _number(raw.get(option))
        if option in wanted and present is not None and present != float(wanted[option]):
            yield option, type(wanted[option])(present)
    noted = raw.get("labels") or {}
    labels = wanted.get("labels", {})
    if any(noted.get(key) != value for key, value in labels.items()):
        yield "labels", {key: noted.get(key) for key in labels}


def _number(value: t.Any) -> float | None:
    """What Zun tells of cpu and memory, if it is a plain number."""
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None


def _noted(wanted: Wanted, raw: Raw) -> t.Iterator[tuple[str, t.Any]]:
    if not is_noted(raw):
        return
    notes = raw["labels"]
    for option in NOTED:
        if option in wanted and _note(option, wanted[option]) != notes.get(_label(option)):
            yield option, UNTOLD if _label(option) in notes else _DEFAULTS.get(option)
    if "reservation" in wanted and wanted["reservation"] != notes.get(RESERVATION_LABEL):
        yield "reservation", notes.get(RESERVATION_LABEL)


def _environment(wanted: dict[str, str], present: dict[str, str]) -> dict[str, tuple[t.Any, t.Any]]:
    differing = [key for key, value in wanted.items() if present.get(key) != value]
    if not differing:
        return {}
    return {
        "environment": (
            {key: "(another, not shown)" if key in present else None for key in differing},
            dict.fromkeys(differing, "(not shown)"),
        )
    }


def _full(image: str) -> str:
    """An image's name with its tag, which is C(latest) if none is given."""
    return image if "@" in image or ":" in image.rpartition("/")[2] else f"{image}:latest"


# -- shown ---------------------------------------------------------------------------------------------------------


def shown(wanted: Wanted) -> dict[str, t.Any]:
    """What is wanted, without what may be secret."""
    return {option: _shown(option, value) for option, value in wanted.items()}


def conceal(params: dict[str, t.Any]) -> dict[str, t.Any]:
    """The task's options as Ansible may show them; they may still be of any type."""
    return {option: _shown(option, value) for option, value in params.items()}


def _shown(option: str, value: t.Any) -> t.Any:
    if value is None or option not in ("environment", "mounts"):
        return value
    if option == "environment" and isinstance(value, dict):
        return dict.fromkeys(value, HIDDEN)
    if option == "mounts" and isinstance(value, list) and all(isinstance(mount, dict) for mount in value):
        return [{**mount, "content": HIDDEN} for mount in value]
    return HIDDEN
