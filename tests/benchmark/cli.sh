#!/usr/bin/env bash
# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Containers on a lease that is there, each with a floating IP, by the services' own command line: cli.sh LEASE IMAGE COUNT

set -euo pipefail
lease=$1 image=$2 count=$3

reservation=$(openstack reservation lease show "$lease" -f value -c reservations | grep -oP '"id": "\K[^"]+' | head -1)
for number in $(seq 0 $((count - 1))); do
  name="$lease-$number"
  openstack appcontainer run --name "$name" --net network=containernet1 --expose-port 8080/tcp --hint reservation="$reservation" \
    "$image" >/dev/null
  until [ "$(openstack appcontainer show "$name" -f value -c status)" = Running ]; do sleep 0.5; done
  port=$(openstack port list --device-id "$(openstack appcontainer show "$name" -f value -c uuid)" -f value -c ID)
  address=$(openstack floating ip create public --port "$port" --description "chi.edge container $name" -f value -c floating_ip_address)
  until curl --silent --fail --output /dev/null --noproxy '*' "http://$address:8080/"; do sleep 0.2; done
done
