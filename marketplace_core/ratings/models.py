"""What both sides think of a deal that is over."""

from sqlalchemy import (
    CheckConstraint,
    Column,
    ForeignKeyConstraint,
    Index,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
)

from marketplace_core.db.schema import Moment, metadata, own_id, tenant_id

rating = Table(
    "rating",
    metadata,
    tenant_id(),
    own_id(),
    Column("booking_id", Uuid, nullable=False),
    Column("by", Text, nullable=False),
    Column("rater_id", Uuid, nullable=False),
    Column("rated_id", Uuid, nullable=False),
    Column("stars", SmallInteger, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("changed_at", Moment, nullable=False),
    UniqueConstraint("tenant_id", "booking_id", "by"),
    ForeignKeyConstraint(["tenant_id", "booking_id"], ["booking.tenant_id", "booking.id"]),
    ForeignKeyConstraint(["tenant_id", "rater_id"], ["person.tenant_id", "person.id"]),
    ForeignKeyConstraint(["tenant_id", "rated_id"], ["person.tenant_id", "person.id"]),
    CheckConstraint("by IN ('buyer', 'seller')", name="by"),
    CheckConstraint("stars BETWEEN 1 AND 5", name="stars"),
    Index(None, "tenant_id", "rated_id"),
)
