"""The office's own table: what waits in each queue, and the deeds that no other room offers."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field

from marketplace_core import queues
from marketplace_core.accounts import queries as people
from marketplace_core.api.faults import refuses
from marketplace_core.api.paging import Limit
from marketplace_core.api.payments import PaymentCode, PaymentShown, Reference, shown
from marketplace_core.api.payouts import PayoutCode
from marketplace_core.api.route import AtDesk, Me, doors, only
from marketplace_core.api.shapes import Asked, Lines, Told
from marketplace_core.errors import BadTerms, Moved, NoSuchPerson, NotFound, NotYours
from marketplace_core.escrow import commands as escrow
from marketplace_core.escrow import queries as cash
from marketplace_core.ledger.errors import ReplayDiffers
from marketplace_core.payments import commands as payments
from marketplace_core.payments import queries as paid
from marketplace_core.payments import refunds
from marketplace_core.payments.errors import ReferenceUsed
from marketplace_core.payouts import destinations
from marketplace_core.payouts import queries as payouts
from marketplace_core.vault import house_vault

router = doors("office")
#: Account numbers: not kept to be told again.
secrets = doors("office", told_once=True)

BY_HAND = refuses(NotYours, NotFound, Moved, BadTerms)
MOST_CASH = 10**9
#: What has arrived or was given up is nobody's business any more.
STILL_TO_SEND = ("asked", "approved", "sent")
CountedPaise = Annotated[int, Field(strict=True, ge=0, le=MOST_CASH, description="Paise.")]


class QueueShown(Told):
    name: str = Field(examples=["payouts"])
    waiting: int
    since: datetime | None = Field(description="Since when the one that waits longest does.")


class DoubtShown(Told):
    """A provider's word that was not believed."""

    id: UUID
    doubt: str
    kind: str
    provider_order: str | None
    provider_payment: str | None
    paise: int | None
    heard_at: datetime


class Note(Asked):
    note: Lines | None = None


class SentBack(Asked):
    reference: Reference
    note: Lines | None = None


class AccountShown(Told):
    """Where the bank is to send it."""

    destination: UUID
    kind: str
    number: str = Field(description="The account's, or the UPI id.")
    ifsc: str | None


class HandedIn(Asked):
    """`handover` is an id you choose: sent again it is the same handing-in."""

    handover: UUID
    agent: UUID
    said_paise: Annotated[CountedPaise, Field(ge=1, description="What the agent says it is.")]
    counted_paise: Annotated[CountedPaise, Field(description="What was counted.")]


class Difference(Told):
    paise: int = Field(description="Counted less said; a difference is looked at in `/reviews`.")


class CashShown(Told):
    """Paise."""

    in_hand_paise: int
    limit_paise: int
    left_paise: int


@router.get("/office/queues", summary="What waits for the office", responses=refuses(NotYours))
async def waiting(desk: AtDesk, me: Me) -> list[QueueShown]:
    """For operators: how many in each queue, and since when."""
    return [QueueShown.model_validate(each) for each in await queues.queues(desk, me.person_id)]


@router.get(
    "/office/doubts", summary="What a provider said and was not believed", responses=refuses(NotYours)
)
async def doubts(desk: AtDesk, me: Me, limit: Limit = 50) -> list[DoubtShown]:
    return [DoubtShown.model_validate(each) for each in await paid.doubts(desk, me.person_id, limit=limit)]


@router.post(
    "/office/doubts/{doubt}/clear",
    status_code=204,
    summary="Seen to",
    responses=refuses(NotYours, NotFound),
)
async def clear(doubt: UUID, body: Note, desk: AtDesk, me: Me) -> None:
    """Paid back at the provider's, or found harmless."""
    await payments.clear_doubt(desk, operator_id=me.person_id, doubt_id=doubt, note=body.note or "")


@router.get("/office/refunds", summary="What is to be sent back by hand", responses=refuses(NotYours))
async def to_pay_back(desk: AtDesk, me: Me, limit: Limit = 50) -> list[PaymentShown]:
    return [shown(each) for each in await paid.to_pay_back(desk, me.person_id, limit=limit)]


@router.post(
    "/payments/{code}/refund/finish",
    summary="It was sent back, under this number",
    responses=BY_HAND | refuses(ReferenceUsed, Moved),
)
async def refund_sent(code: PaymentCode, body: SentBack, desk: AtDesk, me: Me) -> PaymentShown:
    sent = body.model_dump() | {"note": body.note or ""}
    return shown(await refunds.finish_by_hand(desk, operator_id=me.person_id, code=code, **sent))


@router.post("/payments/{code}/refund/fail", summary="The bank turned it back", responses=BY_HAND)
async def refund_failed(code: PaymentCode, body: Note, desk: AtDesk, me: Me) -> PaymentShown:
    """The money is the payer's here again."""
    failed = await refunds.fail_by_hand(desk, operator_id=me.person_id, code=code, note=body.note or "")
    return shown(failed)


@secrets.get(
    "/payouts/{code}/account",
    summary="Where to send it, in clear",
    responses=refuses(NotYours, NotFound, Moved),
)
async def account(code: PayoutCode, desk: AtDesk, me: Me) -> AccountShown:
    """For whoever is about to send the money; the look is noted."""
    only(me, "operator")
    payout = await payouts.by_code(desk, code)
    if payout is None:
        raise NotFound("payout")
    if payout.state not in STILL_TO_SEND:
        raise Moved("payout", payout.state)
    there = await destinations.read(
        desk, house_vault(), operator_id=me.person_id, destination_id=payout.destination_id
    )
    return AccountShown(
        destination=payout.destination_id, kind=there.kind, number=there.number, ifsc=there.ifsc or None
    )


@router.post(
    "/destinations/{destination}/confirm",
    status_code=204,
    summary="We called, it is theirs",
    responses=refuses(NotYours, NotFound),
)
async def confirm(destination: UUID, desk: AtDesk, me: Me) -> None:
    """On the number we know; it need not cool any longer."""
    await destinations.confirm(desk, operator_id=me.person_id, destination_id=destination)


@router.post(
    "/office/cash",
    status_code=201,
    summary="An agent hands in cash",
    responses=refuses(NotYours, NoSuchPerson, ReplayDiffers, BadTerms),
)
async def handed_in(body: HandedIn, desk: AtDesk, me: Me) -> Difference:
    """Counted by an operator, not by the agent."""
    only(me, "operator")
    await people.person(desk, body.agent)
    off = await escrow.cash_handed_in(
        desk,
        body.handover,
        agent_id=body.agent,
        taken_by=me.person_id,
        said_paise=body.said_paise,
        counted_paise=body.counted_paise,
    )
    return Difference(paise=off)


@router.get("/me/cash", summary="What I carry for the house")
async def carried(desk: AtDesk, me: Me) -> CashShown:
    """For agents: cash in hand, and how much more it may be."""
    return CashShown.model_validate(await cash.cash(desk, me.person_id))
