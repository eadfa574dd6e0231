# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The small parts that every module stands on."""

from __future__ import annotations

import json
import os
import stat

from ansible_collections.chi.edge.plugins.module_utils import _context, _token
from ansible_collections.chi.edge.plugins.module_utils._difference import Difference
from ansible_collections.chi.edge.plugins.module_utils._secrets import nested_secrets


def test_difference_decides_and_renders_the_same():
    difference = Difference()
    difference.compare("name", "a", "a")
    difference.compare("end", "12:00", None)
    assert not difference
    difference.compare("end", "12:00", "13:00")
    difference.note("image", None, "hello")
    assert difference
    assert difference.names == ["end", "image"]
    assert "end" in difference and "name" not in difference
    assert difference.render("lease rpi") == {
        "before_header": "lease rpi",
        "after_header": "lease rpi",
        "before": {"end": "12:00", "image": None},
        "after": {"end": "13:00", "image": "hello"},
    }


def test_secrets_are_found_however_deep():
    config = {
        "auth": {"auth_url": "http://here", "application_credential_secret": "hunter22"},
        "regions": [{"values": {"auth": {"password": "hunter33", "username": "ada"}}}],
        "token": None,
        "passcode": 123456,
    }
    assert nested_secrets({"cloud": config}) == {"hunter22", "hunter33", "123456"}
    assert nested_secrets("edge") == set()


def test_pace_speaks_at_once_on_change_and_then_ever_more_rarely(monkeypatch):
    now = [0.0]
    monkeypatch.setattr(_context.time, "monotonic", lambda: now[0])
    pace = _context.Pace()
    spoken = []
    for second in range(200):
        now[0] = float(second)
        if pace.is_time("PENDING"):
            spoken.append(second)
    assert spoken == [0, 10, 30, 70, 130, 190]
    assert pace.is_time("ACTIVE")
    assert not pace.is_time("ACTIVE")


class Auth:
    """As much of a keystoneauth plugin as the token's file needs; a real token is used in the integration tests."""

    def __init__(self, state=None, soon=False):
        self.state, self.soon = state, soon
        self.auth_ref = None

    def get_cache_id(self):
        return "base64/with+slash="

    def get_auth_state(self):
        return self.state

    def set_auth_state(self, state):
        self.state = json.loads(state) and state
        self.auth_ref = self

    def will_expire_soon(self, margin):
        return self.soon

    def invalidate(self):
        self.state = self.auth_ref = None


def share(auth, directory):
    calls = []
    _token.share_token(auth, str(directory), calls.append)
    return calls


def test_a_token_is_left_for_the_next_task_and_only_its_owner_may_read_it(tmp_path):
    directory = tmp_path / "run"
    auth = Auth()
    calls = share(auth, directory)
    auth.state = '{"token": 1}'
    for call in calls:
        call()
    (file,) = directory.iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(directory.stat().st_mode) == 0o700

    following = Auth()
    share(following, directory)
    assert following.state == '{"token": 1}'


def test_an_old_or_broken_token_is_not_used(tmp_path):
    auth = Auth()
    for call in share(auth, tmp_path):
        auth.state = '{"token": 1}'
        call()
    expired = Auth(soon=True)
    share(expired, tmp_path)
    assert expired.state is None

    (file,) = tmp_path.iterdir()
    file.write_text("not json")
    broken = Auth()
    share(broken, tmp_path)
    assert broken.state is None


def test_a_replaced_token_is_kept(tmp_path):
    auth = Auth()
    for call in share(auth, tmp_path):
        auth.state = '{"token": 1}'
        call()
    following = Auth()
    calls = share(following, tmp_path)
    following.state = '{"token": 2}'
    for call in calls:
        call()
    (file,) = tmp_path.iterdir()
    assert file.read_text() == '{"token": 2}'
    assert not [name for name in os.listdir(tmp_path) if name.endswith(str(os.getpid()))]
