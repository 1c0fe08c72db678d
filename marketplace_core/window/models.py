"""The market's window: every open lot of every market, as a stranger may see it.

A trigger on `listing` keeps it in step, row by row, in the same transaction; the app only reads it. It stands outside
the fence between tenants: it is for everybody, and behind a fence PostgreSQL would not use an index of places (its
operators are not leakproof). So nothing may be in it that is not for everybody: no seller, no photo, and the place
as a pincode, a post office (one serves some twenty square kilometres) and a point to two decimals.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Computed,
    Date,
    Float,
    Index,
    Integer,
    Table,
    Text,
    Uuid,
)

from marketplace_core.db.schema import Moment, Point, metadata
from marketplace_core.places.plane import SHOWN_SQL, UP_SQL

#: Every commodity has a map of its own, side by side on one plane, so that one index of points finds the nearest
#: straw without stepping over the onions. Which map follows from the name; no two of ours share one.
MAPS, MAP_WIDTH = 1_000_000, 1000
MAP_SQL = f"{MAP_WIDTH} * (crc32(commodity::bytea) % {MAPS})"

open_listing = Table(
    "open_listing",
    metadata,
    Column("tenant_id", Integer, primary_key=True, autoincrement=False),
    Column("listing_id", Uuid, primary_key=True),
    Column("code", Text, nullable=False),
    Column("commodity", Text, nullable=False),
    Column("kg_left", BigInteger, nullable=False),
    Column("unit", Text, nullable=False),
    Column("price_paise", BigInteger, nullable=False),
    Column("per", Text, nullable=False),
    # Whatever it is priced by, a tonne of it is a whole number of paise.
    Column(
        "tonne_paise",
        BigInteger,
        Computed(
            "price_paise * CASE per WHEN 'kg' THEN 1000 WHEN 'quintal' THEN 10 ELSE 1 END", persisted=True
        ),
    ),
    Column("negotiable", Boolean, nullable=False),
    Column("grade", Text),
    Column("graded_by", Text),
    Column("pincode", Text, nullable=False),
    Column("village", Text),
    Column("district", Text, nullable=False),
    Column("place_state", Text, nullable=False),
    Column("lat", Float, nullable=False),
    Column("lon", Float, nullable=False),
    Column("available_from", Date, nullable=False),
    Column("expires_at", Moment, nullable=False),
    Column("opened_at", Moment, nullable=False),
    Column("ground", Point, Computed(f"point(lon, {UP_SQL})", persisted=True)),
    Column("spot", Point, Computed(f"point(lon + {MAP_SQL}, {UP_SQL})", persisted=True)),
    CheckConstraint(
        f"lat = {SHOWN_SQL.format('lat')} AND lon = {SHOWN_SQL.format('lon')}", name="place_is_coarse"
    ),
    Index("ix_open_listing_ground", "ground", postgresql_using="gist"),
    Index("ix_open_listing_spot", "spot", postgresql_using="gist"),
    Index("ix_open_listing_newest", "opened_at", "listing_id"),
    Index("ix_open_listing_commodity_newest", "commodity", "opened_at", "listing_id"),
    Index("ix_open_listing_state_newest", "place_state", "opened_at", "listing_id"),
    Index("ix_open_listing_district_newest", "place_state", "district", "opened_at", "listing_id"),
)
