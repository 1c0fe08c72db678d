"""What is hashed, byte for byte. A change here is a new `FORM`; old entries keep the one they were written in."""

import hashlib
import hmac
import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from marketplace_core.errors import BadTerms

FORM = 1
GENESIS = bytes(32)
SALT_BYTES = 32
LONGEST_SUBJECT = 200
LONGEST_FACTS = 20_000

_ACTION = re.compile(r"[a-z][a-z_]*(\.[a-z_]+)*")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def packed(*parts: bytes | str | int | UUID | None) -> bytes:
    """Each part with its kind and length before it: no two lists of parts give the same bytes."""
    out = bytearray()
    for part in parts:
        match part:
            case None:
                kind, raw = b"n", b""
            case bytes():
                kind, raw = b"b", part
            case str():
                kind, raw = b"s", part.encode()
            case int():
                kind, raw = b"i", str(part).encode()
            case UUID():
                kind, raw = b"u", part.bytes
        out += kind + len(raw).to_bytes(8, "big") + raw
    return bytes(out)


def micros(at: datetime) -> int:
    """As exact as the database keeps it, in no time zone."""
    return (at - _EPOCH) // timedelta(microseconds=1)


def hash_of(tenant: int, number: int, prev_hash: bytes, row: Any) -> bytes:
    return hashlib.sha256(
        packed(
            "mandi audit",
            row.form,
            prev_hash,
            tenant,
            number,
            row.id,
            micros(row.at),
            row.actor_id,
            row.action,
            row.subject,
            row.facts,
            row.commitment,
        )
    ).digest()


def commitment_of(salt: bytes, fields: str) -> bytes:
    return hmac.digest(salt, packed("mandi personal", fields), "sha256")


def check_note(action: str, subject: str) -> None:
    if not _ACTION.fullmatch(action):
        raise BadTerms("action")
    if not 0 < len(subject) <= LONGEST_SUBJECT or "\0" in subject:
        raise BadTerms("subject")


def written(field: str, facts: Mapping[str, Any]) -> str:
    """JSON in one way only: keys in order, no spaces; ids and moments as their text."""
    try:
        text = json.dumps(
            facts, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False, default=_plain
        )
        size = len(text.encode())
    except (TypeError, ValueError):  # not JSON, not a number, half a character
        raise BadTerms(field) from None
    if size > LONGEST_FACTS or "\\u0000" in text:
        raise BadTerms(field)
    return text


def _plain(value: Any) -> str:
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    raise TypeError
