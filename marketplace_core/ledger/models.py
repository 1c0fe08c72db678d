"""Accounts, what was ever moved between them, and what is held back at present.

The app writes transfers and nothing else: a trigger carries each of them into the two accounts and into the open
holds, so that no code of ours can make a balance say something that no transfer says.
"""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKeyConstraint,
    Identity,
    Index,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)

from marketplace_core.db.schema import Moment, metadata, own_id, tenant_id
from marketplace_core.ledger.rules import KINDS

NOTHING = text("0")

account = Table(
    "ledger_account",
    metadata,
    tenant_id(),
    own_id(),
    Column("kind", Text, nullable=False),
    Column("owner_id", Uuid),
    Column("stripe", SmallInteger, nullable=False, server_default=NOTHING),
    Column("currency", Text, nullable=False, server_default=text("'INR'")),
    Column("debits_pending", BigInteger, nullable=False, server_default=NOTHING),
    Column("debits_posted", BigInteger, nullable=False, server_default=NOTHING),
    Column("credits_pending", BigInteger, nullable=False, server_default=NOTHING),
    Column("credits_posted", BigInteger, nullable=False, server_default=NOTHING),
    Column("floor", BigInteger),
    Column("ceiling", BigInteger),
    Column("opened_at", Moment, nullable=False),
    Index(
        "uq_ledger_account_whose",
        "tenant_id",
        "kind",
        "owner_id",
        "stripe",
        unique=True,
        postgresql_nulls_not_distinct=True,
    ),
    CheckConstraint(f"kind IN ({', '.join(repr(kind) for kind in KINDS)})", name="kind"),
    CheckConstraint("currency = 'INR'", name="currency"),
    CheckConstraint(
        "debits_pending >= 0 AND debits_posted >= 0 AND credits_pending >= 0 AND credits_posted >= 0",
        name="counts",
    ),
    # What is held counts when it is held, not when it is posted.
    CheckConstraint("credits_posted - debits_posted - debits_pending >= floor", name="floor"),
    CheckConstraint("credits_posted + credits_pending - debits_posted <= ceiling", name="ceiling"),
    CheckConstraint(
        "kind IN ('bank', 'rounding', 'agent_cash') OR floor IS NOT DISTINCT FROM 0", name="owes"
    ),
    CheckConstraint(
        "kind <> 'agent_cash' OR (floor IS NOT NULL AND ceiling IS NOT DISTINCT FROM 0)", name="carries"
    ),
)

transfer = Table(
    "ledger_transfer",
    metadata,
    tenant_id(),
    Column("id", Uuid, primary_key=True),
    Column("number", BigInteger, Identity(always=True), nullable=False),
    Column("kind", Text, nullable=False),
    Column("debit_id", Uuid, nullable=False),
    Column("credit_id", Uuid, nullable=False),
    Column("paise", BigInteger, nullable=False),
    Column("pending_id", Uuid),
    Column("refunds_id", Uuid),
    Column("until", Moment),
    Column("why", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("made_at", Moment, nullable=False),
    # A hold is resolved once, whoever asks and however often.
    UniqueConstraint("tenant_id", "pending_id"),
    ForeignKeyConstraint(["tenant_id", "debit_id"], ["ledger_account.tenant_id", "ledger_account.id"]),
    ForeignKeyConstraint(["tenant_id", "credit_id"], ["ledger_account.tenant_id", "ledger_account.id"]),
    ForeignKeyConstraint(["tenant_id", "pending_id"], ["ledger_transfer.tenant_id", "ledger_transfer.id"]),
    ForeignKeyConstraint(["tenant_id", "refunds_id"], ["ledger_transfer.tenant_id", "ledger_transfer.id"]),
    CheckConstraint("kind IN ('transfer', 'hold', 'post', 'void')", name="kind"),
    CheckConstraint("paise > 0", name="paise"),
    CheckConstraint("debit_id <> credit_id", name="two_accounts"),
    CheckConstraint("(kind IN ('post', 'void')) = (pending_id IS NOT NULL)", name="resolves"),
    CheckConstraint("(kind = 'hold') = (until IS NOT NULL)", name="until"),
    CheckConstraint("refunds_id IS NULL OR kind = 'transfer'", name="refunds"),
    Index(None, "tenant_id", "debit_id", "number"),
    Index(None, "tenant_id", "credit_id", "number"),
    Index(
        "ix_ledger_transfer_refunds",
        "tenant_id",
        "refunds_id",
        postgresql_where=text("refunds_id IS NOT NULL"),
    ),
)

open_hold = Table(
    "ledger_open_hold",
    metadata,
    tenant_id(),
    Column("id", Uuid, primary_key=True),
    Column("debit_id", Uuid, nullable=False),
    Column("credit_id", Uuid, nullable=False),
    Column("paise", BigInteger, nullable=False),
    Column("until", Moment, nullable=False),
    Index(None, "tenant_id", "until"),
    Index(None, "tenant_id", "debit_id"),
    Index(None, "tenant_id", "credit_id"),
)
