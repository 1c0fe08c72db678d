"""What a provider says of a payment or a refund: believed when it fits, once, in whatever order it comes.

Webhooks, the payer's way back from the checkout and our own look at the provider's books all end here.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from marketplace_core import events
from marketplace_core.desk import Desk
from marketplace_core.fraud.commands import raise_flag
from marketplace_core.fraud.rules import DOUBTED_PAYMENT
from marketplace_core.payments import refunds
from marketplace_core.payments.models import payment as t
from marketplace_core.payments.models import refund as r
from marketplace_core.payments.models import word as w
from marketplace_core.payments.moving import in_hand, money_is_in, move
from marketplace_core.payments.transitions import MONEY_IN, PAYMENT

Outcome = Literal["applied", "behind", "unheard", "doubted"]
APPLIED: tuple[Outcome, None] = ("applied", None)
BEHIND: tuple[Outcome, None] = ("behind", None)


@dataclass(frozen=True)
class PaymentWord:
    """`status` in our words; `event_id` is the provider's, or ours for what we looked up ourselves."""

    provider: str
    event_id: str
    kind: str
    order: str
    payment: str
    paise: int
    currency: str
    status: Literal["attempted", "authorised", "paid", "failed", "refunded"]


@dataclass(frozen=True)
class RefundWord:
    """`ours` is the id of our refund, which the provider carried along."""

    provider: str
    event_id: str
    kind: str
    refund: str
    payment: str
    ours: UUID | None
    paise: int
    currency: str
    status: Literal["pending", "done", "failed"]


Word = PaymentWord | RefundWord


@dataclass(frozen=True)
class Heard:
    """What became of it. `repeated`: it was heard before, and this is what became of it then."""

    outcome: Outcome
    doubt: str | None
    repeated: bool


def _doubted(why: str) -> tuple[Outcome, str]:
    return "doubted", why


async def hear(desk: Desk, word: Word) -> Heard:
    word_id = await _first_time(desk, word)
    if word_id is None:
        return await _what_became(desk, word)
    found: tuple[Outcome, str | None]
    if isinstance(word, PaymentWord):
        row = await in_hand(desk, provider_order=word.order)
        found = await _payment(desk, row, word)
    else:
        row = await in_hand(desk, provider_payment=word.payment)
        found = await _refund(desk, row, word)
    outcome, doubt = found
    await desk.db.execute(
        update(w)
        .where(w.c.tenant_id == desk.tenant, w.c.id == word_id)
        .values(outcome=outcome, doubt=doubt, payment_id=row.id if row else None)
    )
    if doubt:
        subject = row.code if row else str(word_id)
        told = {"doubt": doubt, "word": str(word_id)}
        await events.record(desk, "payment.doubted", subject, told)
        payer = row.payer_id if row else None
        await raise_flag(desk, DOUBTED_PAYMENT, subject=str(word_id), person_id=payer, reasons=told)
    return Heard(outcome, doubt, repeated=False)


async def _first_time(desk: Desk, word: Word) -> UUID | None:
    """Two copies at once: the second waits here for the first, and then finds it."""
    written = await desk.db.execute(
        upsert(w)
        .values(
            tenant_id=desk.tenant,
            provider=word.provider,
            event_id=word.event_id,
            kind=word.kind,
            provider_order=word.order if isinstance(word, PaymentWord) else None,
            provider_payment=word.payment,
            paise=word.paise,
            outcome="unheard",
            heard_at=desk.now,
        )
        .on_conflict_do_nothing()
        .returning(w.c.id)
    )
    word_id: UUID | None = written.scalar_one_or_none()
    return word_id


async def _what_became(desk: Desk, word: Word) -> Heard:
    found = await desk.db.execute(
        select(w.c.outcome, w.c.doubt).where(
            w.c.tenant_id == desk.tenant, w.c.provider == word.provider, w.c.event_id == word.event_id
        )
    )
    return Heard(*found.one(), repeated=True)


async def _payment(desk: Desk, row: Any, word: PaymentWord) -> tuple[Outcome, str | None]:
    if row is None or row.method != word.provider:
        return _doubted("unknown_order")
    return await _SAYS[word.status](desk, row, word)


async def _paid(desk: Desk, row: Any, word: PaymentWord) -> tuple[Outcome, str | None]:
    if row.state in MONEY_IN:
        # Two payments for one order: the second one's money is really there and belongs back.
        return BEHIND if row.provider_payment == word.payment else _doubted("second_payment")
    doubt = await _does_not_fit(desk, row, word)
    if doubt:
        return _doubted(doubt)
    await money_is_in(desk, row, who="provider", provider_payment=word.payment)
    return APPLIED


async def _authorised(desk: Desk, row: Any, word: PaymentWord) -> tuple[Outcome, str | None]:
    if not _open(row, "authorise"):
        return BEHIND
    doubt = await _does_not_fit(desk, row, word)
    if doubt:
        return _doubted(doubt)
    await move(desk, row, "authorise", who="provider", provider_payment=word.payment)
    return APPLIED


async def _attempted(desk: Desk, row: Any, word: PaymentWord) -> tuple[Outcome, str | None]:
    return await _if_open(desk, row, "attempt")


async def _failed(desk: Desk, row: Any, word: PaymentWord) -> tuple[Outcome, str | None]:
    return await _if_open(desk, row, "fail")


async def _refunded(desk: Desk, row: Any, word: PaymentWord) -> tuple[Outcome, str | None]:
    """The provider's books say that nothing of it is left; our refunds are told of one by one."""
    if row.refunded_paise == row.paise and row.provider_payment == word.payment:
        return BEHIND
    return _doubted("refunded_there")


_SAYS: dict[str, Callable[[Desk, Any, PaymentWord], Awaitable[tuple[Outcome, str | None]]]] = {
    "attempted": _attempted,
    "authorised": _authorised,
    "paid": _paid,
    "failed": _failed,
    "refunded": _refunded,
}


def _open(row: Any, name: str) -> bool:
    return any(each.name == name for each in PAYMENT.open_to("provider", row.state))


async def _if_open(desk: Desk, row: Any, name: str) -> tuple[Outcome, str | None]:
    if not _open(row, name):
        return BEHIND
    await move(desk, row, name, who="provider")
    return APPLIED


async def _does_not_fit(desk: Desk, row: Any, word: PaymentWord) -> str | None:
    if word.currency != "INR":
        return "currency"
    if word.paise != row.paise:
        return "amount"
    elsewhere = await desk.db.execute(
        select(t.c.id).where(
            t.c.tenant_id == desk.tenant, t.c.provider_payment == word.payment, t.c.id != row.id
        )
    )
    return "payment_elsewhere" if elsewhere.first() else None


async def _refund(desk: Desk, row: Any, word: RefundWord) -> tuple[Outcome, str | None]:
    ours = await _ours(desk, row, word) if row else None
    if ours is None:
        return _doubted("unknown_refund")
    if (word.paise, word.currency) != (ours.paise, "INR"):
        return _doubted("refund_amount")
    if ours.outcome is not None:
        return BEHIND if word.status in ("pending", ours.outcome) else _doubted("refund_contradicted")
    await refunds.known_as(desk, ours.id, word.refund)
    if word.status != "pending":
        await refunds.settled(desk, row, ours, word.status, who="provider")
    return APPLIED


async def _ours(desk: Desk, row: Any, word: RefundWord) -> Any:
    """By the provider's id, or by ours where its answer to our request was lost on the way."""
    known = r.c.provider_refund == word.refund
    if word.ours:
        known |= (r.c.id == word.ours) & r.c.provider_refund.is_(None)
    found = await desk.db.execute(
        select(r).where(r.c.tenant_id == desk.tenant, r.c.payment_id == row.id, known)
    )
    return found.one_or_none()
