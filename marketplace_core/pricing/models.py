"""Reference prices, shared by all tenants: paise a quintal, with their date and source."""

from sqlalchemy import BigInteger, CheckConstraint, Column, Date, Identity, Index, Integer, Table, Text

from marketplace_core.db.schema import metadata

reference_price = Table(
    "reference_price",
    metadata,
    Column("id", Integer, Identity(), primary_key=True),
    Column("commodity", Text, nullable=False),
    Column("state", Text),
    Column("district", Text),
    Column("low_paise", BigInteger, nullable=False),
    Column("likely_paise", BigInteger),
    Column("high_paise", BigInteger, nullable=False),
    Column("as_of", Date, nullable=False),
    Column("source", Text, nullable=False),
    Column("market_days", Integer),
    CheckConstraint("state IS NOT NULL OR district IS NULL", name="district_has_state"),
    CheckConstraint("0 < low_paise AND low_paise <= high_paise", name="range"),
    CheckConstraint("likely_paise BETWEEN low_paise AND high_paise", name="likely_inside"),
    Index(
        "uq_reference_price_where",
        "commodity",
        "state",
        "district",
        unique=True,
        postgresql_nulls_not_distinct=True,
    ),
)
