"""What the two sides of an offer write to each other."""

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    pass
