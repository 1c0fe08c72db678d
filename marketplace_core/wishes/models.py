"""What buyers wait for, and which lots they were told of."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Computed,
    ForeignKeyConstraint,
    Index,
    Integer,
    Table,
    Text,
    Uuid,
    text,
)

from marketplace_core.db.schema import Moment, metadata, own_id, tenant_id
from marketplace_core.places.models import place_columns

#: `square` files a wish by its place (see `rules.square_of`): behind the fence between tenants PostgreSQL compares
#: numbers in an index, but no circles.
wish = Table(
    "wish",
    metadata,
    tenant_id(),
    own_id(),
    Column("buyer_id", Uuid, nullable=False),
    Column("state", Text, nullable=False),
    Column("commodity", Text, nullable=False),
    Column("grade", Text),
    Column("least_kg", BigInteger, nullable=False),
    Column("most_kg", BigInteger),
    Column("price_paise", BigInteger),
    Column("per", Text),
    Column(
        "tonne_paise",
        BigInteger,
        Computed(
            "price_paise * CASE per WHEN 'kg' THEN 1000 WHEN 'quintal' THEN 10 ELSE 1 END", persisted=True
        ),
    ),
    *place_columns(nullable=False),
    Column("km", Integer, nullable=False),
    Column("square", BigInteger, nullable=False),
    Column("until", Moment, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("moved_at", Moment, nullable=False),
    Column("moved_by", Text, nullable=False),
    ForeignKeyConstraint(["tenant_id", "buyer_id"], ["person.tenant_id", "person.id"]),
    CheckConstraint("state IN ('active', 'ended')", name="state"),
    CheckConstraint("moved_by IN ('buyer', 'time')", name="moved_by"),
    CheckConstraint("grade IN ('A', 'B', 'C')", name="grade"),
    CheckConstraint("least_kg > 0 AND most_kg >= least_kg", name="kg"),
    CheckConstraint("price_paise > 0", name="price"),
    CheckConstraint("per IN ('kg', 'quintal', 't') AND (per IS NULL) = (price_paise IS NULL)", name="per"),
    CheckConstraint("km BETWEEN 1 AND 200", name="km"),
    Index("ix_wish_square", "tenant_id", "commodity", "square", postgresql_where=text("state = 'active'")),
    Index("ix_wish_until", "tenant_id", "until", postgresql_where=text("state = 'active'")),
    Index(None, "tenant_id", "buyer_id", "id"),
)

#: A buyer hears of a lot once, however many of their wishes it fits and however often it is renewed.
wish_match = Table(
    "wish_match",
    metadata,
    tenant_id(),
    Column("listing_id", Uuid, primary_key=True),
    Column("buyer_id", Uuid, primary_key=True),
    Column("wish_id", Uuid, nullable=False),
    Column("matched_at", Moment, nullable=False),
    ForeignKeyConstraint(["tenant_id", "listing_id"], ["listing.tenant_id", "listing.id"]),
    ForeignKeyConstraint(["tenant_id", "wish_id"], ["wish.tenant_id", "wish.id"]),
    Index(None, "tenant_id", "buyer_id", "matched_at"),
    Index(None, "tenant_id", "wish_id"),
)
