"""What wide areas say is worked out once an edition of the prices."""

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    pass
