"""Money in: begun by the payer, proved by the bank or the provider, confirmed by an operator where by hand."""

import base64
from datetime import datetime
from typing import Annotated, Literal

from fastapi import Path
from pydantic import Field, StringConstraints
from starlette.responses import Response

from marketplace_core.api import paging
from marketplace_core.api.faults import TryAgain, refuses
from marketplace_core.api.outside import Opens, outside_doors
from marketplace_core.api.paging import Cursor, Limit, Page
from marketplace_core.api.route import AtDesk, Me, TheOffice, doors, only
from marketplace_core.api.shapes import Asked, Lines, Told
from marketplace_core.errors import BadTerms, Moved, NotFound, NotMet, NotYours
from marketplace_core.escrow.errors import CashLimit
from marketplace_core.ledger.errors import NotEnoughMoney
from marketplace_core.payments import commands, offered, queries, refunds
from marketplace_core.payments.errors import NothingToPay, NotOffered, ReferenceUsed, TooManyAttempts
from marketplace_core.payments.queries import Payment
from marketplace_core.payments.razorpay.errands import place_order
from marketplace_core.payments.razorpay.wire import ProviderAway, ProviderRefused, Razorpay
from marketplace_core.payments.upi import qr_png
from marketplace_core.settings import MarketSettings

router = doors("payments")
#: Razorpay is asked between two transactions; beginning the same again gives the same payment.
outside = outside_doors("payments")

HIGHEST = 10**11
PaymentCode = Annotated[
    str, Path(pattern=r"^[Pp][0-9A-Za-z]{5}$", description="As people say it.", examples=["P6TQ4N"])
]
BookingGiven = Annotated[str, StringConstraints(pattern=r"^[Bb][0-9A-Za-z]{5}$"), Field(examples=["B4MT9W"])]
Sum = Annotated[int, Field(strict=True, ge=1, le=HIGHEST, description="Paise.", examples=[1_224_000])]
Reference = Annotated[
    str, StringConstraints(pattern=r"^[0-9A-Za-z /-]{6,50}$"), Field(description="The bank's own number.")
]
BY_HAND = refuses(NotYours, NotFound, Moved, BadTerms)


class NewPayment(Asked):
    """For a booking, what it still lacks; or a sum to keep with us."""

    method: Literal["bank", "upi", "razorpay"]
    booking: BookingGiven | None = None
    paise: Sum | None = None


class FromBalance(Asked):
    booking: BookingGiven


class Claim(Asked):
    reference: Reference


class SeenByHand(Asked):
    reference: Reference
    paise: Sum
    note: Lines | None = None


class Note(Asked):
    note: Lines | None = None


class Refunding(Asked):
    paise: Sum | None = Field(None, description="Left out: all that is left.")
    note: Lines | None = None


class Cash(Asked):
    booking: BookingGiven
    paise: Sum


class PaymentShown(Told):
    code: str
    booking: str | None
    paise: int
    refunded_paise: int
    method: str
    state: str
    claimed: str | None
    created_at: datetime
    moved_at: datetime


class HowToPay(Told):
    """What to show the payer. None of it proves anything."""

    payment: PaymentShown
    link: str | None = Field(description="Opens a UPI app.")
    qr_png: str | None = Field(description="The same as a picture, base64.")
    account: str | None
    order: str | None = Field(description="Razorpay's, for its checkout.")
    key_id: str | None


def shown(payment: Payment) -> PaymentShown:
    return PaymentShown.model_validate(payment)


def _how(payment: Payment, settings: MarketSettings) -> HowToPay:
    how = offered.how_to_pay(payment, settings)
    return HowToPay(
        payment=shown(payment),
        link=how.link,
        qr_png=base64.b64encode(qr_png(how.link)).decode() if how.link else None,
        account=how.account,
        order=how.order,
        key_id=how.key_id,
    )


@outside.post(
    "/payments",
    status_code=201,
    summary="Begin a payment",
    responses=refuses(NotOffered, NothingToPay, NotFound, Moved, NotMet, BadTerms, TooManyAttempts),
)
async def begin(body: NewPayment, me: Me, opens: Opens, office: TheOffice) -> HowToPay:
    """Beginning the same again before anything happened gives the same payment. Five attempts a day."""
    settings = office.settings
    async with opens() as desk:
        payment = await commands.begin(
            desk,
            payer_id=me.person_id,
            method=body.method,
            booking_code=body.booking,
            paise=body.paise,
            offered=offered.methods(settings),
        )
        tenant, now = desk.tenant, desk.now
    if payment.method == "razorpay" and settings.razorpay_key_id and settings.razorpay_key_secret:
        secret = settings.razorpay_key_secret.get_secret_value()
        try:
            async with Razorpay(settings.razorpay_key_id, secret, settings.razorpay_url) as razorpay:
                payment = await place_order(office.engine(), tenant, now, razorpay, payment.id)
        except (ProviderAway, ProviderRefused) as fault:
            raise TryAgain from fault
    return _how(payment, settings)


@router.post(
    "/payments/from-balance",
    status_code=204,
    summary="Pay with what I have here",
    responses=refuses(NotFound, Moved, NothingToPay, NotEnoughMoney, NotMet),
)
async def from_balance(body: FromBalance, desk: AtDesk, me: Me) -> Response:
    """What is left over from another booking, was given back, or was topped up before secures this one."""
    await commands.from_balance(desk, payer_id=me.person_id, booking_code=body.booking)
    return Response(status_code=204)


@router.get("/payments", summary="My payments")
async def mine(desk: AtDesk, me: Me, limit: Limit = 20, cursor: Cursor = None) -> Page[PaymentShown]:
    rows = await queries.mine(desk, me.person_id, before=paging.after(cursor), limit=limit + 1)
    return paging.page(rows, limit, shown, lambda each: each.id)


@router.get(
    "/payments/to-confirm", summary="What to compare with the bank account", responses=refuses(NotYours)
)
async def to_confirm(desk: AtDesk, me: Me, limit: Limit = 50) -> list[PaymentShown]:
    """For operators; those whose payers say that they paid come first."""
    return [shown(each) for each in await queries.to_confirm(desk, me.person_id, limit=limit)]


@router.get("/payments/{code}", summary="One payment", responses=refuses(NotFound))
async def one(code: PaymentCode, desk: AtDesk, me: Me, office: TheOffice) -> HowToPay:
    payment = await queries.by_code(desk, code)
    if payment is None or (payment.payer_id != me.person_id and "operator" not in me.roles):
        raise NotFound("payment")
    return _how(payment, office.settings)


@router.post(
    "/payments/{code}/claim",
    summary="I have paid, under this number",
    responses=refuses(NotFound, Moved, BadTerms, NotYours),
)
async def claim(code: PaymentCode, body: Claim, desk: AtDesk, me: Me) -> PaymentShown:
    """It puts me first in the queue; paid it is when an operator has seen the money."""
    claimed = await commands.claim(desk, payer_id=me.person_id, code=code, reference=body.reference)
    return shown(claimed)


@router.post(
    "/payments/{code}/confirm",
    summary="The money is on the account",
    responses=BY_HAND | refuses(ReferenceUsed, Moved),
)
async def confirm(code: PaymentCode, body: SeenByHand, desk: AtDesk, me: Me) -> PaymentShown:
    """For operators. One transfer pays for one thing."""
    only(me, "operator")
    seen = body.model_dump() | {"note": body.note or ""}
    return shown(await commands.confirm_by_hand(desk, operator_id=me.person_id, code=code, **seen))


@router.post("/payments/{code}/deny", summary="Nothing has come", responses=BY_HAND)
async def deny(code: PaymentCode, body: Note, desk: AtDesk, me: Me) -> PaymentShown:
    """For operators. If it comes after all, it can still be confirmed."""
    only(me, "operator")
    denied = await commands.deny_by_hand(desk, operator_id=me.person_id, code=code, note=body.note or "")
    return shown(denied)


@router.post("/payments/{code}/refund", summary="Pay back", responses=BY_HAND | refuses(Moved, NotMet))
async def refund(code: PaymentCode, body: Refunding, desk: AtDesk, me: Me) -> PaymentShown:
    """For operators; one refund of a payment at a time."""
    only(me, "operator")
    asked = await refunds.ask(
        desk, operator_id=me.person_id, code=code, paise=body.paise, note=body.note or ""
    )
    return shown(asked)


@router.post(
    "/payments/cash",
    status_code=201,
    summary="An agent has the cash in hand",
    responses=refuses(NotYours, NotFound, Moved, NothingToPay, NotMet, BadTerms, CashLimit),
)
async def cash(body: Cash, desk: AtDesk, me: Me) -> PaymentShown:
    """For field agents and delivery agents, up to the limit of what they may carry."""
    only(me, "delivery_agent", "field_agent")
    taken = await commands.collect_cash(
        desk, agent_id=me.person_id, booking_code=body.booking, paise=body.paise
    )
    return shown(taken)
