"""Eyes: what was seen beside each grading, limits that operators keep, labels, and the models that serve."""

from alembic import op

from marketplace_core.db.fences import fence

revision = "0015"
down_revision = "0014"

GRADING = """
ALTER TABLE grading
    ADD COLUMN answers JSONB DEFAULT '{}' NOT NULL,
    ADD COLUMN eye TEXT,
    ADD COLUMN file_name TEXT,
    ADD COLUMN claimed_at TIMESTAMP WITH TIME ZONE,
    ADD COLUMN tries SMALLINT DEFAULT 0 NOT NULL,
    ADD COLUMN report JSONB,
    ADD COLUMN seen_at TIMESTAMP WITH TIME ZONE,
    ADD COLUMN features REAL[],
    ADD COLUMN picture TEXT,
    ADD COLUMN shadow JSONB,
    ADD COLUMN moisture_source TEXT,
    ADD COLUMN appealed_at TIMESTAMP WITH TIME ZONE;
-- Until now the API asked for a meter's figure; nobody can say any more whether it was one.
UPDATE grading SET moisture_source = 'agent' WHERE moisture_permille IS NOT NULL;
ALTER TABLE grading
    DROP CONSTRAINT ck_grading_state,
    ADD CONSTRAINT ck_grading_state
        CHECK (state IN ('asked', 'graded', 'advised', 'not_gradable', 'withdrawn')),
    ADD CONSTRAINT ck_grading_eye CHECK (eye IN ('produce', 'grain', 'kernel', 'straw', 'leaf')),
    ADD CONSTRAINT ck_grading_moisture_source CHECK (moisture_source IN ('meter', 'agent', 'farmer')),
    ADD CONSTRAINT ck_grading_sourced CHECK ((moisture_permille IS NULL) = (moisture_source IS NULL)),
    ADD CONSTRAINT ck_grading_seen CHECK ((report IS NULL) = (seen_at IS NULL));
CREATE INDEX ix_grading_to_see ON grading (tenant_id, id)
    WHERE state = 'asked' AND seen_at IS NULL AND appealed_at IS NULL;
CREATE INDEX ix_grading_seen ON grading (tenant_id, seen_at) WHERE seen_at IS NOT NULL;

ALTER TABLE listing DROP CONSTRAINT ck_listing_graded_by;
UPDATE listing SET graded_by = 'eyes' WHERE graded_by = 'model';
ALTER TABLE listing ADD CONSTRAINT ck_listing_graded_by CHECK (graded_by IN ('eyes', 'agent', 'self'));
"""

LEARNING = """
CREATE TABLE grade_rule (
    tenant_id INTEGER NOT NULL,
    commodity TEXT NOT NULL,
    measure TEXT NOT NULL,
    most_a FLOAT NOT NULL,
    most_b FLOAT NOT NULL,
    source TEXT NOT NULL,
    set_by UUID NOT NULL,
    set_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_grade_rule PRIMARY KEY (tenant_id, commodity, measure),
    CONSTRAINT fk_grade_rule_tenant_id_set_by FOREIGN KEY(tenant_id, set_by) REFERENCES person (tenant_id, id),
    CONSTRAINT ck_grade_rule_limits CHECK (0 <= most_a AND most_a <= most_b)
);

CREATE TABLE grade_label (
    tenant_id INTEGER NOT NULL,
    id UUID DEFAULT uuidv7() NOT NULL,
    about TEXT NOT NULL,
    truth TEXT NOT NULL,
    source TEXT NOT NULL,
    role TEXT NOT NULL,
    subject TEXT NOT NULL,
    grading TEXT NOT NULL,
    commodity TEXT NOT NULL,
    photos TEXT[] NOT NULL,
    answer TEXT,
    confidence FLOAT,
    model JSONB NOT NULL,
    rival JSONB,
    rival_answer TEXT,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_grade_label PRIMARY KEY (tenant_id, id),
    CONSTRAINT uq_grade_label_tenant_id_source_subject_about UNIQUE (tenant_id, source, subject, about),
    CONSTRAINT ck_grade_label_about CHECK (about IN ('grade', 'commodity')),
    CONSTRAINT ck_grade_label_source CHECK (source IN ('agent', 'inspection'))
);
CREATE INDEX ix_grade_label_tenant_id_at ON grade_label (tenant_id, at);

CREATE TABLE eye_model (
    tenant_id INTEGER NOT NULL,
    name TEXT NOT NULL,
    version TEXT NOT NULL,
    file TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    data_sha256 TEXT NOT NULL,
    metrics JSONB NOT NULL,
    licences TEXT NOT NULL,
    reference JSONB,
    state TEXT NOT NULL,
    registered_at TIMESTAMP WITH TIME ZONE NOT NULL,
    promoted_at TIMESTAMP WITH TIME ZONE,
    promoted_by UUID,
    CONSTRAINT pk_eye_model PRIMARY KEY (tenant_id, name, version),
    CONSTRAINT fk_eye_model_tenant_id_promoted_by FOREIGN KEY(tenant_id, promoted_by)
        REFERENCES person (tenant_id, id),
    CONSTRAINT ck_eye_model_state CHECK (state IN ('challenger', 'serving', 'retired')),
    CONSTRAINT ck_eye_model_hashes CHECK (sha256 ~ '^[0-9a-f]{64}$' AND data_sha256 ~ '^[0-9a-f]{64}$')
);
CREATE UNIQUE INDEX uq_eye_model_serving ON eye_model (tenant_id, name) WHERE state = 'serving';
CREATE UNIQUE INDEX uq_eye_model_challenger ON eye_model (tenant_id, name) WHERE state = 'challenger';
"""


def upgrade() -> None:
    op.execute(GRADING)
    op.execute(LEARNING)
    op.execute(fence("grade_rule", "grade_label", "eye_model"))
