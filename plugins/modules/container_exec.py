#!/usr/bin/python

# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The module chi.edge.container_exec."""

from __future__ import annotations

DOCUMENTATION = r"""
module: container_exec
short_description: Run a command in a container on an edge device
version_added: 0.1.0
author: The chi.edge contributors (@chi-edge)
description:
  - Runs a command in a running container, without SSH, and returns its output and its return code.
  - It takes as long as it takes, up to O(timeout), whatever the service's own limit is. A command that takes longer than a
    moment runs on by itself in the container and is looked at again and again.
  - Where the service has sessions with channels, as today's CHI@Edge does, it is run in one of those. Elsewhere the image's shell
    keeps stdout and stderr apart, for which it takes C(sh), C(mkdir), C(rm), C(sleep), C(wc), C(base64) or C(od), and a
    directory C(/tmp), C(/var/tmp) or C(/dev/shm) that can be written to. In an image without these the command runs as the
    service has it, which RV(merged) tells.
  - It runs as the user of the image. Zun knows no other; to become one is up to the command, as in V(su app -c '...').
extends_documentation_fragment:
  - chi.edge.cloud
  - chi.edge.attributes
attributes:
  check_mode:
    support: partial
    details:
      - In check mode the command is skipped, unless O(creates) or O(removes) tells whether it would run.
  diff_mode:
    support: none
  idempotent:
    support: partial
    details:
      - A command runs each time, unless O(creates) or O(removes) tells that there is no need.
options:
  container:
    description: Name or id of the container.
    type: str
    required: true
    aliases: [name, id]
  command:
    description:
      - The command as one string, which is split into words as a shell does it. No shell runs it unless O(shell) says so.
      - Exactly one of O(command) and O(argv) is required.
    type: str
  argv:
    description: The command as a list of words, which reach it unchanged.
    type: list
    elements: str
  shell:
    description: Whether the image's C(sh) runs O(command), for pipes, C(&&), variables and patterns.
    type: bool
    default: false
  chdir:
    description: Directory in the container that the command runs in. Needs a shell in the image.
    type: str
  environment:
    description:
      - Variables for the command, beside those of the container. All values are strings, so quote numbers and booleans.
      - The values are not shown in the result. Needs a shell in the image.
    type: dict
    aliases: [env]
  stdin:
    description: What the command reads. It is not shown in the result. Needs a shell in the image.
    type: str
  stdin_add_newline:
    description: Whether a line feed is added to O(stdin).
    type: bool
    default: true
  strip_empty_ends:
    description: Whether empty lines are taken off the ends of RV(stdout) and RV(stderr).
    type: bool
    default: true
  creates:
    description:
      - A file name, or a pattern with C(*), C(?) and C([...]). The command does not run if such a file exists in the container.
      - A relative one is looked for in O(chdir). Needs a shell in the image.
    type: str
  removes:
    description: As O(creates), but the command does not run if no such file exists.
    type: str
  timeout:
    description:
      - Seconds that the command may take. Then it is ended with all that it has started, and the task fails with the output until
        then.
      - A command in a session with channels cannot be ended and goes on running, which the message tells.
    type: int
    default: 3600
notes:
  - Output that is no UTF-8 is shown with replacement characters. To fetch what is no text use M(chi.edge.container_copy).
seealso:
  - module: chi.edge.container_copy
  - module: ansible.builtin.command
  - plugin: chi.edge.zun
    plugin_type: connection
    description: Runs whole plays inside containers.
"""

EXAMPLES = r"""
- name: Look at the system
  chi.edge.container_exec:
    cloud: chi_edge
    container: sensor
    command: cat /etc/os-release
  register: release

- name: Use a shell
  chi.edge.container_exec:
    cloud: chi_edge
    container: sensor
    command: dmesg | grep -i camera | tail -n 5
    shell: true

- name: Train for hours, once
  chi.edge.container_exec:
    cloud: chi_edge
    container: sensor
    argv: [python3, train.py, --data, /data/set one]
    chdir: /app
    environment:
      EPOCHS: "40"
    creates: /app/model.bin
    timeout: 28800

- name: Hand over a password
  chi.edge.container_exec:
    cloud: chi_edge
    container: sensor
    argv: [chpasswd]
    stdin: "root:{{ sensor_password }}"
"""

RETURN = r"""
cmd:
  description: The command as it was given.
  returned: always
  type: raw
  sample: cat /etc/os-release
rc:
  description:
    - Return code of the command. V(0) if there was no need to run it, or in check mode.
    - V(127) with the words C(there is no such program), and V(126) if it cannot be executed.
    - Null if there is none, which RV(msg) explains; for instance because the time was up.
  returned: always
  type: int
  sample: 0
stdout:
  description: What it wrote to stdout.
  returned: always
  type: str
  sample: PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"
stderr:
  description: What it wrote to stderr. Empty if RV(merged) is true.
  returned: always
  type: str
  sample: ""
stdout_lines:
  description: RV(stdout) as a list of lines.
  returned: always
  type: list
  elements: str
  sample: ['PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"']
stderr_lines:
  description: RV(stderr) as a list of lines.
  returned: always
  type: list
  elements: str
  sample: []
merged:
  description: Whether stderr is in RV(stdout), since neither the service nor the image keeps them apart.
  returned: always
  type: bool
  sample: false
start:
  description: When the command was started, in UTC. Null if it was not.
  returned: always
  type: str
  sample: "2026-06-24T15:45:07.103442Z"
end:
  description: When its end was seen, in UTC. Null if it was not started.
  returned: always
  type: str
  sample: "2026-06-24T15:45:07.251070Z"
delta:
  description: The time between the two.
  returned: always
  type: str
  sample: "0:00:00.147628"
msg:
  description: Why the command did not run, or what went wrong.
  returned: when there is something to tell
  type: str
  sample: Did not run command since "/app/model.bin" exists in container "sensor".
"""

from ..module_utils._module import run_module
from ..module_utils._operations import container_exec as operation


def main() -> None:
    run_module(operation)


if __name__ == "__main__":
    main()
