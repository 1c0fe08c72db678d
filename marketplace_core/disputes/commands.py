"""Objecting, answering, withdrawing, and the office's word."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import insert, select

from marketplace_core.audit import commands as audit
from marketplace_core.bookings import commands as bookings
from marketplace_core.bookings import queries as agreements
from marketplace_core.bookings.bill import HUNDREDTHS, share
from marketplace_core.bookings.models import booking
from marketplace_core.bookings.moving import as_which, held
from marketplace_core.bookings.moving import move as move_booking
from marketplace_core.bookings.queries import Booking
from marketplace_core.desk import Desk
from marketplace_core.disputes.models import dispute as t
from marketplace_core.disputes.queries import Dispute, of_booking
from marketplace_core.disputes.transitions import DISPUTE_LIFE, OTHER_SIDE, OWN, UNDER_WAY, WEIGHED
from marketplace_core.errors import BadTerms, NotFound
from marketplace_core.events import record, record_all
from marketplace_core.listings.rules import MOST_PHOTOS
from marketplace_core.parties import as_whom
from marketplace_core.photos.queries import check_own
from marketplace_core.talks import commands as talks
from marketplace_core.transitions import TIME, Condition, lapse, make

REASONS = ("weight", "quality", "not_delivered", "payment", "other")
LONGEST_TEXT = 1_000
#: As what the words of each are told, once they were translated or cannot be.
COMPLAINT, ANSWER = "dispute.complaint_passed_on", "dispute.answer_passed_on"
BACK_TO = {"in_transit": "resume_journey", "delivered": "resume"}

Decision = Literal["uphold", "share", "refund"]


async def open_dispute(
    desk: Desk,
    *,
    actor_id: UUID,
    code: str,
    reason: str,
    said: str,
    photos: Sequence[UUID] = (),
    language: str | None = None,
) -> Dispute:
    """The booking stands still, and its money, until this is ended. `language` is that of the words, where known."""
    if reason not in REASONS:
        raise BadTerms("reason")
    _check_evidence(said, photos)
    there = await held(desk, code)
    who = await as_which(desk, there, actor_id, "dispute")
    await check_own(desk, photos, actor_id)
    await move_booking(desk, there, "dispute", who=who, actor_id=actor_id, told={"reason": reason})
    await desk.db.execute(
        insert(t).values(
            tenant_id=desk.tenant,
            booking_id=there.id,
            state="open",
            opened_by=who,
            opener_id=actor_id,
            reason=reason,
            said=said,
            photos=list(photos),
            booking_was=there.state,
            created_at=desk.now,
            moved_at=desk.now,
            moved_by=who,
        )
    )
    told = {"reason": reason, "actor_id": str(actor_id), "by": who}
    await record(desk, "dispute.opened", there.code, _about(there) | told)
    await _pass_on(desk, there, COMPLAINT, writer_id=actor_id, words=said, language=language)
    return await _latest(desk, there)


async def answer(
    desk: Desk,
    *,
    actor_id: UUID,
    code: str,
    said: str,
    photos: Sequence[UUID] = (),
    language: str | None = None,
) -> Dispute:
    """The other side's view of it."""
    _check_evidence(said, photos)
    there, quarrel, who = await _under_way(desk, code, actor_id, "answer")
    await check_own(desk, photos, actor_id)
    await _move(
        desk,
        there,
        quarrel,
        "answer",
        who=who,
        actor_id=actor_id,
        holding={OTHER_SIDE: who != quarrel.opened_by},
        answer=said,
        answer_photos=list(photos),
    )
    await _pass_on(desk, there, ANSWER, writer_id=actor_id, words=said, language=language)
    return await _latest(desk, there)


async def withdraw(desk: Desk, *, actor_id: UUID, code: str) -> Dispute:
    """Whoever opened it lets it rest: the booking goes on where it stood.

    The time to object stood still meanwhile and goes on too. Anew, it would never be over for a buyer who quarrels
    every other day.
    """
    there, quarrel, who = await _under_way(desk, code, actor_id, "withdraw")
    own = who in (quarrel.opened_by, "operator")
    await _move(desk, there, quarrel, "withdraw", who=who, actor_id=actor_id, holding={OWN: own})
    clock: dict[str, Any] = {}
    if there.billed_at:
        stood_still = desk.now - max(there.billed_at, quarrel.created_at)
        clock = {"billed_at": there.billed_at + stood_still}
    await move_booking(desk, there, BACK_TO[quarrel.booking_was], who=who, actor_id=actor_id, **clock)
    return await _latest(desk, there)


async def decide(
    desk: Desk,
    *,
    actor_id: UUID,
    code: str,
    decision: Decision,
    why: str,
    farmer_paise: int | None = None,
    percent: int | None = None,
) -> Dispute:
    """The office's word: the bill stands, the farmer gets a part of it, or the buyer gets everything back.

    A part is a sum of paise, up to what was agreed, or whole percents of the bill as it stands.
    """
    if decision not in ("uphold", "share", "refund"):
        raise BadTerms("decision")
    if not 1 <= len(why) <= LONGEST_TEXT:
        raise BadTerms("why")
    there, quarrel, who = await _under_way(desk, code, actor_id, decision)
    weighed = await agreements.weighed(desk, there.id) is not None
    paise = await _share(desk, there, decision, farmer_paise, percent)
    await _move(
        desk,
        there,
        quarrel,
        decision,
        who=who,
        actor_id=actor_id,
        holding={WEIGHED: weighed},
        told={"decision": decision, "farmer_paise": paise},
        decision=decision,
        farmer_paise=paise,
        decided_by=actor_id,
        decided_why=why,
    )
    told = {"why": "dispute"}
    if decision == "refund":
        await move_booking(desk, there, "refund", who=who, actor_id=actor_id, told=told, why="dispute")
        await bookings.undo(desk, there)
    else:
        decided: dict[str, Any] = {"decided_paise": paise} if decision == "share" else {}
        closed = await move_booking(desk, there, "decide", who=who, actor_id=actor_id, told=told, **decided)
        await bookings.settle(desk, closed)
    await audit.note(
        desk,
        actor_id=actor_id,
        action="dispute.decided",
        subject=there.code,
        facts={"decision": decision, "farmer_paise": paise},
    )
    return await _latest(desk, there)


async def escalate(desk: Desk) -> int:
    """What the other side left unanswered goes to the office; how many that were."""
    lapsed = [row for _, row in await lapse(desk, DISPUTE_LIFE, t)]
    if lapsed:
        found = await desk.db.execute(
            select(booking.c.id, booking.c.code, booking.c.seller_id, booking.c.buyer_id).where(
                booking.c.tenant_id == desk.tenant, booking.c.id.in_([row.booking_id for row in lapsed])
            )
        )
        told = {"actor_id": None, "by": TIME}
        await record_all(desk, "dispute.unanswered", ((row.code, _about(row) | told) for row in found))
    return len(lapsed)


async def _pass_on(
    desk: Desk, there: Booking, told_as: str, *, writer_id: UUID, words: str, language: str | None
) -> None:
    """To the other side; to both, where the office or an agent speaks."""
    for side in (there.seller_id, there.buyer_id):
        if side != writer_id:
            await talks.to_pass_on(
                desk,
                told_as=told_as,
                offer_id=there.offer_id,
                writer_id=writer_id,
                reader_id=side,
                words=words,
                language=language,
            )


async def _under_way(desk: Desk, code: str, actor_id: UUID, move: str) -> tuple[Booking, Dispute, str]:
    """The booking held, its quarrel, and as whom this person makes the move."""
    there = await held(desk, code)
    roles = await agreements.roles(desk, there, actor_id)
    quarrel = await of_booking(desk, code)
    if quarrel is None:
        raise NotFound("dispute")
    return there, quarrel, as_whom(DISPUTE_LIFE, move, quarrel.state, roles)


async def _share(
    desk: Desk, there: Booking, decision: Decision, farmer_paise: int | None, percent: int | None
) -> int:
    bill = await agreements.bill_of(desk, there)
    if decision == "uphold":
        return bill.farmer_gets
    if decision == "refund":
        return 0
    if (farmer_paise is None) == (percent is None):
        raise BadTerms("farmer_paise")
    if percent is not None:
        if not 0 <= percent <= 100:
            raise BadTerms("percent")
        return share(bill.farmer_gets, percent * HUNDREDTHS // 100)
    if farmer_paise is None or not 0 <= farmer_paise <= agreements.quoted(there).farmer_gets:
        raise BadTerms("farmer_paise")
    return farmer_paise


async def _move(
    desk: Desk,
    there: Booking,
    quarrel: Dispute,
    move: str,
    *,
    who: str,
    actor_id: UUID,
    holding: Mapping[Condition, bool],
    told: Mapping[str, Any] | None = None,
    **changes: Any,
) -> None:
    await make(
        desk,
        DISPUTE_LIFE,
        t,
        move,
        row_id=quarrel.id,
        # A quarrel that time has brought to the office is still `open` in its row until the job comes by.
        state=await _state_of(desk, quarrel.id),
        who=who,
        subject=there.code,
        about=_about(there) | dict(told or {}),
        actor_id=actor_id,
        holding=holding,
        **changes,
    )


async def _state_of(desk: Desk, dispute_id: UUID) -> str:
    found = await desk.db.execute(
        select(t.c.state)
        .where(t.c.tenant_id == desk.tenant, t.c.id == dispute_id, t.c.state.in_(UNDER_WAY))
        .with_for_update()
    )
    state: str = found.scalar_one()
    return state


async def _latest(desk: Desk, there: Booking) -> Dispute:
    found = await of_booking(desk, there.code)
    if found is None:
        raise NotFound("dispute")
    return found


def _check_evidence(said: str, photos: Sequence[UUID]) -> None:
    if len(said) > LONGEST_TEXT:
        raise BadTerms("said")
    if len(photos) > MOST_PHOTOS:
        raise BadTerms("photos")


def _about(row: Any) -> dict[str, Any]:
    return {"seller_id": str(row.seller_id), "buyer_id": str(row.buyer_id)}
