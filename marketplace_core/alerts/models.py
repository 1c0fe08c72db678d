"""The prices that people wait for."""

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

from marketplace_core.db.schema import Moment, metadata, own_id, tenant_id
from marketplace_core.places.models import place_columns

#: `edition` is that of the commodity's market days when this was last looked at: only newer ones are of interest.
price_alert = Table(
    "price_alert",
    metadata,
    tenant_id(),
    own_id(),
    Column("person_id", Uuid, nullable=False),
    Column("state", Text, nullable=False),
    Column("commodity", Text, nullable=False),
    Column("way", Text, nullable=False),
    Column("price_paise", BigInteger, nullable=False),
    Column("per", Text, nullable=False),
    *place_columns(nullable=False),
    Column("edition", Uuid),
    Column("checked_at", Moment, nullable=False),
    Column("until", Moment, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("moved_at", Moment, nullable=False),
    Column("moved_by", Text, nullable=False),
    ForeignKeyConstraint(["tenant_id", "person_id"], ["person.tenant_id", "person.id"]),
    CheckConstraint("state IN ('active', 'fired', 'ended', 'expired')", name="state"),
    CheckConstraint("moved_by IN ('person', 'market', 'time')", name="moved_by"),
    CheckConstraint("way IN ('above', 'below')", name="way"),
    CheckConstraint("price_paise > 0", name="price"),
    CheckConstraint("per IN ('kg', 'quintal', 't')", name="per"),
    Index(None, "tenant_id", "person_id", "id"),
    Index("ix_price_alert_active", "tenant_id", "commodity", postgresql_where=text("state = 'active'")),
)
