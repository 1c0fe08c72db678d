"""Codes that a person can read aloud: a letter for the kind and five without 0/O, 1/I/L and U."""

import secrets
from typing import Any

from sqlalchemy import Table
from sqlalchemy.dialects.postgresql import insert

from marketplace_core.desk import Desk

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


async def write_coded(desk: Desk, table: Table, kind: str, **values: Any) -> Any:
    """A new row under a code that nobody has yet; one that is taken already is drawn again."""
    while True:
        written = await desk.db.execute(
            insert(table)
            .values(tenant_id=desk.tenant, code=new_code(kind), **values)
            .on_conflict_do_nothing(index_elements=["tenant_id", "code"])
            .returning(table)
        )
        row = written.one_or_none()
        if row is not None:
            return row
