"""Who the tenants are and which numbers are theirs. No fence: both are asked before anybody has a seat."""

from sqlalchemy import CheckConstraint, Column, ForeignKeyConstraint, Integer, Table, Text, UniqueConstraint

from marketplace_core.db.schema import metadata

tenant = Table(
    "tenant",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("name", Text, nullable=False),
)

#: A tenant answers from its own number where it has one; one for each channel.
tenant_number = Table(
    "tenant_number",
    metadata,
    Column("channel", Text, primary_key=True),
    Column("value", Text, primary_key=True),
    Column("tenant_id", Integer, nullable=False),
    ForeignKeyConstraint(["tenant_id"], ["tenant.id"]),
    UniqueConstraint("tenant_id", "channel"),
    CheckConstraint("channel IN ('whatsapp', 'sms', 'voice')", name="channel"),
)
