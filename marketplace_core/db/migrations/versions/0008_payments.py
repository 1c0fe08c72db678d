"""Payments, payouts, and who somebody is."""

from alembic import op

from marketplace_core.db.fences import fence

revision = "0008"
down_revision = "0007"

TABLES = """
CREATE TABLE kyc (
    tenant_id INTEGER NOT NULL,
    id UUID DEFAULT uuidv7() NOT NULL,
    person_id UUID NOT NULL,
    state TEXT NOT NULL,
    reason TEXT,
    reviewer_id UUID,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    moved_at TIMESTAMP WITH TIME ZONE NOT NULL,
    moved_by TEXT NOT NULL,
    CONSTRAINT pk_kyc PRIMARY KEY (tenant_id, id),
    CONSTRAINT uq_kyc_tenant_id_person_id UNIQUE (tenant_id, person_id),
    CONSTRAINT fk_kyc_tenant_id_person_id FOREIGN KEY(tenant_id, person_id)
        REFERENCES person (tenant_id, id),
    CONSTRAINT ck_kyc_state
        CHECK (state IN ('asked', 'submitted', 'in_review', 'verified', 'rejected', 'expired')),
    CONSTRAINT ck_kyc_reason
        CHECK (reason IN ('unreadable', 'wrong_person', 'number_differs', 'paper_expired',
            'incomplete', 'forged')),
    CONSTRAINT ck_kyc_why_rejected CHECK ((state = 'rejected') = (reason IS NOT NULL))
);
CREATE INDEX ix_kyc_queue ON kyc (tenant_id, moved_at) WHERE state IN ('submitted', 'in_review');

CREATE TABLE kyc_document (
    tenant_id INTEGER NOT NULL,
    id UUID DEFAULT uuidv7() NOT NULL,
    person_id UUID NOT NULL,
    kind TEXT NOT NULL,
    media_key TEXT NOT NULL,
    last_four TEXT,
    salt BYTEA,
    recognition BYTEA,
    key_id TEXT,
    sealed BYTEA,
    blind_index BYTEA,
    added_at TIMESTAMP WITH TIME ZONE NOT NULL,
    replaced_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_kyc_document PRIMARY KEY (tenant_id, id),
    CONSTRAINT fk_kyc_document_tenant_id_person_id FOREIGN KEY(tenant_id, person_id)
        REFERENCES person (tenant_id, id),
    CONSTRAINT ck_kyc_document_kind
        CHECK (kind IN ('aadhaar', 'pan', 'voter_id', 'driving_licence', 'land_record', 'bank_passbook')),
    CONSTRAINT ck_kyc_document_recognised CHECK ((salt IS NULL) = (recognition IS NULL)),
    CONSTRAINT ck_kyc_document_sealed CHECK ((sealed IS NULL) = (key_id IS NULL)),
    CONSTRAINT ck_kyc_document_never_aadhaar CHECK (kind <> 'aadhaar' OR sealed IS NULL)
);
CREATE INDEX ix_kyc_document_tenant_id_blind_index ON kyc_document (tenant_id, blind_index);
CREATE UNIQUE INDEX uq_kyc_document_current ON kyc_document (tenant_id, person_id, kind)
    WHERE replaced_at IS NULL;

CREATE TABLE payment (
    tenant_id INTEGER NOT NULL,
    id UUID DEFAULT uuidv7() NOT NULL,
    code TEXT NOT NULL,
    payer_id UUID NOT NULL,
    booking_id UUID,
    paise BIGINT NOT NULL,
    refunded_paise BIGINT DEFAULT 0 NOT NULL,
    method TEXT NOT NULL,
    state TEXT NOT NULL,
    provider_order TEXT,
    provider_payment TEXT,
    reference TEXT,
    claimed TEXT,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    moved_at TIMESTAMP WITH TIME ZONE NOT NULL,
    moved_by TEXT NOT NULL,
    CONSTRAINT pk_payment PRIMARY KEY (tenant_id, id),
    CONSTRAINT uq_payment_tenant_id_code UNIQUE (tenant_id, code),
    CONSTRAINT uq_payment_tenant_id_provider_order UNIQUE (tenant_id, provider_order),
    CONSTRAINT uq_payment_tenant_id_provider_payment UNIQUE (tenant_id, provider_payment),
    CONSTRAINT uq_payment_tenant_id_reference UNIQUE (tenant_id, reference),
    CONSTRAINT fk_payment_tenant_id_payer_id FOREIGN KEY(tenant_id, payer_id)
        REFERENCES person (tenant_id, id),
    CONSTRAINT fk_payment_tenant_id_booking_id FOREIGN KEY(tenant_id, booking_id)
        REFERENCES booking (tenant_id, id),
    CONSTRAINT ck_payment_state
        CHECK (state IN ('created', 'attempted', 'authorised', 'paid', 'refunding', 'partly_refunded',
            'refunded', 'failed', 'expired')),
    CONSTRAINT ck_payment_method CHECK (method IN ('upi', 'bank', 'razorpay', 'cash')),
    CONSTRAINT ck_payment_paise CHECK (paise > 0),
    CONSTRAINT ck_payment_refunded CHECK (refunded_paise BETWEEN 0 AND paise)
);
CREATE INDEX ix_payment_tenant_id_booking_id ON payment (tenant_id, booking_id);
CREATE INDEX ix_payment_tenant_id_payer_id_id ON payment (tenant_id, payer_id, id);
CREATE INDEX ix_payment_unsettled ON payment (tenant_id, moved_at)
    WHERE state IN ('created', 'attempted', 'authorised', 'refunding');

CREATE TABLE payment_day (
    tenant_id INTEGER NOT NULL,
    person_id UUID NOT NULL,
    day DATE NOT NULL,
    attempts SMALLINT NOT NULL,
    CONSTRAINT pk_payment_day PRIMARY KEY (tenant_id, person_id, day),
    CONSTRAINT fk_payment_day_tenant_id_person_id FOREIGN KEY(tenant_id, person_id)
        REFERENCES person (tenant_id, id),
    CONSTRAINT ck_payment_day_attempts CHECK (attempts BETWEEN 1 AND 5)
);

CREATE TABLE refund (
    tenant_id INTEGER NOT NULL,
    id UUID DEFAULT uuidv7() NOT NULL,
    payment_id UUID NOT NULL,
    paise BIGINT NOT NULL,
    asked_by UUID NOT NULL,
    outcome TEXT,
    provider_refund TEXT,
    reference TEXT,
    asked_at TIMESTAMP WITH TIME ZONE NOT NULL,
    settled_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_refund PRIMARY KEY (tenant_id, id),
    CONSTRAINT uq_refund_tenant_id_provider_refund UNIQUE (tenant_id, provider_refund),
    CONSTRAINT uq_refund_tenant_id_reference UNIQUE (tenant_id, reference),
    CONSTRAINT fk_refund_tenant_id_payment_id FOREIGN KEY(tenant_id, payment_id)
        REFERENCES payment (tenant_id, id),
    CONSTRAINT fk_refund_tenant_id_asked_by FOREIGN KEY(tenant_id, asked_by)
        REFERENCES person (tenant_id, id),
    CONSTRAINT ck_refund_outcome CHECK (outcome IN ('done', 'failed')),
    CONSTRAINT ck_refund_settled CHECK ((outcome IS NULL) = (settled_at IS NULL)),
    CONSTRAINT ck_refund_paise CHECK (paise > 0)
);
CREATE UNIQUE INDEX uq_refund_open ON refund (tenant_id, payment_id) WHERE outcome IS NULL;

CREATE TABLE payment_word (
    tenant_id INTEGER NOT NULL,
    id UUID DEFAULT uuidv7() NOT NULL,
    provider TEXT NOT NULL,
    event_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    provider_order TEXT,
    provider_payment TEXT,
    paise BIGINT,
    payment_id UUID,
    outcome TEXT NOT NULL,
    doubt TEXT,
    heard_at TIMESTAMP WITH TIME ZONE NOT NULL,
    cleared_at TIMESTAMP WITH TIME ZONE,
    cleared_by UUID,
    CONSTRAINT pk_payment_word PRIMARY KEY (tenant_id, id),
    CONSTRAINT uq_payment_word_tenant_id_provider_event_id UNIQUE (tenant_id, provider, event_id),
    CONSTRAINT fk_payment_word_tenant_id_payment_id FOREIGN KEY(tenant_id, payment_id)
        REFERENCES payment (tenant_id, id),
    CONSTRAINT fk_payment_word_tenant_id_cleared_by FOREIGN KEY(tenant_id, cleared_by)
        REFERENCES person (tenant_id, id),
    CONSTRAINT ck_payment_word_outcome CHECK (outcome IN ('applied', 'behind', 'unheard', 'doubted')),
    CONSTRAINT ck_payment_word_doubt CHECK ((outcome = 'doubted') = (doubt IS NOT NULL))
);
CREATE INDEX ix_payment_word_doubted ON payment_word (tenant_id, id)
    WHERE outcome = 'doubted' AND cleared_at IS NULL;

CREATE TABLE payout_destination (
    tenant_id INTEGER NOT NULL,
    id UUID DEFAULT uuidv7() NOT NULL,
    person_id UUID NOT NULL,
    kind TEXT NOT NULL,
    shown TEXT NOT NULL,
    key_id TEXT NOT NULL,
    sealed BYTEA NOT NULL,
    blind_index BYTEA NOT NULL,
    named_at TIMESTAMP WITH TIME ZONE NOT NULL,
    confirmed_at TIMESTAMP WITH TIME ZONE,
    confirmed_by UUID,
    closed_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_payout_destination PRIMARY KEY (tenant_id, id),
    CONSTRAINT fk_payout_destination_tenant_id_person_id FOREIGN KEY(tenant_id, person_id)
        REFERENCES person (tenant_id, id),
    CONSTRAINT fk_payout_destination_tenant_id_confirmed_by FOREIGN KEY(tenant_id, confirmed_by)
        REFERENCES person (tenant_id, id),
    CONSTRAINT ck_payout_destination_kind CHECK (kind IN ('bank', 'upi')),
    CONSTRAINT ck_payout_destination_confirmed CHECK ((confirmed_at IS NULL) = (confirmed_by IS NULL))
);
CREATE INDEX ix_payout_destination_tenant_id_blind_index ON payout_destination (tenant_id, blind_index);
CREATE UNIQUE INDEX uq_payout_destination_current ON payout_destination (tenant_id, person_id)
    WHERE closed_at IS NULL;

CREATE TABLE payout (
    tenant_id INTEGER NOT NULL,
    id UUID DEFAULT uuidv7() NOT NULL,
    code TEXT NOT NULL,
    person_id UUID NOT NULL,
    destination_id UUID NOT NULL,
    paise BIGINT NOT NULL,
    state TEXT NOT NULL,
    reference TEXT,
    why TEXT,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    moved_at TIMESTAMP WITH TIME ZONE NOT NULL,
    moved_by TEXT NOT NULL,
    CONSTRAINT pk_payout PRIMARY KEY (tenant_id, id),
    CONSTRAINT uq_payout_tenant_id_code UNIQUE (tenant_id, code),
    CONSTRAINT uq_payout_tenant_id_reference UNIQUE (tenant_id, reference),
    CONSTRAINT fk_payout_tenant_id_person_id FOREIGN KEY(tenant_id, person_id)
        REFERENCES person (tenant_id, id),
    CONSTRAINT fk_payout_tenant_id_destination_id FOREIGN KEY(tenant_id, destination_id)
        REFERENCES payout_destination (tenant_id, id),
    CONSTRAINT ck_payout_state
        CHECK (state IN ('asked', 'approved', 'sent', 'done', 'failed', 'cancelled')),
    CONSTRAINT ck_payout_paise CHECK (paise > 0),
    CONSTRAINT ck_payout_reference CHECK (state NOT IN ('sent', 'done') OR reference IS NOT NULL)
);
CREATE INDEX ix_payout_open ON payout (tenant_id, moved_at) WHERE state IN ('asked', 'approved', 'sent');
CREATE INDEX ix_payout_tenant_id_person_id_id ON payout (tenant_id, person_id, id);
"""

FENCES = fence(
    "kyc",
    "kyc_document",
    "payment",
    "payment_day",
    "refund",
    "payment_word",
    "payout_destination",
    "payout",
)

#: Money that moved is never forgotten; only its life goes on.
RIGHTS = "REVOKE DELETE ON payment, refund, payment_word, payout FROM mandi_app;"


def upgrade() -> None:
    op.execute(TABLES)
    op.execute(FENCES)
    op.execute(RIGHTS)
