"""Agents sign in, and what they did by code can be undone."""

from alembic import op

from marketplace_core.db.fences import fence

revision = "0020"
down_revision = "0019"

TABLES = """
CREATE TABLE agent_pin (
    tenant_id INTEGER NOT NULL,
    person_id UUID NOT NULL,
    salt BYTEA NOT NULL,
    pin_hash BYTEA NOT NULL,
    wrong SMALLINT DEFAULT 0 NOT NULL,
    locked_until TIMESTAMP WITH TIME ZONE,
    set_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_agent_pin PRIMARY KEY (tenant_id, person_id),
    CONSTRAINT fk_agent_pin_tenant_id_person_id FOREIGN KEY(tenant_id, person_id)
        REFERENCES person (tenant_id, id)
);

CREATE TABLE agent_day (
    tenant_id INTEGER NOT NULL,
    person_id UUID NOT NULL,
    address_id UUID NOT NULL,
    day DATE NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_agent_day PRIMARY KEY (tenant_id, person_id, address_id, day),
    CONSTRAINT fk_agent_day_tenant_id_person_id FOREIGN KEY(tenant_id, person_id)
        REFERENCES person (tenant_id, id)
);

CREATE TABLE agent_ask (
    tenant_id INTEGER NOT NULL,
    id UUID DEFAULT uuidv7() NOT NULL,
    agent_id UUID NOT NULL,
    person_id UUID NOT NULL,
    kind TEXT NOT NULL,
    subject TEXT NOT NULL,
    terms JSONB NOT NULL,
    state TEXT NOT NULL,
    seal TEXT,
    became TEXT,
    wrong SMALLINT DEFAULT 0 NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    settled_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_agent_ask PRIMARY KEY (tenant_id, id),
    CONSTRAINT fk_agent_ask_tenant_id_agent_id FOREIGN KEY(tenant_id, agent_id) REFERENCES person (tenant_id, id),
    CONSTRAINT fk_agent_ask_tenant_id_person_id FOREIGN KEY(tenant_id, person_id) REFERENCES person (tenant_id, id),
    CONSTRAINT ck_agent_ask_state CHECK (state IN ('asked', 'agreed', 'refused', 'withdrawn'))
);
CREATE INDEX ix_agent_ask_tenant_id_agent_id_id ON agent_ask (tenant_id, agent_id, id);
CREATE INDEX ix_agent_ask_tenant_id_person_id_id ON agent_ask (tenant_id, person_id, id);

CREATE TABLE agent_deed (
    tenant_id INTEGER NOT NULL,
    id UUID DEFAULT uuidv7() NOT NULL,
    agent_id UUID NOT NULL,
    person_id UUID,
    code TEXT NOT NULL,
    digest BYTEA NOT NULL,
    day DATE NOT NULL,
    undo JSONB NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    undone_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_agent_deed PRIMARY KEY (tenant_id, id),
    CONSTRAINT fk_agent_deed_tenant_id_agent_id FOREIGN KEY(tenant_id, agent_id) REFERENCES person (tenant_id, id),
    CONSTRAINT fk_agent_deed_tenant_id_person_id FOREIGN KEY(tenant_id, person_id) REFERENCES person (tenant_id, id)
);
CREATE INDEX ix_agent_deed_tenant_id_agent_id_id ON agent_deed (tenant_id, agent_id, id);
CREATE INDEX ix_agent_deed_tenant_id_person_id ON agent_deed (tenant_id, person_id);
"""


def upgrade() -> None:
    op.execute(TABLES)
    op.execute(fence("agent_pin", "agent_day", "agent_ask", "agent_deed"))
