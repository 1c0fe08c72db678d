"""A phone number as E.164. It is taken out of the text before anything else is read from its digits."""

import phonenumbers
import regex

_ENOUGH_DIGITS = regex.compile(r"(?:\d[\s\-()]*){10}")
#: The library is slow: it looks at this much, from a little before the digits (a plus, a bracket).
_LONGEST, _BEFORE = 200, 5
_MOBILE = (phonenumbers.PhoneNumberType.MOBILE, phonenumbers.PhoneNumberType.FIXED_LINE_OR_MOBILE)


def take(cleaned: str) -> tuple[str | None, str]:
    """The number and the text without it."""
    digits = _ENOUGH_DIGITS.search(cleaned)
    if not digits:
        return None, cleaned
    begin = max(0, digits.start() - _BEFORE)
    for match in phonenumbers.PhoneNumberMatcher(cleaned[begin : begin + _LONGEST], "IN"):
        if phonenumbers.number_type(match.number) not in _MOBILE:
            continue
        number = phonenumbers.format_number(match.number, phonenumbers.PhoneNumberFormat.E164)
        return number, f"{cleaned[: begin + match.start]} {cleaned[begin + match.end :]}"
    return None, cleaned
