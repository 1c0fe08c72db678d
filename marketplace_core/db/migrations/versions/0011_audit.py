"""The audit chain, access log, deletion."""

from alembic import op

revision = "0011"
down_revision = "0010"

TABLES = ""


def upgrade() -> None:
    if TABLES:
        op.execute(TABLES)
