"""Prices that buyers and sellers put to each other."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKeyConstraint,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)

from marketplace_core.db.schema import Moment, metadata, own_id, tenant_id
from marketplace_core.offers.transitions import STATES

# What was taken at the listed price has no code: nobody needs to speak of it.
offer = Table(
    "offer",
    metadata,
    tenant_id(),
    own_id(),
    Column("code", Text),
    Column("listing_id", Uuid, nullable=False),
    Column("buyer_id", Uuid, nullable=False),
    Column("state", Text, nullable=False),
    Column("turn", Text),
    Column("kg", BigInteger, nullable=False),
    Column("price_paise", BigInteger, nullable=False),
    Column("per", Text, nullable=False),
    Column("for_grade", Text),
    Column("pay_by", Text, nullable=False, server_default=text("'advance'")),
    Column("logistics_paise", BigInteger, nullable=False, server_default=text("0")),
    Column("buyer_prices", Integer, nullable=False, server_default=text("1")),
    Column("seller_prices", Integer, nullable=False, server_default=text("0")),
    Column("created_at", Moment, nullable=False),
    Column("answered_at", Moment),
    Column("moved_at", Moment, nullable=False, server_default=text("now()")),
    Column("moved_by", Text, nullable=False, server_default=text("'buyer'")),
    UniqueConstraint("tenant_id", "code"),
    ForeignKeyConstraint(["tenant_id", "listing_id"], ["listing.tenant_id", "listing.id"]),
    ForeignKeyConstraint(["tenant_id", "buyer_id"], ["person.tenant_id", "person.id"]),
    CheckConstraint(f"state IN ({', '.join(repr(state) for state in STATES)})", name="state"),
    CheckConstraint("turn IN ('buyer', 'seller')", name="turn"),
    CheckConstraint("moved_by IN ('buyer', 'seller', 'market', 'time')", name="moved_by"),
    CheckConstraint("kg > 0 AND price_paise > 0", name="terms"),
    CheckConstraint("per IN ('kg', 'quintal', 't')", name="per"),
    CheckConstraint("pay_by IN ('advance', 'cash')", name="pay_by"),
    CheckConstraint("logistics_paise >= 0", name="logistics"),
    Index(None, "tenant_id", "listing_id"),
    Index(None, "tenant_id", "buyer_id", "id"),
    Index("ix_offer_open_moved_at", "moved_at", postgresql_where=text("state IN ('made', 'countered')")),
)

#: Every price that was named, and by whom; never changed.
offer_step = Table(
    "offer_step",
    metadata,
    tenant_id(),
    own_id(),
    Column("offer_id", Uuid, nullable=False),
    Column("by", Text, nullable=False),
    Column("actor_id", Uuid, nullable=False),
    Column("kg", BigInteger, nullable=False),
    Column("price_paise", BigInteger, nullable=False),
    Column("per", Text, nullable=False),
    Column("note", Text, nullable=False),
    Column("at", Moment, nullable=False),
    ForeignKeyConstraint(["tenant_id", "offer_id"], ["offer.tenant_id", "offer.id"]),
    ForeignKeyConstraint(["tenant_id", "actor_id"], ["person.tenant_id", "person.id"]),
    CheckConstraint("by IN ('buyer', 'seller')", name="by"),
    CheckConstraint("kg > 0 AND price_paise > 0", name="terms"),
    Index(None, "tenant_id", "offer_id", "id"),
)
