"""Trade: offers answered, bookings carried to their end, disputes, ratings."""

from alembic import op

revision = "0006"
down_revision = "0005"

TABLES = ""


def upgrade() -> None:
    if TABLES:
        op.execute(TABLES)
