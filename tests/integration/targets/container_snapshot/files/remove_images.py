# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Deletes the project's images of a name: remove_images.py CLOUD NAME."""

from __future__ import annotations

import sys

import openstack

cloud = openstack.connect(sys.argv[1])
for image in cloud.image.images(name=sys.argv[2], owner=cloud.current_project_id):
    cloud.image.delete_image(image)
