"""Ways to Razorpay and back: read and close the desk, ask over the network, open it again and write the answer."""

import hashlib
import hmac
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncEngine

from marketplace_core.desk import Desk, open_desk
from marketplace_core.payments import refunds
from marketplace_core.payments.errors import Forged
from marketplace_core.payments.hearing import hear
from marketplace_core.payments.models import payment as t
from marketplace_core.payments.models import refund as r
from marketplace_core.payments.moving import in_hand, move
from marketplace_core.payments.queries import Payment, by_id
from marketplace_core.payments.razorpay.wire import (
    PROVIDER,
    ProviderAway,
    ProviderRefused,
    Razorpay,
    RefundEntity,
    payment_word,
    refund_word,
)
from marketplace_core.payments.transitions import NOT_YET, PAYMENT
from marketplace_core.settings import MarketSettings
from marketplace_core.tenants.queries import everyone

log = structlog.get_logger()

#: A webhook takes seconds; after this we look ourselves, and go on looking so long.
QUIET, LOOK_FOR = timedelta(minutes=5), timedelta(days=7)


async def make_rounds(engine: AsyncEngine, now: datetime, settings: MarketSettings) -> int:
    """Refunds and what no webhook told of, for every tenant; how many moved. Nothing where Razorpay is not set up."""
    if not settings.razorpay_key_id or not settings.razorpay_key_secret:
        return 0
    moved, secret = 0, settings.razorpay_key_secret.get_secret_value()
    async with Razorpay(settings.razorpay_key_id, secret, settings.razorpay_url) as razorpay:
        for tenant in await everyone(engine):
            moved += await send_refunds(engine, tenant, now, razorpay)
            moved += await reconcile(engine, tenant, now, razorpay)
    return moved


async def place_order(
    engine: AsyncEngine, tenant: int, now: datetime, razorpay: Razorpay, payment_id: UUID
) -> Payment:
    """The payment with its order, made now or before."""
    async with open_desk(engine, tenant, now) as desk:
        payment = await by_id(desk, payment_id)
    if payment.provider_order or payment.method != PROVIDER:
        return payment
    order = await razorpay.create_order(payment_id, payment.paise)
    async with open_desk(engine, tenant, now) as desk:
        await desk.db.execute(
            update(t)
            .where(t.c.tenant_id == tenant, t.c.id == payment_id, t.c.provider_order.is_(None))
            .values(provider_order=order.id)
        )
        return await by_id(desk, payment_id)


async def send_refunds(engine: AsyncEngine, tenant: int, now: datetime, razorpay: Razorpay) -> int:
    """Bring refunds that were asked for to Razorpay, and look after those it has taken on; how many moved."""
    async with open_desk(engine, tenant, now) as desk:
        waiting = (
            await desk.db.execute(
                select(r.c.id, r.c.paise, r.c.provider_refund, t.c.provider_payment)
                .join(t, (t.c.tenant_id == r.c.tenant_id) & (t.c.id == r.c.payment_id))
                .where(r.c.tenant_id == tenant, r.c.outcome.is_(None), t.c.method == PROVIDER)
                .order_by(r.c.id)
                .limit(100)
            )
        ).all()
    return sum([await _send_refund(engine, tenant, now, razorpay, one) for one in waiting])


async def _send_refund(engine: AsyncEngine, tenant: int, now: datetime, razorpay: Razorpay, one: Any) -> bool:
    try:
        entity = await _at_razorpay(razorpay, one)
    except (ProviderAway, ProviderRefused) as fault:
        log.warning("a refund waits for razorpay", fault=str(fault), refund=str(one.id))
        return False
    async with open_desk(engine, tenant, now) as desk:
        if entity is None:
            return await _refused(desk, one)
        word = refund_word(entity, f"asked {entity.id} {entity.status}", "refund.asked")
        return (await hear(desk, word)).outcome == "applied"


async def _at_razorpay(razorpay: Razorpay, one: Any) -> RefundEntity | None:
    """The refund as it stands there; None if there is none and there will be none.

    A refusal alone is no proof of that: the answer to an earlier request may have been lost.
    """
    if one.provider_refund is None:
        try:
            return await razorpay.refund(one.provider_payment, one.id, one.paise)
        except ProviderRefused as refused:
            if refused.status != 400:  # our keys, not this refund
                raise
    there = await razorpay.refunds_of(one.provider_payment)
    return next((each for each in there if each.receipt == one.id.hex), None)


async def _refused(desk: Desk, one: Any) -> bool:
    row = await in_hand(desk, provider_payment=one.provider_payment)
    refund = await refunds.on_its_way(desk, row)
    if refund is None or refund.id != one.id or refund.provider_refund:
        return False
    await refunds.settled(desk, row, refund, "failed", who="provider")
    return True


async def reconcile(engine: AsyncEngine, tenant: int, now: datetime, razorpay: Razorpay) -> int:
    """Look up payments of which no webhook told us, as Razorpay's own books have them; how many moved."""
    async with open_desk(engine, tenant, now) as desk:
        found = await desk.db.execute(
            select(t.c.provider_order)
            .where(
                t.c.tenant_id == tenant,
                t.c.method == PROVIDER,
                t.c.provider_order.is_not(None),
                t.c.state.in_(NOT_YET),
                t.c.moved_at <= now - QUIET,
                t.c.created_at >= now - LOOK_FOR,
            )
            .order_by(t.c.id)
            .limit(500)
        )
        orders = list(found.scalars())
    return sum([await reconcile_order(engine, tenant, now, razorpay, order) for order in orders])


async def reconcile_order(
    engine: AsyncEngine, tenant: int, now: datetime, razorpay: Razorpay, order: str
) -> int:
    try:
        entities = await razorpay.payments_of(order)
    except (ProviderAway, ProviderRefused) as fault:
        log.warning("razorpay does not show an order", fault=str(fault), order=order)
        return 0
    moved = 0
    # What failed comes first: an order that failed and then succeeded has succeeded.
    for entity in sorted(entities, key=lambda each: each.status != "failed"):
        word = payment_word(entity, f"looked up {entity.id} {entity.status}", "order.looked_up")
        async with open_desk(engine, tenant, now) as desk:
            moved += (await hear(desk, word)).outcome == "applied"
    return moved


async def back_from_checkout(
    desk: Desk, *, key_secret: str, order: str, payment: str, signature: str
) -> Payment:
    """The payer's browser brings Razorpay's signature: authorised at least. Paid is what webhook or books say."""
    said = hmac.new(key_secret.encode(), f"{order}|{payment}".encode(), hashlib.sha256).hexdigest()
    if not hmac.compare_digest(said.encode(), signature.encode()):
        raise Forged
    row = await in_hand(desk, provider_order=order)
    if row is None:
        raise Forged
    if any(each.name == "authorise" for each in PAYMENT.open_to("provider", row.state)):
        await move(desk, row, "authorise", who="provider", provider_payment=payment)
    return await by_id(desk, row.id)
