"""Channels: why a message is sent and by whom, addresses that are dead, attachments that left the carrier."""

from alembic import op

revision = "0016"
down_revision = "0015"

OUTBOX = """
ALTER TABLE outbox
    ADD COLUMN carrier TEXT,
    ADD COLUMN purpose TEXT DEFAULT 'answer' NOT NULL,
    ADD COLUMN notice JSONB,
    ADD COLUMN instead_of UUID,
    ADD COLUMN settled_at TIMESTAMP WITH TIME ZONE,
    ADD CONSTRAINT ck_outbox_purpose CHECK (purpose IN ('answer', 'notice', 'promotion', 'code'));
ALTER TABLE address ADD COLUMN closed_at TIMESTAMP WITH TIME ZONE;
ALTER TABLE media
    ADD COLUMN carrier TEXT DEFAULT 'twilio' NOT NULL,
    ADD COLUMN left_carrier_at TIMESTAMP WITH TIME ZONE;
"""


def upgrade() -> None:
    op.execute(OUTBOX)
