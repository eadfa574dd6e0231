# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Replays the recording once a session: stories run side by side, the tests look at what came of each case."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from keystoneauth1 import exceptions as keystone_ex
from openstack import exceptions

sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).parents[2] / "roles" / "local_cloud" / "files" / "blazar_device"))

import recording  # noqa: E402
from site_under_test import Site  # noqa: E402
from story import Outcome, Story  # noqa: E402

# Beside the stories that mostly wait.
WORKERS = 4


@pytest.fixture(scope="session")
def site() -> Iterator[Site]:
    """The cloud of OS_CLIENT_CONFIG_FILE, with the recorded actors. One run at a time."""
    try:
        found = Site()
        found.prepare()
    except (exceptions.SDKException, keystone_ex.ClientException) as exc:
        pytest.exit(f"No cloud to test: {exc} (OS_CLIENT_CONFIG_FILE={os.environ.get('OS_CLIENT_CONFIG_FILE')})", 2)
    yield found
    found.clear()


@pytest.fixture(scope="session")
def outcomes(site: Site) -> dict[str, Outcome]:
    """What came of every case, by its id."""
    stories = [Story(site, name, number, cases) for number, (name, cases) in enumerate(recording.stories().items(), 1)]
    living = [story for story in stories if story.living]
    others = sorted((story for story in stories if not story.living), key=lambda story: -len(story.cases))
    begin = time.monotonic()
    with ThreadPoolExecutor(len(living)) as waiting, ThreadPoolExecutor(WORKERS) as busy:
        runs = [waiting.submit(story.run) for story in living]
        for story in living:
            story.calm.wait(60)
        runs += [busy.submit(story.run) for story in others]
    print(f"\n{len(stories)} stories replayed in {time.monotonic() - begin:.0f} s")
    found = {case_id: outcome for story in stories for case_id, outcome in story.outcomes.items()}
    for run, story in zip(runs, living + others, strict=True):
        if run.exception():
            for case in story.cases:
                found.setdefault(case.id, Outcome(differences=[f"the story broke off: {run.exception()!r}"]))
    return found
