"""The window: open listings as everybody may see them, and standing wishes."""

from alembic import op

revision = "0005"
down_revision = "0004"

TABLES = ""


def upgrade() -> None:
    if TABLES:
        op.execute(TABLES)
