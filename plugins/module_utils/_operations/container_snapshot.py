# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to the collection: not an interface for others.
"""What M(chi.edge.container_snapshot) does (contract 3.1)."""

from __future__ import annotations

import typing as t

from .. import _snapshot as glance
from .._cloud import AUTH_SPEC
from .._container import View, find_container
from .._context import Context
from .._difference import Difference
from .._errors import EdgeError, NotFoundError
from .._resource import WAIT_SPEC
from .._waiter import wait

SPEC: dict[str, t.Any] = {
    "argument_spec": {
        **AUTH_SPEC,
        **WAIT_SPEC,
        "container": {"type": "str", "required": True, "aliases": ["name", "id"]},
        "image": {"type": "str", "required": True, "aliases": ["repository"]},
        "tag": {"type": "str", "default": "latest"},
        "force": {"type": "bool", "default": False},
    },
    "supports_check_mode": True,
}

# Zun can do it with these.
_STATUSES = ("Running", "Stopped", "Paused")


def run(context: Context) -> dict[str, t.Any]:
    """Have an image of the container."""
    glance.see_that_it_can_be_named(context.params["image"], context.params["tag"])
    return ContainerSnapshot(context).run()


class ContainerSnapshot:
    """An image of one container."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.params = context.params
        self.cloud = context.cloud
        self.repository, self.tag = self.params["image"], self.params["tag"]
        self.difference = Difference()

    def run(self) -> dict[str, t.Any]:
        glance.see_that_it_can_be_made(self.cloud)
        present = glance.find_images(self.cloud, self.repository, self.tag)
        if present and not self.params["force"]:
            return self._result(present[0] if self.context.check_mode else self._settled(present[0]))
        self.difference.note("image", present[0]["id"] if present else None, f"{self.repository}:{self.tag}")
        container = self._container()
        if self.context.check_mode:
            return self._result(self._predicted(), changed=True)
        image = self._made(container)
        for old in present:
            glance.delete_image(self.cloud, old["id"])
        return self._result(image, changed=True)

    def _container(self) -> View | None:
        name = self.params["container"]
        container = find_container(self.cloud, name)
        if container is None:
            if self.context.check_mode:  # in a first run it may be one that would have been made
                return None
            raise NotFoundError(f'There is no container "{name}".')
        if container["status"] not in _STATUSES:
            raise EdgeError(
                f'Container "{name}" is {container["status"]}, and an image can be made only of one that is '
                "Running, Stopped or Paused.",
                container=container,
            )
        return container

    def _made(self, found: View | None) -> glance.View:
        container = t.cast(View, found)  # only in check mode there may be none
        identity = glance.commit(self.cloud, container, self.repository, self.tag)
        image = glance.read_image(self.cloud, identity) or self._predicted() | {"id": identity}
        if not self.params["wait"]:
            return image
        image = self._settled(image)
        # it was paused, and what comes next may need it to run
        self._wait(
            lambda: find_container(self.cloud, container["id"]) or container,
            lambda now: now["status"] == container["status"],
            f'container "{container["name"]}" to be {container["status"]} again',
            "container",
        )
        return image

    def _settled(self, image: glance.View) -> glance.View:
        """The image when it can be used."""
        if image["status"] == "active" or not self.params["wait"]:
            return image

        def look() -> glance.View:
            now = glance.read_image(self.cloud, image["id"])
            if now is None or now["status"] in ("killed", "deleted", "pending_delete", "deactivated"):
                raise EdgeError(
                    f'Zun could not make image "{self.repository}:{self.tag}" of container "{self.params["container"]}" and has '
                    "removed it again. Does the disk of the device have the space?",
                    image=now,
                )
            return now

        return self._wait(
            look, lambda now: now["status"] == "active", f'image "{self.repository}:{self.tag}" to be active', "image"
        )

    def _wait(self, look: t.Callable[[], t.Any], is_done: t.Callable[[t.Any], bool], what: str, key: str) -> t.Any:
        watch = self.context.watcher(f'{key} "{self.params[key]}"')
        return wait(
            look,
            is_done,
            lambda now: str(now["status"]),
            what,
            self.params["wait_timeout"],
            self.params["wait_interval"],
            watch,
            key,
        )

    def _predicted(self) -> glance.View:
        unknown = ("id", "size", "container_format", "disk_format", "checksum", "created_at")
        return {"name": self.repository, "tags": [self.tag], "status": "active", **dict.fromkeys(unknown)}

    def _result(self, image: glance.View, changed: bool = False) -> dict[str, t.Any]:
        result = {"changed": changed, "image": image}
        if self.context.diff:
            result["diff"] = self.difference.render(f"image {self.repository}:{self.tag}")
        return result
