"""PINs, who is signed in today, what agents have asked people for, and what they did."""

from sqlalchemy import (
    CheckConstraint,
    Column,
    Date,
    ForeignKeyConstraint,
    Index,
    LargeBinary,
    SmallInteger,
    Table,
    Text,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from marketplace_core.db.schema import Moment, metadata, own_id, tenant_id

pin = Table(
    "agent_pin",
    metadata,
    tenant_id(),
    Column("person_id", Uuid, primary_key=True),
    Column("salt", LargeBinary, nullable=False),
    Column("pin_hash", LargeBinary, nullable=False),
    Column("set_at", Moment, nullable=False),
    ForeignKeyConstraint(["tenant_id", "person_id"], ["person.tenant_id", "person.id"]),
)

#: An address on a day in India: signed in from it, or how often the PIN was wrong. Each channel for itself: SMS can
#: be forged, WhatsApp cannot.
day = Table(
    "agent_day",
    metadata,
    tenant_id(),
    Column("person_id", Uuid, primary_key=True),
    Column("address_id", Uuid, primary_key=True),
    Column("day", Date, primary_key=True),
    Column("at", Moment, nullable=False),
    Column("signed_in_at", Moment),
    Column("wrong", SmallInteger, nullable=False, server_default=text("0")),
    ForeignKeyConstraint(["tenant_id", "person_id"], ["person.tenant_id", "person.id"]),
)

#: What an agent asked somebody to agree to. `subject` is the code it is about; `seal` hides the code they were sent.
ask = Table(
    "agent_ask",
    metadata,
    tenant_id(),
    own_id(),
    Column("agent_id", Uuid, nullable=False),
    Column("person_id", Uuid, nullable=False),
    Column("kind", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("terms", JSONB, nullable=False),
    Column("state", Text, nullable=False),
    Column("seal", Text),
    #: The code of what came of the yes.
    Column("became", Text),
    Column("wrong", SmallInteger, nullable=False, server_default=text("0")),
    Column("at", Moment, nullable=False),
    Column("settled_at", Moment),
    ForeignKeyConstraint(["tenant_id", "agent_id"], ["person.tenant_id", "person.id"]),
    ForeignKeyConstraint(["tenant_id", "person_id"], ["person.tenant_id", "person.id"]),
    CheckConstraint("state IN ('asked', 'agreed', 'refused', 'withdrawn')", name="state"),
    Index(None, "tenant_id", "agent_id", "id"),
    Index(None, "tenant_id", "person_id", "id"),
)

#: What agents did by code: a repeated text is known by its keyed digest, `undo` says how it is taken back.
deed = Table(
    "agent_deed",
    metadata,
    tenant_id(),
    own_id(),
    Column("agent_id", Uuid, nullable=False),
    Column("person_id", Uuid),
    Column("code", Text, nullable=False),
    Column("digest", LargeBinary, nullable=False),
    Column("day", Date, nullable=False),
    Column("undo", JSONB, nullable=False),
    Column("at", Moment, nullable=False),
    Column("undone_at", Moment),
    ForeignKeyConstraint(["tenant_id", "agent_id"], ["person.tenant_id", "person.id"]),
    ForeignKeyConstraint(["tenant_id", "person_id"], ["person.tenant_id", "person.id"]),
    Index(None, "tenant_id", "agent_id", "id"),
    Index(None, "tenant_id", "person_id"),
)
