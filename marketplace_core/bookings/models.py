"""Agreements: who gets how much of which listing, at what price."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKeyConstraint,
    Index,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)

from marketplace_core.bookings.transitions import STATES
from marketplace_core.db.schema import Moment, metadata, own_id, tenant_id

booking = Table(
    "booking",
    metadata,
    tenant_id(),
    own_id(),
    Column("code", Text, nullable=False),
    Column("listing_id", Uuid, nullable=False),
    Column("offer_id", Uuid, nullable=False),
    Column("seller_id", Uuid, nullable=False),
    Column("buyer_id", Uuid, nullable=False),
    Column("state", Text, nullable=False),
    Column("kg", BigInteger, nullable=False),
    Column("price_paise", BigInteger, nullable=False),
    Column("per", Text, nullable=False),
    Column("total_paise", BigInteger, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("moved_at", Moment, nullable=False),
    Column("moved_by", Text, nullable=False),
    Column("why", Text),
    UniqueConstraint("tenant_id", "code"),
    UniqueConstraint("tenant_id", "offer_id"),
    ForeignKeyConstraint(["tenant_id", "listing_id"], ["listing.tenant_id", "listing.id"]),
    ForeignKeyConstraint(["tenant_id", "offer_id"], ["offer.tenant_id", "offer.id"]),
    ForeignKeyConstraint(["tenant_id", "seller_id"], ["person.tenant_id", "person.id"]),
    ForeignKeyConstraint(["tenant_id", "buyer_id"], ["person.tenant_id", "person.id"]),
    CheckConstraint(f"state IN ({', '.join(repr(state) for state in STATES)})", name="state"),
    CheckConstraint("moved_by IN ('buyer', 'seller', 'operator', 'time')", name="moved_by"),
    CheckConstraint("kg > 0 AND price_paise > 0 AND total_paise >= 0", name="terms"),
    CheckConstraint("per IN ('kg', 'quintal', 't')", name="per"),
    CheckConstraint("seller_id <> buyer_id", name="two_people"),
    Index(None, "tenant_id", "listing_id"),
    Index(None, "tenant_id", "seller_id", "id"),
    Index(None, "tenant_id", "buyer_id", "id"),
    Index("ix_booking_pending_moved_at", "moved_at", postgresql_where=text("state = 'pending'")),
)
