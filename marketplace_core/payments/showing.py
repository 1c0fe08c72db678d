"""What is still to be paid, in which ways, and what the payer is shown."""

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from marketplace_core.bookings.models import booking
from marketplace_core.bookings.queries import Booking, mine
from marketplace_core.desk import Desk
from marketplace_core.errors import NotFound
from marketplace_core.escrow import commands as escrow
from marketplace_core.escrow.queries import secured
from marketplace_core.ledger.queries import account_of, balance
from marketplace_core.payments.offered import HowToPay, how_to_pay, methods
from marketplace_core.payments.queries import by_code
from marketplace_core.payments.rules import METHODS
from marketplace_core.settings import market_settings


@dataclass(frozen=True)
class Due:
    """`paise` is what has to come yet; nought where what the buyer has with us is enough, or waits already."""

    secured: bool
    paise: int


async def due(desk: Desk, agreed: Booking) -> Due:
    if await escrow.is_secured(desk, agreed.id):
        return Due(True, 0)
    account_id = await account_of(desk, "buyer", agreed.buyer_id)
    there = (await balance(desk, account_id)).available if account_id else 0
    return Due(False, max(0, agreed.due_paise - there))


async def unpaid(desk: Desk, buyer_id: UUID, states: Collection[str]) -> tuple[Booking, ...]:
    """What this buyer has agreed to and no money waits for, newest first."""
    return await mine(desk, buyer_id, states={"buyer": states}, and_also=(~secured(desk, booking.c.id),))


async def ways(desk: Desk, paise: int) -> tuple[str, ...]:
    """What is set up here and carries this sum, without what needs a page of a provider's."""
    offered = methods(market_settings())
    return tuple(
        name
        for name, way in METHODS.items()
        if name in offered and way.by_hand and way.lowest_paise <= paise <= way.highest_paise
    )


async def show(desk: Desk, *, payer_id: UUID, code: str) -> HowToPay:
    payment = await by_code(desk, code)
    if payment is None or payment.payer_id != payer_id:
        raise NotFound("payment")
    return how_to_pay(payment, market_settings())
