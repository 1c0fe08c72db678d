"""Codes that were sent, sessions that were opened, and the tokens that renew them.

Nothing here can be used by who reads it: codes and numbers are keyed hashes, tokens are hashes.
"""

from sqlalchemy import Column, ForeignKeyConstraint, Index, Integer, LargeBinary, Table, Text, Uuid, text

from marketplace_core.db.schema import Moment, metadata, own_id, tenant_id

#: One row per number: the newest code, and what keeps guessers and senders in bounds.
login_code = Table(
    "login_code",
    metadata,
    tenant_id(),
    Column("phone_mac", LargeBinary, primary_key=True),
    Column("code_mac", LargeBinary),
    Column("sent_at", Moment, nullable=False),
    Column("sends", Integer, nullable=False),
    Column("sends_since", Moment, nullable=False),
    Column("wrong", Integer, nullable=False, server_default=text("0")),
    Column("wrong_since", Moment),
    Column("locked_until", Moment),
)

session = Table(
    "session",
    metadata,
    tenant_id(),
    own_id(),
    Column("person_id", Uuid, nullable=False),
    Column("began_at", Moment, nullable=False),
    Column("ended_at", Moment),
    Column("ended_by", Text),
    ForeignKeyConstraint(["tenant_id", "person_id"], ["person.tenant_id", "person.id"]),
    Index(None, "tenant_id", "person_id"),
)

refresh_token = Table(
    "refresh_token",
    metadata,
    tenant_id(),
    Column("token_hash", LargeBinary, primary_key=True),
    Column("session_id", Uuid, nullable=False),
    Column("expires_at", Moment, nullable=False),
    Column("used_at", Moment),
    ForeignKeyConstraint(
        ["tenant_id", "session_id"], ["session.tenant_id", "session.id"], ondelete="CASCADE"
    ),
    Index(None, "tenant_id", "session_id"),
)
