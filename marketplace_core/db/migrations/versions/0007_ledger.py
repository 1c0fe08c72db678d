"""The ledger: accounts, transfers, holds."""

from alembic import op

revision = "0007"
down_revision = "0006"

TABLES = ""


def upgrade() -> None:
    if TABLES:
        op.execute(TABLES)
