"""Requests to grade what a photo shows, and what was found."""

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
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY

from marketplace_core.db.schema import Moment, metadata, own_id, tenant_id

grading = Table(
    "grading",
    metadata,
    tenant_id(),
    own_id(),
    Column("code", Text, nullable=False),
    Column("batch", Uuid),
    Column("person_id", Uuid, nullable=False),
    Column("commodity", Text, nullable=False),
    Column("listing", Text),
    Column("photos", ARRAY(Uuid), nullable=False),
    Column("state", Text, nullable=False),
    Column("moved_at", Moment, nullable=False),
    Column("moved_by", Text, nullable=False),
    Column("graded_by", Uuid),
    Column("grade", Text),
    Column("moisture_permille", Integer),
    Column("purity_permille", Integer),
    Column("advice", Text),
    Column("created_at", Moment, nullable=False),
    UniqueConstraint("tenant_id", "code"),
    ForeignKeyConstraint(["tenant_id", "person_id"], ["person.tenant_id", "person.id"]),
    CheckConstraint("state IN ('asked', 'graded', 'not_gradable', 'withdrawn')", name="state"),
    CheckConstraint("grade IN ('A', 'B', 'C')", name="grade"),
    CheckConstraint("(state = 'graded') = (grade IS NOT NULL)", name="graded"),
    CheckConstraint(
        "moisture_permille BETWEEN 0 AND 1000 AND purity_permille BETWEEN 0 AND 1000", name="shares"
    ),
    Index("ix_grading_waiting", "tenant_id", "id", postgresql_where=text("state = 'asked'")),
    Index(None, "tenant_id", "batch"),
    Index(None, "tenant_id", "person_id", "created_at"),
)
