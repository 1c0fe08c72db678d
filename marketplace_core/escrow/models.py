"""What is secured for a booking, and cash that agents handed in."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKeyConstraint,
    Index,
    Integer,
    Table,
    Text,
    Uuid,
)

from marketplace_core.db.schema import Moment, metadata, tenant_id

#: `round` counts how often money was secured for the booking: a hold whose time was over is followed by another.
escrow_hold = Table(
    "escrow_hold",
    metadata,
    tenant_id(),
    Column("booking_id", Uuid, primary_key=True),
    Column("state", Text, nullable=False),
    Column("round", Integer, nullable=False),
    Column("hold_id", Uuid),
    Column("moved_at", Moment, nullable=False),
    ForeignKeyConstraint(["tenant_id", "booking_id"], ["booking.tenant_id", "booking.id"]),
    ForeignKeyConstraint(["tenant_id", "hold_id"], ["ledger_transfer.tenant_id", "ledger_transfer.id"]),
    CheckConstraint("state IN ('held', 'settled', 'released')", name="state"),
    CheckConstraint("state <> 'held' OR hold_id IS NOT NULL", name="held"),
)

#: `said_paise` is what the agent says they hand in, `counted_paise` what the operator counted.
cash_handover = Table(
    "cash_handover",
    metadata,
    tenant_id(),
    Column("id", Uuid, primary_key=True),
    Column("agent_id", Uuid, nullable=False),
    Column("taken_by", Uuid, nullable=False),
    Column("said_paise", BigInteger, nullable=False),
    Column("counted_paise", BigInteger, nullable=False),
    Column("at", Moment, nullable=False),
    ForeignKeyConstraint(["tenant_id", "agent_id"], ["person.tenant_id", "person.id"]),
    ForeignKeyConstraint(["tenant_id", "taken_by"], ["person.tenant_id", "person.id"]),
    CheckConstraint("said_paise > 0 AND counted_paise >= 0", name="sums"),
    Index(None, "tenant_id", "agent_id", "at"),
)
