"""Webhooks: where events are delivered, and how far."""

from alembic import op

revision = "0010"
down_revision = "0009"

TABLES = ""


def upgrade() -> None:
    if TABLES:
        op.execute(TABLES)
