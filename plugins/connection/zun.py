# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The connection plugin chi.edge.zun."""

from __future__ import annotations

DOCUMENTATION = r"""
name: zun
short_description: Run tasks in containers on edge devices
version_added: 0.1.0
author: The chi.edge contributors (@chi-edge)
description:
  - Runs commands in a container of Zun and copies files to it and from it, without SSH and without a port that is open.
  - The image needs a shell, which is enough for M(ansible.builtin.raw) and M(ansible.builtin.script), and for most modules a
    Python that ansible-core supports. See M(chi.edge.container_exec) and M(chi.edge.container_copy) for the other programs that
    it needs; BusyBox and coreutils have them all.
  - A task may take as long as it takes. It runs by itself in the container and is looked at again and again, so it outlives a
    connection that breaks.
  - One log-in serves all tasks and hosts of a run.
notes:
  - A command runs as the user of the image, since Zun knows no other. So O(remote_user) is refused if it names another one.
    To become another user works if that needs no password, as it does for root.
  - There is no terminal, so nothing can be asked while a task runs.
requirements:
  - openstacksdk >= 2.0.0
  - python-blazarclient >= 4.0.0, or chameleon-blazarclient
  - python-zunclient >= 5.0.0, or chameleon-zunclient
options:
  container:
    description: Name or id of the container.
    type: str
    default: inventory_hostname
    vars:
      - name: inventory_hostname
      - name: ansible_host
      - name: chi_edge_container
  cloud:
    description:
      - Which cloud to use; a name in C(clouds.yaml), or a dictionary with a whole cloud configuration.
      - If it is not given, E(OS_CLOUD) tells, or the other C(OS_*) variables, or C(clouds.yaml) has just one cloud.
    type: raw
    env:
      - name: CHI_EDGE_CLOUD
    ini:
      - section: chi_edge
        key: cloud
    vars:
      - name: chi_edge_cloud
  auth:
    description: What the authentication plugin needs, as for the modules.
    type: dict
    vars:
      - name: chi_edge_auth
  auth_type:
    description: Name of the authentication plugin, for instance V(v3applicationcredential).
    type: str
    vars:
      - name: chi_edge_auth_type
  region_name:
    description: Name of the region.
    type: str
    env:
      - name: CHI_EDGE_REGION_NAME
    ini:
      - section: chi_edge
        key: region_name
    vars:
      - name: chi_edge_region_name
  interface:
    description: Which of a service's endpoints to use.
    type: str
    choices: [admin, internal, public]
    default: public
    vars:
      - name: chi_edge_interface
  validate_certs:
    description: Whether the certificates of the services are verified. Verified unless said otherwise.
    type: bool
    env:
      - name: CHI_EDGE_VALIDATE_CERTS
    ini:
      - section: chi_edge
        key: validate_certs
    vars:
      - name: chi_edge_validate_certs
  ca_cert:
    description: Path of a bundle of certificates to verify the services with.
    type: path
    env:
      - name: CHI_EDGE_CA_CERT
    ini:
      - section: chi_edge
        key: ca_cert
    vars:
      - name: chi_edge_ca_cert
  client_cert:
    description: Path of a client certificate.
    type: path
    vars:
      - name: chi_edge_client_cert
  client_key:
    description: Path of the client certificate's key.
    type: path
    vars:
      - name: chi_edge_client_key
  api_timeout:
    description: Seconds that one request may take before it is given up. The default is openstacksdk's.
    type: int
    env:
      - name: CHI_EDGE_API_TIMEOUT
    ini:
      - section: chi_edge
        key: api_timeout
    vars:
      - name: chi_edge_api_timeout
    cli:
      - name: timeout
  command_timeout:
    description: Seconds that a command may take before it is ended and the task fails. V(0) is as long as it takes.
    type: int
    default: 0
    env:
      - name: CHI_EDGE_COMMAND_TIMEOUT
    ini:
      - section: chi_edge
        key: command_timeout
    vars:
      - name: chi_edge_command_timeout
  remote_user:
    description: The user to be. It has to be that of the image.
    type: str
    keyword:
      - name: remote_user
    vars:
      - name: ansible_user
  pipelining:
    description:
      - Whether modules are handed to Python directly, without a file in the container in between. That is faster.
    type: bool
    default: true
    env:
      - name: CHI_EDGE_PIPELINING
    ini:
      - section: chi_edge
        key: pipelining
    vars:
      - name: ansible_pipelining
"""

import functools
import math
import os
import typing as t

from ansible.errors import AnsibleConnectionFailure, AnsibleError, AnsibleFileNotFound
from ansible.plugins.connection import ConnectionBase
from ansible.utils.display import Display

from ..module_utils._cloud import AUTH_SPEC, LIBRARIES
from ..module_utils._errors import EdgeError, NotFoundError
from ..module_utils._exec_detached import CommandTimeout
from ..module_utils._exec_ways import Command
from ..plugin_utils._door import Door

if t.TYPE_CHECKING:
    from ..module_utils._exec import Exec

display = Display()

F = t.TypeVar("F", bound=t.Callable[..., t.Any])
T = t.TypeVar("T")


def told(method: F) -> F:
    """Have failures told as Ansible expects it: what cannot be reached is unreachable."""

    @functools.wraps(method)
    def wrapped(self: Connection, *args: t.Any, **kwargs: t.Any) -> t.Any:
        try:
            return method(self, *args, **kwargs)
        except CommandTimeout as exc:
            raise AnsibleError(exc.message) from None
        except EdgeError as exc:
            raise AnsibleConnectionFailure(exc.message) from None

    return t.cast(F, wrapped)


class Connection(ConnectionBase):
    """A container of Zun."""

    transport = "chi.edge.zun"
    has_pipelining = True

    def __init__(self, *args: t.Any, **kwargs: t.Any) -> None:
        super().__init__(*args, **kwargs)
        self._door: Door | None = None
        self._inside: Exec | None = None

    def _connect(self) -> Connection:
        if not self._connected:
            self._open()
            self._connected = True
        return self

    @told
    def exec_command(self, cmd: str, in_data: bytes | None = None, sudoable: bool = True) -> tuple[int, bytes, bytes]:
        super().exec_command(cmd, in_data=in_data, sudoable=sudoable)
        if self.become and self.become.expect_prompt():
            raise AnsibleError(
                f"{self.transport} has no terminal to give a password at. Let {self.become.name} need none, or leave out become."
            )
        display.vvv(f"EXEC {cmd}", host=self._container)
        command = Command([self._play_context.executable or "/bin/sh", "-c", cmd], stdin=in_data)
        timeout = float(self.get_option("command_timeout") or math.inf)
        outcome = self._first(lambda inside: inside.run(command, timeout))
        return outcome.rc, outcome.stdout, outcome.stderr

    @told
    def put_file(self, in_path: str, out_path: str) -> None:
        from ..module_utils import _copy_in, _copy_plan, _copy_source

        super().put_file(in_path, out_path)
        display.vvv(f"PUT {in_path} TO {out_path}", host=self._container)
        if not os.path.exists(in_path):
            raise AnsibleFileNotFound(f'There is no "{in_path}" to copy.')
        source = _copy_source.source_of(in_path)
        wishes = _copy_plan.Wishes(keeps_mode=True)
        planned = self._first(lambda inside: _copy_plan.plan(inside, source, _absolute(out_path), wishes))
        _copy_in.perform(self._entered(), source, planned)

    @told
    def fetch_file(self, in_path: str, out_path: str) -> None:
        from ..module_utils import _copy_out, _copy_plan

        super().fetch_file(in_path, out_path)
        display.vvv(f"FETCH {in_path} TO {out_path}", host=self._container)
        wishes = _copy_plan.Wishes(keeps_mode=True)
        try:
            planned = self._first(lambda inside: _copy_out.plan(inside, _absolute(in_path), out_path, wishes))
        except NotFoundError as exc:
            raise AnsibleFileNotFound(exc.message) from exc
        _copy_out.perform(self._entered(), planned)

    def reset(self) -> None:
        """Look for the container anew."""
        if self._door:
            self._door.forget()
        self.close()

    def close(self) -> None:
        if self._door:
            self._door.close()
        self._door = self._inside = None
        self._connected = False

    # -- inside ----------------------------------------------------------------------------------------------------

    @property
    def _container(self) -> str:
        return str(self.get_option("container"))

    @told
    def _open(self) -> None:
        params = {name: spec.get("default") for name, spec in AUTH_SPEC.items()}
        params |= {name: self.get_option(name) for name in AUTH_SPEC if self.has_option(name)}
        self._door = Door(params, self._container)
        try:
            self._inside = self._door.open()
        except ImportError as exc:
            raise AnsibleError(f"The connection {self.transport} needs {LIBRARIES} where Ansible runs: {exc}.") from exc
        self._see_that_we_are(self._door, self._inside, self.get_option("remote_user"))

    def _entered(self) -> Exec:
        self._connect()
        return t.cast("Exec", self._inside)

    def _first(self, call: t.Callable[[Exec], T]) -> T:
        """Do what comes first. If the container that we know is gone, there may be a later one of that name."""
        try:
            return call(self._entered())
        except NotFoundError:
            self.reset()
            return call(self._entered())

    def _see_that_we_are(self, door: Door, inside: Exec, user: str | None) -> None:
        """Zun cannot log in as anyone, so a wish can only be compared with what is."""
        if not user:
            return
        we = door.recall("user") or inside.run(Command(["sh", "-c", "id -un; id -u"])).stdout.decode(errors="replace").split()
        door.remember(user=we)
        if user not in we:
            raise AnsibleConnectionFailure(
                f'Could not be "{user}" in container "{inside.name}": a command runs as the user of the image, which is '
                f'"{we[0] if we else "unknown"}". Leave out remote_user (ansible_user), or use become.'
            )


def _absolute(path: str) -> str:
    return path if path.startswith("/") else f"/{path}"
