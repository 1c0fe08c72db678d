"""Money out: what is mine here, where it goes, and on its way there."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from fastapi import Path, Query
from pydantic import Field, StringConstraints
from starlette.responses import Response

from marketplace_core.api import paging
from marketplace_core.api.faults import refuses
from marketplace_core.api.paging import Cursor, Limit, Page
from marketplace_core.api.payments import Reference, Sum
from marketplace_core.api.route import AtDesk, Me, doors, only
from marketplace_core.api.shapes import Asked, Lines, Told
from marketplace_core.errors import BadTerms, Moved, NotFound, NotMet, NotYours
from marketplace_core.ledger import queries as ledger
from marketplace_core.payments.errors import ReferenceUsed
from marketplace_core.payouts import commands, destinations, queries
from marketplace_core.payouts.errors import NoDestination, NothingToSend
from marketplace_core.payouts.queries import Payout
from marketplace_core.payouts.rules import bank_account, upi_id
from marketplace_core.vault import house_vault

router = doors("payouts")
#: The account's number: not even a hash of it may stay behind with an idempotency key. Said twice it is said once.
secrets = doors("payouts", told_once=True)

PayoutCode = Annotated[
    str, Path(pattern=r"^[Yy][0-9A-Za-z]{5}$", description="As people say it.", examples=["Y3HK8V"])
]
DECIDED = refuses(NotYours, NotFound, Moved, NotMet, BadTerms)


class NewDestination(Asked):
    """Either a bank account with its IFSC, or a UPI id. It is kept encrypted."""

    account: Annotated[str, StringConstraints(pattern=r"^[0-9 -]{9,30}$")] | None = None
    ifsc: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9]{11}$")] | None = None
    vpa: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._-]{2,255}@[A-Za-z0-9]{2,64}$")] | None = None


class NewPayout(Asked):
    paise: Sum | None = Field(None, description="Left out: all that is free.")


class BankNumber(Asked):
    reference: Reference


class Why(Asked):
    why: Lines


class DestinationShown(Told):
    id: UUID
    kind: str
    shown: str = Field(description="The last four of the account, or the bank behind the UPI id.")
    named_at: datetime
    usable: bool = Field(description="False for a day after it was named, or until the office has called.")


class PayoutShown(Told):
    code: str
    paise: int
    state: str
    reference: str | None = Field(description="The bank's own number.")
    why: str | None
    to_kind: str
    to_shown: str
    created_at: datetime


class WaitingShown(Told):
    payout: PayoutShown
    usable: bool
    also_named_by: int = Field(description="How many others named the same destination.")


class BalanceShown(Told):
    """Paise."""

    posted: int
    held_out: int
    held_in: int
    available: int


class LineShown(Told):
    number: int
    kind: str
    paise: int = Field(description="What came in; below zero what went out.")
    why: str
    subject: str
    at: datetime


class Statement(Told):
    balance: BalanceShown
    lines: list[LineShown]


def shown(payout: Payout) -> PayoutShown:
    return PayoutShown.model_validate(payout)


@router.get("/me/account", summary="My money here")
async def account(
    desk: AtDesk,
    me: Me,
    kind: Annotated[Literal["buyer", "farmer"], Query(description="As whom.")] = "farmer",
    before: Annotated[int | None, Query(ge=1, le=2**63 - 1, description="A line's number.")] = None,
    limit: Limit = 20,
) -> Statement:
    """The balance, and what made it, newest first."""
    account_id = await ledger.account_of(desk, kind, me.person_id)
    if account_id is None:
        return Statement(balance=BalanceShown(posted=0, held_out=0, held_in=0, available=0), lines=[])
    lines = await ledger.statement(desk, account_id, before=before, limit=limit)
    return Statement(
        balance=BalanceShown.model_validate(await ledger.balance(desk, account_id)),
        lines=[LineShown.model_validate(each) for each in lines],
    )


@router.get("/me/destination", summary="Where my money goes", responses=refuses(NotFound))
async def destination(desk: AtDesk, me: Me) -> DestinationShown:
    there = await queries.destination(desk, me.person_id)
    if there is None:
        raise NotFound("destination")
    return DestinationShown.model_validate(there)


@secrets.put("/me/destination", summary="Say where my money goes", responses=refuses(BadTerms))
async def name(body: NewDestination, desk: AtDesk, me: Me) -> DestinationShown:
    """From now on; it cools for a day first."""
    if (body.vpa is None) == (body.account is None):
        raise BadTerms("account")
    to = upi_id(body.vpa) if body.vpa else bank_account(body.account or "", body.ifsc or "")
    named = await destinations.name(
        desk, house_vault(), actor_id=me.person_id, person_id=me.person_id, account=to
    )
    return DestinationShown.model_validate(named)


@router.delete("/me/destination", status_code=204, summary="My money goes nowhere for now")
async def close(desk: AtDesk, me: Me) -> Response:
    """It stays mine here until another destination is named."""
    await destinations.close(desk, actor_id=me.person_id, person_id=me.person_id)
    return Response(status_code=204)


@router.get("/payouts", summary="My payouts")
async def mine(desk: AtDesk, me: Me, limit: Limit = 20, cursor: Cursor = None) -> Page[PayoutShown]:
    rows = await queries.mine(desk, me.person_id, before=paging.after(cursor), limit=limit + 1)
    return paging.page(rows, limit, shown, lambda each: each.id)


@router.post(
    "/payouts",
    status_code=201,
    summary="Send me my money",
    responses=refuses(NoDestination, NothingToSend, NotMet, BadTerms),
)
async def ask(body: NewPayout, desk: AtDesk, me: Me) -> PayoutShown:
    """It leaves the account here at once, so that it is not sent twice."""
    asked = await commands.ask(desk, actor_id=me.person_id, person_id=me.person_id, paise=body.paise)
    return shown(asked)


@router.get("/payouts/waiting", summary="What the office is to send", responses=refuses(NotYours))
async def waiting(desk: AtDesk, me: Me, limit: Limit = 50) -> list[WaitingShown]:
    return [
        WaitingShown.model_validate(each) for each in await queries.queue(desk, me.person_id, limit=limit)
    ]


@router.post("/payouts/{code}/cancel", summary="Not after all", responses=DECIDED)
async def cancel(code: PayoutCode, desk: AtDesk, me: Me) -> PayoutShown:
    """As long as nobody has approved it."""
    return shown(await commands.cancel(desk, actor_id=me.person_id, code=code))


@router.post("/payouts/{code}/approve", summary="The office approves", responses=DECIDED)
async def approve(code: PayoutCode, desk: AtDesk, me: Me) -> PayoutShown:
    only(me, "operator")
    return shown(await commands.approve(desk, operator_id=me.person_id, code=code))


@router.post(
    "/payouts/{code}/send",
    summary="The bank was told",
    responses=DECIDED | refuses(ReferenceUsed, Moved, NotMet),
)
async def send(code: PayoutCode, body: BankNumber, desk: AtDesk, me: Me) -> PayoutShown:
    only(me, "operator")
    return shown(await commands.sent(desk, operator_id=me.person_id, code=code, reference=body.reference))


@router.post("/payouts/{code}/finish", summary="It has arrived", responses=DECIDED)
async def finish(code: PayoutCode, desk: AtDesk, me: Me) -> PayoutShown:
    only(me, "operator")
    return shown(await commands.finish(desk, operator_id=me.person_id, code=code))


@router.post("/payouts/{code}/fail", summary="It did not arrive", responses=DECIDED)
async def fail(code: PayoutCode, body: Why, desk: AtDesk, me: Me) -> PayoutShown:
    """The money is the farmer's here again."""
    only(me, "operator")
    return shown(await commands.fail(desk, operator_id=me.person_id, code=code, why=body.why))
