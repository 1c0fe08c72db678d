"""What is for sale."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    ForeignKeyConstraint,
    Index,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY

from marketplace_core.db.schema import Moment, metadata, own_id, tenant_id
from marketplace_core.places.models import place_columns

listing = Table(
    "listing",
    metadata,
    tenant_id(),
    own_id(),
    Column("code", Text, nullable=False),
    Column("seller_id", Uuid, nullable=False),
    Column("state", Text, nullable=False),
    Column("commodity", Text, nullable=False),
    Column("kg", BigInteger, nullable=False),
    Column("kg_left", BigInteger, nullable=False),
    Column("unit", Text, nullable=False),
    Column("price_paise", BigInteger, nullable=False),
    Column("per", Text, nullable=False),
    Column("negotiable", Boolean, nullable=False, server_default=text("true")),
    Column("grade", Text),
    Column("graded_by", Text),
    *place_columns(nullable=False),
    Column("available_from", Date, nullable=False),
    Column("expires_at", Moment, nullable=False),
    Column("photos", ARRAY(Uuid), nullable=False, server_default=text("'{}'")),
    Column("created_at", Moment, nullable=False),
    Column("moved_at", Moment, nullable=False, server_default=text("now()")),
    Column("moved_by", Text, nullable=False, server_default=text("'seller'")),
    UniqueConstraint("tenant_id", "code"),
    ForeignKeyConstraint(["tenant_id", "seller_id"], ["person.tenant_id", "person.id"]),
    CheckConstraint("state IN ('draft', 'active', 'booked', 'sold', 'expired', 'cancelled')", name="state"),
    CheckConstraint("moved_by IN ('seller', 'operator', 'market', 'time')", name="moved_by"),
    CheckConstraint("kg BETWEEN 1 AND 1000000", name="kg"),
    CheckConstraint("kg_left BETWEEN 0 AND kg", name="kg_left"),
    CheckConstraint("price_paise > 0", name="price"),
    CheckConstraint("unit IN ('kg', 'quintal', 't') AND per IN ('kg', 'quintal', 't')", name="units"),
    CheckConstraint("grade IN ('A', 'B', 'C')", name="grade"),
    CheckConstraint("graded_by IN ('eyes', 'agent', 'self')", name="graded_by"),
    Index(None, "tenant_id", "seller_id", "id"),
    Index("ix_listing_active_expires_at", "expires_at", postgresql_where=text("state = 'active'")),
)
