"""Photos, what looks wrong, grading."""

from alembic import op

revision = "0013"
down_revision = "0012"

TABLES = ""


def upgrade() -> None:
    if TABLES:
        op.execute(TABLES)
