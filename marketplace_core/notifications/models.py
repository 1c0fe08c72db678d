"""Which events concern whom, and what they have read of it; the event itself stands in the log."""

from sqlalchemy import Column, ForeignKeyConstraint, Index, Table, Uuid, text

from marketplace_core.db.schema import Moment, metadata, tenant_id

notification = Table(
    "notification",
    metadata,
    tenant_id(),
    Column("person_id", Uuid, primary_key=True),
    Column("event_id", Uuid, primary_key=True),
    Column("at", Moment, nullable=False),
    Column("read_at", Moment),
    ForeignKeyConstraint(["tenant_id", "person_id"], ["person.tenant_id", "person.id"]),
    Index(
        "ix_notification_unread",
        "tenant_id",
        "person_id",
        "event_id",
        postgresql_where=text("read_at IS NULL"),
    ),
)
