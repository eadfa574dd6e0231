#!/usr/bin/env bash
# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Runs all sanity tests of the ansible-core in a virtual environment: sanity.sh ENVIRONMENT CACHE
# ansible-test wants the collection in a tree that is named after it, and asks git which files belong to it.
set -euo pipefail

export PATH="$1/bin:$PATH" LC_ALL=C.UTF-8
copy="$2/sanity/ansible_collections/chi/edge"
version=$(python -c 'import sys; print("%d.%d" % sys.version_info[:2])')

python tests/tools/seed_ansible_test.py
rm -rf "$copy"  # or it would test what git no longer has
mkdir -p "$copy"
git ls-files --cached --others --exclude-standard -z | rsync --archive --from0 --files-from=- . "$copy/"
cd "$copy"
git init --quiet --initial-branch main 2>/dev/null
git add --all
ansible-test sanity --venv --python "$version"
