"""Market days, shared by all tenants, and what residue brings, kept by each tenant's operators.

All prices are paise a quintal.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Computed,
    Date,
    Float,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
)

from marketplace_core.db.schema import Moment, Point, metadata, tenant_id

#: `exact` says that the point is a post office of the market's name; otherwise it is the district's, or none.
market = Table(
    "market",
    metadata,
    Column("id", Integer, Identity(), primary_key=True),
    Column("state", Text, nullable=False),
    Column("district", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("lat", Float),
    Column("lon", Float),
    Column("exact", Boolean, nullable=False),
    Column("loc", Point, Computed("point(lon, lat)", persisted=True)),
    UniqueConstraint("state", "district", "name"),
    CheckConstraint("(lat IS NULL) = (lon IS NULL)", name="whole_point"),
    Index("ix_market_loc", "loc", postgresql_using="gist"),
)

#: One commodity at one market on one day: the median over varieties and grades.
market_price = Table(
    "market_price",
    metadata,
    Column("commodity", Text, primary_key=True),
    Column("market_id", Integer, ForeignKey("market.id"), primary_key=True),
    Column("day", Date, primary_key=True),
    Column("low_paise", BigInteger, nullable=False),
    Column("likely_paise", BigInteger, nullable=False),
    Column("high_paise", BigInteger, nullable=False),
    Column("source", Text, nullable=False),
    CheckConstraint(
        "0 < low_paise AND low_paise <= likely_paise AND likely_paise <= high_paise", name="range"
    ),
    Index(None, "commodity", "day"),
)

#: Another one after every change to the commodity's market days; the database sees to it.
price_edition = Table(
    "price_edition",
    metadata,
    Column("commodity", Text, primary_key=True),
    Column("edition", Uuid, nullable=False),
)

residue_reference = Table(
    "residue_reference",
    metadata,
    tenant_id(),
    Column("commodity", Text, primary_key=True),
    Column("state", Text, primary_key=True),
    Column("low_paise", BigInteger, nullable=False),
    Column("likely_paise", BigInteger),
    Column("high_paise", BigInteger, nullable=False),
    Column("as_of", Date, nullable=False),
    Column("source", Text, nullable=False),
    Column("set_by", Uuid, nullable=False),
    Column("set_at", Moment, nullable=False),
    ForeignKeyConstraint(["tenant_id", "set_by"], ["person.tenant_id", "person.id"]),
    CheckConstraint("0 < low_paise AND low_paise <= high_paise", name="range"),
    CheckConstraint("likely_paise BETWEEN low_paise AND high_paise", name="likely_inside"),
)
