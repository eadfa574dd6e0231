#!/usr/bin/env bash
# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Makes a repository in the folder $1 with a program $2 that tells where it runs and what it was called with.
set -euo pipefail

git init --quiet --initial-branch main "$1"
cd "$1"
cat >"$2" <<'END'
#!/bin/sh
pwd
for word; do echo "[$word]"; done
END
chmod +x "$2"
git add .
git -c user.name=test -c user.email=test@example.org commit --quiet --message stand-in
