"""How long a code, a lock and a token last, and how they are made unreadable."""

import hashlib
import hmac
import secrets
from datetime import datetime, timedelta

CODE_LASTS = timedelta(minutes=5)
MOST_WRONG = 5
LOCK_LASTS = timedelta(minutes=15)
#: Wrong codes are counted over this long, also across codes that were sent anew in between.
WRONG_COUNTS_FOR = timedelta(minutes=15)
BETWEEN_SENDS = timedelta(seconds=30)
MOST_SENDS = 5
SENDS_COUNT_FOR = timedelta(hours=1)
ACCESS_LASTS = timedelta(hours=1)
REFRESH_LASTS = timedelta(days=30)


def new_code() -> str:
    return f"{secrets.randbelow(1_000_000):06d}"


def phone_mac(key: bytes, phone: str) -> bytes:
    return hmac.digest(key, b"phone\0" + phone.encode(), "sha256")


def code_mac(key: bytes, phone: str, code: str) -> bytes:
    """Bound to its number: a code of one phone opens no other."""
    return hmac.digest(key, b"code\0" + phone.encode() + b"\0" + code.encode(), "sha256")


def new_refresh_token(tenant: int) -> str:
    """The tenant stands in front, so that whoever renews need not say it again."""
    return f"{tenant}.{secrets.token_urlsafe(32)}"


def tenant_of(token: str) -> int | None:
    tenant, dot, rest = token.partition(".")
    return (
        int(tenant) if dot and rest and tenant.isascii() and tenant.isdigit() and len(tenant) < 10 else None
    )


def token_hash(token: str) -> bytes:
    # 256 random bits need no salt and no slow hash.
    return hashlib.sha256(token.encode()).digest()


def seconds_until(moment: datetime, now: datetime) -> int:
    return max(1, -int((now - moment) // timedelta(seconds=1)))
