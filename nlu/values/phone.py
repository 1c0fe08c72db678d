"""A phone number as E.164. It is taken out of the text before anything else is read from its digits."""

import phonenumbers
import regex

_ENOUGH_DIGITS = regex.compile(r"(?:\d[\s\-()]*){10}")
_LONGEST = 200
_MOBILE = (phonenumbers.PhoneNumberType.MOBILE, phonenumbers.PhoneNumberType.FIXED_LINE_OR_MOBILE)


def take(cleaned: str) -> tuple[str | None, str]:
    """The number and the text without it."""
    if not _ENOUGH_DIGITS.search(cleaned):
        return None, cleaned
    for match in phonenumbers.PhoneNumberMatcher(cleaned[:_LONGEST], "IN"):
        if phonenumbers.number_type(match.number) not in _MOBILE:
            continue
        number = phonenumbers.format_number(match.number, phonenumbers.PhoneNumberFormat.E164)
        return number, f"{cleaned[: match.start]} {cleaned[match.end :]}"
    return None, cleaned
