"""Where farmers want their money, and the money on its way there."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKeyConstraint,
    Index,
    LargeBinary,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)

from marketplace_core.db.schema import Moment, metadata, own_id, tenant_id
from marketplace_core.payouts.transitions import STATES

destination = Table(
    "payout_destination",
    metadata,
    tenant_id(),
    own_id(),
    Column("person_id", Uuid, nullable=False),
    Column("kind", Text, nullable=False),
    Column("shown", Text, nullable=False),
    Column("key_id", Text, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("blind_index", LargeBinary, nullable=False),
    Column("named_at", Moment, nullable=False),
    Column("confirmed_at", Moment),
    Column("confirmed_by", Uuid),
    Column("closed_at", Moment),
    ForeignKeyConstraint(["tenant_id", "person_id"], ["person.tenant_id", "person.id"]),
    ForeignKeyConstraint(["tenant_id", "confirmed_by"], ["person.tenant_id", "person.id"]),
    CheckConstraint("kind IN ('bank', 'upi')", name="kind"),
    CheckConstraint("(confirmed_at IS NULL) = (confirmed_by IS NULL)", name="confirmed"),
    Index(
        "uq_payout_destination_current",
        "tenant_id",
        "person_id",
        unique=True,
        postgresql_where=text("closed_at IS NULL"),
    ),
    Index(None, "tenant_id", "blind_index"),
)

payout = Table(
    "payout",
    metadata,
    tenant_id(),
    own_id(),
    Column("code", Text, nullable=False),
    Column("person_id", Uuid, nullable=False),
    Column("destination_id", Uuid, nullable=False),
    Column("paise", BigInteger, nullable=False),
    Column("state", Text, nullable=False),
    Column("reference", Text),
    Column("why", Text),
    Column("created_at", Moment, nullable=False),
    Column("moved_at", Moment, nullable=False),
    Column("moved_by", Text, nullable=False),
    UniqueConstraint("tenant_id", "code"),
    UniqueConstraint("tenant_id", "reference"),
    ForeignKeyConstraint(["tenant_id", "person_id"], ["person.tenant_id", "person.id"]),
    ForeignKeyConstraint(
        ["tenant_id", "destination_id"], ["payout_destination.tenant_id", "payout_destination.id"]
    ),
    CheckConstraint(f"state IN ({', '.join(map(repr, STATES))})", name="state"),
    CheckConstraint("paise > 0", name="paise"),
    CheckConstraint("state NOT IN ('sent', 'done') OR reference IS NOT NULL", name="reference"),
    Index(None, "tenant_id", "person_id", "id"),
    Index(
        "ix_payout_open",
        "tenant_id",
        "moved_at",
        postgresql_where=text("state IN ('asked', 'approved', 'sent')"),
    ),
)
