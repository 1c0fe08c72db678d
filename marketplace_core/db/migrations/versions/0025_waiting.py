"""Messages that came when the house was full wait here, acknowledged, until they are heard."""

from alembic import op

from marketplace_core.db.fences import fence

revision = "0025"
down_revision = "0024"

WAITING = """
CREATE TABLE waiting (
    tenant_id INTEGER NOT NULL,
    id UUID DEFAULT uuidv7() NOT NULL,
    carrier TEXT NOT NULL,
    carrier_id TEXT NOT NULL,
    channel TEXT NOT NULL,
    sender TEXT NOT NULL,
    inbound JSONB NOT NULL,
    claimed_at TIMESTAMP WITH TIME ZONE,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_waiting PRIMARY KEY (tenant_id, id),
    CONSTRAINT uq_waiting_tenant_id_carrier_carrier_id UNIQUE (tenant_id, carrier, carrier_id)
);
CREATE INDEX ix_waiting_tenant_id_channel_sender_id ON waiting (tenant_id, channel, sender, id);
"""


def upgrade() -> None:
    op.execute(WAITING)
    op.execute(fence("waiting"))
