"""Conversations: where each one stands, what was answered, the log by month, what waits to be sent."""

from alembic import op

revision = "0002"
down_revision = "0001"

TABLES = """
CREATE TABLE conversation (
    tenant_id INTEGER NOT NULL,
    person_id UUID NOT NULL,
    state JSONB NOT NULL,
    wake_at TIMESTAMPTZ,
    updated_at TIMESTAMPTZ NOT NULL,
    CONSTRAINT pk_conversation PRIMARY KEY (tenant_id, person_id),
    CONSTRAINT fk_conversation_tenant_id_person_id FOREIGN KEY (tenant_id, person_id)
        REFERENCES person (tenant_id, id)
);
CREATE INDEX ix_conversation_wake ON conversation (wake_at) WHERE wake_at IS NOT NULL;

CREATE TABLE inbound (
    tenant_id INTEGER NOT NULL,
    carrier TEXT NOT NULL,
    carrier_id TEXT NOT NULL,
    person_id UUID NOT NULL,
    answer TEXT,
    at TIMESTAMPTZ NOT NULL,
    CONSTRAINT pk_inbound PRIMARY KEY (tenant_id, carrier, carrier_id)
);
CREATE INDEX ix_inbound_at ON inbound (at);

CREATE TABLE message (
    tenant_id INTEGER NOT NULL,
    id UUID NOT NULL DEFAULT uuidv7(),
    at TIMESTAMPTZ NOT NULL,
    person_id UUID NOT NULL,
    channel TEXT NOT NULL,
    direction TEXT NOT NULL,
    body JSONB NOT NULL,
    segments INTEGER NOT NULL DEFAULT 0,
    CONSTRAINT pk_message PRIMARY KEY (tenant_id, id, at)
) PARTITION BY RANGE (at);
CREATE INDEX ix_message_tenant_id_person_id_at ON message (tenant_id, person_id, at);
-- catches what no month was made for; a row here is an alarm, not a loss
CREATE TABLE message_other PARTITION OF message DEFAULT;

CREATE TABLE outbox (
    tenant_id INTEGER NOT NULL,
    id UUID NOT NULL DEFAULT uuidv7(),
    send_key TEXT NOT NULL,
    person_id UUID NOT NULL,
    channel TEXT NOT NULL,
    recipient TEXT NOT NULL,
    outgoing JSONB NOT NULL,
    state TEXT NOT NULL DEFAULT 'queued',
    attempts INTEGER NOT NULL DEFAULT 0,
    due_at TIMESTAMPTZ NOT NULL,
    claimed_at TIMESTAMPTZ,
    carrier_id TEXT,
    status TEXT,
    error_code INTEGER,
    created_at TIMESTAMPTZ NOT NULL,
    CONSTRAINT pk_outbox PRIMARY KEY (tenant_id, id),
    CONSTRAINT uq_outbox_tenant_id_send_key UNIQUE (tenant_id, send_key)
);
CREATE INDEX ix_outbox_due ON outbox (due_at) WHERE state IN ('queued', 'sending');
CREATE INDEX ix_outbox_tenant_id_carrier_id ON outbox (tenant_id, carrier_id);

CREATE TABLE media (
    tenant_id INTEGER NOT NULL,
    id UUID NOT NULL DEFAULT uuidv7(),
    person_id UUID NOT NULL,
    url TEXT NOT NULL,
    content_type TEXT NOT NULL,
    key TEXT,
    lost_because TEXT,
    at TIMESTAMPTZ NOT NULL,
    CONSTRAINT pk_media PRIMARY KEY (tenant_id, id)
);
CREATE INDEX ix_media_tenant_id_person_id ON media (tenant_id, person_id);
"""

# The app may not create tables; this one thing it may ask the owner for.
MONTHS = """
CREATE FUNCTION make_message_months(from_day date, months int) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE
    first date := date_trunc('month', from_day);
BEGIN
    FOR n IN 0..least(months, 12) - 1 LOOP
        EXECUTE format(
            'CREATE TABLE IF NOT EXISTS public.%I PARTITION OF public.message FOR VALUES FROM (%L) TO (%L)',
            'message_' || to_char(first + make_interval(months => n), 'YYYY_MM'),
            (first + make_interval(months => n))::date,
            (first + make_interval(months => n + 1))::date
        );
    END LOOP;
END $$;
REVOKE ALL ON FUNCTION make_message_months(date, int) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION make_message_months(date, int) TO mandi_app;
SELECT make_message_months(current_date, 3);
"""


def upgrade() -> None:
    op.execute(TABLES)
    op.execute(MONTHS)
