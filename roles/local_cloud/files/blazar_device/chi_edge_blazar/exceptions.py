# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Our errors in Blazar's words.

Blazar's API looks the class name of a manager's exception up in its own modules: a class that it does not find there
becomes a bare "Internal Server Error". And `update_lease` spares a lease from going to ERROR only for a fixed list of
exact types. So only Blazar's own classes leave this package, with Chameleon's words where Blazar lacks them (contract 2.7).
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator

from blazar import exceptions as blazar_ex
from blazar.manager import exceptions as manager_ex

from chi_edge_blazar import errors


@contextlib.contextmanager
def in_blazars_words() -> Iterator[None]:
    """Context or decorator: raises Blazar's exception for each error of ours."""
    try:
        yield
    except errors.MalformedExpression as exc:
        raise manager_ex.MalformedRequirements(rqrms=exc.part) from exc
    except errors.UnknownProperty as exc:
        raise blazar_ex.BlazarException(f"{exc.name} DeviceExtraCapability was not found") from exc
    except errors.MissingParameter as exc:
        raise manager_ex.MissingParameter(param=exc.name) from exc
    except errors.MalformedParameter as exc:
        raise manager_ex.MalformedParameter(param=exc.name) from exc
    except errors.EmptyRange as exc:
        raise manager_ex.InvalidRange() from exc
    except errors.NotEnoughDevices as exc:
        if exc.query is None:
            raise manager_ex.NotEnoughHostsAvailable() from exc
        raise manager_ex.NotEnoughHostsAvailable(f"Not enough resources available with query {exc.query}") from exc


def not_found(**identity: str) -> blazar_ex.NotFound:
    return blazar_ex.NotFound(object=identity)


def name_missing(values: dict) -> manager_ex.InvalidHost:
    return manager_ex.InvalidHost(host=values)


def duplicate_name() -> blazar_ex.BlazarException:
    return blazar_ex.BlazarException("Duplicate entry for ['name'] in Device model was found")


def reserved(device_id: str) -> manager_ex.CantDeleteHost:
    return manager_ex.CantDeleteHost(f"Can't delete device {device_id}. The device is reserved.")


def cannot_set(names: Iterable[str], device: str) -> manager_ex.CantAddExtraCapability:
    return manager_ex.CantAddExtraCapability(keys=sorted(names), host=device)


def unknown_property(name: str) -> blazar_ex.BlazarException:
    return blazar_ex.BlazarException(f"{name} does not exist for resource type device.")
