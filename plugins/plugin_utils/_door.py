# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to the collection: not an interface for others.
"""The way into a container, found once in a run and kept for its other tasks.

What is kept lies in Ansible's private directory of this run (0700) in files that only we may read, and goes with the run.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import os
import time
import typing as t

from ..module_utils._cloud import Cloud
from ..module_utils._container import View
from ..module_utils._exec import Exec, enter, running_container
from ..module_utils._exec_channels import Trust
from ..module_utils._exec_ways import asking
from ..module_utils._token import MARGIN, read_private, write_private
from ._light_cloud import Access, LightCloud
from ._own_directory import own_directory
from ._plugin_context import PluginContext

if t.TYPE_CHECKING:
    from collections.abc import Iterator


class Door:
    """Leads into one container.

    :param params: the options of the cloud, as the modules have them. :param container: a name or an id.
    """

    def __init__(self, params: dict[str, t.Any], container: str) -> None:
        self._params = params
        self._container = container
        self._directory = directory = own_directory()
        self._cloud: LightCloud | None = None
        # two clouds may be told apart by the environment alone
        given = [params, {name: value for name, value in os.environ.items() if name.startswith("OS_")}]
        key = hashlib.sha256(json.dumps(given, sort_keys=True, default=str).encode()).hexdigest()
        self._access_file = os.path.join(directory, f"{key}.access")
        self._container_file = os.path.join(directory, f"{hashlib.sha256(f'{key} {container}'.encode()).hexdigest()}.container")

    def open(self) -> Exec:
        """Go in. :raises EdgeError: when the cloud, or the container, does not let us."""
        kept = read_private(self._container_file)
        if kept:
            known = json.loads(kept)
        else:
            view, has_channels = self._found()
            known = {"id": view["id"], "name": view["name"], "has_channels": has_channels}
            self._keep(known)
        access = self._access()
        inside = Exec(
            asking(t.cast(Cloud, self.cloud)),
            known["id"],
            known["name"],
            known["has_channels"],
            survives=True,
            trust=Trust(access["verify"], access["cert"]),
        )
        inside.stage.owner = tuple(known["owner"]) if known.get("owner") else None
        return inside

    @property
    def cloud(self) -> LightCloud:
        """Zun."""
        if self._cloud is None:
            self._cloud = LightCloud(self._access(), self._renewed)
        return self._cloud

    def forget(self) -> None:
        """Look for the container anew the next time."""
        with contextlib.suppress(FileNotFoundError):
            os.unlink(self._container_file)

    def close(self) -> None:
        """Give back what is open."""
        if self._cloud:
            self._cloud.close()
            self._cloud = None

    # -- the container ---------------------------------------------------------------------------------------------

    def _found(self) -> tuple[View, bool]:
        cloud = t.cast(Cloud, self.cloud)
        view = running_container(cloud, self._container)
        access = self._access()
        if "has_channels" not in access:
            inside = enter(cloud, view)
            with self._alone():
                self._write_access(self._access() | {"has_channels": inside.has_channels})
            return view, inside.has_channels
        return view, access["has_channels"]

    def remember(self, **more: t.Any) -> None:
        """Keep what was found out about the container."""
        kept = read_private(self._container_file)
        if kept:
            self._keep(json.loads(kept) | more)

    def recall(self, name: str) -> t.Any:
        """What was kept, or None."""
        kept = read_private(self._container_file)
        return json.loads(kept).get(name) if kept else None

    def _keep(self, known: dict[str, t.Any]) -> None:
        write_private(self._container_file, json.dumps(known))

    # -- the cloud -------------------------------------------------------------------------------------------------

    def _access(self) -> Access:
        kept = self._read_access()
        if kept:
            return kept
        with self._alone():
            # of many workers one logs in, and the others find what it has left
            return self._read_access() or self._logged_in()

    def _renewed(self) -> Access:
        with self._alone():
            return self._logged_in(is_anew=True)

    def _logged_in(self, is_anew: bool = False) -> Access:
        context = PluginContext(self._params, shares_token=not is_anew)
        try:
            access = Cloud(context).access()
        finally:
            context.close()
        return self._write_access(access)

    def _read_access(self) -> Access | None:
        kept = read_private(self._access_file)
        access: Access | None = json.loads(kept) if kept else None
        return access if access and access["expires"] > time.time() + MARGIN else None

    def _write_access(self, access: Access) -> Access:
        write_private(self._access_file, json.dumps(access))
        # a pair of paths comes back as a list
        return dict(json.loads(json.dumps(access)))

    @contextlib.contextmanager
    def _alone(self) -> Iterator[None]:
        os.makedirs(self._directory, mode=0o700, exist_ok=True)
        with open(f"{self._access_file}.lock", "w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
