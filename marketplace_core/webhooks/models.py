"""Where events go, what was sent there, and how each attempt ended."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKeyConstraint,
    Identity,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY

from marketplace_core.db.schema import Moment, metadata, own_id, tenant_id

WAITING = text("state = 'waiting'")

#: Without an owner it belongs to the organisation and hears everything; with one, what concerns them.
endpoint = Table(
    "webhook_endpoint",
    metadata,
    tenant_id(),
    own_id(),
    Column("owner_id", Uuid),
    Column("url", Text, nullable=False),
    Column("kinds", ARRAY(Text), nullable=False),
    Column("state", Text, nullable=False),
    Column("why", Text),
    Column("moved_at", Moment, nullable=False),
    Column("moved_by", Text, nullable=False),
    Column("slow_until", Moment),
    Column("created_at", Moment, nullable=False),
    ForeignKeyConstraint(["tenant_id", "owner_id"], ["person.tenant_id", "person.id"]),
    CheckConstraint("state IN ('active', 'disabled')", name="state"),
    Index(None, "tenant_id", "owner_id"),
)

#: While a secret is changed there are two, and every message is signed with both.
secret = Table(
    "webhook_secret",
    metadata,
    tenant_id(),
    own_id(),
    Column("endpoint_id", Uuid, nullable=False),
    Column("key_id", Text, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("expires_at", Moment),
    ForeignKeyConstraint(
        ["tenant_id", "endpoint_id"],
        ["webhook_endpoint.tenant_id", "webhook_endpoint.id"],
        ondelete="CASCADE",
    ),
    Index(None, "tenant_id", "endpoint_id"),
)

#: One event for one endpoint. `number` is the order in which deliveries were made; those of one subject go out in it.
#: `body` is text as it is signed and sent, the same at every attempt. `claimed_until` is a lease: who dies with it
#: leaves the delivery to the next.
delivery = Table(
    "webhook_delivery",
    metadata,
    tenant_id(),
    own_id(),
    Column("number", BigInteger, Identity(always=True), nullable=False),
    Column("endpoint_id", Uuid, nullable=False),
    Column("event_id", Uuid, nullable=False),
    Column("kind", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("state", Text, nullable=False, server_default=text("'waiting'")),
    Column("attempts", SmallInteger, nullable=False, server_default=text("0")),
    Column("due_at", Moment, nullable=False),
    Column("claimed_until", Moment),
    Column("done_at", Moment),
    Column("created_at", Moment, nullable=False),
    UniqueConstraint("tenant_id", "endpoint_id", "event_id"),
    ForeignKeyConstraint(
        ["tenant_id", "endpoint_id"],
        ["webhook_endpoint.tenant_id", "webhook_endpoint.id"],
        ondelete="CASCADE",
    ),
    CheckConstraint("state IN ('waiting', 'delivered', 'given_up')", name="state"),
    Index(
        "ix_webhook_delivery_due", "tenant_id", "endpoint_id", "due_at", "number", postgresql_where=WAITING
    ),
    Index(
        "ix_webhook_delivery_key", "tenant_id", "endpoint_id", "subject", "number", postgresql_where=WAITING
    ),
    Index(None, "tenant_id", "endpoint_id", "id"),
    Index(
        "ix_webhook_delivery_done_at", "tenant_id", "done_at", postgresql_where=text("done_at IS NOT NULL")
    ),
)

#: `status` is the receiver's answer, or `fault` says why there was none. Their words are not kept.
attempt = Table(
    "webhook_attempt",
    metadata,
    tenant_id(),
    own_id(),
    Column("delivery_id", Uuid, nullable=False),
    Column("at", Moment, nullable=False),
    Column("status", SmallInteger),
    Column("fault", Text),
    Column("ms", Integer, nullable=False),
    ForeignKeyConstraint(
        ["tenant_id", "delivery_id"],
        ["webhook_delivery.tenant_id", "webhook_delivery.id"],
        ondelete="CASCADE",
    ),
    CheckConstraint("num_nonnulls(status, fault) = 1", name="one_answer"),
    Index(None, "tenant_id", "delivery_id"),
)
