"""Prices that buyers put to sellers."""

from sqlalchemy import BigInteger, CheckConstraint, Column, ForeignKeyConstraint, Index, Table, Text, Uuid

from marketplace_core.db.schema import Moment, metadata, own_id, tenant_id

offer = Table(
    "offer",
    metadata,
    tenant_id(),
    own_id(),
    Column("listing_id", Uuid, nullable=False),
    Column("buyer_id", Uuid, nullable=False),
    Column("state", Text, nullable=False),
    Column("kg", BigInteger, nullable=False),
    Column("price_paise", BigInteger, nullable=False),
    Column("per", Text, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("answered_at", Moment),
    ForeignKeyConstraint(["tenant_id", "listing_id"], ["listing.tenant_id", "listing.id"]),
    ForeignKeyConstraint(["tenant_id", "buyer_id"], ["person.tenant_id", "person.id"]),
    CheckConstraint(
        "state IN ('made', 'countered', 'accepted', 'refused', 'withdrawn', 'expired')", name="state"
    ),
    CheckConstraint("kg > 0 AND price_paise > 0", name="terms"),
    CheckConstraint("per IN ('kg', 'quintal', 't')", name="per"),
    Index(None, "tenant_id", "listing_id"),
    Index(None, "tenant_id", "buyer_id", "id"),
)
