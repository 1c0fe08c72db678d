"""Razorpay's word: signed, heard once, believed when it fits; and our way there over a wire that breaks."""

import json
import logging
import random
from collections.abc import AsyncIterator, Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import func, select, text, update
from sqlalchemy.ext.asyncio import AsyncEngine

from marketplace_core.desk import Desk, open_desk
from marketplace_core.errors import NotFound, NotYours
from marketplace_core.escrow import commands as escrow
from marketplace_core.ledger.proof import broken
from marketplace_core.payments import commands as payments
from marketplace_core.payments import queries, refunds
from marketplace_core.payments.errors import Forged, TooLarge, Unreadable
from marketplace_core.payments.hearing import Heard
from marketplace_core.payments.models import payment as t
from marketplace_core.payments.models import word
from marketplace_core.payments.queries import Payment
from marketplace_core.payments.razorpay import errands
from marketplace_core.payments.razorpay.standin import KEY_ID, KEY_SECRET, WEBHOOK_SECRET, Till, app
from marketplace_core.payments.razorpay.webhook import (
    EVENT_ID,
    LARGEST,
    SIGNATURE,
    receive_webhook,
    routes,
    sign,
)
from marketplace_core.payments.razorpay.wire import ProviderAway, ProviderRefused, Razorpay
from marketplace_core.seed import TENANT
from marketplace_core.settings import MarketSettings
from tests.conftest import NOW
from tests.marketplace_core.money import WAYS, deal, has, noted, operator, told
from tests.marketplace_core.people import buyer, farmer

SECRETS = ("next secret", WEBHOOK_SECRET)
DOOR = f"/provider/razorpay/webhook/{TENANT}"


class Counter:
    """A payer's payment with its order at the stand-in, and the stand-in's deliveries, in one transaction."""

    def __init__(self, desk: Desk, till: Till, payment: Payment, order: str) -> None:
        self.desk, self.till, self.payment, self.order = desk, till, payment, order

    async def deliver(
        self, *, repeats: int = 1, shuffled: random.Random | None = None, only: str = ""
    ) -> list[Heard | None]:
        taken = self.till.take_outgoing(repeats=repeats, shuffled=shuffled)
        return [
            await receive_webhook(self.desk, each.body, each.headers(WEBHOOK_SECRET), secrets=SECRETS)
            for each in taken
            if only in json.loads(each.body)["event"]
        ]

    async def state(self) -> str:
        return (await queries.by_id(self.desk, self.payment.id)).state

    async def balance(self) -> int:
        return await has(self.desk, "buyer", self.payment.payer_id)


async def at_counter(desk: Desk, paise: int = 50_000, **begun: Any) -> Counter:
    payer_id = begun.pop("payer_id", None) or await buyer(desk)
    what = begun or {"paise": paise}
    payment = await payments.begin(desk, payer_id=payer_id, method="razorpay", offered=WAYS, **what)
    till = Till()
    order = till.new_id("order")
    till.orders[order] = {"id": order, "amount": payment.paise, "currency": "INR", "attempts": 0}
    await desk.db.execute(update(t).where(t.c.id == payment.id).values(provider_order=order))
    return Counter(desk, till, payment, order)


def outcomes(heard: list[Heard | None]) -> list[str | None]:
    return [each.doubt or each.outcome if each else None for each in heard]


# The signature


def captured(**entity: Any) -> bytes:
    payment = {"id": "pay_1", "amount": 50_000, "currency": "INR", "status": "captured", "order_id": "o_1"}
    return json.dumps(
        {"event": "payment.captured", "payload": {"payment": {"entity": payment | entity}}}
    ).encode()


def signed(body: bytes, secret: str = WEBHOOK_SECRET, event_id: str = "event 1") -> dict[str, str]:
    return {"X-Razorpay-Signature": sign(body, secret), "X-Razorpay-Event-Id": event_id}


def test_the_signature_is_razorpays_hmac() -> None:
    # openssl dgst -sha256 -hmac secret
    assert sign(b"{}", "secret") == "77325902caca812dc259733aacd046b73817372c777b8d95b402647474516e13"


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"X-Razorpay-Signature": ""},
        {"X-Razorpay-Signature": "é"},
        signed(captured(), "another secret"),
        signed(captured(amount=1)),
        {"X-Razorpay-Signature": sign(captured(), WEBHOOK_SECRET).upper()},
    ],
)
async def test_what_is_not_signed_by_razorpay_is_not_heard(desk: Desk, headers: Mapping[str, str]) -> None:
    with pytest.raises(Forged):
        await receive_webhook(desk, captured(), headers, secrets=SECRETS)
    with pytest.raises(Forged):
        await receive_webhook(desk, captured(), signed(captured()), secrets=())
    assert (await desk.db.execute(select(func.count()).select_from(word))).scalar_one() == 0


async def test_both_secrets_hold_while_one_is_changed_and_any_case_of_headers(desk: Desk) -> None:
    for number, secret in enumerate(SECRETS):
        headers = {name.lower(): value for name, value in signed(captured(), secret, f"e{number}").items()}
        heard = await receive_webhook(desk, captured(), headers, secrets=SECRETS)
        assert heard == Heard("doubted", "unknown_order", repeated=False)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b'"payment.captured"',
        b"\xff\xfe",
        b'{"event": "payment.captured"}',
        b'{"event": "payment.captured", "payload": {"payment": {"entity": null}}}',
        b'{"event": "payment.captured", "payload": []}',
        captured(amount="50000"),
        captured(amount=500.0),
        captured(amount=True),
        captured(status="happy"),
        captured(currency="RUPEES"),
        captured(id=""),
        captured(id="x" * 65),
        b"[" * 30_000,
    ],
)
async def test_signed_nonsense_is_refused_and_leaves_nothing(desk: Desk, body: bytes) -> None:
    with pytest.raises(Unreadable):
        await receive_webhook(desk, body, signed(body), secrets=SECRETS)
    assert (await desk.db.execute(select(func.count()).select_from(word))).scalar_one() == 0


async def test_too_large_is_refused_before_it_is_read(desk: Desk) -> None:
    body = captured(notes="x" * LARGEST)
    with pytest.raises(TooLarge):
        await receive_webhook(desk, body, signed(body), secrets=SECRETS)


async def test_other_events_are_let_go(desk: Desk) -> None:
    for kind in ("invoice.paid", "payment.dispute.created", 7, None):
        body = json.dumps({"event": kind}).encode()
        assert await receive_webhook(desk, body, signed(body), secrets=SECRETS) is None


# What is believed


async def test_captured_money_is_the_payers_and_waits_for_the_booking(desk: Desk) -> None:
    agreed = await deal(desk)
    counter = await at_counter(desk, payer_id=agreed.buyer, booking_code=agreed.code)
    counter.till.pay(counter.order)
    assert outcomes(await counter.deliver()) == ["applied", "applied", "behind"]
    assert await counter.state() == "paid"
    assert await escrow.is_secured(desk, agreed.booking_id)
    assert await told(desk, "payment") == [
        "payment.created",
        "payment.authorised",
        "payment.secured",
        "payment.paid",
    ]
    assert await broken(desk) == {}


async def test_every_event_three_times_pays_once(desk: Desk) -> None:
    counter = await at_counter(desk)
    counter.till.pay(counter.order)
    heard = await counter.deliver(repeats=3)
    assert [each.repeated for each in heard if each] == [False] * 3 + [True] * 6
    assert outcomes(heard[3:]) == outcomes(heard[:3]) * 2
    assert await counter.balance() == 50_000
    assert (await told(desk, "payment")).count("payment.paid") == 1


async def test_the_same_payment_under_new_event_ids_pays_once(desk: Desk) -> None:
    counter = await at_counter(desk)
    counter.till.pay(counter.order)
    deliveries = counter.till.take_outgoing()
    for number in range(3):
        for each in deliveries:
            headers = each.headers(WEBHOOK_SECRET) | {EVENT_ID: f"{each.event_id} again {number}"}
            await receive_webhook(desk, each.body, headers, secrets=SECRETS)
    without_id = {SIGNATURE: sign(deliveries[1].body, WEBHOOK_SECRET)}
    assert [
        (await receive_webhook(desk, deliveries[1].body, without_id, secrets=SECRETS)) == found
        for found in (Heard("behind", None, repeated=False), Heard("behind", None, repeated=True))
    ] == [True, True]
    assert await counter.balance() == 50_000
    assert await queries.doubts(desk, await operator(desk)) == ()


async def test_backwards_they_lead_to_the_same_end(desk: Desk) -> None:
    counter = await at_counter(desk)
    counter.till.pay(counter.order, "failed")
    counter.till.pay(counter.order)
    counter.till.outgoing.reverse()
    assert outcomes(await counter.deliver()) == ["applied", "behind", "behind", "behind"]
    assert await counter.state() == "paid"
    assert await counter.balance() == 50_000


async def test_a_payment_that_failed_may_be_authorised_late(desk: Desk) -> None:
    counter = await at_counter(desk)
    late = counter.till.pay(counter.order, "failed")["id"]
    await counter.deliver()
    assert await counter.state() == "failed"
    counter.till.become(late, "authorized")
    assert outcomes(await counter.deliver()) == ["applied"]
    assert await counter.state() == "authorised"
    assert await counter.balance() == 0
    counter.till.become(late, "captured")
    await counter.deliver()
    assert await counter.state() == "paid"
    assert await counter.balance() == 50_000


async def test_paid_is_never_left_by_a_late_failure(desk: Desk) -> None:
    counter = await at_counter(desk)
    paid = counter.till.pay(counter.order)["id"]
    await counter.deliver()
    counter.till.become(paid, "failed")
    assert outcomes(await counter.deliver()) == ["behind"]
    assert await counter.state() == "paid"


async def test_another_sum_or_currency_is_looked_at_by_somebody(desk: Desk) -> None:
    counter = await at_counter(desk)
    meera = await operator(desk)
    counter.till.pay(counter.order, amount=5_000)
    counter.till.orders[counter.order]["currency"] = "USD"
    counter.till.pay(counter.order)
    assert set(outcomes(await counter.deliver())) == {"amount", "currency"}
    assert await counter.state() == "created"
    assert await counter.balance() == 0
    seen = await queries.doubts(desk, meera)
    assert [(each.doubt, each.payment_id) for each in seen[:3]] == [("amount", counter.payment.id)] * 3
    assert (await told(desk, "payment.doubted")) == ["payment.doubted"] * 6
    await payments.clear_doubt(desk, operator_id=meera, doubt_id=seen[0].id, note="paid back there")
    assert len(await queries.doubts(desk, meera)) == 5
    assert await noted(desk) == ["payment.doubt_cleared"]
    with pytest.raises(NotFound):
        await payments.clear_doubt(desk, operator_id=meera, doubt_id=seen[0].id, note="")
    with pytest.raises(NotYours):
        await queries.doubts(desk, counter.payment.payer_id)


async def test_an_order_paid_twice_credits_once_and_asks_somebody(desk: Desk) -> None:
    counter = await at_counter(desk)
    counter.till.pay(counter.order)
    counter.till.pay(counter.order)
    heard = outcomes(await counter.deliver())
    assert heard == ["applied", "applied", "behind", "behind", "second_payment", "second_payment"]
    assert await counter.balance() == 50_000


async def test_one_payment_of_theirs_pays_for_one_of_ours(desk: Desk) -> None:
    counter = await at_counter(desk)
    paid = counter.till.pay(counter.order)["id"]
    await counter.deliver()
    other = await at_counter(desk, payer_id=await farmer(desk))
    other.till.payments[paid] = other.till.pay(other.order, "created") | {"id": paid}
    other.till.become(paid, "captured")
    assert outcomes(await other.deliver()) == ["payment_elsewhere"] * 2
    assert (await other.state(), await other.balance()) == ("created", 0)


async def test_another_tenants_order_is_unknown_here(desk: Desk) -> None:
    counter = await at_counter(desk)
    counter.till.pay(counter.order)
    elsewhere = Desk(desk.db, TENANT + 1, desk.now)
    await desk.db.execute(text("SELECT set_config('app.tenant', :t, true)"), {"t": str(TENANT + 1)})
    (each, *_) = counter.till.outgoing
    heard = await receive_webhook(elsewhere, each.body, each.headers(WEBHOOK_SECRET), secrets=SECRETS)
    assert heard == Heard("doubted", "unknown_order", repeated=False)
    await desk.db.execute(text("SELECT set_config('app.tenant', :t, true)"), {"t": str(TENANT)})
    assert (await counter.state(), await counter.balance()) == ("created", 0)


async def test_nothing_of_the_payer_is_kept_or_logged(
    desk: Desk, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    counter = await at_counter(desk)
    counter.till.pay(counter.order)
    counter.till.pay(counter.order)
    await counter.deliver()
    rows = [
        row
        for table in ("payment", "payment_word", "event")
        for row in (await desk.db.execute(text(f"SELECT t.*::text FROM {table} t"))).scalars()
    ]
    shown = " ".join([*rows, repr(counter.payment), capsys.readouterr().out, capsys.readouterr().err])
    ours = " ".join(record.getMessage() for record in caplog.records if record.name.startswith("market"))
    for private in ("somebody@standin", "+910000000000", WEBHOOK_SECRET):
        assert private not in shown + ours


async def test_back_from_the_checkout_is_authorised_at_most(desk: Desk) -> None:
    counter = await at_counter(desk)
    said = sign(f"{counter.order}|pay_9".encode(), KEY_SECRET)
    for order, payment, signature in (
        (counter.order, "pay_9", "0" * 64),
        (counter.order, "pay_8", said),
        ("order_x", "pay_9", sign(b"order_x|pay_9", KEY_SECRET)),
    ):
        with pytest.raises(Forged):
            await errands.back_from_checkout(
                desk, key_secret=KEY_SECRET, order=order, payment=payment, signature=signature
            )
    back = await errands.back_from_checkout(
        desk, key_secret=KEY_SECRET, order=counter.order, payment="pay_9", signature=said
    )
    assert back.state == "authorised"
    assert await counter.balance() == 0


# Refunds


async def test_late_news_of_the_payment_changes_nothing_while_it_goes_back(desk: Desk) -> None:
    counter = await at_counter(desk)
    counter.till.pay(counter.order)
    first, second, late = counter.till.take_outgoing()
    counter.till.outgoing = [first, second]
    await counter.deliver()
    await refunds.ask(desk, operator_id=await operator(desk), code=counter.payment.code, paise=20_000)
    counter.till.outgoing = [late]
    assert outcomes(await counter.deliver()) == ["behind"]
    assert (await counter.state(), await counter.balance()) == ("refunding", 30_000)


async def refunding(counter: Counter, paise: int | None = None) -> tuple[UUID, UUID]:
    """A paid payment of which something is to go back: the operator, and our refund."""
    meera = await operator(counter.desk)
    if await counter.state() != "paid":
        counter.till.pay(counter.order)
        await counter.deliver()
    await refunds.ask(counter.desk, operator_id=meera, code=counter.payment.code, paise=paise)
    return meera, (await queries.refunds(counter.desk, counter.payment.id))[-1].id


async def test_the_word_of_a_refund_may_overtake_the_answer_to_our_request(desk: Desk) -> None:
    counter = await at_counter(desk)
    _, ours = await refunding(counter, 20_000)
    (paid,) = counter.till.payments
    there = counter.till.refund(paid, 20_000, ours.hex)["id"]
    counter.till.settle_refund(there)
    counter.till.outgoing.reverse()
    assert outcomes(await counter.deliver(repeats=2)) == ["applied", "behind"] * 2
    assert await counter.state() == "partly_refunded"
    assert await counter.balance() == 30_000


async def test_a_refund_that_failed_there_is_the_payers_here(desk: Desk) -> None:
    counter = await at_counter(desk)
    _, ours = await refunding(counter)
    (paid,) = counter.till.payments
    there = counter.till.refund(paid, 50_000, ours.hex)["id"]
    counter.till.settle_refund(there, "failed")
    await counter.deliver()
    assert (await counter.state(), await counter.balance()) == ("paid", 50_000)
    counter.till.settle_refund(there)
    assert outcomes(await counter.deliver()) == ["refund_contradicted"]
    assert (await counter.state(), await counter.balance()) == ("paid", 50_000)


async def test_a_refund_that_nobody_here_asked_for_is_looked_at(desk: Desk) -> None:
    counter = await at_counter(desk)
    counter.till.pay(counter.order)
    await counter.deliver()
    (paid,) = counter.till.payments
    counter.till.refund(paid, 50_000, None)
    assert outcomes(await counter.deliver()) == ["unknown_refund"]
    _, ours = await refunding(counter, 10_000)
    counter.till.refund(paid, 9_999, ours.hex)
    assert outcomes(await counter.deliver()) == ["refund_amount"]
    assert await counter.state() == "refunding"


async def test_rounds_are_made_where_razorpay_is_set_up(engine: AsyncEngine) -> None:
    assert await errands.make_rounds(engine, NOW, MarketSettings(_env_file=None)) == 0


# Over the wire, through both doors, with every transaction of its own


class Street:
    """Our webhook's door, the stand-in's API, and a database between them."""

    def __init__(
        self,
        engine: AsyncEngine,
        till: Till,
        razorpay: Razorpay,
        door: httpx.AsyncClient,
        rung: list[int],
    ) -> None:
        self.engine, self.till, self.razorpay, self.door, self.rung = engine, till, razorpay, door, rung

    async def send(self, body: bytes, headers: Mapping[str, str]) -> int:
        return (await self.door.post(DOOR, content=body, headers=headers)).status_code

    async def begun(self) -> Payment:
        async with open_desk(self.engine, TENANT, NOW) as desk:
            payer = await buyer(desk)
            return await payments.begin(desk, payer_id=payer, method="razorpay", paise=50_000, offered=WAYS)

    async def placed(self) -> Payment:
        return await self.place((await self.begun()).id)

    async def place(self, payment_id: UUID) -> Payment:
        return await errands.place_order(self.engine, TENANT, NOW, self.razorpay, payment_id)

    async def seen(self, payment_id: UUID) -> tuple[str, int]:
        async with open_desk(self.engine, TENANT, NOW) as desk:
            found = await queries.by_id(desk, payment_id)
            assert await broken(desk) == {}
            return found.state, await has(desk, "buyer", found.payer_id)


@pytest.fixture
async def street(engine: AsyncEngine, clean: None) -> AsyncIterator[Street]:
    till, ours, rung = Till(), FastAPI(), list[int]()
    ours.include_router(routes(lambda: engine, SECRETS, lambda: NOW, rung.append))
    there = httpx.ASGITransport(app(till))
    door = httpx.AsyncClient(transport=httpx.ASGITransport(ours), base_url="http://mandi")
    async with door, Razorpay(KEY_ID, KEY_SECRET, "http://there", waits=(0, 0), transport=there) as razorpay:
        yield Street(engine, till, razorpay, door, rung)


async def test_from_the_order_to_the_money(street: Street) -> None:
    placed = await street.placed()
    (order,) = street.till.orders.values()
    assert (order["amount"], order["receipt"]) == (50_000, placed.id.hex)
    assert placed.provider_order == order["id"]
    assert await street.place(placed.id) == placed
    assert len(street.till.orders) == 1
    street.till.pay(order["id"])
    assert await street.till.deliver(street.send, repeats=2, shuffled=random.Random(1)) == [200] * 6
    assert await street.seen(placed.id) == ("paid", 50_000)
    assert street.rung == [TENANT] * 6


@pytest.mark.parametrize("troubles", [["busy"], ["broken", "busy"], ["lost"], ["lost", "lost"]])
async def test_an_order_is_made_once_however_often_the_answer_is_lost(
    street: Street, troubles: list[str]
) -> None:
    street.till.troubles.extend(troubles)
    placed = await street.placed()
    assert list(street.till.orders) == [placed.provider_order]


async def test_while_razorpay_is_away_nothing_is_changed_and_later_it_goes_on(street: Street) -> None:
    begun = await street.begun()
    street.till.troubles.extend(["busy"] * 3)
    with pytest.raises(ProviderAway):
        await street.place(begun.id)
    assert (await street.seen(begun.id))[0] == "created"
    assert (await street.place(begun.id)).provider_order in street.till.orders


async def test_wrong_keys_say_so_without_the_keys(street: Street) -> None:
    begun = await street.begun()
    there = httpx.ASGITransport(app(street.till))
    async with Razorpay("rzp", "very secret", "http://there", waits=(), transport=there) as stranger:
        with pytest.raises(ProviderRefused) as said:
            await stranger.create_order(begun.id, 50_000)
        assert "very secret" not in f"{said.value} {stranger!r}"
    assert (said.value.status, said.value.code) == (401, "BAD_REQUEST_ERROR")
    assert street.till.orders == {}


async def test_what_no_webhook_told_is_found_in_their_books(street: Street) -> None:
    placed = await street.placed()
    assert placed.provider_order
    street.till.pay(placed.provider_order, "failed")
    street.till.pay(placed.provider_order)
    lost = street.till.take_outgoing()
    soon, later = NOW + timedelta(minutes=4), NOW + timedelta(minutes=5)
    assert await errands.reconcile(street.engine, TENANT, soon, street.razorpay) == 0
    assert await errands.reconcile(street.engine, TENANT, later, street.razorpay) == 2
    assert await street.seen(placed.id) == ("paid", 50_000)
    assert await errands.reconcile(street.engine, TENANT, later, street.razorpay) == 0
    street.till.outgoing = lost
    assert set(await street.till.deliver(street.send)) == {200}
    assert await street.seen(placed.id) == ("paid", 50_000)


async def test_looking_while_they_are_away_harms_nothing(street: Street) -> None:
    placed = await street.placed()
    street.till.troubles.extend(["broken"] * 3)
    later = NOW + timedelta(minutes=5)
    assert await errands.reconcile(street.engine, TENANT, later, street.razorpay) == 0
    assert (await street.seen(placed.id))[0] == "created"


@pytest.mark.parametrize("troubles", [[], ["lost"], ["busy", "lost"]])
async def test_a_refund_reaches_razorpay_once(street: Street, troubles: list[str]) -> None:
    placed = await street.placed()
    assert placed.provider_order
    street.till.pay(placed.provider_order)
    await street.till.deliver(street.send)
    async with open_desk(street.engine, TENANT, NOW) as desk:
        await refunds.ask(desk, operator_id=await operator(desk), code=placed.code, paise=20_000)
    street.till.troubles.extend(troubles)
    assert await errands.send_refunds(street.engine, TENANT, NOW, street.razorpay) == 1
    (there,) = street.till.refunds.values()
    assert (there["amount"], await street.seen(placed.id)) == (20_000, ("refunding", 30_000))
    # its webhooks are lost; the next round looks itself
    street.till.settle_refund(there["id"])
    lost = street.till.take_outgoing()
    assert await errands.send_refunds(street.engine, TENANT, NOW, street.razorpay) == 1
    assert await street.seen(placed.id) == ("partly_refunded", 30_000)
    assert await errands.send_refunds(street.engine, TENANT, NOW, street.razorpay) == 0
    street.till.outgoing = lost
    assert set(await street.till.deliver(street.send, repeats=2)) == {200}
    assert await street.seen(placed.id) == ("partly_refunded", 30_000)
    assert len(street.till.refunds) == 1


async def test_a_refund_that_razorpay_will_not_make_is_the_payers_again(street: Street) -> None:
    placed = await street.placed()
    assert placed.provider_order
    paid = street.till.pay(placed.provider_order)
    await street.till.deliver(street.send)
    async with open_desk(street.engine, TENANT, NOW) as desk:
        await refunds.ask(desk, operator_id=await operator(desk), code=placed.code)
    assert await street.seen(placed.id) == ("refunding", 0)
    paid["amount_refunded"] = 1  # somebody refunded a paisa in their dashboard
    assert await errands.send_refunds(street.engine, TENANT, NOW, street.razorpay) == 1
    assert await street.seen(placed.id) == ("paid", 50_000)


async def test_the_door_refuses_in_one_shape_and_tells_nothing(street: Street) -> None:
    body = captured()
    for sent, headers, status in (
        (body, {}, 401),
        (b"x" * (LARGEST + 1), {}, 413),
        (b"{", signed(b"{"), 422),
    ):
        answer = await street.door.post(DOOR, content=sent, headers=headers)
        assert answer.status_code == status
        assert list(answer.json()) == ["error"]
    for path in ("/provider/razorpay/webhook/0", "/provider/razorpay/webhook/x", f"{DOOR}9999999999"):
        assert (await street.door.post(path, content=body, headers=signed(body))).status_code == 422
    assert street.rung == []
    answer = await street.door.post(DOOR, content=body, headers=signed(body))
    assert (answer.status_code, answer.json()) == (200, {"heard": "doubted", "repeated": False})


async def test_an_endless_body_is_cut_off_while_it_comes(street: Street) -> None:
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        while sent < 100 * LARGEST:
            sent += 8192
            yield b"x" * 8192

    answer = await street.door.post(DOOR, content=endless())
    assert answer.status_code == 413
    assert sent <= LARGEST + 2 * 8192


async def test_what_the_door_did_not_take_is_brought_again(street: Street) -> None:
    placed = await street.placed()
    assert placed.provider_order
    street.till.pay(placed.provider_order)
    days = 0

    async def closed(_body: bytes, _headers: Mapping[str, str]) -> int:
        nonlocal days
        days += 1
        return 503

    assert await street.till.deliver(closed) == [503] * 3
    assert await street.till.deliver(street.send) == [200] * 3
    assert (days, street.till.outgoing) == (3, [])
    assert await street.seen(placed.id) == ("paid", 50_000)


async def test_the_standins_own_doors(street: Street) -> None:
    placed = await street.placed()
    hand = httpx.AsyncClient(transport=httpx.ASGITransport(app(street.till)), base_url="http://there")
    async with hand:
        assert (await hand.get("/v1/orders")).status_code == 401
        assert (await hand.post("/pay/nothing")).status_code == 404
        assert (await hand.post("/troubles", json=["earthquake"])).status_code == 400
        assert (await hand.post("/troubles", json=["busy"])).json() == ["busy"]
        paid = await hand.post(f"/pay/{placed.provider_order}?outcome=authorized")
        assert paid.json()["status"] == "authorized"
    await street.till.deliver(street.send)
    assert (await street.seen(placed.id))[0] == "authorised"
