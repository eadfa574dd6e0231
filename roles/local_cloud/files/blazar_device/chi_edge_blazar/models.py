# Copyright (c) 2026, the chi.edge contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Our tables, in Blazar's database and on its declarative base.

What belongs to a reservation or a device goes with it: the database cascades. The names begin with `edge_`, so that a
table that Blazar itself may add one day does not collide.
"""

from __future__ import annotations

import sqlalchemy as sa
from blazar.db.sqlalchemy import facade_wrapper, model_base
from blazar.db.sqlalchemy import models as blazar_models
from oslo_utils import uuidutils
from sqlalchemy import orm

UUID = sa.String(36)


def _id() -> sa.Column:
    return sa.Column(UUID, primary_key=True, default=uuidutils.generate_uuid)


def _belongs_to(column: str, **options) -> sa.Column:
    return sa.Column(UUID, sa.ForeignKey(column, ondelete="CASCADE"), nullable=False, **options)


class Device(model_base.BlazarBase):
    """A device that can be leased as a whole. Its name is the name of its host in the container service."""

    __tablename__ = "edge_devices"

    id = _id()
    name = sa.Column(sa.String(255), unique=True, nullable=False)
    device_type = sa.Column(sa.String(32), nullable=False, default="container")
    device_driver = sa.Column(sa.String(32), nullable=False, default="k8s")
    reservable = sa.Column(sa.Boolean, nullable=False, default=True)
    properties = orm.relationship("DeviceProperty", cascade="all, delete-orphan", passive_deletes=True, lazy="selectin")


class DeviceProperty(model_base.BlazarBase):
    """An extra property of a device. Blazar's own table `resource_properties` says whether its name is private."""

    __tablename__ = "edge_device_properties"
    __table_args__ = (sa.UniqueConstraint("device_id", "property_id"),)

    id = _id()
    device_id = _belongs_to("edge_devices.id")
    property_id = _belongs_to("resource_properties.id")
    value = sa.Column(sa.Text, nullable=False)
    property = orm.relationship(blazar_models.ResourceProperty, lazy="joined", innerjoin=True)


class DeviceReservation(model_base.BlazarBase):
    """What a reservation of devices asks for; its id is the reservation's `resource_id`."""

    __tablename__ = "edge_device_reservations"

    id = _id()
    reservation_id = _belongs_to("reservations.id", unique=True)
    min = sa.Column(sa.Integer, nullable=False)
    max = sa.Column(sa.Integer, nullable=False)
    resource_properties = sa.Column(sa.Text)
    before_end = sa.Column(sa.String(36), nullable=False)
    reservation = orm.relationship(
        blazar_models.Reservation,
        # `joined`, since Blazar renders a lease after its session is closed
        backref=orm.backref("device_reservation", uselist=False, cascade="all, delete", lazy="joined"),
    )


class DeviceAllocation(model_base.BlazarBase):
    """A device that a reservation holds.

    `start_date` and `end_date` are what the reservation claims. They differ from the lease's dates only while the
    lease is being updated: Blazar stores the new dates long after the plugin has agreed to them.
    """

    __tablename__ = "edge_device_allocations"
    __table_args__ = (sa.UniqueConstraint("device_id", "reservation_id"),)

    id = _id()
    device_id = _belongs_to("edge_devices.id")
    reservation_id = _belongs_to("reservations.id")
    start_date = sa.Column(sa.DateTime, nullable=False)
    end_date = sa.Column(sa.DateTime, nullable=False)


TABLES = [model.__table__ for model in (Device, DeviceProperty, DeviceReservation, DeviceAllocation)]


def create_tables() -> None:
    """Create the tables that are not there yet."""
    with facade_wrapper.session_for_write() as session:
        model_base.BlazarBase.metadata.create_all(session.get_bind(), tables=TABLES, checkfirst=True)
