"""Wrong PINs are counted by address and day; what was sent by code is known by a keyed digest."""

from alembic import op

revision = "0022"
down_revision = "0021"

CHANGES = """
ALTER TABLE agent_day ADD COLUMN signed_in_at TIMESTAMP WITH TIME ZONE, ADD COLUMN wrong SMALLINT DEFAULT 0 NOT NULL;
ALTER TABLE agent_pin DROP COLUMN wrong, DROP COLUMN locked_until;
"""
#: A digest without a key can be guessed back to the phone in the line. Whoever was signed in still is.
KEPT = """
UPDATE agent_day SET signed_in_at = at;
UPDATE agent_deed SET digest = '';
"""


def upgrade() -> None:
    op.execute(CHANGES)
    for table in ("agent_day", "agent_deed"):  # the owner reads past its own fence, for this one statement
        op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
    op.execute(KEPT)
    for table in ("agent_day", "agent_deed"):
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
