"""What the API keeps between requests: answers to repeat, and how often somebody called."""

from sqlalchemy import (
    Column,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    Table,
    Text,
    Uuid,
)

from marketplace_core.db.schema import Moment, metadata, tenant_id

#: `status` is empty only inside the transaction that does the work.
idempotency_key = Table(
    "idempotency_key",
    metadata,
    tenant_id(),
    Column("person_id", Uuid, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("fingerprint", LargeBinary, nullable=False),
    Column("status", SmallInteger),
    Column("answer", Text),
    Column("at", Moment, nullable=False),
    ForeignKeyConstraint(["tenant_id", "person_id"], ["person.tenant_id", "person.id"]),
    Index(None, "tenant_id", "at"),
)

#: Unlogged: after a crash everybody starts at zero. Tenant 0 counts those who have not signed in.
request_count = Table(
    "request_count",
    metadata,
    tenant_id(),
    Column("who", Text, primary_key=True),
    Column("since", Moment, nullable=False),
    Column("requests", Integer, nullable=False),
    prefixes=["UNLOGGED"],
)
