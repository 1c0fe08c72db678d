"""Trade: offers answered, bookings carried to their end, disputes, ratings."""

from alembic import op

from marketplace_core.db.fences import fence

revision = "0006"
down_revision = "0005"

TABLES = """
ALTER TABLE listing
    ADD COLUMN moved_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    ADD COLUMN moved_by TEXT DEFAULT 'seller' NOT NULL,
    ADD CONSTRAINT ck_listing_moved_by CHECK (moved_by IN ('seller', 'operator', 'market', 'time'));

ALTER TABLE offer
    ADD COLUMN code TEXT,
    ADD COLUMN turn TEXT,
    ADD COLUMN pay_by TEXT DEFAULT 'advance' NOT NULL,
    ADD COLUMN logistics_paise BIGINT DEFAULT 0 NOT NULL,
    ADD COLUMN buyer_prices INTEGER DEFAULT 1 NOT NULL,
    ADD COLUMN seller_prices INTEGER DEFAULT 0 NOT NULL,
    ADD COLUMN moved_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    ADD COLUMN moved_by TEXT DEFAULT 'buyer' NOT NULL,
    ADD CONSTRAINT uq_offer_tenant_id_code UNIQUE (tenant_id, code),
    ADD CONSTRAINT ck_offer_turn CHECK (turn IN ('buyer', 'seller')),
    ADD CONSTRAINT ck_offer_moved_by CHECK (moved_by IN ('buyer', 'seller', 'market', 'time')),
    ADD CONSTRAINT ck_offer_pay_by CHECK (pay_by IN ('advance', 'cash')),
    ADD CONSTRAINT ck_offer_logistics CHECK (logistics_paise >= 0);
CREATE INDEX ix_offer_open_moved_at ON offer (moved_at) WHERE state IN ('made', 'countered');

CREATE TABLE offer_step (
    tenant_id INTEGER NOT NULL,
    id UUID DEFAULT uuidv7() NOT NULL,
    offer_id UUID NOT NULL,
    by TEXT NOT NULL,
    actor_id UUID NOT NULL,
    kg BIGINT NOT NULL,
    price_paise BIGINT NOT NULL,
    per TEXT NOT NULL,
    note TEXT NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_offer_step PRIMARY KEY (tenant_id, id),
    CONSTRAINT fk_offer_step_tenant_id_offer_id FOREIGN KEY(tenant_id, offer_id)
        REFERENCES offer (tenant_id, id),
    CONSTRAINT fk_offer_step_tenant_id_actor_id FOREIGN KEY(tenant_id, actor_id)
        REFERENCES person (tenant_id, id),
    CONSTRAINT ck_offer_step_by CHECK (by IN ('buyer', 'seller')),
    CONSTRAINT ck_offer_step_terms CHECK (kg > 0 AND price_paise > 0)
);
CREATE INDEX ix_offer_step_tenant_id_offer_id_id ON offer_step (tenant_id, offer_id, id);

-- Who had agreed before anybody asked how to pay meant cash at the cart.
ALTER TABLE booking
    ADD COLUMN pay_by TEXT DEFAULT 'cash' NOT NULL,
    ADD COLUMN due_paise BIGINT DEFAULT 0 NOT NULL,
    ADD COLUMN terms JSONB DEFAULT '{}' NOT NULL,
    ADD COLUMN confirmed_at TIMESTAMP WITH TIME ZONE,
    ADD COLUMN billed_at TIMESTAMP WITH TIME ZONE,
    ADD COLUMN bill_agreed_at TIMESTAMP WITH TIME ZONE,
    ADD COLUMN decided_paise BIGINT,
    DROP CONSTRAINT ck_booking_moved_by,
    ADD CONSTRAINT ck_booking_moved_by
        CHECK (moved_by IN ('buyer', 'seller', 'driver', 'operator', 'time')),
    ADD CONSTRAINT ck_booking_pay_by CHECK (pay_by IN ('advance', 'cash')),
    ADD CONSTRAINT ck_booking_money CHECK (due_paise >= 0 AND decided_paise >= 0);
ALTER TABLE booking ALTER COLUMN pay_by SET DEFAULT 'advance';
CREATE INDEX ix_booking_confirmed_at ON booking (confirmed_at) WHERE state = 'confirmed';
CREATE INDEX ix_booking_billed_at ON booking (billed_at) WHERE state = 'delivered';

CREATE TABLE pickup (
    tenant_id INTEGER NOT NULL,
    booking_id UUID NOT NULL,
    secret TEXT NOT NULL,
    wrong SMALLINT DEFAULT 0 NOT NULL,
    locked_until TIMESTAMP WITH TIME ZONE,
    window_from TIMESTAMP WITH TIME ZONE,
    window_to TIMESTAMP WITH TIME ZONE,
    driver_id UUID,
    CONSTRAINT pk_pickup PRIMARY KEY (tenant_id, booking_id),
    CONSTRAINT fk_pickup_tenant_id_booking_id FOREIGN KEY(tenant_id, booking_id)
        REFERENCES booking (tenant_id, id),
    CONSTRAINT fk_pickup_tenant_id_driver_id FOREIGN KEY(tenant_id, driver_id)
        REFERENCES person (tenant_id, id),
    CONSTRAINT ck_pickup_window CHECK (window_from < window_to)
);
CREATE INDEX ix_pickup_tenant_id_driver_id ON pickup (tenant_id, driver_id);

CREATE TABLE weighment (
    tenant_id INTEGER NOT NULL,
    id UUID DEFAULT uuidv7() NOT NULL,
    booking_id UUID NOT NULL,
    kg BIGINT NOT NULL,
    slip UUID,
    by TEXT NOT NULL,
    actor_id UUID NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_weighment PRIMARY KEY (tenant_id, id),
    CONSTRAINT fk_weighment_tenant_id_booking_id FOREIGN KEY(tenant_id, booking_id)
        REFERENCES booking (tenant_id, id),
    CONSTRAINT fk_weighment_tenant_id_actor_id FOREIGN KEY(tenant_id, actor_id)
        REFERENCES person (tenant_id, id),
    CONSTRAINT ck_weighment_kg CHECK (kg > 0)
);
CREATE INDEX ix_weighment_tenant_id_booking_id_id ON weighment (tenant_id, booking_id, id);

CREATE TABLE inspection (
    tenant_id INTEGER NOT NULL,
    id UUID DEFAULT uuidv7() NOT NULL,
    booking_id UUID NOT NULL,
    grade TEXT,
    moisture SMALLINT,
    impurity SMALLINT,
    photos UUID[] DEFAULT '{}' NOT NULL,
    by TEXT NOT NULL,
    actor_id UUID NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_inspection PRIMARY KEY (tenant_id, id),
    CONSTRAINT fk_inspection_tenant_id_booking_id FOREIGN KEY(tenant_id, booking_id)
        REFERENCES booking (tenant_id, id),
    CONSTRAINT fk_inspection_tenant_id_actor_id FOREIGN KEY(tenant_id, actor_id)
        REFERENCES person (tenant_id, id),
    CONSTRAINT ck_inspection_grade CHECK (grade IN ('A', 'B', 'C')),
    CONSTRAINT ck_inspection_tenths
        CHECK (moisture BETWEEN 0 AND 1000 AND impurity BETWEEN 0 AND 1000)
);
CREATE INDEX ix_inspection_tenant_id_booking_id_id ON inspection (tenant_id, booking_id, id);

CREATE TABLE dispute (
    tenant_id INTEGER NOT NULL,
    id UUID DEFAULT uuidv7() NOT NULL,
    booking_id UUID NOT NULL,
    state TEXT NOT NULL,
    opened_by TEXT NOT NULL,
    opener_id UUID NOT NULL,
    reason TEXT NOT NULL,
    said TEXT NOT NULL,
    photos UUID[] DEFAULT '{}' NOT NULL,
    answer TEXT,
    answer_photos UUID[] DEFAULT '{}' NOT NULL,
    booking_was TEXT NOT NULL,
    decision TEXT,
    farmer_paise BIGINT,
    decided_by UUID,
    decided_why TEXT,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    moved_at TIMESTAMP WITH TIME ZONE NOT NULL,
    moved_by TEXT NOT NULL,
    CONSTRAINT pk_dispute PRIMARY KEY (tenant_id, id),
    CONSTRAINT fk_dispute_tenant_id_booking_id FOREIGN KEY(tenant_id, booking_id)
        REFERENCES booking (tenant_id, id),
    CONSTRAINT fk_dispute_tenant_id_opener_id FOREIGN KEY(tenant_id, opener_id)
        REFERENCES person (tenant_id, id),
    CONSTRAINT fk_dispute_tenant_id_decided_by FOREIGN KEY(tenant_id, decided_by)
        REFERENCES person (tenant_id, id),
    CONSTRAINT ck_dispute_state
        CHECK (state IN ('open', 'answered', 'unanswered', 'decided', 'withdrawn')),
    CONSTRAINT ck_dispute_decision CHECK (decision IN ('uphold', 'share', 'refund')),
    CONSTRAINT ck_dispute_money CHECK (farmer_paise >= 0)
);
CREATE INDEX ix_dispute_tenant_id_booking_id ON dispute (tenant_id, booking_id);
CREATE UNIQUE INDEX uq_dispute_under_way ON dispute (tenant_id, booking_id)
    WHERE state IN ('open', 'answered', 'unanswered');
CREATE INDEX ix_dispute_queue ON dispute (tenant_id, moved_at) WHERE state IN ('open', 'answered', 'unanswered');

CREATE TABLE rating (
    tenant_id INTEGER NOT NULL,
    id UUID DEFAULT uuidv7() NOT NULL,
    booking_id UUID NOT NULL,
    by TEXT NOT NULL,
    rater_id UUID NOT NULL,
    rated_id UUID NOT NULL,
    stars SMALLINT NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    changed_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_rating PRIMARY KEY (tenant_id, id),
    CONSTRAINT uq_rating_tenant_id_booking_id_by UNIQUE (tenant_id, booking_id, by),
    CONSTRAINT fk_rating_tenant_id_booking_id FOREIGN KEY(tenant_id, booking_id)
        REFERENCES booking (tenant_id, id),
    CONSTRAINT fk_rating_tenant_id_rater_id FOREIGN KEY(tenant_id, rater_id)
        REFERENCES person (tenant_id, id),
    CONSTRAINT fk_rating_tenant_id_rated_id FOREIGN KEY(tenant_id, rated_id)
        REFERENCES person (tenant_id, id),
    CONSTRAINT ck_rating_by CHECK (by IN ('buyer', 'seller')),
    CONSTRAINT ck_rating_stars CHECK (stars BETWEEN 1 AND 5)
);
CREATE INDEX ix_rating_tenant_id_rated_id ON rating (tenant_id, rated_id);
"""

# What was named, weighed and found is never rewritten; a note is taken out with the person who wrote it.
REVOKED = """
REVOKE UPDATE, DELETE ON offer_step, weighment, inspection FROM mandi_app;
GRANT UPDATE (note) ON offer_step TO mandi_app;
"""


def upgrade() -> None:
    op.execute(TABLES)
    op.execute(fence("offer_step", "pickup", "weighment", "inspection", "dispute", "rating"))
    op.execute(REVOKED)
