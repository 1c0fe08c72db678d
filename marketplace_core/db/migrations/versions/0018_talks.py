"""What the two sides of an offer write to each other."""

from alembic import op

from marketplace_core.db.fences import fence

revision = "0018"
down_revision = "0017"

TALKS = """
CREATE TABLE talk (
    tenant_id INTEGER NOT NULL,
    id UUID DEFAULT uuidv7() NOT NULL,
    offer_id UUID NOT NULL,
    writer_id UUID NOT NULL,
    reader_id UUID NOT NULL,
    words TEXT NOT NULL,
    language TEXT NOT NULL,
    translated TEXT,
    claimed_at TIMESTAMP WITH TIME ZONE,
    passed_at TIMESTAMP WITH TIME ZONE,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_talk PRIMARY KEY (tenant_id, id),
    CONSTRAINT fk_talk_tenant_id_offer_id FOREIGN KEY(tenant_id, offer_id) REFERENCES offer (tenant_id, id),
    CONSTRAINT fk_talk_tenant_id_writer_id FOREIGN KEY(tenant_id, writer_id) REFERENCES person (tenant_id, id),
    CONSTRAINT fk_talk_tenant_id_reader_id FOREIGN KEY(tenant_id, reader_id) REFERENCES person (tenant_id, id),
    CONSTRAINT ck_talk_translated CHECK (translated IS NULL OR passed_at IS NOT NULL)
);
CREATE INDEX ix_talk_tenant_id_writer_id_at ON talk (tenant_id, writer_id, at);
CREATE INDEX ix_talk_tenant_id_reader_id ON talk (tenant_id, reader_id);
CREATE INDEX ix_talk_waiting ON talk (tenant_id, id) WHERE passed_at IS NULL;
"""


def upgrade() -> None:
    op.execute(TALKS)
    op.execute(fence("talk"))
