#!/bin/sh
# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# What the services do as far as bringing them up goes: one ends, the others answer, and one does not like a folder as its key.
[ "$1" != enable ] || exit 0
if [ -d /etc/waggle/register.pem ]; then
    echo "register.pem is a folder"
    exit 255
fi
exec /bin/serve
