"""Who asked to be forgotten, and which files are still to be deleted for those who were."""

from sqlalchemy import CheckConstraint, Column, ForeignKeyConstraint, Index, Table, Text, Uuid, text
from sqlalchemy.dialects.postgresql import ARRAY

from marketplace_core.db.schema import Moment, metadata, own_id, tenant_id

#: `in_the_way` says what kept the last attempt from erasing; it is tried again every day.
deletion = Table(
    "deletion",
    metadata,
    tenant_id(),
    own_id(),
    Column("person_id", Uuid, nullable=False),
    Column("state", Text, nullable=False),
    Column("in_the_way", ARRAY(Text), nullable=False, server_default=text("'{}'")),
    Column("warned_at", Moment),
    Column("asked_at", Moment, nullable=False),
    Column("moved_at", Moment, nullable=False),
    Column("moved_by", Text, nullable=False),
    ForeignKeyConstraint(["tenant_id", "person_id"], ["person.tenant_id", "person.id"]),
    CheckConstraint("state IN ('asked', 'undone', 'erased')", name="state"),
    Index(
        "uq_deletion_asked", "tenant_id", "person_id", unique=True, postgresql_where=text("state = 'asked'")
    ),
)

#: The database forgets in its transaction; what lies in the store of files is deleted afterwards, from this list.
erased_file = Table(
    "erased_file",
    metadata,
    tenant_id(),
    Column("key", Text, primary_key=True),
    Column("at", Moment, nullable=False),
)
