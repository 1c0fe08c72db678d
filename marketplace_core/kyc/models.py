"""Who showed which papers, and what became of them. No number is readable here."""

from sqlalchemy import (
    CheckConstraint,
    Column,
    ForeignKeyConstraint,
    Index,
    LargeBinary,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)

from marketplace_core.db.schema import Moment, metadata, own_id, tenant_id
from marketplace_core.kyc.rules import PAPERS, REASONS
from marketplace_core.kyc.transitions import STATES

kyc = Table(
    "kyc",
    metadata,
    tenant_id(),
    own_id(),
    Column("person_id", Uuid, nullable=False),
    Column("state", Text, nullable=False),
    Column("reason", Text),
    Column("reviewer_id", Uuid),
    Column("created_at", Moment, nullable=False),
    Column("moved_at", Moment, nullable=False),
    Column("moved_by", Text, nullable=False),
    UniqueConstraint("tenant_id", "person_id"),
    ForeignKeyConstraint(["tenant_id", "person_id"], ["person.tenant_id", "person.id"]),
    CheckConstraint(f"state IN ({', '.join(map(repr, STATES))})", name="state"),
    CheckConstraint(f"reason IN ({', '.join(map(repr, REASONS))})", name="reason"),
    CheckConstraint("(state = 'rejected') = (reason IS NOT NULL)", name="why_rejected"),
    Index(
        "ix_kyc_queue", "tenant_id", "moved_at", postgresql_where=text("state IN ('submitted', 'in_review')")
    ),
)

document = Table(
    "kyc_document",
    metadata,
    tenant_id(),
    own_id(),
    Column("person_id", Uuid, nullable=False),
    Column("kind", Text, nullable=False),
    Column("media_key", Text, nullable=False),
    Column("last_four", Text),
    Column("salt", LargeBinary),
    Column("recognition", LargeBinary),
    Column("key_id", Text),
    Column("sealed", LargeBinary),
    Column("blind_index", LargeBinary),
    Column("added_at", Moment, nullable=False),
    Column("replaced_at", Moment),
    ForeignKeyConstraint(["tenant_id", "person_id"], ["person.tenant_id", "person.id"]),
    CheckConstraint(f"kind IN ({', '.join(map(repr, PAPERS))})", name="kind"),
    CheckConstraint("(salt IS NULL) = (recognition IS NULL)", name="recognised"),
    CheckConstraint("(sealed IS NULL) = (key_id IS NULL)", name="sealed"),
    CheckConstraint("kind <> 'aadhaar' OR sealed IS NULL", name="never_aadhaar"),
    Index(
        "uq_kyc_document_current",
        "tenant_id",
        "person_id",
        "kind",
        unique=True,
        postgresql_where=text("replaced_at IS NULL"),
    ),
    Index(None, "tenant_id", "blind_index"),
)
