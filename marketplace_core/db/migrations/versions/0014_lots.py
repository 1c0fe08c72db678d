"""Lots: collection batches and pickup routes."""

from alembic import op

revision = "0014"
down_revision = "0013"

TABLES = ""


def upgrade() -> None:
    if TABLES:
        op.execute(TABLES)
