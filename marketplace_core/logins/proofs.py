"""A short code that only the real phone is sent: where a sender can be forged, it tells who writes."""

import hashlib
import hmac
import secrets
from dataclasses import dataclass

from marketplace_core.desk import Desk

DIGITS = 4


@dataclass(frozen=True)
class Drawn:
    """`seal` is what may be kept: the code is not read off it at a glance, and is good for minutes only."""

    code: str
    seal: str


async def draw(desk: Desk) -> Drawn:
    """Asked for like any command, so that who asks stays without chance. Never with a zero in front: it gets lost."""
    code = str(10 ** (DIGITS - 1) + secrets.randbelow(9 * 10 ** (DIGITS - 1)))
    return Drawn(code, sealed(code, secrets.token_hex(8)))


def sealed(code: str, salt: str) -> str:
    return f"{salt}.{hashlib.sha256(f'{salt}.{code}'.encode()).hexdigest()}"


def fits(seal: str, code: str) -> bool:
    return hmac.compare_digest(sealed(code, seal.partition(".")[0]).encode(), seal.encode())
