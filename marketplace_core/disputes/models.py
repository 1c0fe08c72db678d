"""Quarrels over what was delivered, with what both sides show for it."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKeyConstraint,
    Index,
    Table,
    Text,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY

from marketplace_core.db.schema import Moment, metadata, own_id, tenant_id
from marketplace_core.disputes.transitions import STATES

UNDER_WAY = text("state IN ('open', 'answered', 'unanswered')")

dispute = Table(
    "dispute",
    metadata,
    tenant_id(),
    own_id(),
    Column("booking_id", Uuid, nullable=False),
    Column("state", Text, nullable=False),
    Column("opened_by", Text, nullable=False),
    Column("opener_id", Uuid, nullable=False),
    Column("reason", Text, nullable=False),
    Column("said", Text, nullable=False),
    Column("photos", ARRAY(Uuid), nullable=False, server_default=text("'{}'")),
    Column("answer", Text),
    Column("answer_photos", ARRAY(Uuid), nullable=False, server_default=text("'{}'")),
    Column("booking_was", Text, nullable=False),
    Column("decision", Text),
    Column("farmer_paise", BigInteger),
    Column("decided_by", Uuid),
    Column("decided_why", Text),
    Column("created_at", Moment, nullable=False),
    Column("moved_at", Moment, nullable=False),
    Column("moved_by", Text, nullable=False),
    ForeignKeyConstraint(["tenant_id", "booking_id"], ["booking.tenant_id", "booking.id"]),
    ForeignKeyConstraint(["tenant_id", "opener_id"], ["person.tenant_id", "person.id"]),
    ForeignKeyConstraint(["tenant_id", "decided_by"], ["person.tenant_id", "person.id"]),
    CheckConstraint(f"state IN ({', '.join(repr(state) for state in STATES)})", name="state"),
    CheckConstraint("decision IN ('uphold', 'share', 'refund')", name="decision"),
    CheckConstraint("farmer_paise >= 0", name="money"),
    Index(None, "tenant_id", "booking_id"),
    # One quarrel at a time over one booking.
    Index("uq_dispute_under_way", "tenant_id", "booking_id", unique=True, postgresql_where=UNDER_WAY),
    Index("ix_dispute_queue", "tenant_id", "moved_at", postgresql_where=UNDER_WAY),
)
