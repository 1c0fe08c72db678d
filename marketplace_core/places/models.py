"""The gazetteer (shared by all tenants) and the columns with which others say where something is."""

from typing import Any

from sqlalchemy import Column, Computed, Float, Identity, Index, Integer, SmallInteger, Table, Text

from marketplace_core.db.schema import Point, metadata
from marketplace_core.places.place import Place

#: One row per pincode. Without a trustworthy office the point is the district's, and `exact` says so.
pincode = Table(
    "pincode",
    metadata,
    Column("pincode", Text, primary_key=True),
    Column("district", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("lat", Float),
    Column("lon", Float),
)

#: One row per district: where its head office stands.
district = Table(
    "district",
    metadata,
    Column("state", Text, primary_key=True),
    Column("district", Text, primary_key=True),
    Column("pincode", Text, nullable=False),
    Column("village", Text, nullable=False),
    Column("lat", Float, nullable=False),
    Column("lon", Float, nullable=False),
)

#: One row per post office; offices serve as village names. `sounds` finds a name that is spelled otherwise.
post_office = Table(
    "post_office",
    metadata,
    Column("id", Integer, Identity(), primary_key=True),
    Column("pincode", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("sounds", Text, nullable=False),
    Column("rank", SmallInteger, nullable=False),
    Column("district", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("lat", Float),
    Column("lon", Float),
    Column("loc", Point, Computed("point(lon, lat)", persisted=True)),
    Index("ix_post_office_pincode", "pincode"),
    Index("ix_post_office_sounds", "sounds"),
    Index("ix_post_office_loc", "loc", postgresql_using="gist"),
)


def place_columns(*, nullable: bool) -> list[Column[Any]]:
    return [
        Column("pincode", Text, nullable=nullable),
        Column("village", Text),
        Column("district", Text, nullable=nullable),
        Column("place_state", Text, nullable=nullable),
        Column("lat", Float, nullable=nullable),
        Column("lon", Float, nullable=nullable),
    ]


def place_values(place: Place) -> dict[str, Any]:
    values = place.to_json()
    values["place_state"] = values.pop("state")
    return values


def place_of(row: Any) -> Place:
    return Place(row.pincode, row.village, row.district, row.place_state, row.lat, row.lon)
