# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The page on troubleshooting has every message of the collection, and none that is gone."""

from __future__ import annotations

import re
from pathlib import Path

from ansible_collections.chi.edge.tests.tools.messages import first_sentence, messages

PAGE = Path(__file__).resolve().parents[2] / "docs" / "docsite" / "rst" / "guide_troubleshooting.rst"
SAID = {message.text: message.place for message in messages()}
EXPLAINED = re.findall(r"^    ``(.+)``$", PAGE.read_text(), re.MULTILINE)


def test_every_message_is_explained():
    missing = [f"{place}: ``{text}``" for text, place in SAID.items() if text not in EXPLAINED]
    assert not missing, "\n".join(["explain in guide_troubleshooting.rst:", *missing])


def test_nothing_is_explained_that_is_never_said_or_twice():
    assert [text for text in EXPLAINED if text not in SAID or EXPLAINED.count(text) > 1] == []


def test_what_is_known_to_be_said_is_found():
    """One of each way in which messages are made."""
    assert {
        'Could not create lease "…": the application credential of … is restricted, and a lease takes one that may make trusts.',
        "Its command fails; what it wrote last is in logs.",
        "Waited … s for …, but ….",
        "The registry has no image ….",
        "docker_group_users names nobody.",
        "… cannot run Docker: there is no docker command in the path",
        "Port … is taken: choose another one for … with local_cloud_ports.",
    } <= SAID.keys()


def test_a_message_is_known_by_the_first_sentence_that_says_something():
    assert first_sentence("…. The reservations of a lease stay. Name another.") == "The reservations of a lease stay."
    assert first_sentence("`…` failed:\n  …") == "'…' failed: …"
    assert first_sentence("…: …") is None
