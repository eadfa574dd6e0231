#!/usr/bin/env bash
# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Makes the image of the machines that roles are tested on, unless the engine has it, and prints its name. A machine has
# systemd, a Docker Engine, an SSH server, and the user cc that cloud-init makes on Chameleon, who is in no group.
set -euo pipefail

packages=systemd-sysv,dbus,openssh-server,sudo,python3,docker.io,docker-compose,iptables,git,procps

# Another recipe makes another image.
name=chi-edge/instance:$(sha1sum <"$0" | cut --characters=1-12)
if docker image inspect "$name" >/dev/null 2>&1; then
    echo "$name"
    exit
fi

# The distribution of the host, from where the host itself has it.
. /etc/os-release
sources() {
    apt-get indextargets --format "deb \$(REPO_URI) \$(CODENAME) \$(COMPONENT)" "Created-By: Packages" "Origin: ${ID^}"
}
[ -n "$(sources)" ] || apt-get update -qq

echo "Making the image $name, which takes a minute" >&2
# shellcheck disable=SC2016 # the hooks are expanded by the shells that run them
sources | mmdebstrap --quiet --variant=minbase --include="$packages" \
    --dpkgopt='path-exclude=/usr/share/doc/*' \
    --dpkgopt='path-exclude=/usr/share/locale/*' \
    --dpkgopt='path-exclude=/usr/share/man/*' \
    --customize-hook='chroot "$1" useradd --create-home --shell /bin/bash cc' \
    --customize-hook='echo "cc ALL=(ALL) NOPASSWD: ALL" >"$1/etc/sudoers.d/cc"' \
    --customize-hook='echo "AuthorizedKeysFile /etc/ssh/authorized_keys" >"$1/etc/ssh/sshd_config.d/key.conf"' \
    "$VERSION_CODENAME" - - | docker import - "$name" >/dev/null
echo "$name"
