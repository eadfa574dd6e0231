# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Filters are found by their names, and fail as Ansible expects it: with a sentence, and without a trace."""

from __future__ import annotations

from pathlib import Path

import pytest
from ansible.errors import AnsibleFilterError
from ansible.plugins.loader import filter_loader

FILTERS = sorted(path.stem for path in (Path(__file__).parents[3] / "plugins" / "filter").glob("*.py"))


@pytest.mark.parametrize("name", FILTERS)
def test_a_filter_has_the_name_of_its_file(name):
    assert filter_loader.get(f"chi.edge.{name}") is not None


def test_what_is_wrong_is_told_in_a_sentence():
    wish = filter_loader.get("chi.edge.edge_containers").j2_function
    with pytest.raises(AnsibleFilterError) as caught:
        wish([{"name": "a"}], {})
    assert str(caught.value).startswith("edge_container_lease_name is needed")
