"""Prices somebody waits for, and questions we cannot answer yet."""

from alembic import op

from marketplace_core.db.fences import fence

revision = "0019"
down_revision = "0018"

ALERTS = """
CREATE TABLE price_alert (
    tenant_id INTEGER NOT NULL,
    id UUID DEFAULT uuidv7() NOT NULL,
    person_id UUID NOT NULL,
    state TEXT NOT NULL,
    commodity TEXT NOT NULL,
    way TEXT NOT NULL,
    price_paise BIGINT NOT NULL,
    per TEXT NOT NULL,
    pincode TEXT NOT NULL,
    village TEXT,
    district TEXT NOT NULL,
    place_state TEXT NOT NULL,
    lat FLOAT NOT NULL,
    lon FLOAT NOT NULL,
    edition UUID,
    checked_at TIMESTAMP WITH TIME ZONE NOT NULL,
    until TIMESTAMP WITH TIME ZONE NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    moved_at TIMESTAMP WITH TIME ZONE NOT NULL,
    moved_by TEXT NOT NULL,
    CONSTRAINT pk_price_alert PRIMARY KEY (tenant_id, id),
    CONSTRAINT fk_price_alert_tenant_id_person_id FOREIGN KEY(tenant_id, person_id)
        REFERENCES person (tenant_id, id),
    CONSTRAINT ck_price_alert_state CHECK (state IN ('active', 'fired', 'ended', 'expired')),
    CONSTRAINT ck_price_alert_moved_by CHECK (moved_by IN ('person', 'market', 'time')),
    CONSTRAINT ck_price_alert_way CHECK (way IN ('above', 'below')),
    CONSTRAINT ck_price_alert_price CHECK (price_paise > 0),
    CONSTRAINT ck_price_alert_per CHECK (per IN ('kg', 'quintal', 't'))
);
CREATE INDEX ix_price_alert_tenant_id_person_id_id ON price_alert (tenant_id, person_id, id);
CREATE INDEX ix_price_alert_active ON price_alert (tenant_id, commodity) WHERE state = 'active';
"""

QUESTIONS = """
CREATE TABLE kept_question (
    tenant_id INTEGER NOT NULL,
    id UUID DEFAULT uuidv7() NOT NULL,
    person_id UUID NOT NULL,
    intent TEXT NOT NULL,
    words TEXT NOT NULL,
    language TEXT NOT NULL,
    asked_at TIMESTAMP WITH TIME ZONE NOT NULL,
    answer TEXT,
    answered_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_kept_question PRIMARY KEY (tenant_id, id),
    CONSTRAINT fk_kept_question_tenant_id_person_id FOREIGN KEY(tenant_id, person_id)
        REFERENCES person (tenant_id, id),
    CONSTRAINT ck_kept_question_answered CHECK ((answer IS NULL) = (answered_at IS NULL))
);
CREATE INDEX ix_kept_question_tenant_id_person_id_id ON kept_question (tenant_id, person_id, id);
CREATE INDEX ix_kept_question_open ON kept_question (tenant_id, id) WHERE answered_at IS NULL;
"""


def upgrade() -> None:
    op.execute(ALERTS)
    op.execute(QUESTIONS)
    op.execute(fence("price_alert", "kept_question"))
