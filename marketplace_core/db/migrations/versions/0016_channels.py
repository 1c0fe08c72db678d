"""Channels: why a message is sent and by whom, addresses that are dead, attachments that left the carrier."""

from alembic import op

from marketplace_core.db.fences import fence

revision = "0016"
down_revision = "0015"

#: What was claimed before this column was may have left: for the rows that are there, as if it had begun.
OUTBOX = """
ALTER TABLE outbox
    ADD COLUMN carrier TEXT,
    ADD COLUMN purpose TEXT DEFAULT 'answer' NOT NULL,
    ADD COLUMN reply JSONB,
    ADD COLUMN notice JSONB,
    ADD COLUMN instead_of UUID,
    ADD COLUMN begun_at TIMESTAMP WITH TIME ZONE DEFAULT now(),
    ADD COLUMN settled_at TIMESTAMP WITH TIME ZONE,
    ADD CONSTRAINT ck_outbox_purpose CHECK (purpose IN ('answer', 'notice', 'promotion', 'code'));
ALTER TABLE outbox ALTER COLUMN begun_at DROP DEFAULT;
CREATE INDEX ix_outbox_uncertain ON outbox (claimed_at) WHERE status = 'uncertain';
CREATE INDEX ix_outbox_tenant_id_recipient_claimed_at ON outbox (tenant_id, recipient, claimed_at);
ALTER TABLE address ADD COLUMN closed_at TIMESTAMP WITH TIME ZONE;
ALTER TABLE media
    ADD COLUMN carrier TEXT DEFAULT 'twilio' NOT NULL,
    ADD COLUMN left_carrier_at TIMESTAMP WITH TIME ZONE;
"""


CALLS = """
CREATE TABLE call (
    tenant_id INTEGER NOT NULL,
    id UUID DEFAULT uuidv7() NOT NULL,
    carrier TEXT NOT NULL,
    carrier_id TEXT,
    kind TEXT NOT NULL,
    phone TEXT NOT NULL,
    person_id UUID,
    status TEXT NOT NULL,
    sequence INTEGER DEFAULT -1 NOT NULL,
    tries SMALLINT DEFAULT 0 NOT NULL,
    due_at TIMESTAMP WITH TIME ZONE,
    to_write JSONB DEFAULT '[]' NOT NULL,
    written_at TIMESTAMP WITH TIME ZONE,
    seconds INTEGER,
    error_code INTEGER,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    ended_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_call PRIMARY KEY (tenant_id, id),
    CONSTRAINT uq_call_tenant_id_carrier_carrier_id UNIQUE (tenant_id, carrier, carrier_id),
    CONSTRAINT fk_call_tenant_id_person_id FOREIGN KEY(tenant_id, person_id) REFERENCES person (tenant_id, id),
    CONSTRAINT ck_call_kind CHECK (kind IN ('in', 'missed', 'back', 'out'))
);
CREATE INDEX ix_call_tenant_id_phone_at ON call (tenant_id, phone, at);
CREATE INDEX ix_call_person ON call (tenant_id, person_id);
CREATE UNIQUE INDEX uq_call_planned ON call (tenant_id, phone) WHERE status = 'planned';
CREATE INDEX ix_call_due ON call (tenant_id, due_at) WHERE status = 'planned';
CREATE INDEX ix_call_to_write ON call (tenant_id, at) WHERE to_write <> '[]' AND written_at IS NULL;

CREATE TABLE recording (
    tenant_id INTEGER NOT NULL,
    id UUID DEFAULT uuidv7() NOT NULL,
    call_id UUID NOT NULL,
    person_id UUID NOT NULL,
    carrier TEXT NOT NULL,
    carrier_id TEXT NOT NULL,
    seconds INTEGER,
    key TEXT,
    lost_because TEXT,
    tries SMALLINT DEFAULT 0 NOT NULL,
    due_at TIMESTAMP WITH TIME ZONE NOT NULL,
    left_carrier_at TIMESTAMP WITH TIME ZONE,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_recording PRIMARY KEY (tenant_id, id),
    CONSTRAINT uq_recording_tenant_id_carrier_carrier_id UNIQUE (tenant_id, carrier, carrier_id),
    CONSTRAINT fk_recording_tenant_id_call_id FOREIGN KEY(tenant_id, call_id) REFERENCES call (tenant_id, id),
    CONSTRAINT fk_recording_tenant_id_person_id FOREIGN KEY(tenant_id, person_id)
        REFERENCES person (tenant_id, id)
);
CREATE INDEX ix_recording_due ON recording (tenant_id, due_at) WHERE left_carrier_at IS NULL;
CREATE INDEX ix_recording_tenant_id_person_id ON recording (tenant_id, person_id);
"""

MEDIA = """
CREATE INDEX ix_media_at_carrier ON media (tenant_id, at) WHERE left_carrier_at IS NULL;
"""

SPEECH = """
CREATE TABLE hearing (
    tenant_id INTEGER NOT NULL,
    media_id UUID NOT NULL,
    person_id UUID NOT NULL,
    carrier TEXT NOT NULL,
    carrier_id TEXT NOT NULL,
    channel TEXT NOT NULL,
    sender TEXT NOT NULL,
    phone TEXT,
    recipient TEXT NOT NULL,
    serial INTEGER NOT NULL,
    deadline TIMESTAMP WITH TIME ZONE NOT NULL,
    claimed_at TIMESTAMP WITH TIME ZONE,
    done_at TIMESTAMP WITH TIME ZONE,
    ear TEXT,
    language TEXT,
    seconds FLOAT,
    because TEXT,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_hearing PRIMARY KEY (tenant_id, media_id),
    CONSTRAINT fk_hearing_tenant_id_person_id FOREIGN KEY(tenant_id, person_id) REFERENCES person (tenant_id, id)
);
CREATE INDEX ix_hearing_waiting ON hearing (tenant_id, at) WHERE done_at IS NULL;
CREATE INDEX ix_hearing_tenant_id_person_id ON hearing (tenant_id, person_id);

CREATE TABLE speech (
    tenant_id INTEGER NOT NULL,
    digest TEXT NOT NULL,
    key TEXT NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_speech PRIMARY KEY (tenant_id, digest)
);
CREATE INDEX ix_speech_tenant_id_key ON speech (tenant_id, key);
"""


def upgrade() -> None:
    op.execute(OUTBOX)
    op.execute(MEDIA)
    op.execute(CALLS)
    op.execute(fence("call", "recording"))
    op.execute(SPEECH)
    op.execute(fence("hearing", "speech"))
