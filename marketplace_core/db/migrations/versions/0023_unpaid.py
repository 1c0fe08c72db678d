"""Whose advance has not come is reminded once."""

from alembic import op

revision = "0023"
down_revision = "0022"


def upgrade() -> None:
    op.execute("ALTER TABLE booking ADD COLUMN reminded_at TIMESTAMP WITH TIME ZONE")
