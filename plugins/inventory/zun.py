# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The containers of a project as hosts."""

from __future__ import annotations

DOCUMENTATION = r"""
name: zun
short_description: Containers of Zun as hosts
version_added: 0.1.0
author:
  - The chi.edge contributors (@chi-edge)
description:
  - Takes the running containers of a project as hosts, with their addresses, their lease and their device.
  - Plays then run inside the containers through Zun itself, or through SSH.
  - The name of the inventory's file must end in C(.chi_edge.yml) or C(.chi_edge.yaml), or be C(chi_edge.yml) or C(chi_edge.yaml).
  - A host is called as its container is. Where several containers have one name, the first part of the id is added to it.
  - All that M(chi.edge.container_info) returns of a container is a variable of the host, with C(chi_edge_) before its name, such
    as C(chi_edge_status) and C(chi_edge_labels). So are C(chi_edge_floating_ip), C(chi_edge_device) with the device and its
    properties, C(chi_edge_lease_id), C(chi_edge_lease_name) and C(chi_edge_lease_end).
  - It takes four requests and one token, however many containers there are; see O(details). Zun answers with a thousand
    containers at a time.
extends_documentation_fragment:
  - chi.edge.cloud
  - ansible.builtin.constructed
  - ansible.builtin.inventory_cache
options:
  plugin:
    description: Marks the file as meant for this plugin.
    type: str
    required: true
    choices: [chi.edge.zun]
  connection:
    description:
      - How plays reach the containers.
      - V(zun) is through Zun itself, by P(chi.edge.zun#connection), which takes neither an address nor an SSH server.
      - V(ssh) is through SSH to the floating IP, or to the container's own address if it has no floating IP.
    type: str
    choices: [zun, ssh]
    default: zun
  name:
    description: Only containers of this name, or of names that match a pattern such as V(sensor-*).
    type: str
  status:
    description: Only containers in one of these.
    type: list
    elements: str
    choices: [Creating, Created, Running, Stopped, Paused, Restarting, Rebuilding, Deleting, Deleted, Error, Dead, Unknown]
    default: [Running]
  image:
    description: Only containers of this image, or of images that match a pattern such as V(*/edge_ssh_image:*).
    type: str
  labels:
    description: Only containers that have these labels, with these values.
    type: dict
    default: {}
  lease:
    description:
      - Only containers on this lease, by its name or id. A name adds V(lease) to O(details).
      - What other tools than M(chi.edge.container) have made does not tell its lease.
    type: str
  details:
    description:
      - What to find out besides what Zun tells. V(floating_ip) takes a request; V(device) takes two, and tells the end of the
        lease as well; V(lease) takes one, and tells the lease's name. Variables of what is left out are null.
    type: list
    elements: str
    choices: [device, floating_ip, lease]
    default: [device, floating_ip]
notes:
  - Secrets are not handed on to the hosts, since everybody who can list the inventory would see them. If O(connection=zun) and
    the credential stands in this file rather than in C(clouds.yaml), give C(chi_edge_auth) to the hosts by other means, such as a
    vault.
seealso:
  - plugin: chi.edge.zun
    plugin_type: connection
  - module: chi.edge.container_info
"""

EXAMPLES = r"""
# edge.chi_edge.yml: all running containers of the cloud "edge" in clouds.yaml
plugin: chi.edge.zun
cloud: edge

---
# sensors.chi_edge.yml: those of one lease that are sensors, by device
plugin: chi.edge.zun
cloud: edge
lease: my-lease
name: sensor-*
labels:
  role: camera
keyed_groups:
  # machine_raspberrypi4_64, machine_jetson_nano
  - prefix: machine
    key: chi_edge_device.machine_name
groups:
  public: chi_edge_floating_ip is not none
compose:
  web: "'http://' ~ chi_edge_floating_ip ~ ':8080/'"

---
# ssh.chi_edge.yml: through SSH, remembered for ten minutes
plugin: chi.edge.zun
connection: ssh
details: [floating_ip]
cache: true
cache_plugin: ansible.builtin.jsonfile
cache_connection: ~/.cache/ansible-inventory
cache_timeout: 600
compose:
  ansible_user: "'root'"
"""

import hashlib
import json
import typing as t
from collections import Counter

from ansible.errors import AnsibleParserError
from ansible.plugins.inventory import BaseInventoryPlugin, Cacheable, Constructable
from ansible.utils.unsafe_proxy import wrap_var

from ..module_utils._cloud import AUTH_SPEC, LIBRARIES
from ..module_utils._container import is_uuid
from ..module_utils._container_choice import Choice
from ..module_utils._errors import EdgeError
from ..module_utils._fleet import Member, fleet
from ..plugin_utils._in_process import plain
from ..plugin_utils._plugin_context import PluginContext

PREFIX = "chi_edge_"

# What the connection takes to find the same cloud; never the secrets.
HANDED_ON = sorted({name for name, spec in AUTH_SPEC.items() if not spec.get("no_log")} - {"sdk_log_path", "sdk_log_level"})

OWN = (*AUTH_SPEC, "connection", "name", "status", "image", "labels", "lease", "details", "strict")


class InventoryModule(BaseInventoryPlugin, Constructable, Cacheable):
    """See DOCUMENTATION."""

    NAME = "chi.edge.zun"

    def verify_file(self, path: str) -> bool:
        """Whether the file is meant for this plugin, by its name."""
        names = ("chi_edge.yml", "chi_edge.yaml")
        name = path.rpartition("/")[2]
        return super().verify_file(path) and (name in names or name.endswith(tuple(f".{item}" for item in names)))

    def parse(self, inventory: t.Any, loader: t.Any, path: str, cache: bool = True) -> None:
        """Read the file and add the hosts."""
        super().parse(inventory, loader, path, cache)
        self._require_known(self._read_config_data(path))
        # compose, groups and keyed_groups are expressions about each host
        options = {name: plain(self.templar.template(self.get_option(name))) for name in OWN}
        lease = options["lease"]
        choice = Choice(options["name"], options["image"], options["status"], options["labels"] or {})
        members = self._members(options, path, cache)
        found = [
            item for item in members if choice.matches(item) and (not lease or lease in (item["lease_id"], item["lease_name"]))
        ]
        names = Counter(item["name"] for item in found)
        for item in found:
            self._add(item["name"] if names[item["name"]] == 1 else f"{item['name']}-{item['id'][:8]}", item, options)

    def _require_known(self, given: t.Mapping[str, t.Any]) -> None:
        """Ansible passes over an option that it does not know; a filter with a typing error would let everything through."""
        aliases = {alias for spec in AUTH_SPEC.values() for alias in spec.get("aliases", [])}
        unknown = sorted(set(given) - set(self.get_options()) - aliases)
        if unknown:
            raise AnsibleParserError(
                f"chi.edge.zun has no option {', '.join(unknown)}; see ansible-doc -t inventory chi.edge.zun."
            )

    # -- asking ----------------------------------------------------------------------------------------------------

    def _members(self, options: dict[str, t.Any], path: str, cache: bool) -> list[Member]:
        """All containers of the project: what is chosen of them may change while they are cached."""
        names_lease = bool(options["lease"]) and not is_uuid(options["lease"])
        details = sorted({*options["details"], *(["lease"] if names_lease else [])})
        digest = hashlib.sha256(json.dumps([details, _public(options)], sort_keys=True).encode()).hexdigest()[:12]
        key = f"{self.get_cache_key(path)}_{digest}"
        is_cached = self.get_option("cache")
        if is_cached and cache and key in self._cache:
            return t.cast("list[Member]", self._cache[key])
        members = _ask({name: options[name] for name in AUTH_SPEC}, details)
        if is_cached:
            self._cache[key] = members
        return members

    # -- adding ----------------------------------------------------------------------------------------------------

    def _add(self, host: str, member: Member, options: dict[str, t.Any]) -> None:
        variables = {f"{PREFIX}{key}": value for key, value in member.items()} | _connection(member, options)
        # anybody may have written into a label what looks like a template
        variables = {name: wrap_var(value) for name, value in variables.items()}
        self.inventory.add_host(host)
        for name, value in variables.items():
            self.inventory.set_variable(host, name, value)
        strict = options["strict"]
        self._set_composite_vars(self.get_option("compose"), variables, host, strict=strict)
        self._add_host_to_composed_groups(self.get_option("groups"), variables, host, strict=strict)
        self._add_host_to_keyed_groups(self.get_option("keyed_groups"), variables, host, strict=strict)


def _ask(params: dict[str, t.Any], details: list[str]) -> list[Member]:
    context = PluginContext(params)
    try:
        return fleet(context.cloud, details)
    except EdgeError as exc:
        raise AnsibleParserError(context.masked(exc.message)) from exc
    except ImportError as exc:
        raise AnsibleParserError(f"{LIBRARIES} are needed where Ansible runs: {exc}.") from exc
    finally:
        context.close()


def _connection(member: Member, options: dict[str, t.Any]) -> dict[str, t.Any]:
    """The variables that tell Ansible how to reach the container."""
    if options["connection"] == "ssh":
        return {"ansible_connection": "ansible.builtin.ssh", "ansible_host": member["floating_ip"] or member["fixed_ip"]}
    handed_on = {f"{PREFIX}{name}": value for name, value in _public(options).items()}
    return {"ansible_connection": "chi.edge.zun", f"{PREFIX}container": member["id"], **handed_on}


def _public(options: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    """The options of the cloud that were given and hold no secret; a cloud given as a dictionary may hold one."""
    given = {name: options[name] for name in HANDED_ON if options[name] != AUTH_SPEC[name].get("default")}
    return {name: value for name, value in given.items() if not isinstance(value, dict)}
