"""Photos that came in, and the prints by which we know them again."""

from sqlalchemy import (
    CheckConstraint,
    Column,
    ForeignKeyConstraint,
    Index,
    LargeBinary,
    Table,
    Text,
    Uuid,
)
from sqlalchemy.dialects.postgresql import ARRAY, BIT, INTEGER, BitString

from marketplace_core.db.schema import Moment, metadata, own_id, tenant_id
from marketplace_core.photos.prints import BITS

photo = Table(
    "photo",
    metadata,
    tenant_id(),
    own_id(),
    Column("person_id", Uuid, nullable=False),
    Column("key", Text, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("likeness", LargeBinary, nullable=False),
    Column("at", Moment, nullable=False),
    ForeignKeyConstraint(["tenant_id", "person_id"], ["person.tenant_id", "person.id"]),
    CheckConstraint("sha256 ~ '^[0-9a-f]{64}$'", name="sha256"),
    Index(None, "tenant_id", "person_id", "at"),
    Index(None, "tenant_id", "sha256"),
)

#: Shared by all tenants and without a fence: an array's index cannot serve behind row-level security, and the same
#: photo in two houses is worth knowing. It holds no one's name: who took a photo stands in `photo`, behind the fence.
photo_print = Table(
    "photo_print",
    metadata,
    Column("photo_id", Uuid, primary_key=True),
    Column("bits", BIT(BITS), nullable=False),
    Column("codes", ARRAY(INTEGER), nullable=False),
    Index("ix_photo_print_codes", "codes", postgresql_using="gin"),
)

#: In which listings and gradings a photo was shown.
photo_use = Table(
    "photo_use",
    metadata,
    tenant_id(),
    Column("photo_id", Uuid, primary_key=True),
    Column("subject", Text, primary_key=True),
    Column("at", Moment, nullable=False),
    Index(None, "tenant_id", "subject"),
)


def bit_string(bits: str) -> BitString:
    """Hexadecimal digits as the database holds them."""
    return BitString(f"{int(bits, 16):0{BITS}b}")
