"""What agents do on the spot: a grade at the heap, the round of a day, a way in vain, money paid in."""

from dataclasses import dataclass
from datetime import datetime, time
from typing import Any
from uuid import UUID

from sqlalchemy import and_, exists, or_, select, update

from marketplace_core.accounts.duty import on_duty
from marketplace_core.accounts.queries import may_act_for, phone
from marketplace_core.agents.errors import SaidToday
from marketplace_core.agents.signing import day_of
from marketplace_core.audit import commands as audit
from marketplace_core.bookings import fetching, handover
from marketplace_core.bookings import queries as agreements
from marketplace_core.bookings.fetching import WrongCode
from marketplace_core.bookings.models import booking as b
from marketplace_core.bookings.models import pickup as p
from marketplace_core.bookings.models import weighment
from marketplace_core.bookings.moving import held
from marketplace_core.bookings.queries import Booking
from marketplace_core.bookings.standing import TO_FETCH
from marketplace_core.desk import Desk
from marketplace_core.errors import BadTerms, ListingGone, Moved, NotYours
from marketplace_core.events import event, record
from marketplace_core.grading import commands as gradings
from marketplace_core.grading.models import grading as g
from marketplace_core.listings import queries as listings
from marketplace_core.listings.models import listing
from marketplace_core.listings.rules import KOLKATA
from marketplace_core.parties import is_operator

GRADES = ("A", "B", "C")
MOST_STOPS = 30
#: When there is a way to be in vain.
ON_THE_ROAD = ("confirmed", "in_transit")


@dataclass(frozen=True)
class Graded:
    """The grade before, to take it back by. One that was `asked` for is answered, and the answer was told."""

    code: str
    seller_id: UUID
    grade: str | None
    graded_by: str | None
    asked: bool


@dataclass(frozen=True)
class Assayed:
    """`weighed_kg` is what the goods weighed, by whoever weighed them first."""

    seller_id: UUID
    weighed_kg: int | None


@dataclass(frozen=True)
class Stop:
    code: str
    state: str
    kg: int
    pincode: str
    village: str | None
    window_from: datetime | None
    #: Of the farmer, while there is something to fetch.
    phone: str | None


async def grade(desk: Desk, *, actor_id: UUID, code: str, grade: str, moisture: int | None) -> Graded:
    """An agent's grade at the heap, of a farmer whom they speak for or who has asked for one: then it answers that.

    Moisture in tenths.
    """
    await on_duty(desk, actor_id, "field_agent")
    if grade not in GRADES:
        raise BadTerms("grade")
    lot = await listings.by_code(desk, code)
    if lot is None or lot.state not in ("active", "booked"):
        raise ListingGone
    if lot.seller_id == actor_id:
        raise NotYours
    asked = await desk.db.execute(
        select(g.c.code)
        .where(g.c.tenant_id == desk.tenant, g.c.listing == lot.code, g.c.state == "asked")
        .order_by(g.c.id.desc())
        .limit(1)
    )
    request = asked.scalar_one_or_none()
    if not (request or await may_act_for(desk, actor_id, lot.seller_id) or await is_operator(desk, actor_id)):
        raise NotYours
    if request:
        await gradings.grade(
            desk,
            actor_id=actor_id,
            code=request,
            grade=grade,
            moisture_permille=moisture,
            moisture_source="agent",
        )
    else:
        told = {"seller_id": str(lot.seller_id), "actor_id": str(actor_id), "grade": grade}
        await record(desk, "agent.graded", lot.code, told | {"moisture": moisture})
    await desk.db.execute(
        update(listing)
        .where(listing.c.tenant_id == desk.tenant, listing.c.id == lot.id)
        .values(grade=grade, graded_by="agent")
    )
    facts = {"grade": grade, "moisture": moisture, "was": lot.grade, "person_id": str(lot.seller_id)}
    await audit.note(desk, actor_id=actor_id, action="agent.grade", subject=lot.code, facts=facts)
    return Graded(lot.code, lot.seller_id, lot.grade, lot.graded_by, asked=request is not None)


async def ungrade(
    desk: Desk, *, actor_id: UUID, code: str, now: str, grade: str | None, graded_by: str | None
) -> bool:
    """Back to the grade before, unless somebody has judged anew since. The farmer hears which one stands."""
    back = await desk.db.execute(
        update(listing)
        .where(
            listing.c.tenant_id == desk.tenant,
            listing.c.code == code,
            listing.c.grade == now,
            listing.c.graded_by == "agent",
        )
        .values(grade=grade, graded_by=graded_by)
        .returning(listing.c.seller_id)
    )
    seller_id = back.scalar_one_or_none()
    if seller_id is None:
        return False
    told = {"seller_id": str(seller_id), "actor_id": str(actor_id), "grade": grade, "moisture": None}
    await record(desk, "agent.graded", code, told | {"taken_back": True})
    return True


async def load(desk: Desk, *, actor_id: UUID, code: str, pickup_code: str, kg: int) -> Booking | WrongCode:
    """Fetched with the farmer's code and weighed at once: both, or neither. A wrong guess is counted all the same.

    Said again within ten minutes it puts the weight right.
    """
    booking = await agreements.known(desk, code)
    if booking.state == "in_transit" and await handover.may_put_right(desk, weighment, booking, actor_id):
        wrong = await fetching.said_again(desk, actor_id=actor_id, code=code, pickup_code=pickup_code)
        return wrong or await handover.weigh(desk, actor_id=actor_id, code=code, kg=kg)
    async with desk.db.begin_nested():
        picked = await fetching.pick_up(desk, actor_id=actor_id, code=code, pickup_code=pickup_code)
        if isinstance(picked, WrongCode):
            return picked
        return await handover.weigh(desk, actor_id=actor_id, code=code, kg=kg)


async def assay(
    desk: Desk, *, actor_id: UUID, code: str, grade: str, moisture: int, kg: int | None
) -> Assayed:
    """Grade, moisture and, where nobody has weighed yet, the weight: all or nothing.

    Said again within ten minutes it puts all three right.
    """
    async with desk.db.begin_nested():
        again = await agreements.assay(desk, (await agreements.known(desk, code)).id) is not None
        booking = await handover.inspect(desk, actor_id=actor_id, code=code, grade=grade, moisture=moisture)
        weighed = await agreements.weighed(desk, booking.id)
        own = again and await handover.may_put_right(desk, weighment, booking, actor_id)
        if kg not in (None, weighed) and (weighed is None or own):
            await handover.weigh(desk, actor_id=actor_id, code=code, kg=kg)
            weighed = kg
    return Assayed(booking.seller_id, weighed)


async def round_of(desk: Desk, driver_id: UUID, *, begin: datetime, end: datetime) -> tuple[Stop, ...]:
    """What a driver, or a buyer who fetches themselves, has to fetch and to bring on a day."""
    rows = await desk.db.execute(
        select(
            b.c.code, b.c.state, b.c.kg, listing.c.pincode, listing.c.village, p.c.window_from, b.c.seller_id
        )
        .select_from(
            b.join(p, and_(p.c.tenant_id == b.c.tenant_id, p.c.booking_id == b.c.id)).join(
                listing, and_(listing.c.tenant_id == b.c.tenant_id, listing.c.id == b.c.listing_id)
            )
        )
        .where(
            b.c.tenant_id == desk.tenant,
            or_(p.c.driver_id == driver_id, and_(p.c.driver_id.is_(None), b.c.buyer_id == driver_id)),
            b.c.state.in_(("confirmed", "in_transit")),
            or_(p.c.window_from.is_(None), and_(p.c.window_from < end, p.c.window_to > begin)),
        )
        .order_by(p.c.window_from.nulls_last(), b.c.id)
        .limit(MOST_STOPS)
    )
    stops = []
    for code, state, kg, pincode, village, window_from, seller_id in rows.all():
        to_ring = await phone(desk, seller_id) if state == TO_FETCH else None
        stops.append(Stop(code, state, kg, pincode, village, window_from, to_ring))
    return tuple(stops)


async def failed(desk: Desk, *, actor_id: UUID, code: str, why: str) -> UUID:
    """The way was in vain: both sides hear of it, once a day; the booking stands. Whose goods they are."""
    booking = await held(desk, code)
    await agreements.roles(desk, booking, actor_id)
    if booking.state not in ON_THE_ROAD:
        raise Moved("booking", booking.state)
    said = await desk.db.execute(
        select(
            exists().where(
                event.c.tenant_id == desk.tenant,
                event.c.kind == "agent.failed",
                event.c.subject == booking.code,
                event.c.at >= datetime.combine(day_of(desk), time(), KOLKATA),
            )
        )
    )
    if said.scalar():
        raise SaidToday
    about: dict[str, Any] = {
        "seller_id": str(booking.seller_id),
        "buyer_id": str(booking.buyer_id),
        "actor_id": str(actor_id),
    }
    await record(desk, "agent.failed", booking.code, about)
    await audit.note(
        desk,
        actor_id=actor_id,
        action="agent.failed",
        subject=booking.code,
        facts={"person_id": str(booking.seller_id)},
        personal={"why": why},
        person_id=booking.seller_id,
    )
    return booking.seller_id


async def said_paid_in(desk: Desk, *, actor_id: UUID, paise: int, ref: str) -> None:
    """For the office to count: what an agent says changes nothing of what they owe."""
    await record(desk, "agent.paid_in", ref, {"agent_id": str(actor_id), "paise": paise})
    await audit.note(desk, actor_id=actor_id, action="agent.paid_in", subject=ref, facts={"paise": paise})
