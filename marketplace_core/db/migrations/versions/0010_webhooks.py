"""Webhooks: where events are delivered, and how far; what each person was notified of."""

from alembic import op

from marketplace_core.db.fences import fence

revision = "0010"
down_revision = "0009"

TABLES = """
ALTER TABLE event ADD COLUMN spread_at TIMESTAMP WITH TIME ZONE;
CREATE INDEX ix_event_unspread ON event (tenant_id, id) WHERE spread_at IS NULL;

CREATE TABLE webhook_endpoint (
    tenant_id INTEGER NOT NULL,
    id UUID DEFAULT uuidv7() NOT NULL,
    owner_id UUID,
    url TEXT NOT NULL,
    kinds TEXT[] NOT NULL,
    state TEXT NOT NULL,
    why TEXT,
    moved_at TIMESTAMP WITH TIME ZONE NOT NULL,
    moved_by TEXT NOT NULL,
    slow_until TIMESTAMP WITH TIME ZONE,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_webhook_endpoint PRIMARY KEY (tenant_id, id),
    CONSTRAINT fk_webhook_endpoint_tenant_id_owner_id FOREIGN KEY (tenant_id, owner_id)
        REFERENCES person (tenant_id, id),
    CONSTRAINT ck_webhook_endpoint_state CHECK (state IN ('active', 'disabled'))
);
CREATE INDEX ix_webhook_endpoint_tenant_id_owner_id ON webhook_endpoint (tenant_id, owner_id);

CREATE TABLE webhook_secret (
    tenant_id INTEGER NOT NULL,
    id UUID DEFAULT uuidv7() NOT NULL,
    endpoint_id UUID NOT NULL,
    key_id TEXT NOT NULL,
    sealed BYTEA NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    expires_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_webhook_secret PRIMARY KEY (tenant_id, id),
    CONSTRAINT fk_webhook_secret_tenant_id_endpoint_id FOREIGN KEY (tenant_id, endpoint_id)
        REFERENCES webhook_endpoint (tenant_id, id) ON DELETE CASCADE
);
CREATE INDEX ix_webhook_secret_tenant_id_endpoint_id ON webhook_secret (tenant_id, endpoint_id);

CREATE TABLE webhook_delivery (
    tenant_id INTEGER NOT NULL,
    id UUID DEFAULT uuidv7() NOT NULL,
    number BIGINT GENERATED ALWAYS AS IDENTITY,
    endpoint_id UUID NOT NULL,
    event_id UUID NOT NULL,
    kind TEXT NOT NULL,
    subject TEXT NOT NULL,
    body TEXT NOT NULL,
    state TEXT DEFAULT 'waiting' NOT NULL,
    attempts SMALLINT DEFAULT 0 NOT NULL,
    due_at TIMESTAMP WITH TIME ZONE NOT NULL,
    claimed_until TIMESTAMP WITH TIME ZONE,
    done_at TIMESTAMP WITH TIME ZONE,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_webhook_delivery PRIMARY KEY (tenant_id, id),
    CONSTRAINT uq_webhook_delivery_tenant_id_endpoint_id_event_id UNIQUE (tenant_id, endpoint_id, event_id),
    CONSTRAINT fk_webhook_delivery_tenant_id_endpoint_id FOREIGN KEY (tenant_id, endpoint_id)
        REFERENCES webhook_endpoint (tenant_id, id) ON DELETE CASCADE,
    CONSTRAINT ck_webhook_delivery_state CHECK (state IN ('waiting', 'delivered', 'given_up'))
) WITH (autovacuum_vacuum_scale_factor = 0.02);
CREATE INDEX ix_webhook_delivery_due ON webhook_delivery (tenant_id, endpoint_id, due_at, number)
    WHERE state = 'waiting';
CREATE INDEX ix_webhook_delivery_key ON webhook_delivery (tenant_id, endpoint_id, subject, number)
    WHERE state = 'waiting';
CREATE INDEX ix_webhook_delivery_tenant_id_endpoint_id_id ON webhook_delivery (tenant_id, endpoint_id, id);
CREATE INDEX ix_webhook_delivery_done_at ON webhook_delivery (tenant_id, done_at) WHERE done_at IS NOT NULL;

CREATE TABLE webhook_attempt (
    tenant_id INTEGER NOT NULL,
    id UUID DEFAULT uuidv7() NOT NULL,
    delivery_id UUID NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    status SMALLINT,
    fault TEXT,
    ms INTEGER NOT NULL,
    CONSTRAINT pk_webhook_attempt PRIMARY KEY (tenant_id, id),
    CONSTRAINT fk_webhook_attempt_tenant_id_delivery_id FOREIGN KEY (tenant_id, delivery_id)
        REFERENCES webhook_delivery (tenant_id, id) ON DELETE CASCADE,
    CONSTRAINT ck_webhook_attempt_one_answer CHECK (num_nonnulls(status, fault) = 1)
);
CREATE INDEX ix_webhook_attempt_tenant_id_delivery_id ON webhook_attempt (tenant_id, delivery_id);

CREATE TABLE notification (
    tenant_id INTEGER NOT NULL,
    person_id UUID NOT NULL,
    event_id UUID NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    read_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_notification PRIMARY KEY (tenant_id, person_id, event_id),
    CONSTRAINT fk_notification_tenant_id_person_id FOREIGN KEY (tenant_id, person_id)
        REFERENCES person (tenant_id, id)
);
CREATE INDEX ix_notification_unread ON notification (tenant_id, person_id, event_id) WHERE read_at IS NULL;
"""


def upgrade() -> None:
    op.execute(TABLES)
    op.execute(
        fence("webhook_endpoint", "webhook_secret", "webhook_delivery", "webhook_attempt", "notification")
    )
