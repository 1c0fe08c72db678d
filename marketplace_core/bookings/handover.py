"""At the scales: what was weighed, what was found in it, and the goods with the buyer."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Table, func, insert, select

from marketplace_core.bookings import queries
from marketplace_core.bookings.models import inspection, weighment
from marketplace_core.bookings.moving import as_which, held, move
from marketplace_core.bookings.queries import Booking
from marketplace_core.bookings.terms import GRADES
from marketplace_core.bookings.transitions import NOT_INSPECTED, NOT_WEIGHED, WEIGHED
from marketplace_core.desk import Desk
from marketplace_core.errors import BadTerms
from marketplace_core.fraud.commands import raise_flag
from marketplace_core.fraud.rules import FAR_OFF
from marketplace_core.listings.rules import MOST_KG, MOST_PHOTOS
from marketplace_core.parties import OPERATOR

ALL = 1_000
PUT_RIGHT_WITHIN = timedelta(minutes=10)


async def weigh(desk: Desk, *, actor_id: UUID, code: str, kg: int, slip: UUID | None = None) -> Booking:
    """Once, by whoever stands at the scales, who may put it right for ten minutes; then the office alone does."""
    if not _whole(kg) or not 1 <= kg <= MOST_KG:
        raise BadTerms("kg")
    booking = await held(desk, code)
    who = await as_which(desk, booking, actor_id, "weigh")
    first = await queries.weighed(desk, booking.id) is None
    anew = first or who == OPERATOR or await may_put_right(desk, weighment, booking, actor_id)
    weighed = await move(
        desk,
        booking,
        "weigh",
        who=who,
        actor_id=actor_id,
        holding={NOT_WEIGHED: anew},
        told={"weighed_kg": kg},
        **_bill_anew(booking, desk.now),
    )
    await desk.db.execute(
        insert(weighment).values(_by(desk, booking, who, actor_id) | {"kg": kg, "slip": slip})
    )
    await _flag_if_far_off(desk, weighed)
    return weighed


async def inspect(
    desk: Desk,
    *,
    actor_id: UUID,
    code: str,
    grade: str | None = None,
    moisture: int | None = None,
    impurity: int | None = None,
    photos: Sequence[UUID] = (),
) -> Booking:
    """What was found at delivery; moisture and impurity in tenths of a percent, at least one of the three."""
    taken = {
        "grade": grade is None or grade in GRADES,
        "moisture": _tenths(moisture),
        "impurity": _tenths(impurity),
        "photos": len(photos) <= MOST_PHOTOS,
        "inspection": any(each is not None for each in (grade, moisture, impurity)),
    }
    for field, good in taken.items():
        if not good:
            raise BadTerms(field)
    found: dict[str, Any] = {"grade": grade, "moisture": moisture, "impurity": impurity}
    booking = await held(desk, code)
    who = await as_which(desk, booking, actor_id, "inspect")
    first = await queries.assay(desk, booking.id) is None
    anew = first or who == OPERATOR or await may_put_right(desk, inspection, booking, actor_id)
    inspected = await move(
        desk,
        booking,
        "inspect",
        who=who,
        actor_id=actor_id,
        holding={NOT_INSPECTED: anew},
        told=found,
        **_bill_anew(booking, desk.now),
    )
    report = _by(desk, booking, who, actor_id) | found | {"photos": list(photos)}
    await desk.db.execute(insert(inspection).values(report))
    await _flag_if_far_off(desk, inspected)
    return inspected


async def may_put_right(desk: Desk, report: Table, booking: Booking, actor_id: UUID) -> bool:
    """A slip of the hand: only whose own it is, and while nobody has agreed to a bill that came of it."""
    rows = select(func.min(report.c.at), func.bool_and(report.c.actor_id == actor_id)).where(
        report.c.tenant_id == desk.tenant, report.c.booking_id == booking.id
    )
    began, own = (await desk.db.execute(rows)).one()
    return bool(own) and began > desk.now - PUT_RIGHT_WITHIN and booking.bill_agreed_at is None


async def deliver(desk: Desk, *, actor_id: UUID, code: str) -> Booking:
    """The goods are with the buyer; from here on the bill runs."""
    booking = await held(desk, code)
    who = await as_which(desk, booking, actor_id, "deliver")
    weighed = await queries.weighed(desk, booking.id) is not None
    return await move(
        desk,
        booking,
        "deliver",
        who=who,
        actor_id=actor_id,
        holding={WEIGHED: weighed},
        billed_at=desk.now,
    )


async def _flag_if_far_off(desk: Desk, booking: Booking) -> None:
    """The buyer may stand at the scales alone; what takes a third off the farmer's sum is looked at by somebody."""
    gets, agreed = (await queries.bill_of(desk, booking)).farmer_gets, queries.quoted(booking).farmer_gets
    if 3 * gets < 2 * agreed:
        reasons = {"farmer_gets_paise": gets, "agreed_paise": agreed}
        await raise_flag(desk, FAR_OFF, subject=booking.code, person_id=booking.buyer_id, reasons=reasons)


def _bill_anew(booking: Booking, now: datetime) -> dict[str, Any]:
    """A bill that changes after delivery has its time to be looked at anew, and nobody has agreed to it yet."""
    return {"billed_at": now, "bill_agreed_at": None} if booking.billed_at else {}


def _by(desk: Desk, booking: Booking, who: str, actor_id: UUID) -> dict[str, Any]:
    return {
        "tenant_id": desk.tenant,
        "booking_id": booking.id,
        "by": who,
        "actor_id": actor_id,
        "at": desk.now,
    }


def _tenths(share: int | None) -> bool:
    return share is None or (_whole(share) and 0 <= share <= ALL)


def _whole(number: object) -> bool:
    return isinstance(number, int) and not isinstance(number, bool)
