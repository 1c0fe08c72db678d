"""What looked wrong, for a person to look at."""

from sqlalchemy import (
    CheckConstraint,
    Column,
    ForeignKeyConstraint,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
)
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import JSONB

from marketplace_core.db.schema import Moment, metadata, own_id, tenant_id

flag = Table(
    "flag",
    metadata,
    tenant_id(),
    own_id(),
    Column("rule", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("person_id", Uuid),
    Column("weight", Integer, nullable=False),
    Column("reasons", JSONB, nullable=False),
    Column("state", Text, nullable=False),
    Column("moved_at", Moment, nullable=False),
    Column("moved_by", Text, nullable=False),
    Column("reviewed_by", Uuid),
    Column("why", Text),
    Column("created_at", Moment, nullable=False),
    UniqueConstraint("tenant_id", "rule", "subject"),
    ForeignKeyConstraint(["tenant_id", "person_id"], ["person.tenant_id", "person.id"]),
    CheckConstraint("state IN ('open', 'cleared', 'confirmed')", name="state"),
    CheckConstraint("weight BETWEEN 1 AND 3", name="weight"),
    Index("ix_flag_open", "tenant_id", "weight", "id", postgresql_where=sql("state = 'open'")),
    Index(None, "tenant_id", "person_id"),
)
