"""People, the addresses where they are reached, and what they agreed to."""

from sqlalchemy import (
    CheckConstraint,
    Column,
    ForeignKeyConstraint,
    Index,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY

from marketplace_core.accounts.rules import MAY_ASK, ROLES
from marketplace_core.db.schema import Moment, metadata, own_id, tenant_id
from marketplace_core.places.models import place_columns

person = Table(
    "person",
    metadata,
    tenant_id(),
    own_id(),
    Column("name", Text),
    Column("language", Text, nullable=False, server_default=text("'en'")),
    Column("script", Text, nullable=False, server_default=text("'native'")),
    Column("roles", ARRAY(Text), nullable=False, server_default=text("'{}'")),
    *place_columns(nullable=True),
    Column("registered_at", Moment),
    Column("created_at", Moment, nullable=False),
    ForeignKeyConstraint(["tenant_id"], ["tenant.id"]),
    CheckConstraint("script IN ('native', 'latin')", name="script"),
    CheckConstraint(f"roles <@ ARRAY[{', '.join(map(repr, ROLES))}]", name="roles"),
)

address = Table(
    "address",
    metadata,
    tenant_id(),
    own_id(),
    Column("channel", Text, nullable=False),
    Column("value", Text, nullable=False),
    Column("person_id", Uuid, nullable=False),
    Column("phone", Text),
    Column("opted_out_at", Moment),
    Column("last_inbound_at", Moment),
    #: The carrier said that nobody is reached here; whoever writes from it again opens it.
    Column("closed_at", Moment),
    Column("created_at", Moment, nullable=False),
    UniqueConstraint("tenant_id", "channel", "value"),
    ForeignKeyConstraint(["tenant_id", "person_id"], ["person.tenant_id", "person.id"]),
    Index(None, "tenant_id", "phone"),
    Index(None, "tenant_id", "person_id"),
)

#: A shared phone: who else is reached at this address. `address.person_id` is who speaks now.
profile = Table(
    "profile",
    metadata,
    tenant_id(),
    Column("address_id", Uuid, primary_key=True),
    Column("person_id", Uuid, primary_key=True),
    ForeignKeyConstraint(["tenant_id", "address_id"], ["address.tenant_id", "address.id"]),
    ForeignKeyConstraint(["tenant_id", "person_id"], ["person.tenant_id", "person.id"]),
    Index(None, "tenant_id", "person_id"),
)

#: States in which there can be but one between the same two people.
OPEN = ("asked", "agreed")

acting = Table(
    "acting",
    metadata,
    tenant_id(),
    own_id(),
    Column("actor_id", Uuid, nullable=False),
    Column("person_id", Uuid, nullable=False),
    Column("kind", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("moved_at", Moment, nullable=False),
    Column("moved_by", Text, nullable=False),
    Column("asked_at", Moment, nullable=False),
    Column("agreed_at", Moment),
    Column("agreed_by", Uuid),
    Column("ended_at", Moment),
    ForeignKeyConstraint(["tenant_id", "actor_id"], ["person.tenant_id", "person.id"]),
    ForeignKeyConstraint(["tenant_id", "person_id"], ["person.tenant_id", "person.id"]),
    CheckConstraint("actor_id <> person_id", name="two_people"),
    CheckConstraint(f"kind IN ({', '.join(map(repr, MAY_ASK))})", name="kind"),
    CheckConstraint("state IN ('asked', 'agreed', 'refused', 'ended')", name="state"),
    Index(
        "uq_acting_open",
        "tenant_id",
        "actor_id",
        "person_id",
        unique=True,
        postgresql_where=text(f"state IN ({', '.join(map(repr, OPEN))})"),
    ),
    Index(None, "tenant_id", "person_id"),
)

consent = Table(
    "consent",
    metadata,
    tenant_id(),
    own_id(),
    Column("person_id", Uuid, nullable=False),
    Column("purpose", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("wording", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("given_at", Moment, nullable=False),
    Column("withdrawn_at", Moment),
    ForeignKeyConstraint(["tenant_id", "person_id"], ["person.tenant_id", "person.id"]),
    Index(None, "tenant_id", "person_id"),
)
