# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The group `[edge]` of zun.conf."""

from __future__ import annotations

from oslo_config import cfg

from chi_edge_zun import programs

GROUP = "edge"

OPTIONS = [
    cfg.BoolOpt(
        "require_reservation",
        default=True,
        help='Whether a container must name an active device reservation in its scheduler hint "reservation". '
        "If not, a container without the hint is placed on a device that nobody holds at that moment.",
    ),
    cfg.IntOpt(
        "blazar_timeout",
        default=5,
        min=1,
        help="Seconds to wait for an answer of Blazar, and of Keystone for the token. "
        "The user waits as long for the answer to the creation of a container.",
    ),
    cfg.StrOpt(
        "blazar_interface",
        default="public",
        choices=("public", "internal", "admin"),
        help="Which of the endpoints of Blazar in the service catalog to ask.",
    ),
    cfg.StrOpt(
        "blazar_region_name", help="The region of Blazar in the service catalog. Needed only where the catalog knows several."
    ),
    cfg.StrOpt(
        "architecture",
        choices=sorted(programs.MACHINES),
        help="The architecture of the device that this zun-compute stands for. A container whose program is made for "
        'another one ends with "exec format error", as on the device. Unset: whatever this host can run.',
    ),
]


def register(conf: cfg.ConfigOpts) -> None:
    """Make the options known; harmless when they are known already."""
    conf.register_opts(OPTIONS, group=GROUP)
