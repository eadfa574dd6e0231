#!/usr/bin/env bash
# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# The main job on the local cloud: provision an ARM container, show its answer, and show that a second run changes nothing.
# demo.sh NAME, for the container and the lease
set -euo pipefail

export OS_CLIENT_CONFIG_FILE="${CLOUD:-/opt/chi-edge}/clouds.yaml" OS_CLOUD=edge
name=$1
output=$(mktemp)
trap 'rm -f "$output"' EXIT

say() { printf '\n\033[1m%s\033[0m\n' "$*"; }

provision() {
    ansible-playbook chi.edge.provision \
        -e edge_container_name="$name" \
        -e edge_container_image="127.0.0.1:${LOCAL_CLOUD_REGISTRY_PORT:-5005}/edge/hello:arm64" \
        -e '{"edge_container_exposed_ports": ["8080/tcp"], "edge_container_networks": ["containernet1"]}' \
        -e '{"edge_container_device": {"machine_name": "raspberrypi4-64"}}' \
        -e "edge_container_verify_url=http://{address}:8080/"
}

say "1. A Raspberry Pi is leased, a container started on it, and a floating IP attached"
provision | tee "$output"

say "2. Its answer, over the floating IP"
url=$(sed -n 's/^ *"'"$name"'": "\(http:[^"]*\)".*/\1/p' "$output")
curl --silent --show-error --fail --max-time 10 "$url"

say "3. The same once more: nothing is changed"
provision | tee "$output"
grep -q 'changed=0 ' "$output"

say "Done. The container answers at $url"
