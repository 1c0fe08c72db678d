"""Lots: collection batches and pickup routes."""

from alembic import op

from marketplace_core.db.fences import fence

revision = "0014"
down_revision = "0013"

TABLES = """
CREATE TABLE batch (
    tenant_id INTEGER NOT NULL,
    id UUID DEFAULT uuidv7() NOT NULL,
    code TEXT NOT NULL,
    buyer_id UUID NOT NULL,
    state TEXT NOT NULL,
    commodity TEXT NOT NULL,
    price_paise BIGINT NOT NULL,
    per TEXT NOT NULL,
    pay_by TEXT NOT NULL,
    logistics_paise BIGINT NOT NULL,
    min_kg BIGINT NOT NULL,
    max_kg BIGINT NOT NULL,
    kg BIGINT DEFAULT 0 NOT NULL,
    truck_kg BIGINT,
    lat FLOAT NOT NULL,
    lon FLOAT NOT NULL,
    radius_km FLOAT NOT NULL,
    gather_until TIMESTAMP WITH TIME ZONE NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    moved_at TIMESTAMP WITH TIME ZONE NOT NULL,
    moved_by TEXT NOT NULL,
    CONSTRAINT pk_batch PRIMARY KEY (tenant_id, id),
    CONSTRAINT uq_batch_tenant_id_code UNIQUE (tenant_id, code),
    CONSTRAINT fk_batch_tenant_id_buyer_id FOREIGN KEY(tenant_id, buyer_id) REFERENCES person (tenant_id, id),
    CONSTRAINT ck_batch_state CHECK (state IN ('gathering', 'closed', 'collected', 'paid', 'abandoned')),
    CONSTRAINT ck_batch_load CHECK (0 < min_kg AND min_kg <= max_kg AND kg BETWEEN 0 AND max_kg),
    CONSTRAINT ck_batch_money CHECK (price_paise > 0 AND logistics_paise >= 0),
    CONSTRAINT ck_batch_per CHECK (per IN ('kg', 'quintal', 't')),
    CONSTRAINT ck_batch_pay_by CHECK (pay_by IN ('advance', 'cash'))
);
CREATE INDEX ix_batch_tenant_id_buyer_id_id ON batch (tenant_id, buyer_id, id);
CREATE INDEX ix_batch_gathering ON batch (gather_until) WHERE state = 'gathering';
CREATE INDEX ix_batch_collected ON batch (tenant_id, id) WHERE state = 'collected';

CREATE TABLE batch_lot (
    tenant_id INTEGER NOT NULL,
    batch_id UUID NOT NULL,
    listing_id UUID NOT NULL,
    kg BIGINT NOT NULL,
    booking_id UUID,
    joined_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_batch_lot PRIMARY KEY (tenant_id, batch_id, listing_id),
    CONSTRAINT fk_batch_lot_tenant_id_batch_id FOREIGN KEY(tenant_id, batch_id)
        REFERENCES batch (tenant_id, id),
    CONSTRAINT fk_batch_lot_tenant_id_listing_id FOREIGN KEY(tenant_id, listing_id)
        REFERENCES listing (tenant_id, id),
    CONSTRAINT fk_batch_lot_tenant_id_booking_id FOREIGN KEY(tenant_id, booking_id)
        REFERENCES booking (tenant_id, id),
    CONSTRAINT ck_batch_lot_kg CHECK (kg > 0)
);
CREATE INDEX ix_batch_lot_tenant_id_listing_id ON batch_lot (tenant_id, listing_id);
CREATE INDEX ix_batch_lot_tenant_id_booking_id ON batch_lot (tenant_id, booking_id);
"""


def upgrade() -> None:
    op.execute(TABLES)
    op.execute(fence("batch", "batch_lot"))
