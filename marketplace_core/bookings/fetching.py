"""From the yes to the road: when the goods are fetched, who drives, and the code that the farmer shows."""

import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select, update

from marketplace_core.accounts.models import person
from marketplace_core.bookings.errors import PickupLocked
from marketplace_core.bookings.making import new_secret
from marketplace_core.bookings.models import pickup as p
from marketplace_core.bookings.moving import about, as_which, held, move
from marketplace_core.bookings.queries import Booking, roles
from marketplace_core.bookings.transitions import PICKUP_CODE, SECURED
from marketplace_core.desk import Desk
from marketplace_core.errors import BadTerms, NotMet
from marketplace_core.escrow import commands as escrow
from marketplace_core.events import record
from marketplace_core.parties import OPERATOR

MOST_AHEAD = timedelta(days=30)
LONGEST_WINDOW = timedelta(days=1)
WRONG_CODES = 5
LOCKED_FOR = timedelta(hours=1)


@dataclass(frozen=True)
class WrongCode:
    """The guess was counted. That is why this is an answer and no refusal: the caller commits it."""

    tries_left: int
    locked_until: datetime | None


async def agree_pickup(
    desk: Desk, *, actor_id: UUID, code: str, window_from: datetime, window_to: datetime
) -> Booking:
    """When the cart comes; said again, it is another time."""
    if not desk.now < window_from <= desk.now + MOST_AHEAD:
        raise BadTerms("window_from")
    if not window_from < window_to <= window_from + LONGEST_WINDOW:
        raise BadTerms("window_to")
    booking = await held(desk, code)
    who = await as_which(desk, booking, actor_id, "agree_pickup")
    window = {"window_from": window_from, "window_to": window_to}
    told = {name: moment.isoformat() for name, moment in window.items()}
    agreed = await move(desk, booking, "agree_pickup", who=who, actor_id=actor_id, told=told)
    await _change(desk, booking, **window)
    return agreed


async def assign_driver(desk: Desk, *, actor_id: UUID, code: str, driver_id: UUID) -> Booking:
    """A delivery agent, or the buyer themselves. The farmer gets a new code with a new driver.

    Wrong guesses still count: otherwise a buyer would name a driver after every fourth, and guess for ever.
    """
    booking = await held(desk, code)
    who = await as_which(desk, booking, actor_id, "assign_driver")
    if driver_id != booking.buyer_id and "delivery_agent" not in await _roles(desk, driver_id):
        raise BadTerms("driver_id")
    told = {"driver_id": str(driver_id)}
    assigned = await move(desk, booking, "assign_driver", who=who, actor_id=actor_id, told=told)
    await _change(desk, booking, driver_id=driver_id, secret=new_secret(), **_unlocked(who))
    return assigned


async def renew_code(desk: Desk, *, actor_id: UUID, code: str) -> Booking:
    """A fresh code, when the old one was overheard; wrong guesses of the old one still count."""
    booking = await held(desk, code)
    who = await as_which(desk, booking, actor_id, "renew_code")
    renewed = await move(desk, booking, "renew_code", who=who, actor_id=actor_id)
    await _change(desk, booking, secret=new_secret(), **_unlocked(who))
    return renewed


def _unlocked(who: str) -> dict[str, Any]:
    """The office alone takes a lock away."""
    return {"wrong": 0, "locked_until": None} if who == OPERATOR else {}


async def pick_up(desk: Desk, *, actor_id: UUID, code: str, pickup_code: str) -> Booking | WrongCode:
    """The driver has loaded and says the farmer's code. The office may send a cart without it.

    Held throughout, so that of many guesses at once each is counted.
    """
    booking = await held(desk, code)
    who = await as_which(desk, booking, actor_id, "pick_up")
    secured = booking.pay_by == "cash" or await escrow.is_secured(desk, booking.id)
    if not secured:
        raise NotMet(SECURED.name, SECURED.sentence)
    right = who == OPERATOR
    if not right:
        guessed = await _guess(desk, booking, actor_id, pickup_code)
        if guessed is not None:
            return guessed
        right = True
    holding = {SECURED: secured, PICKUP_CODE: right}
    return await move(desk, booking, "pick_up", who=who, actor_id=actor_id, holding=holding)


async def said_again(desk: Desk, *, actor_id: UUID, code: str, pickup_code: str) -> WrongCode | None:
    """The farmer's code of goods that are on their way already; a wrong guess is counted."""
    booking = await held(desk, code)
    await roles(desk, booking, actor_id)
    return await _guess(desk, booking, actor_id, pickup_code)


async def _guess(desk: Desk, booking: Booking, actor_id: UUID, said: str) -> WrongCode | None:
    row = (
        await desk.db.execute(
            select(p).where(p.c.tenant_id == desk.tenant, p.c.booking_id == booking.id).with_for_update()
        )
    ).one()
    if row.locked_until and row.locked_until > desk.now:
        raise PickupLocked(row.locked_until)
    if hmac.compare_digest("".join(said.split()).encode(), row.secret.encode()):
        return None
    wrong = row.wrong + 1
    locked_until = desk.now + LOCKED_FOR if wrong >= WRONG_CODES else None
    await _change(desk, booking, wrong=0 if locked_until else wrong, locked_until=locked_until)
    if locked_until:
        told = {"actor_id": str(actor_id), "until": locked_until.isoformat()}
        await record(desk, "booking.pickup_locked", booking.code, await about(desk, booking) | told)
    return WrongCode(WRONG_CODES - wrong, locked_until)


async def _change(desk: Desk, booking: Booking, **values: Any) -> None:
    await desk.db.execute(
        update(p).where(p.c.tenant_id == desk.tenant, p.c.booking_id == booking.id).values(**values)
    )


async def _roles(desk: Desk, person_id: UUID) -> tuple[str, ...]:
    found = await desk.db.execute(
        select(person.c.roles).where(person.c.tenant_id == desk.tenant, person.c.id == person_id)
    )
    return tuple(found.scalar_one_or_none() or ())
