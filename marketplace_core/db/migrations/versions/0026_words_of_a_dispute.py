"""What is said in a dispute is passed on like what else the two sides write: once it was translated or cannot be."""

from alembic import op

revision = "0026"
down_revision = "0025"


def upgrade() -> None:
    op.execute("ALTER TABLE talk ADD COLUMN told_as TEXT NOT NULL DEFAULT 'talk.passed_on'")
