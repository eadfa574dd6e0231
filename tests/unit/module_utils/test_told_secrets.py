# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a service says of what it was sent may hold secrets; its words are told without them."""

from __future__ import annotations

import pytest
from ansible_collections.chi.edge.plugins.module_utils._errors import EdgeError
from ansible_collections.chi.edge.plugins.module_utils._operations import container
from ansible_collections.chi.edge.tests.unit.site import answers
from ansible_collections.chi.edge.tests.unit.site.services import Site, ask
from ansible_collections.chi.edge.tests.unit.site.wire import Raw

pytestmark = pytest.mark.usefixtures("nobodys_clouds")

SECRET = "s3cret-of-the-container"


def test_a_refusal_that_shows_what_was_asked():
    detail = f"Invalid input for field ''. Value: '{{'environment': {{'API_TOKEN': '{SECRET}'}}}}'. 'x' is unexpected"
    refusal = Raw(400, {"errors": [{"status": 400, "title": "Bad Request", "detail": detail}]})
    with pytest.raises(EdgeError) as caught:
        ask(
            container,
            Site({**answers.good(), "POST zun/v1/containers": refusal}),
            name="fresh",
            image="ghcr.io/edge/hello:arm64",
            environment={"API_TOKEN": SECRET},
        )
    assert "Invalid input for field" in caught.value.message and "'API_TOKEN': '********'" in caught.value.message
    assert SECRET not in f"{caught.value.message} {caught.value.result}"
