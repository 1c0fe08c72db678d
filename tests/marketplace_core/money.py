"""A deal that waits for its money, an operator, and what everybody has."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select, update

from marketplace_core.accounts import commands as accounts
from marketplace_core.audit.models import entry
from marketplace_core.bookings.models import booking
from marketplace_core.desk import Desk
from marketplace_core.events import event
from marketplace_core.kyc import commands as kyc
from marketplace_core.ledger.queries import account_of, balance
from marketplace_core.vault import Vault
from tests.marketplace_core.people import booked, somebody

DUE = 1_020_000
WAYS = ("bank", "upi", "razorpay")
VAULT = Vault({"k1": b"1" * 32}, b"p" * 32)


@dataclass(frozen=True)
class Deal:
    seller: UUID
    buyer: UUID
    booking_id: UUID
    code: str


async def deal(desk: Desk, *, due_paise: int = DUE, pay_by: str = "advance") -> Deal:
    seller, buyer, _, agreed = await booked(desk)
    await desk.db.execute(
        update(booking).where(booking.c.id == agreed.id).values(due_paise=due_paise, pay_by=pay_by)
    )
    return Deal(seller, buyer, agreed.id, agreed.code)


async def with_role(desk: Desk, role: str, phone: str = "+919800000009") -> UUID:
    person_id = await somebody(desk, phone, name="Meera")
    await accounts.add_role(desk, person_id, role)
    return person_id


async def operator(desk: Desk) -> UUID:
    return await with_role(desk, "operator")


async def known(desk: Desk, person_id: UUID, operator_id: UUID) -> None:
    """Their papers were seen and are good."""
    await kyc.show(desk, VAULT, person_id=person_id, kind="pan", media_key="p", number="ABCPE1234F")
    await kyc.submit(desk, actor_id=person_id, person_id=person_id)
    await kyc.take(desk, operator_id=operator_id, person_id=person_id)
    await kyc.verify(desk, operator_id=operator_id, person_id=person_id)


async def has(desk: Desk, kind: Any, owner: UUID | None) -> int:
    """What somebody could take out now."""
    found = await account_of(desk, kind, owner)
    return (await balance(desk, found)).available if found else 0


async def told(desk: Desk, prefix: str) -> list[str]:
    rows = await desk.db.execute(
        select(event.c.kind).where(event.c.kind.startswith(prefix)).order_by(event.c.id)
    )
    return list(rows.scalars())


async def about(desk: Desk, kind: str) -> Any:
    rows = await desk.db.execute(select(event.c.about).where(event.c.kind == kind).order_by(event.c.id))
    return rows.scalars().all()[-1]


async def noted(desk: Desk) -> list[str]:
    """What stands in the book of deeds."""
    return list((await desk.db.execute(select(entry.c.action).order_by(entry.c.id))).scalars())
