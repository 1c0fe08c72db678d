"""What the bot keeps: conversations, the messages it has answered, the log, and what waits to be sent."""

from sqlalchemy import (
    CheckConstraint,
    Column,
    Float,
    ForeignKeyConstraint,
    Index,
    Integer,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from marketplace_core.db.schema import Moment, metadata, own_id, tenant_id

#: One row per person. Its lock keeps their messages in order; `state` is the whole dialogue.
conversation = Table(
    "conversation",
    metadata,
    tenant_id(),
    Column("person_id", Uuid, primary_key=True),
    Column("state", JSONB, nullable=False),
    Column("wake_at", Moment),
    Column("updated_at", Moment, nullable=False),
    ForeignKeyConstraint(["tenant_id", "person_id"], ["person.tenant_id", "person.id"]),
    Index("ix_conversation_wake", "wake_at", postgresql_where=text("wake_at IS NOT NULL")),
)

#: Every message that was answered, by the carrier's own id. A repeat gets the stored answer.
inbound = Table(
    "inbound",
    metadata,
    tenant_id(),
    Column("carrier", Text, primary_key=True),
    Column("carrier_id", Text, primary_key=True),
    Column("person_id", Uuid, nullable=False),
    Column("answer", Text),
    Column("at", Moment, nullable=False),
    Index(None, "at"),
)

#: What came when the house was full, until the turn that answers it: `inbound` is all that the carrier brought.
waiting = Table(
    "waiting",
    metadata,
    tenant_id(),
    own_id(),
    Column("carrier", Text, nullable=False),
    Column("carrier_id", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("sender", Text, nullable=False),
    Column("inbound", JSONB, nullable=False),
    Column("claimed_at", Moment),
    Column("at", Moment, nullable=False),
    UniqueConstraint("tenant_id", "carrier", "carrier_id"),
    Index(None, "tenant_id", "channel", "sender", "id"),
)

#: Both directions, for the operators and for "show me my data"; partitioned by month.
message = Table(
    "message",
    metadata,
    tenant_id(),
    own_id(),
    Column("at", Moment, primary_key=True),
    Column("person_id", Uuid, nullable=False),
    Column("channel", Text, nullable=False),
    Column("direction", Text, nullable=False),
    Column("body", JSONB, nullable=False),
    Column("segments", Integer, nullable=False, server_default=text("0")),
    Index(None, "tenant_id", "person_id", "at"),
    postgresql_partition_by="RANGE (at)",
)

#: What is sent apart from the webhook's own reply. `send_key` makes it once; `state` says where it stands:
#: queued, sending, sent, failed, replaced (another row says it). `begun_at` is set right before the carrier is called:
#: what a crash left in "sending" after that is looked up at the carrier, never re-sent blindly. `reply` is what is said
#: before it had a channel. `notice` says whether it is urgent, and which approved template says the same outside
#: WhatsApp's window; `instead_of` is the row that could not be delivered and that this one says again; `settled_at`: an
#: operator has seen to a failed one.
outbox = Table(
    "outbox",
    metadata,
    tenant_id(),
    own_id(),
    Column("send_key", Text, nullable=False),
    Column("person_id", Uuid, nullable=False),
    Column("channel", Text, nullable=False),
    Column("recipient", Text, nullable=False),
    Column("outgoing", JSONB, nullable=False),
    Column("state", Text, nullable=False, server_default=text("'queued'")),
    Column("attempts", Integer, nullable=False, server_default=text("0")),
    Column("due_at", Moment, nullable=False),
    Column("claimed_at", Moment),
    Column("carrier_id", Text),
    Column("status", Text),
    Column("error_code", Integer),
    Column("carrier", Text),
    Column("purpose", Text, nullable=False, server_default=text("'answer'")),
    Column("reply", JSONB),
    Column("notice", JSONB),
    Column("instead_of", Uuid),
    Column("begun_at", Moment),
    Column("settled_at", Moment),
    Column("created_at", Moment, nullable=False),
    UniqueConstraint("tenant_id", "send_key"),
    CheckConstraint("purpose IN ('answer', 'notice', 'promotion', 'code')", name="purpose"),
    Index("ix_outbox_due", "due_at", postgresql_where=text("state IN ('queued', 'sending')")),
    Index("ix_outbox_uncertain", "claimed_at", postgresql_where=text("status = 'uncertain'")),
    Index(None, "tenant_id", "carrier_id"),
    Index(None, "tenant_id", "recipient", "claimed_at"),
)

#: Photos and voice notes: at the carrier until fetched, then under `key` in our store and, soon, nowhere else.
media = Table(
    "media",
    metadata,
    tenant_id(),
    own_id(),
    Column("person_id", Uuid, nullable=False),
    Column("carrier", Text, nullable=False, server_default=text("'twilio'")),
    Column("url", Text, nullable=False),
    Column("content_type", Text, nullable=False),
    Column("key", Text),
    Column("lost_because", Text),
    Column("left_carrier_at", Moment),
    Column("at", Moment, nullable=False),
    Index(None, "tenant_id", "person_id"),
    Index("ix_media_at_carrier", "tenant_id", "at", postgresql_where=text("left_carrier_at IS NULL")),
)

#: Phone calls: those that came, those not taken ("missed": we ring back), those we made ("back", "out").
#: `sequence` lets what the carrier says of a call only ever move on; `to_write` is what is sent in writing afterwards.
call = Table(
    "call",
    metadata,
    tenant_id(),
    own_id(),
    Column("carrier", Text, nullable=False),
    Column("carrier_id", Text),
    Column("kind", Text, nullable=False),
    Column("phone", Text, nullable=False),
    Column("person_id", Uuid),
    Column("status", Text, nullable=False),
    Column("sequence", Integer, nullable=False, server_default=text("-1")),
    Column("tries", SmallInteger, nullable=False, server_default=text("0")),
    Column("due_at", Moment),
    Column("to_write", JSONB, nullable=False, server_default=text("'[]'")),
    Column("written_at", Moment),
    Column("seconds", Integer),
    Column("error_code", Integer),
    Column("at", Moment, nullable=False),
    Column("ended_at", Moment),
    UniqueConstraint("tenant_id", "carrier", "carrier_id"),
    ForeignKeyConstraint(["tenant_id", "person_id"], ["person.tenant_id", "person.id"]),
    CheckConstraint("kind IN ('in', 'missed', 'back', 'out')", name="kind"),
    Index(None, "tenant_id", "phone", "at"),
    Index("ix_call_person", "tenant_id", "person_id"),
    Index("uq_call_planned", "tenant_id", "phone", unique=True, postgresql_where=text("status = 'planned'")),
    Index("ix_call_due", "tenant_id", "due_at", postgresql_where=text("status = 'planned'")),
    Index(
        "ix_call_to_write",
        "tenant_id",
        "at",
        postgresql_where=text("to_write <> '[]' AND written_at IS NULL"),
    ),
)

#: What callers left for a person of the office, with their consent: copied from the carrier, deleted there.
recording = Table(
    "recording",
    metadata,
    tenant_id(),
    own_id(),
    Column("call_id", Uuid, nullable=False),
    Column("person_id", Uuid, nullable=False),
    Column("carrier", Text, nullable=False),
    Column("carrier_id", Text, nullable=False),
    Column("seconds", Integer),
    Column("key", Text),
    Column("lost_because", Text),
    Column("tries", SmallInteger, nullable=False, server_default=text("0")),
    Column("due_at", Moment, nullable=False),
    Column("left_carrier_at", Moment),
    Column("at", Moment, nullable=False),
    UniqueConstraint("tenant_id", "carrier", "carrier_id"),
    ForeignKeyConstraint(["tenant_id", "call_id"], ["call.tenant_id", "call.id"]),
    ForeignKeyConstraint(["tenant_id", "person_id"], ["person.tenant_id", "person.id"]),
    Index("ix_recording_due", "tenant_id", "due_at", postgresql_where=text("left_carrier_at IS NULL")),
    Index(None, "tenant_id", "person_id"),
)

#: Voice notes that wait for the ears: each has its answer by the deadline, heard or not. `serial` is the question that
#: stood open when it came. What was said is in no row here: it goes the way of every message.
hearing = Table(
    "hearing",
    metadata,
    tenant_id(),
    Column("media_id", Uuid, primary_key=True),
    Column("person_id", Uuid, nullable=False),
    Column("carrier", Text, nullable=False),
    Column("carrier_id", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("sender", Text, nullable=False),
    Column("phone", Text),
    Column("recipient", Text, nullable=False),
    Column("serial", Integer, nullable=False),
    Column("deadline", Moment, nullable=False),
    Column("claimed_at", Moment),
    Column("done_at", Moment),
    Column("ear", Text),
    Column("language", Text),
    Column("seconds", Float),
    Column("because", Text),
    Column("at", Moment, nullable=False),
    ForeignKeyConstraint(["tenant_id", "person_id"], ["person.tenant_id", "person.id"]),
    Index("ix_hearing_waiting", "tenant_id", "at", postgresql_where=text("done_at IS NULL")),
    Index(None, "tenant_id", "person_id"),
)

#: What our mouth has said before: `digest` is made of text, language and voice, `key` is the sound in our store.
speech = Table(
    "speech",
    metadata,
    tenant_id(),
    Column("digest", Text, primary_key=True),
    Column("key", Text, nullable=False),
    Column("at", Moment, nullable=False),
    Index(None, "tenant_id", "key"),
)

#: Who asked for a person of the office: where they wait for the answer, what it is about, and who ended it.
handover = Table(
    "handover",
    metadata,
    tenant_id(),
    own_id(),
    Column("person_id", Uuid, nullable=False),
    Column("channel", Text, nullable=False),
    Column("address", Text, nullable=False),
    Column("summary", JSONB, nullable=False, server_default=text("'[]'")),
    Column("at", Moment, nullable=False),
    Column("taken_at", Moment),
    Column("taken_by", Uuid),
    Column("ended_at", Moment),
    Column("ended_by", Text),
    ForeignKeyConstraint(["tenant_id", "person_id"], ["person.tenant_id", "person.id"]),
    CheckConstraint("ended_by IN ('person', 'office')", name="ended_by"),
    Index(
        "uq_handover_waiting",
        "tenant_id",
        "person_id",
        unique=True,
        postgresql_where=text("ended_at IS NULL"),
    ),
    Index("ix_handover_waiting", "tenant_id", "at", postgresql_where=text("ended_at IS NULL")),
    Index(None, "tenant_id", "person_id"),
)

TENANTS_OWN = (
    conversation,
    inbound,
    waiting,
    message,
    outbox,
    media,
    call,
    recording,
    hearing,
    speech,
    handover,
)
