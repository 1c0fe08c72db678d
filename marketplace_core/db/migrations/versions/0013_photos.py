"""Photos, what looks wrong, grading."""

from alembic import op

from marketplace_core.db.fences import fence

revision = "0013"
down_revision = "0012"

PHOTOS = """
CREATE TABLE photo (
    tenant_id INTEGER NOT NULL,
    id UUID DEFAULT uuidv7() NOT NULL,
    person_id UUID NOT NULL,
    key TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    likeness BYTEA NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_photo PRIMARY KEY (tenant_id, id),
    CONSTRAINT fk_photo_tenant_id_person_id FOREIGN KEY(tenant_id, person_id)
        REFERENCES person (tenant_id, id),
    CONSTRAINT ck_photo_sha256 CHECK (sha256 ~ '^[0-9a-f]{64}$')
);
CREATE INDEX ix_photo_tenant_id_person_id_at ON photo (tenant_id, person_id, at);
CREATE INDEX ix_photo_tenant_id_sha256 ON photo (tenant_id, sha256);

CREATE TABLE photo_print (
    photo_id UUID NOT NULL,
    bits BIT(256) NOT NULL,
    codes INTEGER[] NOT NULL,
    CONSTRAINT pk_photo_print PRIMARY KEY (photo_id)
);
CREATE INDEX ix_photo_print_codes ON photo_print USING gin (codes);
-- A function because of its setting: the planner believes that 272 codes overlap with every row, and would read
-- the whole table.
CREATE FUNCTION near_prints(probes int[], wanted bit(256), most int)
RETURNS TABLE (photo_id uuid, apart int)
LANGUAGE sql STABLE ROWS 10 SET enable_seqscan = off SET search_path = pg_catalog, public AS $$
    SELECT photo_id, bit_count(bits # wanted)::int FROM public.photo_print
    WHERE codes && probes AND bit_count(bits # wanted) <= most
$$;

CREATE TABLE photo_use (
    tenant_id INTEGER NOT NULL,
    photo_id UUID NOT NULL,
    subject TEXT NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_photo_use PRIMARY KEY (tenant_id, photo_id, subject)
);
CREATE INDEX ix_photo_use_tenant_id_subject ON photo_use (tenant_id, subject);
"""

FRAUD = """
CREATE TABLE flag (
    tenant_id INTEGER NOT NULL,
    id UUID DEFAULT uuidv7() NOT NULL,
    rule TEXT NOT NULL,
    subject TEXT NOT NULL,
    person_id UUID,
    weight INTEGER NOT NULL,
    reasons JSONB NOT NULL,
    state TEXT NOT NULL,
    moved_at TIMESTAMP WITH TIME ZONE NOT NULL,
    moved_by TEXT NOT NULL,
    reviewed_by UUID,
    why TEXT,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_flag PRIMARY KEY (tenant_id, id),
    CONSTRAINT uq_flag_tenant_id_rule_subject UNIQUE (tenant_id, rule, subject),
    CONSTRAINT fk_flag_tenant_id_person_id FOREIGN KEY(tenant_id, person_id)
        REFERENCES person (tenant_id, id),
    CONSTRAINT ck_flag_state CHECK (state IN ('open', 'cleared', 'confirmed')),
    CONSTRAINT ck_flag_weight CHECK (weight BETWEEN 1 AND 3)
);
CREATE INDEX ix_flag_open ON flag (tenant_id, weight, id) WHERE state = 'open';
CREATE INDEX ix_flag_tenant_id_person_id ON flag (tenant_id, person_id);
"""

GRADING = """
CREATE TABLE grading (
    tenant_id INTEGER NOT NULL,
    id UUID DEFAULT uuidv7() NOT NULL,
    code TEXT NOT NULL,
    batch UUID,
    person_id UUID NOT NULL,
    commodity TEXT NOT NULL,
    listing TEXT,
    photos UUID[] NOT NULL,
    state TEXT NOT NULL,
    moved_at TIMESTAMP WITH TIME ZONE NOT NULL,
    moved_by TEXT NOT NULL,
    graded_by UUID,
    grade TEXT,
    moisture_permille INTEGER,
    purity_permille INTEGER,
    advice TEXT,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_grading PRIMARY KEY (tenant_id, id),
    CONSTRAINT uq_grading_tenant_id_code UNIQUE (tenant_id, code),
    CONSTRAINT fk_grading_tenant_id_person_id FOREIGN KEY(tenant_id, person_id)
        REFERENCES person (tenant_id, id),
    CONSTRAINT ck_grading_state CHECK (state IN ('asked', 'graded', 'not_gradable', 'withdrawn')),
    CONSTRAINT ck_grading_grade CHECK (grade IN ('A', 'B', 'C')),
    CONSTRAINT ck_grading_graded CHECK ((state = 'graded') = (grade IS NOT NULL)),
    CONSTRAINT ck_grading_shares
        CHECK (moisture_permille BETWEEN 0 AND 1000 AND purity_permille BETWEEN 0 AND 1000)
);
CREATE INDEX ix_grading_waiting ON grading (tenant_id, id) WHERE state = 'asked';
CREATE INDEX ix_grading_tenant_id_batch ON grading (tenant_id, batch);
CREATE INDEX ix_grading_tenant_id_person_id_created_at ON grading (tenant_id, person_id, created_at);
"""


def upgrade() -> None:
    op.execute(PHOTOS)
    op.execute(FRAUD)
    op.execute(GRADING)
    op.execute(fence("photo", "photo_use", "flag", "grading"))
