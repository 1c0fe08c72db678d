"""Phone numbers as gateways write them: with +91, with 91, with a 0, or bare."""

import re

from bot.carriers.gateway.profile import Phone

_INDIAN = re.compile(r"(?:\+|00)?(?:91|0)?(?P<national>[6-9]\d{9})", re.ASCII)
_E164 = re.compile(r"\+[1-9]\d{6,14}", re.ASCII)


def e164(written: str) -> str | None:
    """None: no phone can have this number."""
    bare = re.sub(r"[\s()-]", "", written)
    if _E164.fullmatch(bare) and not bare.startswith("+91"):
        return bare
    indian = _INDIAN.fullmatch(bare)
    return f"+91{indian['national']}" if indian else None


def as_they_write(number: str, how: Phone) -> str:
    digits = number.removeprefix("+")
    return {"+digits": f"+{digits}", "digits": digits, "national": digits.removeprefix("91")}[how]


def own(written: str) -> str:
    """The number that people write to: a phone number, or a short code as it stands."""
    return e164(written) or written.strip()
