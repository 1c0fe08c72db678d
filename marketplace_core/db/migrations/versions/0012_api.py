"""The API: one-time codes, refresh tokens, idempotency keys."""

from alembic import op

from marketplace_core.db.fences import fence

revision = "0012"
down_revision = "0011"

TABLES = """
CREATE TABLE login_code (
    tenant_id INTEGER NOT NULL,
    phone_mac BYTEA NOT NULL,
    code_mac BYTEA,
    sent_at TIMESTAMPTZ NOT NULL,
    sends INTEGER NOT NULL,
    sends_since TIMESTAMPTZ NOT NULL,
    wrong INTEGER NOT NULL DEFAULT 0,
    wrong_since TIMESTAMPTZ,
    locked_until TIMESTAMPTZ,
    CONSTRAINT pk_login_code PRIMARY KEY (tenant_id, phone_mac)
);

CREATE TABLE session (
    tenant_id INTEGER NOT NULL,
    id UUID NOT NULL DEFAULT uuidv7(),
    person_id UUID NOT NULL,
    began_at TIMESTAMPTZ NOT NULL,
    ended_at TIMESTAMPTZ,
    ended_by TEXT,
    CONSTRAINT pk_session PRIMARY KEY (tenant_id, id),
    CONSTRAINT fk_session_tenant_id_person_id FOREIGN KEY (tenant_id, person_id)
        REFERENCES person (tenant_id, id)
);
CREATE INDEX ix_session_tenant_id_person_id ON session (tenant_id, person_id);

CREATE TABLE refresh_token (
    tenant_id INTEGER NOT NULL,
    token_hash BYTEA NOT NULL,
    session_id UUID NOT NULL,
    expires_at TIMESTAMPTZ NOT NULL,
    used_at TIMESTAMPTZ,
    CONSTRAINT pk_refresh_token PRIMARY KEY (tenant_id, token_hash),
    CONSTRAINT fk_refresh_token_tenant_id_session_id FOREIGN KEY (tenant_id, session_id)
        REFERENCES session (tenant_id, id) ON DELETE CASCADE
);
CREATE INDEX ix_refresh_token_tenant_id_session_id ON refresh_token (tenant_id, session_id);

CREATE TABLE idempotency_key (
    tenant_id INTEGER NOT NULL,
    person_id UUID NOT NULL,
    key TEXT NOT NULL,
    fingerprint BYTEA NOT NULL,
    status SMALLINT,
    answer TEXT,
    at TIMESTAMPTZ NOT NULL,
    CONSTRAINT pk_idempotency_key PRIMARY KEY (tenant_id, person_id, key),
    CONSTRAINT fk_idempotency_key_tenant_id_person_id FOREIGN KEY (tenant_id, person_id)
        REFERENCES person (tenant_id, id)
);
CREATE INDEX ix_idempotency_key_tenant_id_at ON idempotency_key (tenant_id, at);

CREATE UNLOGGED TABLE request_count (
    tenant_id INTEGER NOT NULL,
    who TEXT NOT NULL,
    since TIMESTAMPTZ NOT NULL,
    requests INTEGER NOT NULL,
    CONSTRAINT pk_request_count PRIMARY KEY (tenant_id, who)
);
"""


def upgrade() -> None:
    op.execute(TABLES)
    op.execute(fence("login_code", "session", "refresh_token", "idempotency_key", "request_count"))
