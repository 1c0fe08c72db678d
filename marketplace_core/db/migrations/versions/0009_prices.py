"""Prices: market days, what straw brings, closed deals."""

from alembic import op

revision = "0009"
down_revision = "0008"

TABLES = ""


def upgrade() -> None:
    if TABLES:
        op.execute(TABLES)
