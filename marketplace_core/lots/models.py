"""Collection batches, and the lots that joined them."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Float,
    ForeignKeyConstraint,
    Index,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)

from marketplace_core.db.schema import Moment, metadata, own_id, tenant_id
from marketplace_core.lots.transitions import STATES

#: `kg` is what has joined so far; `truck_kg` what the truck weighed in the end.
batch = Table(
    "batch",
    metadata,
    tenant_id(),
    own_id(),
    Column("code", Text, nullable=False),
    Column("buyer_id", Uuid, nullable=False),
    Column("state", Text, nullable=False),
    Column("commodity", Text, nullable=False),
    Column("price_paise", BigInteger, nullable=False),
    Column("per", Text, nullable=False),
    Column("pay_by", Text, nullable=False),
    Column("logistics_paise", BigInteger, nullable=False),
    Column("min_kg", BigInteger, nullable=False),
    Column("max_kg", BigInteger, nullable=False),
    Column("kg", BigInteger, nullable=False, server_default=text("0")),
    Column("truck_kg", BigInteger),
    Column("lat", Float, nullable=False),
    Column("lon", Float, nullable=False),
    Column("radius_km", Float, nullable=False),
    Column("gather_until", Moment, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("moved_at", Moment, nullable=False),
    Column("moved_by", Text, nullable=False),
    UniqueConstraint("tenant_id", "code"),
    ForeignKeyConstraint(["tenant_id", "buyer_id"], ["person.tenant_id", "person.id"]),
    CheckConstraint(f"state IN ({', '.join(repr(state) for state in STATES)})", name="state"),
    CheckConstraint("0 < min_kg AND min_kg <= max_kg AND kg BETWEEN 0 AND max_kg", name="load"),
    CheckConstraint("price_paise > 0 AND logistics_paise >= 0", name="money"),
    CheckConstraint("per IN ('kg', 'quintal', 't')", name="per"),
    CheckConstraint("pay_by IN ('advance', 'cash')", name="pay_by"),
    Index(None, "tenant_id", "buyer_id", "id"),
    Index("ix_batch_gathering", "gather_until", postgresql_where=text("state = 'gathering'")),
    Index("ix_batch_collected", "tenant_id", "id", postgresql_where=text("state = 'collected'")),
)

batch_lot = Table(
    "batch_lot",
    metadata,
    tenant_id(),
    Column("batch_id", Uuid, primary_key=True),
    Column("listing_id", Uuid, primary_key=True),
    Column("kg", BigInteger, nullable=False),
    Column("booking_id", Uuid),
    Column("joined_at", Moment, nullable=False),
    ForeignKeyConstraint(["tenant_id", "batch_id"], ["batch.tenant_id", "batch.id"]),
    ForeignKeyConstraint(["tenant_id", "listing_id"], ["listing.tenant_id", "listing.id"]),
    ForeignKeyConstraint(["tenant_id", "booking_id"], ["booking.tenant_id", "booking.id"]),
    CheckConstraint("kg > 0", name="kg"),
    Index(None, "tenant_id", "listing_id"),
    Index(None, "tenant_id", "booking_id"),
)
