"""Codes that a person can read aloud: a letter for the kind and five without 0/O, 1/I/L and U."""

import secrets

ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH = 5
LISTING, BOOKING, GRADING, OFFER, PAYMENT, PAYOUT, BATCH = "L", "B", "G", "F", "P", "Y", "C"


def new_code(kind: str) -> str:
    """With a digit among the letters, so that it never reads like a word."""
    while True:
        code = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
        if any(letter.isdigit() for letter in code):
            return kind + code


def spoken(text: str) -> str:
    """A code as somebody typed it, as it is stored."""
    return "".join(text.split()).upper()
