"""Which papers say who somebody is, and what their numbers look like."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

#: From here on money moves only for people whose identity was verified.
OVER_PAISE = 50_000_00
#: Papers are looked at again after this.
VALID_FOR = timedelta(days=730)
#: A reviewer who goes home does not keep a farmer waiting.
REVIEW_TAKES = timedelta(hours=4)

Kind = Literal["aadhaar", "pan", "voter_id", "driving_licence", "land_record", "bank_passbook"]
#: `recognised`: only a hash and four digits stay. `sealed`: encrypted. `none`: the photo is all we take.
Kept = Literal["recognised", "sealed", "none"]

REASONS = ("unreadable", "wrong_person", "number_differs", "paper_expired", "incomplete", "forged")


@dataclass(frozen=True)
class Paper:
    """`names_somebody`: good enough alone to be reviewed."""

    kept: Kept
    names_somebody: bool
    genuine: Callable[[str], bool] = bool


def plain(number: str) -> str:
    """A number as somebody typed it, as it is checked and kept."""
    return re.sub(r"[\s-]", "", number).upper()


# Verhoeff's checksum: the dihedral group of the pentagon, and a permutation that is applied once more each place.
_TIMES = tuple(
    tuple((a + b) % 5 if b < 5 else 5 + (a + b) % 5 for b in range(10))
    if a < 5
    else tuple(5 + (a - b) % 5 if b < 5 else (a - b) % 5 for b in range(10))
    for a in range(10)
)
_SHUFFLE = (1, 5, 7, 6, 2, 8, 3, 0, 9, 4)


def verhoeff_holds(digits: str) -> bool:
    """Catches every single wrong digit and every swap of two neighbours."""
    check = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit)
        for _ in range(place % 8):
            value = _SHUFFLE[value]
        check = _TIMES[check][value]
    return check == 0


def is_aadhaar(number: str) -> bool:
    return re.fullmatch(r"[2-9][0-9]{11}", number, re.ASCII) is not None and verhoeff_holds(number)


def is_pan(number: str) -> bool:
    """Five letters, four digits, a letter; the fourth says what kind of holder it is."""
    return re.fullmatch(r"[A-Z]{3}[ABCFGHJLPT][A-Z][0-9]{4}[A-Z]", number, re.ASCII) is not None


def is_voter_id(number: str) -> bool:
    return re.fullmatch(r"[A-Z]{3}[0-9]{7}", number, re.ASCII) is not None


def is_driving_licence(number: str) -> bool:
    return re.fullmatch(r"[A-Z]{2}[0-9]{2}[0-9A-Z]{9,12}", number, re.ASCII) is not None


PAPERS: dict[str, Paper] = {
    "aadhaar": Paper("recognised", True, is_aadhaar),
    "pan": Paper("sealed", True, is_pan),
    "voter_id": Paper("sealed", True, is_voter_id),
    "driving_licence": Paper("sealed", True, is_driving_licence),
    "land_record": Paper("none", False),
    "bank_passbook": Paper("none", False),
}
