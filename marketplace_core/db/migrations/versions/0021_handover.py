"""Who waits for a person from the office, and how it went on."""

from alembic import op

from marketplace_core.db.fences import fence

revision = "0021"
down_revision = "0020"

HANDOVER = """
CREATE TABLE handover (
    tenant_id INTEGER NOT NULL,
    id UUID DEFAULT uuidv7() NOT NULL,
    person_id UUID NOT NULL,
    channel TEXT NOT NULL,
    address TEXT NOT NULL,
    summary JSONB DEFAULT '[]' NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    taken_at TIMESTAMP WITH TIME ZONE,
    taken_by UUID,
    ended_at TIMESTAMP WITH TIME ZONE,
    ended_by TEXT,
    CONSTRAINT pk_handover PRIMARY KEY (tenant_id, id),
    CONSTRAINT fk_handover_tenant_id_person_id FOREIGN KEY(tenant_id, person_id)
        REFERENCES person (tenant_id, id),
    CONSTRAINT ck_handover_ended_by CHECK (ended_by IN ('person', 'office'))
);
CREATE UNIQUE INDEX uq_handover_waiting ON handover (tenant_id, person_id) WHERE ended_at IS NULL;
CREATE INDEX ix_handover_waiting ON handover (tenant_id, at) WHERE ended_at IS NULL;
CREATE INDEX ix_handover_tenant_id_person_id ON handover (tenant_id, person_id);
"""

#: Whoever waited before there was this table goes on waiting in it.
WAITED = """
INSERT INTO handover (tenant_id, person_id, channel, address, at)
SELECT DISTINCT ON (c.tenant_id, c.person_id)
    c.tenant_id, c.person_id, a.channel, coalesce(CASE a.channel WHEN 'voice' THEN a.phone END, a.value),
    cast(c.state ->> 'human_since' AS timestamptz)
FROM conversation c JOIN address a ON a.tenant_id = c.tenant_id AND a.person_id = c.person_id
WHERE c.state ->> 'human_since' IS NOT NULL
ORDER BY c.tenant_id, c.person_id, a.last_inbound_at DESC NULLS LAST
"""


def upgrade() -> None:
    op.execute(HANDOVER)
    for table in ("conversation", "address"):  # the owner reads past its own fence, for this one statement
        op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
    op.execute(WAITED)
    for table in ("conversation", "address"):
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    op.execute(fence("handover"))
