"""Who waits for a person from the office, and how it went on."""

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    pass
