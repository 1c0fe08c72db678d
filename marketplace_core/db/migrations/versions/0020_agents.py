"""Agents sign in, and what they did by code can be undone."""

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    pass
