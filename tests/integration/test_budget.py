# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An unchanged run is frugal: few requests, one token."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tools"))

from counting_proxy import counting  # noqa: E402
from provisioning import options  # noqa: E402

NAME = "test-budget"


def test_an_unchanged_provision_makes_few_requests_and_asks_for_one_token(playbook):
    try:
        assert playbook("chi.edge.provision", extra=options(NAME)).status == 0
        with counting() as count:
            run = playbook("chi.edge.provision", extra=options(NAME), env=count.environment)
        assert run.status == 0, run.text
        assert run.recap["changed"] == 0
        assert count.tokens == 1, count
        assert 3 <= len(count.requests) <= 16, count
    finally:
        playbook("chi.edge.teardown", extra=options(NAME))
