"""What the two sides of an offer write to each other in their own words."""

from sqlalchemy import CheckConstraint, Column, ForeignKeyConstraint, Index, Table, Text, Uuid, text

from marketplace_core.db.schema import Moment, metadata, own_id, tenant_id

#: `words` are as they may be read: what would lead past the market is not in them. `translated` is in the language of
#: the reader; none where they read the writer's, or nobody could translate it. `told_as` is the event that tells them.
talk = Table(
    "talk",
    metadata,
    tenant_id(),
    own_id(),
    Column("offer_id", Uuid, nullable=False),
    Column("writer_id", Uuid, nullable=False),
    Column("reader_id", Uuid, nullable=False),
    Column("words", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("told_as", Text, nullable=False, server_default=text("'talk.passed_on'")),
    Column("translated", Text),
    Column("claimed_at", Moment),
    Column("passed_at", Moment),
    Column("at", Moment, nullable=False),
    ForeignKeyConstraint(["tenant_id", "offer_id"], ["offer.tenant_id", "offer.id"]),
    ForeignKeyConstraint(["tenant_id", "writer_id"], ["person.tenant_id", "person.id"]),
    ForeignKeyConstraint(["tenant_id", "reader_id"], ["person.tenant_id", "person.id"]),
    CheckConstraint("translated IS NULL OR passed_at IS NOT NULL", name="translated"),
    Index(None, "tenant_id", "writer_id", "at"),
    Index(None, "tenant_id", "reader_id"),
    Index("ix_talk_waiting", "tenant_id", "id", postgresql_where=text("passed_at IS NULL")),
)
