"""The audit chain, access log, deletion."""

from alembic import op

from marketplace_core.db.fences import fence

revision = "0011"
down_revision = "0010"

AUDIT = """
CREATE TABLE audit_entry (
    tenant_id INTEGER NOT NULL,
    id UUID DEFAULT uuidv7() NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    actor_id UUID,
    action TEXT NOT NULL,
    subject TEXT NOT NULL,
    facts TEXT NOT NULL,
    form SMALLINT NOT NULL,
    commitment BYTEA,
    number BIGINT,
    prev_hash BYTEA,
    hash BYTEA,
    CONSTRAINT pk_audit_entry PRIMARY KEY (tenant_id, id),
    CONSTRAINT uq_audit_entry_tenant_id_number UNIQUE (tenant_id, number),
    CONSTRAINT ck_audit_entry_facts CHECK (facts IS JSON OBJECT),
    CONSTRAINT ck_audit_entry_sealed_whole CHECK (num_nulls(number, prev_hash, hash) IN (0, 3)),
    CONSTRAINT ck_audit_entry_hashes CHECK (octet_length(prev_hash) = 32 AND octet_length(hash) = 32)
);
CREATE INDEX ix_audit_entry_unsealed ON audit_entry (tenant_id, id) WHERE number IS NULL;
CREATE INDEX ix_audit_entry_tenant_id_subject_at ON audit_entry (tenant_id, subject, at);
CREATE INDEX ix_audit_entry_tenant_id_actor_id_at ON audit_entry (tenant_id, actor_id, at);

CREATE TABLE audit_personal (
    tenant_id INTEGER NOT NULL,
    entry_id UUID NOT NULL,
    person_id UUID,
    salt BYTEA NOT NULL,
    fields TEXT NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_audit_personal PRIMARY KEY (tenant_id, entry_id),
    CONSTRAINT fk_audit_personal_tenant_id_entry_id FOREIGN KEY (tenant_id, entry_id)
        REFERENCES audit_entry (tenant_id, id),
    CONSTRAINT ck_audit_personal_fields CHECK (fields IS JSON OBJECT)
);
CREATE INDEX ix_audit_personal_tenant_id_person_id ON audit_personal (tenant_id, person_id);

CREATE TABLE audit_chain (
    tenant_id INTEGER NOT NULL,
    number BIGINT NOT NULL,
    hash BYTEA NOT NULL,
    events_until TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_audit_chain PRIMARY KEY (tenant_id)
);
"""

# The app writes and seals, and can neither change nor take back. The trigger holds for the owner as well.
IMMUTABLE = """
REVOKE INSERT, UPDATE, DELETE ON audit_entry FROM mandi_app;
GRANT INSERT (tenant_id, id, at, actor_id, action, subject, facts, form, commitment) ON audit_entry TO mandi_app;
GRANT UPDATE (number, prev_hash, hash) ON audit_entry TO mandi_app;
REVOKE UPDATE ON audit_personal FROM mandi_app;
REVOKE DELETE ON audit_chain FROM mandi_app;

CREATE FUNCTION audit_entry_stays() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
BEGIN
    IF TG_OP = 'DELETE' OR OLD.number IS NOT NULL
        OR (NEW.tenant_id, NEW.id, NEW.at, NEW.actor_id, NEW.action, NEW.subject, NEW.facts, NEW.form,
            NEW.commitment)
        IS DISTINCT FROM
            (OLD.tenant_id, OLD.id, OLD.at, OLD.actor_id, OLD.action, OLD.subject, OLD.facts, OLD.form,
            OLD.commitment)
    THEN
        RAISE EXCEPTION 'an audit entry stays as it was written' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER audit_entry_stays BEFORE UPDATE OR DELETE ON audit_entry
    FOR EACH ROW EXECUTE FUNCTION audit_entry_stays();
"""

DELETION = """
CREATE TABLE deletion (
    tenant_id INTEGER NOT NULL,
    id UUID DEFAULT uuidv7() NOT NULL,
    person_id UUID NOT NULL,
    state TEXT NOT NULL,
    in_the_way TEXT[] DEFAULT '{}' NOT NULL,
    warned_at TIMESTAMP WITH TIME ZONE,
    asked_at TIMESTAMP WITH TIME ZONE NOT NULL,
    moved_at TIMESTAMP WITH TIME ZONE NOT NULL,
    moved_by TEXT NOT NULL,
    CONSTRAINT pk_deletion PRIMARY KEY (tenant_id, id),
    CONSTRAINT fk_deletion_tenant_id_person_id FOREIGN KEY (tenant_id, person_id)
        REFERENCES person (tenant_id, id),
    CONSTRAINT ck_deletion_state CHECK (state IN ('asked', 'undone', 'erased'))
);
CREATE UNIQUE INDEX uq_deletion_asked ON deletion (tenant_id, person_id) WHERE state = 'asked';

CREATE TABLE erased_file (
    tenant_id INTEGER NOT NULL,
    key TEXT NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_erased_file PRIMARY KEY (tenant_id, key)
);
"""


def upgrade() -> None:
    op.execute(AUDIT)
    op.execute(IMMUTABLE)
    op.execute(DELETION)
    op.execute(fence("audit_entry", "audit_personal", "audit_chain", "deletion", "erased_file"))
