#!/usr/bin/env bash
# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Installs the artifact as its README tells to, into an empty environment, and runs the demo from there by full names:
# artifact.sh PYTHON ARTIFACT COLLECTIONS CLOUD
# Galaxy may be out of reach, so that the collections which ours depends on come from COLLECTIONS, and nothing else.
set -euo pipefail

python=$1 artifact=$(realpath "$2") collections=$3 cloud=$4
demo=$(realpath tests/tools/demo.sh)
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

"$python" -m venv "$scratch/venv"
mkdir -p "$scratch/home/.ansible/collections/ansible_collections/openstack"
cp -r "$collections/ansible_collections/openstack/cloud" "$scratch/home/.ansible/collections/ansible_collections/openstack/"

# pip needs its configuration, and nothing else needs anything of ours
alone() { env -i HOME="$scratch/home" PATH="$scratch/venv/bin:/usr/sbin:/usr/bin:/sbin:/bin" LC_ALL=C.UTF-8 "$@"; }
pip() { "$scratch/venv/bin/pip" "$@"; }

cd "$scratch"
pip install --quiet ansible-core
alone ansible-galaxy collection install --offline "$artifact"
pip install --quiet --requirement home/.ansible/collections/ansible_collections/chi/edge/requirements.txt

tear_down() {
    alone OS_CLIENT_CONFIG_FILE="$cloud/clouds.yaml" OS_CLOUD=edge \
        ansible-playbook chi.edge.teardown -e edge_container_name=artifact | tee teardown.txt
}
tidy() { tear_down >/dev/null || :; rm -rf "$scratch"; }
trap tidy EXIT

alone CLOUD="$cloud" bash "$demo" artifact
tear_down
tear_down
grep -q 'changed=0 ' teardown.txt
trap 'rm -rf "$scratch"' EXIT
