#!/usr/bin/python

# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The module chi.edge.container_copy."""

from __future__ import annotations

DOCUMENTATION = r"""
module: container_copy
short_description: Copy files to a container on an edge device, and from it
version_added: 0.1.0
author: The chi.edge contributors (@chi-edge)
description:
  - Copies a file, or a directory with all that is in it, to a running container or from it, without SSH.
  - Only what differs is copied, by checksum. What was copied is checked by checksum at its destination before any file takes its
    place, and each takes it in one step. So a copy that fails leaves no file half-written.
  - Large files are cut, and small ones bundled, into portions that pass a gateway in time. How large they are does not matter.
  - Files of the destination that the source does not have are left alone.
  - The image needs a shell, C(stat), one of C(sha256sum), C(sha1sum) and C(md5sum), and C(base64) or C(od), as BusyBox has them
    all; to copy a directory from it C(find) too. It needs no C(tar). The module says what is missing.
  - Times of modification are not kept.
extends_documentation_fragment:
  - chi.edge.cloud
  - chi.edge.attributes
attributes:
  diff_mode:
    details:
      - Texts of up to 100 KiB are shown line by line, and of at most 20 files. Use C(no_log) for what is secret.
options:
  container:
    description: Name or id of the container.
    type: str
    required: true
    aliases: [name, id]
  state:
    description: Which way to copy.
    type: str
    choices: [to_container, from_container]
    default: to_container
  local_path:
    description:
      - A file or a directory where the module runs, which is the controller unless the task is delegated.
      - To copy to a container it is looked for as by M(ansible.builtin.copy), so also in C(files) of a role. A directory is
        copied itself, or only what is in it if the path ends with a slash.
      - To copy from a container it is where to. A file is copied into a directory if there is one of that name, or if the path
        ends with a slash. A relative path begins at the playbook.
      - Exactly one of O(local_path) and O(content) is required.
    type: path
    aliases: [path]
  content:
    description:
      - What the file in the container is to hold, instead of O(local_path).
      - It is shown in the diff, and nowhere else.
    type: str
  container_path:
    description:
      - An absolute path in the container.
      - To copy to a container it is where to. A file is copied into a directory if there is one of that name, or if the path ends
        with a slash; then it is made if need be. A directory is copied into it, or to it if O(local_path) ends with a slash.
      - To copy from a container it is a file or a directory. A directory is copied itself, or only what is in it if the path ends
        with a slash. A link is followed if it is this path, and copied as a link inside of a directory.
    type: str
    required: true
  mode:
    description:
      - Permissions of the files, as octal digits in quotes, for instance V("0644").
      - With V(preserve) they have those of the source, which is what they have if it is not given. With O(content) a file keeps
        its own if it is there, and has V("0644") if it is new.
    type: raw
  directory_mode:
    description: Permissions of the directories, likewise.
    type: raw
  owner:
    description:
      - User that the files belong to, by a name that is known where they are copied to, or by number. V(preserve) is the source's
        number.
      - Without it a file that is there keeps its owner, and a new one belongs to the user of the image, or to you.
    type: str
  group:
    description: Group that the files belong to, likewise.
    type: str
notes:
  - To copy from a container is refused before anything is copied if something there is a device, a pipe or a socket, or a link
    that leads out of the directory.
seealso:
  - module: chi.edge.container_exec
  - module: ansible.builtin.copy
  - plugin: chi.edge.zun
    plugin_type: connection
    description: With it C(copy), C(template) and C(fetch) work on containers.
"""

EXAMPLES = r"""
- name: Copy a program
  chi.edge.container_copy:
    cloud: chi_edge
    container: sensor
    local_path: measure.py
    container_path: /app/
    mode: "0755"

- name: Copy what is in a directory
  chi.edge.container_copy:
    cloud: chi_edge
    container: sensor
    local_path: site/
    container_path: /www

- name: Write a configuration
  chi.edge.container_copy:
    cloud: chi_edge
    container: sensor
    content: "{{ lookup('ansible.builtin.template', 'app.conf.j2') }}"
    container_path: /etc/app.conf
    owner: app

- name: Fetch the results
  chi.edge.container_copy:
    cloud: chi_edge
    container: sensor
    state: from_container
    container_path: /data/results/
    local_path: results
"""

RETURN = r"""
container_path:
  description: The path in the container; of a file that was copied into a directory its own.
  returned: success
  type: str
  sample: /app/measure.py
local_path:
  description: The path where the module runs; of a file that was copied into a directory its own. Null with O(content).
  returned: success
  type: str
  sample: /home/ada/play/files/measure.py
changes:
  description: Paths, where they were copied to, of all that was changed or would be.
  returned: success
  type: list
  elements: str
  sample: [/app/measure.py]
files:
  description: Number of files that the source has.
  returned: success
  type: int
  sample: 1
size:
  description: Their size in bytes.
  returned: success
  type: int
  sample: 2048
checksum:
  description: SHA-256 of a single file. Null for a directory, and for a file of an image that has no C(sha256sum).
  returned: success
  type: str
  sample: 5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03
"""

from ..module_utils._module import run_module
from ..module_utils._operations import container_copy as operation


def main() -> None:
    run_module(operation)


if __name__ == "__main__":
    main()
