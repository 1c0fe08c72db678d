"""The tenant's book of who did what: entries in a chain, and apart from it what may be erased."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKeyConstraint,
    Index,
    LargeBinary,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)

from marketplace_core.db.schema import Moment, metadata, own_id, tenant_id

#: Written in the business transaction; number and hashes are given afterwards, by the sealer.
#: `facts` is text, so that the bytes that were hashed are the bytes that are kept.
entry = Table(
    "audit_entry",
    metadata,
    tenant_id(),
    own_id(),
    Column("at", Moment, nullable=False),
    Column("actor_id", Uuid),
    Column("action", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("facts", Text, nullable=False),
    Column("form", SmallInteger, nullable=False),
    Column("commitment", LargeBinary),
    Column("number", BigInteger),
    Column("prev_hash", LargeBinary),
    Column("hash", LargeBinary),
    UniqueConstraint("tenant_id", "number"),
    CheckConstraint("facts IS JSON OBJECT", name="facts"),
    CheckConstraint("num_nulls(number, prev_hash, hash) IN (0, 3)", name="sealed_whole"),
    CheckConstraint("octet_length(prev_hash) = 32 AND octet_length(hash) = 32", name="hashes"),
    Index("ix_audit_entry_unsealed", "tenant_id", "id", postgresql_where=text("number IS NULL")),
    Index(None, "tenant_id", "subject", "at"),
    Index(None, "tenant_id", "actor_id", "at"),
)

#: What identifies somebody. The chain holds only HMAC(salt, fields): deleting the row erases, and breaks nothing.
personal = Table(
    "audit_personal",
    metadata,
    tenant_id(),
    Column("entry_id", Uuid, primary_key=True),
    Column("person_id", Uuid),
    Column("salt", LargeBinary, nullable=False),
    Column("fields", Text, nullable=False),
    Column("at", Moment, nullable=False),
    ForeignKeyConstraint(["tenant_id", "entry_id"], ["audit_entry.tenant_id", "audit_entry.id"]),
    CheckConstraint("fields IS JSON OBJECT", name="fields"),
    Index(None, "tenant_id", "person_id"),
)

#: One row per tenant: where its chain ends, and up to which hour the events were counted into it.
#: Its lock makes sealing one at a time.
chain = Table(
    "audit_chain",
    metadata,
    tenant_id(),
    Column("number", BigInteger, nullable=False),
    Column("hash", LargeBinary, nullable=False),
    Column("events_until", Moment),
)
