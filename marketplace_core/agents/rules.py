"""Who signs in how, and how long a yes may be awaited."""

import hashlib
import hmac
import secrets
from datetime import timedelta

AGENTS = ("field_agent", "delivery_agent")
PIN_DIGITS = 4
#: A day and an address. Who forges SMS in an agent's name does not lock them out where nobody can forge.
MOST_WRONG = 5
UNDO_WITHIN = timedelta(minutes=10)
#: A question to a farmer is good for a day, the code in it as long.
ANSWER_WITHIN = timedelta(hours=24)
MOST_GUESSES = 5
SALT_BYTES = 16


def new_pin() -> str:
    """Never with a zero in front: it gets lost."""
    return str(10 ** (PIN_DIGITS - 1) + secrets.randbelow(9 * 10 ** (PIN_DIGITS - 1)))


def is_pin(pin: str) -> bool:
    return pin.isascii() and pin.isdecimal() and len(pin) == PIN_DIGITS


def pin_hash(pin: str, salt: bytes) -> bytes:
    """Slow on purpose: ten thousand guesses at a stolen row take minutes and not a blink."""
    return hashlib.scrypt(pin.encode(), salt=salt, n=2**14, r=8, p=1)


def fits(pin: str, salt: bytes, kept: bytes) -> bool:
    return hmac.compare_digest(pin_hash(pin, salt), kept)
