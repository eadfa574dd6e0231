# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lets the tests import the collection by its full name, wherever the checkout lies, and Ansible load its plugins."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def _tree() -> str:
    """A directory with ansible_collections/chi/edge in it: the checkout's own place, or a link to it."""
    if ROOT.parts[-3:] == ("ansible_collections", "chi", "edge"):
        return str(ROOT.parents[2])
    tree = tempfile.mkdtemp(prefix="chi-edge-")
    atexit.register(shutil.rmtree, tree, ignore_errors=True)
    place = Path(tree, "ansible_collections", "chi")
    place.mkdir(parents=True)
    (place / "edge").symlink_to(ROOT)
    return tree


TREE = _tree()
os.environ["ANSIBLE_COLLECTIONS_PATH"] = os.pathsep.join(filter(None, [TREE, os.environ.get("ANSIBLE_COLLECTIONS_PATH")]))

from ansible.plugins.loader import init_plugin_loader  # noqa: E402

# what is imported by itself first, Ansible could not load as a plugin any more
init_plugin_loader([TREE])
