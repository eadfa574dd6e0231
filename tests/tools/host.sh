#!/usr/bin/env bash
# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Installs what the Makefile needs of the host and does not find there. Debian and Ubuntu.
set -euo pipefail

missing=()
need() { command -v "$1" >/dev/null || missing+=("$2"); }

need git git
need rsync rsync
need gcc gcc
need curl curl
need shellcheck shellcheck
need mmdebstrap mmdebstrap
need buildah buildah
need openssl openssl
need socat socat
need faketime faketime
need busybox busybox
need ssh openssh-client
need chromium chromium
need chromedriver chromium-driver
"${1:-python3}" -c 'import ensurepip, venv' 2>/dev/null || missing+=(python3-venv)
[ -e "$("${1:-python3}" -c 'import sysconfig; print(sysconfig.get_path("include"))')/Python.h" ] || missing+=(python3-dev)

if [ "${#missing[@]}" -gt 0 ]; then
    echo "Installing ${missing[*]}"
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}"
fi
