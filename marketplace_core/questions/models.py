"""What people asked and nobody here can answer yet, kept until somebody does."""

from sqlalchemy import CheckConstraint, Column, ForeignKeyConstraint, Index, Table, Text, Uuid, text

from marketplace_core.db.schema import Moment, metadata, own_id, tenant_id

#: `intent` is what it was understood to be about; `words` are theirs.
kept_question = Table(
    "kept_question",
    metadata,
    tenant_id(),
    own_id(),
    Column("person_id", Uuid, nullable=False),
    Column("intent", Text, nullable=False),
    Column("words", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("asked_at", Moment, nullable=False),
    Column("answer", Text),
    Column("answered_at", Moment),
    ForeignKeyConstraint(["tenant_id", "person_id"], ["person.tenant_id", "person.id"]),
    CheckConstraint("(answer IS NULL) = (answered_at IS NULL)", name="answered"),
    Index(None, "tenant_id", "person_id", "id"),
    Index("ix_kept_question_open", "tenant_id", "id", postgresql_where=text("answered_at IS NULL")),
)
