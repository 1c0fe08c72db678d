"""Tenants: fences between them, their numbers, people who act for others, logs by month."""

from alembic import op

revision = "0004"
down_revision = "0003"

TABLES = ""


def upgrade() -> None:
    if TABLES:
        op.execute(TABLES)
