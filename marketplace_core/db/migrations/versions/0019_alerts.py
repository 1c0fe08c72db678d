"""Prices somebody waits for, and questions we cannot answer yet."""

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    pass
