# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What many roads share: one question for all, and turns for what changes something."""

from __future__ import annotations

import threading
import time
from types import SimpleNamespace

import pytest
from ansible_collections.chi.edge.plugins.module_utils import _shared_cloud
from ansible_collections.chi.edge.plugins.module_utils._errors import EdgeError
from ansible_collections.chi.edge.plugins.module_utils._shared_cloud import Look, Seat, SharedCloud, Table


def side_by_side(call, count):
    threads = [threading.Thread(target=call) for _number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_who_asks_meanwhile_shares_the_answer():
    asked = []
    look = Look(lambda: (time.sleep(0.05), asked.append(1)))
    side_by_side(look, 20)
    assert len(asked) == 1


def test_after_a_change_of_ones_own_it_is_asked_again(monkeypatch):
    monkeypatch.setattr(_shared_cloud, "FRESH", 0.05)
    numbers = iter(range(9))
    look = Look(lambda: next(numbers), is_lasting=True)
    assert (look(), look()) == (0, 0)
    changed_at = time.monotonic()
    assert look(changed_at) == 1
    assert time.monotonic() - changed_at > 0.04, "not more often than that"
    assert (look(changed_at), look()) == (1, 1)


def test_a_fault_is_the_answer_for_a_while_only(monkeypatch):
    monkeypatch.setattr(_shared_cloud, "FRESH", 0.02)
    answers = iter([ValueError("down"), "up"])

    def ask():
        answer = next(answers)
        if isinstance(answer, Exception):
            raise answer
        return answer

    look = Look(ask, is_lasting=True)
    for _time in range(2):
        with pytest.raises(ValueError, match="down"):
            look()
    time.sleep(0.03)
    assert look() == "up"


def test_what_is_interrupted_changes_and_asks_nothing_more():
    shared = SharedCloud(SimpleNamespace(), False)
    shared.halted.set()
    seat = Seat(shared)
    for call in (lambda: seat.zun.containers.get("web"), lambda: seat.network.delete_ip("1"), seat.network.ips):
        with pytest.raises(EdgeError, match="interrupted"):
            call()


def test_a_table_finds_what_has_all_the_properties():
    table = Table([{"name": "a", "kind": 1}, {"name": "b", "kind": 1}, {"name": "a", "kind": 2}], dict.get)
    assert table.where(name="a") == [{"name": "a", "kind": 1}, {"name": "a", "kind": 2}]
    assert table.where(kind=1, name="a") == [{"name": "a", "kind": 1}]
    assert table.where(name="c", kind=1) == []
    assert len(table.where()) == 3
