"""What happens to a booking outside of chat: the driver at the cart, the scales, the office and the bank.

(asha books 5 t of L1 and pays ahead)     (asha pays for B1)
(asha books 5 t of L1 and pays in cash)
(mohan drives for B1)                     who must be somebody of the story
(mohan loads B1)   (mohan weighs B1: 4800 kg)   (mohan inspects B1: grade B, 16 % moisture)   (mohan delivers B1)
(the office says of B1: the bill stands | 80 % for the farmer | the money goes back)
(the office finds the money for B1)   (the office does not find the money for B1)   (L1 is of grade A)
(ravi is a field_agent with PIN 4821)     (ravi acts for asha)
(the office pays out)   (the bank has paid)   (the bank sends it back)
(the photos have come)                    those that were sent so far lie with us
"""

import re
from collections.abc import Awaitable, Callable, Mapping
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import text

from bot import attachments
from marketplace_core.accounts import commands as accounts
from marketplace_core.bookings import fetching, handover, queries
from marketplace_core.commodities import KG_PER
from marketplace_core.desk import Desk
from marketplace_core.disputes import commands as disputes
from marketplace_core.escrow import commands as escrow
from marketplace_core.payments import commands as paying
from marketplace_core.payments import queries as payments
from marketplace_core.payouts import commands as payouts
from marketplace_core.photos import commands as photos
from marketplace_core.photos.prints import print_of
from tests.conversations import agents
from tests.marketplace_core.people import book_as_shown
from tests.marketplace_core.pictures import file_of, picture

OFFICE_PHONE = "+919876588888"
REFERENCE = "61234567890"
GRADED = text("UPDATE listing SET grade = :grade, graded_by = 'agent' WHERE code = :code")
ON_THEIR_WAY = text("SELECT id FROM media WHERE key IS NULL AND lost_because IS NULL ORDER BY id")
PAYOUTS = text("SELECT code FROM payout WHERE state = :state ORDER BY id")

Who = Callable[[str], UUID]
Deed = Callable[[Desk, Who, Mapping[str, str]], Awaitable[None]]


async def done(desk: Desk, line: str, who: Who, codes: Mapping[str, str]) -> bool:
    """True when the line is one of these, and was done."""
    for short, code in codes.items():
        line = re.sub(rf"\b{short}\b", code, line)
    for pattern, deed in DEEDS.items():
        if match := re.fullmatch(rf"\({pattern}\)", line):
            await deed(desk, who, match.groupdict())
            return True
    return False


async def _office(desk: Desk) -> UUID:
    reached = await accounts.reach(desk, channel="sms", value=OFFICE_PHONE, phone=OFFICE_PHONE)
    await accounts.add_role(desk, reached.person.id, "operator")
    return reached.person.id


async def _books(desk: Desk, who: Who, said: Mapping[str, str]) -> None:
    kg = int(float(said["n"]) * KG_PER[said["unit"]])
    pay_by = "cash" if said["how"] == "in cash" else "advance"
    await book_as_shown(desk, buyer_id=who(said["who"]), code=said["code"], kg=kg, pay_by=pay_by)


async def _pays(desk: Desk, who: Who, said: Mapping[str, str]) -> None:
    booking = await queries.known(desk, said["code"])
    buyer = who(said["who"])
    await escrow.pay_in(desk, uuid4(), buyer_id=buyer, paise=booking.due_paise, subject=booking.code)
    await escrow.secure(desk, booking.id)


async def _drives(desk: Desk, who: Who, said: Mapping[str, str]) -> None:
    driver = who(said["who"])
    await accounts.add_role(desk, driver, "delivery_agent")
    await fetching.assign_driver(desk, actor_id=await _office(desk), code=said["code"], driver_id=driver)


async def _loads(desk: Desk, who: Who, said: Mapping[str, str]) -> None:
    booking = await queries.known(desk, said["code"])
    secret = await queries.pickup_code(desk, booking.code, booking.seller_id)
    await fetching.pick_up(desk, actor_id=who(said["who"]), code=booking.code, pickup_code=secret or "")


async def _weighs(desk: Desk, who: Who, said: Mapping[str, str]) -> None:
    await handover.weigh(desk, actor_id=who(said["who"]), code=said["code"], kg=int(said["kg"]))


async def _inspects(desk: Desk, who: Who, said: Mapping[str, str]) -> None:
    found: dict[str, Any] = {"grade": said["grade"], "moisture": 10 * int(said["percent"])}
    await handover.inspect(desk, actor_id=who(said["who"]), code=said["code"], **found)


async def _delivers(desk: Desk, who: Who, said: Mapping[str, str]) -> None:
    await handover.deliver(desk, actor_id=who(said["who"]), code=said["code"])


async def _says(desk: Desk, who: Who, said: Mapping[str, str]) -> None:
    part = said["percent"]
    decision: Any = "share" if part else "uphold" if "stands" in said["word"] else "refund"
    await disputes.decide(
        desk,
        actor_id=await _office(desk),
        code=said["code"],
        decision=decision,
        why="We looked at the weighing slip and the photos.",
        percent=int(part) if part else None,
    )


async def _pays_out(desk: Desk, who: Who, said: Mapping[str, str]) -> None:
    office = await _office(desk)
    for n, code in enumerate((await desk.db.execute(PAYOUTS, {"state": "asked"})).scalars().all()):
        await payouts.approve(desk, operator_id=office, code=code)
        await payouts.sent(desk, operator_id=office, code=code, reference=f"{REFERENCE}{n}")


async def _has_paid(desk: Desk, who: Who, said: Mapping[str, str]) -> None:
    for code in (await desk.db.execute(PAYOUTS, {"state": "sent"})).scalars().all():
        await payouts.finish(desk, operator_id=await _office(desk), code=code)


async def _sends_back(desk: Desk, who: Who, said: Mapping[str, str]) -> None:
    for code in (await desk.db.execute(PAYOUTS, {"state": "sent"})).scalars().all():
        await payouts.fail(desk, operator_id=await _office(desk), code=code, why="no such account")


async def _finds(desk: Desk, who: Who, said: Mapping[str, str]) -> None:
    """What the buyer has named is on the account, or nothing of the kind."""
    booking = await queries.known(desk, said["code"])
    *_, begun = await payments.of_booking(desk, booking.id)
    office = await _office(desk)
    if said["verb"] == "finds":
        seen = {"reference": begun.claimed or REFERENCE, "paise": begun.paise}
        await paying.confirm_by_hand(desk, operator_id=office, code=begun.code, **seen)
    else:
        await paying.deny_by_hand(desk, operator_id=office, code=begun.code)


async def _graded(desk: Desk, who: Who, said: Mapping[str, str]) -> None:
    await desk.db.execute(GRADED, {"code": said["code"], "grade": said["grade"]})


async def _come(desk: Desk, who: Who, said: Mapping[str, str]) -> None:
    for seed, photo in enumerate((await desk.db.execute(ON_THEIR_WAY)).scalars().all()):
        key = f"ab/{seed}.jpg"
        owner = await attachments.kept(desk, photo, key, "image/jpeg")
        prints = print_of(file_of(picture(seed)))
        await photos.remember(desk, photo, person_id=owner, key=key, prints=prints)


DECISION = r"the bill stands|the money goes back|(?P<percent>\d+) % for the farmer"
BOOKING = r"(?P<code>\w+)"
DEEDS: Mapping[str, Deed] = {
    rf"(?P<who>\w+) books (?P<n>[\d.]+) (?P<unit>t|quintal|kg) of {BOOKING} and pays (?P<how>ahead|in cash)": _books,
    rf"(?P<who>\w+) pays for {BOOKING}": _pays,
    rf"(?P<who>\w+) drives for {BOOKING}": _drives,
    rf"(?P<who>\w+) loads {BOOKING}": _loads,
    rf"(?P<who>\w+) weighs {BOOKING}: (?P<kg>\d+) kg": _weighs,
    rf"(?P<who>\w+) inspects {BOOKING}: grade (?P<grade>[ABC]), (?P<percent>\d+) % moisture": _inspects,
    rf"(?P<who>\w+) delivers {BOOKING}": _delivers,
    rf"the office says of {BOOKING}: (?P<word>{DECISION})": _says,
    rf"the office (?P<verb>finds|does not find) the money for {BOOKING}": _finds,
    rf"{BOOKING} is of grade (?P<grade>[ABC])": _graded,
    r"the office pays out": _pays_out,
    r"the bank has paid": _has_paid,
    r"the bank sends it back": _sends_back,
    r"the photos have come": _come,
    **agents.DEEDS,
}
