"""Giving money back: taken from the payer's account at once, so that it is not spent while it is on its way."""

from typing import Any, Literal
from uuid import UUID, uuid5

from sqlalchemy import insert, select, update

from marketplace_core.accounts.duty import on_duty
from marketplace_core.audit import commands as audit
from marketplace_core.desk import Desk
from marketplace_core.errors import BadTerms, Moved, NotYours
from marketplace_core.escrow import commands as escrow
from marketplace_core.ledger.errors import MoreThanPaid
from marketplace_core.payments.models import refund as r
from marketplace_core.payments.moving import move, of_code, paid_in_id, with_reference
from marketplace_core.payments.queries import Payment, by_id, refunds
from marketplace_core.payments.rules import METHODS, reference_of
from marketplace_core.payments.transitions import NOTHING_BACK, PARTLY, PAYMENT, WHOLLY


async def ask(
    desk: Desk, *, operator_id: UUID, code: str, paise: int | None = None, note: str = ""
) -> Payment:
    """All that is left of a payment, or a part of it; one refund of a payment at a time."""
    await on_duty(desk, operator_id, "operator")
    row = await of_code(desk, code)
    if row.payer_id == operator_id:
        raise NotYours
    PAYMENT.find("refund", row.state, "operator")
    left = row.paise - row.refunded_paise
    paise = left if paise is None else paise
    if type(paise) is not int or paise <= 0:
        raise BadTerms("paise")
    if paise > left:
        raise MoreThanPaid(left)
    before = [each.outcome for each in await refunds(desk, row.id)]
    refund_id = uuid5(row.id, f"refund {len(before) + 1}")
    await escrow.give_back(
        desk,
        uuid5(refund_id, "given back"),
        buyer_id=row.payer_id,
        paise=paise,
        subject=row.code,
        # Cash went to an agent: what goes back comes from the bank, not out of the agent's pocket. And what came
        # back once came in by another transfer than the payment's own.
        payment_id=None if row.method == "cash" or "failed" in before else paid_in_id(row.id),
    )
    await desk.db.execute(
        insert(r).values(
            tenant_id=desk.tenant,
            id=refund_id,
            payment_id=row.id,
            paise=paise,
            asked_by=operator_id,
            asked_at=desk.now,
        )
    )
    more = {"refund_paise": paise}
    await move(
        desk,
        row,
        "refund",
        who="operator",
        actor_id=operator_id,
        more=more,
        refunded_paise=row.refunded_paise + paise,
    )
    await _noted(desk, operator_id, "payment.refund_asked", row, note, paise=paise)
    return await by_id(desk, row.id)


async def finish_by_hand(
    desk: Desk, *, operator_id: UUID, code: str, reference: str, note: str = ""
) -> Payment:
    """An operator sent the money back from the bank account, under this number."""
    row, refund = await _by_hand(desk, operator_id, code)
    sent = reference_of(reference)
    if sent is None:
        raise BadTerms("reference")

    async def write() -> None:
        await _change(desk, refund.id, reference=sent)

    await with_reference(desk, sent, write)
    await settled(desk, row, refund, "done", who="operator", actor_id=operator_id)
    await _noted(desk, operator_id, "payment.refund_done", row, note, reference=sent, paise=refund.paise)
    return await by_id(desk, row.id)


async def fail_by_hand(desk: Desk, *, operator_id: UUID, code: str, note: str = "") -> Payment:
    """The bank turned it back: the money is the payer's here again."""
    row, refund = await _by_hand(desk, operator_id, code)
    await settled(desk, row, refund, "failed", who="operator", actor_id=operator_id)
    await _noted(desk, operator_id, "payment.refund_failed", row, note, paise=refund.paise)
    return await by_id(desk, row.id)


async def _by_hand(desk: Desk, operator_id: UUID, code: str) -> tuple[Any, Any]:
    await on_duty(desk, operator_id, "operator")
    row = await of_code(desk, code)
    if row.payer_id == operator_id:
        raise NotYours
    if METHODS[row.method].provider:
        raise BadTerms("method")
    refund = await on_its_way(desk, row)
    if refund is None:
        raise Moved("payment", row.state)
    return row, refund


async def on_its_way(desk: Desk, row: Any) -> Any:
    found = await desk.db.execute(
        select(r).where(r.c.tenant_id == desk.tenant, r.c.payment_id == row.id, r.c.outcome.is_(None))
    )
    return found.one_or_none()


async def settled(
    desk: Desk,
    row: Any,
    refund: Any,
    outcome: Literal["done", "failed"],
    *,
    who: str,
    actor_id: UUID | None = None,
) -> None:
    """`row` is in hand. A refund that failed comes in again, and the payment stands where it stood."""
    back = row.refunded_paise
    if outcome == "failed":
        back -= refund.paise
        again = uuid5(refund.id, "came back")
        await escrow.pay_in(desk, again, buyer_id=row.payer_id, paise=refund.paise, subject=row.code)
    names = {"done": ("refunded", "partly_refunded"), "failed": ("keep", "keep_partly")}[outcome]
    name = names[back not in (0, row.paise)]
    await move(
        desk,
        row,
        name,
        who=who,
        actor_id=actor_id,
        more={"refund_paise": refund.paise},
        holding={PARTLY: 0 < back < row.paise, WHOLLY: back == row.paise, NOTHING_BACK: back == 0},
        refunded_paise=back,
    )
    await _change(desk, refund.id, outcome=outcome, settled_at=desk.now)


async def known_as(desk: Desk, refund_id: UUID, provider_refund: str) -> None:
    """The provider has taken it on, under this id."""
    await _change(desk, refund_id, provider_refund=provider_refund)


async def _change(desk: Desk, refund_id: UUID, **values: Any) -> None:
    await desk.db.execute(update(r).where(r.c.tenant_id == desk.tenant, r.c.id == refund_id).values(**values))


async def _noted(desk: Desk, operator_id: UUID, action: str, row: Any, note: str, **facts: str | int) -> None:
    personal = {"note": note[:200]} if note else None
    await audit.note(
        desk,
        actor_id=operator_id,
        action=action,
        subject=row.code,
        facts=facts,
        personal=personal,
        person_id=row.payer_id if personal else None,
    )
