# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The resource type `device` for upstream Blazar, behaving as Chameleon's edge testbed does.

Free of Blazar and of any database: errors, expressions, parameters, inventory, containers.
In Blazar's manager: models, reservation_fields, store, allocation, calendar, devices, lease_limits, plugin.
In Blazar's API process: api, policies.
"""
