"""Money comes in when somebody who can know says so, once, and for the right thing."""

import asyncio
import io
import re
from datetime import timedelta
from urllib.parse import parse_qs, unquote, urlsplit
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from sqlalchemy import func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncEngine

from marketplace_core.bookings import commands as bookings
from marketplace_core.bookings.models import booking
from marketplace_core.codes import new_code
from marketplace_core.desk import Desk, open_desk
from marketplace_core.errors import BadTerms, Moved, NoSuchPerson, NotFound, NotMet, NotYours
from marketplace_core.escrow import commands as escrow
from marketplace_core.escrow.errors import CashLimit
from marketplace_core.ledger.errors import NotEnoughMoney
from marketplace_core.ledger.proof import broken
from marketplace_core.payments import commands as payments
from marketplace_core.payments import queries
from marketplace_core.payments.errors import NothingToPay, NotOffered, ReferenceUsed, TooManyAttempts
from marketplace_core.payments.models import payment as t
from marketplace_core.payments.offered import how_to_pay, methods
from marketplace_core.payments.queries import Payment
from marketplace_core.payments.rules import ATTEMPTS_A_DAY, reference_of
from marketplace_core.payments.transitions import MONEY_IN, PAYMENT, STATES
from marketplace_core.payments.upi import qr_png, upi_link
from marketplace_core.seed import TENANT
from marketplace_core.settings import MarketSettings
from tests.conftest import NOW
from tests.marketplace_core.money import (
    DUE,
    WAYS,
    about,
    deal,
    has,
    known,
    noted,
    operator,
    told,
    with_role,
)
from tests.marketplace_core.people import buyer, farmer

UTR = "HDFCR52026112001"


def later(desk: Desk, **time: int) -> Desk:
    return Desk(desk.db, desk.tenant, desk.now + timedelta(**time))


async def top_up(desk: Desk, payer_id: UUID, paise: int = 50_000, method: str = "bank") -> Payment:
    return await payments.begin(desk, payer_id=payer_id, method=method, paise=paise, offered=WAYS)


async def pay_for(desk: Desk, payer_id: UUID, code: str, method: str = "bank") -> Payment:
    return await payments.begin(desk, payer_id=payer_id, method=method, booking_code=code, offered=WAYS)


# The table


def test_what_is_paid_is_left_by_a_refund_alone() -> None:
    for move in PAYMENT.moves:
        if "paid" in move.source:
            assert (move.name, move.by) == ("refund", ("operator",))
        if set(move.source) & set(MONEY_IN):
            assert move.target in MONEY_IN
    assert {move.target for move in PAYMENT.moves} | {"created"} == set(STATES)


# Links


@given(st.integers(100, 10_000_000), st.text(min_size=1, max_size=60))
def test_a_link_says_exactly_what_is_to_pay(paise: int, name: str) -> None:
    link = upi_link("mandi.mitra@okbank", name, paise, "P23456")
    assert re.fullmatch(r"upi://pay\?[A-Za-z0-9%=&@._~-]+", link)
    fields = parse_qs(urlsplit(link).query, strict_parsing=True)
    assert list(fields) == ["pa", "pn", "am", "cu", "tn", "tr"]
    assert fields["am"] == [f"{paise // 100}.{paise % 100:02}"]
    assert fields["pn"] == [name[:40]]
    assert (fields["cu"], fields["tr"], fields["pa"]) == (["INR"], ["P23456"], ["mandi.mitra@okbank"])


def test_a_link_letter_by_letter() -> None:
    assert upi_link("mandi@okbank", "मंडी & Co", 102_005, "P23456") == (
        "upi://pay?pa=mandi@okbank&pn=%E0%A4%AE%E0%A4%82%E0%A4%A1%E0%A5%80%20%26%20Co&am=1020.05&cu=INR"
        "&tn=Mandi%20Mitra%20P23456&tr=P23456"
    )


def test_the_picture_is_a_small_square_png() -> None:
    png = qr_png(upi_link("mandi@okbank", "Mandi Mitra", DUE, "P23456"))
    with Image.open(io.BytesIO(png)) as picture:
        assert picture.format == "PNG"
        assert picture.width == picture.height > 300
        assert picture.convert("L").getpixel((0, 0)) == 255
        assert sorted(picture.convert("L").getcolors(), key=lambda pair: pair[1])[0][1] == 0
    assert len(png) < 20_000


def test_without_settings_an_operator_looks_at_the_bank_account() -> None:
    assert methods(MarketSettings(_env_file=None)) == ("bank",)
    all_set = MarketSettings(
        _env_file=None, pay_to_vpa="mandi@okbank", razorpay_key_id="k", razorpay_key_secret="s"
    )
    assert methods(all_set) == ("bank", "upi", "razorpay")
    assert "s" not in repr(all_set.razorpay_key_secret).replace("SecretStr", "")


async def test_what_the_payer_is_shown(desk: Desk) -> None:
    shop = MarketSettings(_env_file=None, pay_to_vpa="mandi@okbank", pay_to_account="Mandi, 123, HDFC0000001")
    agreed = await deal(desk)
    by_upi = await pay_for(desk, agreed.buyer, agreed.code, "upi")
    shown = how_to_pay(by_upi, shop)
    assert shown.link is not None
    assert f"tr={by_upi.code}" in unquote(shown.link)
    by_bank = how_to_pay(await pay_for(desk, agreed.buyer, agreed.code, "bank"), shop)
    assert (by_bank.account, by_bank.link) == ("Mandi, 123, HDFC0000001", None)


# Beginning


async def test_a_payment_asks_for_what_the_booking_lacks(desk: Desk) -> None:
    agreed = await deal(desk)
    await escrow.pay_in(desk, uuid4(), buyer_id=agreed.buyer, paise=20_000, subject="gift")
    begun = await pay_for(desk, agreed.buyer, agreed.code)
    assert (begun.paise, begun.state, begun.booking, begun.method) == (
        DUE - 20_000,
        "created",
        agreed.code,
        "bank",
    )
    assert begun.code[0] == "P"
    assert await told(desk, "payment") == ["payment.created"]
    assert await about(desk, "payment.created") == {
        "payer_id": str(agreed.buyer),
        "booking": agreed.code,
        "paise": DUE - 20_000,
        "method": "bank",
        "actor_id": str(agreed.buyer),
        "by": "payer",
    }


async def test_beginning_again_is_the_same_payment_and_no_attempt(desk: Desk) -> None:
    agreed = await deal(desk)
    await bookings.confirm(desk, actor_id=agreed.seller, code=agreed.code)
    first = await pay_for(desk, agreed.buyer, agreed.code)
    for _ in range(ATTEMPTS_A_DAY + 1):
        assert await pay_for(desk, agreed.buyer, agreed.code) == first
    tomorrow = later(desk, hours=24)
    again = await pay_for(tomorrow, agreed.buyer, agreed.code)
    assert again.id != first.id


async def test_nobody_pays_what_is_paid(desk: Desk) -> None:
    agreed = await deal(desk)
    await escrow.pay_in(desk, uuid4(), buyer_id=agreed.buyer, paise=DUE, subject="gift")
    with pytest.raises(NothingToPay):
        await pay_for(desk, agreed.buyer, agreed.code)
    await escrow.secure(desk, agreed.booking_id)
    with pytest.raises(NothingToPay):
        await pay_for(desk, agreed.buyer, agreed.code)


async def test_what_is_left_over_pays_for_the_next_booking(desk: Desk) -> None:
    agreed = await deal(desk)
    await escrow.pay_in(desk, uuid4(), buyer_id=agreed.buyer, paise=DUE - 1, subject="left over")
    with pytest.raises(NotFound):
        await payments.from_balance(desk, payer_id=agreed.seller, booking_code=agreed.code)
    with pytest.raises(NotEnoughMoney):
        await payments.from_balance(desk, payer_id=agreed.buyer, booking_code=agreed.code)
    assert not await escrow.is_secured(desk, agreed.booking_id)
    await escrow.pay_in(desk, uuid4(), buyer_id=agreed.buyer, paise=1, subject="left over")
    await payments.from_balance(desk, payer_id=agreed.buyer, booking_code=agreed.code)
    assert await escrow.is_secured(desk, agreed.booking_id)
    assert await has(desk, "buyer", agreed.buyer) == 0
    with pytest.raises(NothingToPay):
        await payments.from_balance(desk, payer_id=agreed.buyer, booking_code=agreed.code)


@pytest.mark.parametrize("due, refusal", [(5_000_001, NotMet), (DUE, Moved)])
async def test_a_balance_is_no_way_around_papers_or_an_end(desk: Desk, due: int, refusal: type) -> None:
    agreed = await deal(desk, due_paise=due)
    await escrow.pay_in(desk, uuid4(), buyer_id=agreed.buyer, paise=due, subject="left over")
    if refusal is Moved:
        await bookings.cancel(desk, actor_id=agreed.buyer, code=agreed.code, why="")
    with pytest.raises(refusal):
        await payments.from_balance(desk, payer_id=agreed.buyer, booking_code=agreed.code)
    assert not await escrow.is_secured(desk, agreed.booking_id)


@pytest.mark.parametrize("paise", [None, 0, -1, 99, 10**10, True, 1.5])
async def test_absurd_sums_are_refused_and_count_for_nothing(desk: Desk, paise: int) -> None:
    me = await buyer(desk)
    with pytest.raises(BadTerms):
        await payments.begin(desk, payer_id=me, method="bank", paise=paise, offered=WAYS)
    assert await queries.mine(desk, me) == ()
    for _ in range(ATTEMPTS_A_DAY):
        await top_up(desk, me)


async def test_other_peoples_and_ended_bookings_are_not_paid(desk: Desk) -> None:
    agreed = await deal(desk)
    with pytest.raises(NotFound):
        await pay_for(desk, agreed.seller, agreed.code)
    with pytest.raises(NotFound):
        await pay_for(desk, agreed.buyer, "B22222")
    with pytest.raises(NoSuchPerson):
        await top_up(desk, uuid4())
    with pytest.raises(NotOffered):
        await payments.begin(desk, payer_id=agreed.buyer, method="upi", paise=500, offered=("bank",))
    with pytest.raises(NotOffered):
        await payments.begin(desk, payer_id=agreed.buyer, method="cash", paise=500, offered=WAYS)
    with pytest.raises(BadTerms):
        await top_up(desk, agreed.buyer, 100_000_01, "upi")
    with pytest.raises(BadTerms):
        await payments.begin(
            desk, payer_id=agreed.buyer, method="bank", booking_code=agreed.code, paise=1_00, offered=WAYS
        )
    with pytest.raises(Moved) as lapsed:  # before the job comes by
        await pay_for(later(desk, hours=24), agreed.buyer, agreed.code)
    assert lapsed.value.state == "cancelled"
    await bookings.cancel(desk, actor_id=agreed.buyer, code=agreed.code, why="")
    with pytest.raises(Moved):
        await pay_for(desk, agreed.buyer, agreed.code)
    assert await told(desk, "payment.created") == []


async def test_above_fifty_thousand_only_who_is_known(desk: Desk) -> None:
    me, meera = await buyer(desk), await operator(desk)
    assert (await top_up(desk, me, 5_000_000)).state == "created"
    with pytest.raises(NotMet) as said:
        await top_up(desk, me, 5_000_001)
    assert said.value.condition == "kyc"
    await known(desk, me, meera)
    assert (await top_up(desk, me, 5_000_001)).state == "created"


async def test_a_big_booking_is_not_split_past_the_papers(desk: Desk) -> None:
    agreed = await deal(desk, due_paise=5_000_001)
    await escrow.pay_in(desk, uuid4(), buyer_id=agreed.buyer, paise=5_000_000, subject="gift")
    with pytest.raises(NotMet):
        await pay_for(desk, agreed.buyer, agreed.code)


async def test_a_rest_too_small_to_be_paid_is_rounded_up_and_stays_the_buyers(desk: Desk) -> None:
    agreed, meera = await deal(desk), await operator(desk)
    await escrow.pay_in(desk, uuid4(), buyer_id=agreed.buyer, paise=DUE - 1, subject="gift")
    begun = await pay_for(desk, agreed.buyer, agreed.code)
    assert begun.paise == 100
    await payments.confirm_by_hand(desk, operator_id=meera, code=begun.code, reference=UTR, paise=100)
    assert await escrow.is_secured(desk, agreed.booking_id)
    assert await has(desk, "buyer", agreed.buyer) == 99


async def test_the_sixth_attempt_of_a_day_waits_for_tomorrow_by_the_farmers_calendar(desk: Desk) -> None:
    me = await buyer(desk)
    for _ in range(5):
        await top_up(desk, me)
    with pytest.raises(TooManyAttempts):
        await top_up(desk, me)
    assert len(await queries.mine(desk, me)) == 5
    # 10:00 in Kolkata; its day ends 14 hours later, while UTC's goes on.
    with pytest.raises(TooManyAttempts):
        await top_up(later(desk, hours=13, minutes=59), me)
    await top_up(later(desk, hours=14), me)
    await top_up(desk, await farmer(desk))


@pytest.mark.usefixtures("clean")
async def test_ten_taps_at_once_are_five_attempts(engine: AsyncEngine) -> None:
    async with open_desk(engine, TENANT, NOW) as desk:
        me, other = await buyer(desk), await farmer(desk)

    async def tap() -> bool:
        async with open_desk(engine, TENANT, NOW) as desk:
            try:
                await top_up(desk, me)
            except TooManyAttempts:
                return False
            return True

    async def naive_tap() -> None:
        """Counts first and writes then, as one would without thinking of ten fingers."""
        async with open_desk(engine, TENANT, NOW) as desk:
            mine = select(func.count()).select_from(t).where(t.c.payer_id == other)
            if (await desk.db.execute(mine)).scalar_one() >= ATTEMPTS_A_DAY:
                return
            await asyncio.sleep(0.05)
            row = {"tenant_id": TENANT, "code": new_code("P"), "payer_id": other, "paise": 100}
            row |= {"method": "bank", "state": "created", "created_at": NOW, "moved_at": NOW}
            await desk.db.execute(insert(t).values(moved_by="payer", **row))

    assert sorted(await asyncio.gather(*(tap() for _ in range(10)))) == [False] * 5 + [True] * 5
    await asyncio.gather(*(naive_tap() for _ in range(10)))
    async with open_desk(engine, TENANT, NOW) as desk:
        assert len(await queries.mine(desk, me)) == 5
        assert len(await queries.mine(desk, other)) > 5


# By hand


async def test_a_transfer_that_an_operator_saw_pays_and_secures(desk: Desk) -> None:
    agreed, meera = await deal(desk), await operator(desk)
    begun = await pay_for(desk, agreed.buyer, agreed.code)
    said = await payments.claim(desk, payer_id=agreed.buyer, code=begun.code, reference="hdfcr5 2026112001")
    assert (said.state, said.claimed) == ("attempted", UTR)
    assert await has(desk, "buyer", agreed.buyer) == 0
    assert not await escrow.is_secured(desk, agreed.booking_id)
    assert [each.id for each in await queries.to_confirm(desk, meera)] == [begun.id]
    paid = await payments.confirm_by_hand(
        desk, operator_id=meera, code=begun.code, reference=UTR, paise=DUE, note="seen in the statement"
    )
    assert paid.state == "paid"
    assert await escrow.is_secured(desk, agreed.booking_id)
    assert await has(desk, "buyer", agreed.buyer) == 0
    assert (await about(desk, "payment.paid"))["secured"] is True
    assert await noted(desk) == ["payment.confirmed"]
    assert await queries.to_confirm(desk, meera) == ()
    assert await broken(desk) == {}


async def test_confirming_twice_pays_once(desk: Desk) -> None:
    me, meera = await buyer(desk), await operator(desk)
    begun = await top_up(desk, me)
    seen = {"operator_id": meera, "code": begun.code, "reference": UTR, "paise": 50_000}
    await payments.confirm_by_hand(desk, **seen)
    with pytest.raises(Moved):
        await payments.confirm_by_hand(desk, **seen)
    assert await has(desk, "buyer", me) == 50_000
    assert await told(desk, "payment.paid") == ["payment.paid"]


async def test_one_transfer_of_the_bank_pays_for_one_thing(desk: Desk) -> None:
    me, meera = await buyer(desk), await operator(desk)
    first, second = await top_up(desk, me), await top_up(desk, me)
    await payments.confirm_by_hand(desk, operator_id=meera, code=first.code, reference=UTR, paise=50_000)
    with pytest.raises(ReferenceUsed):
        await payments.confirm_by_hand(
            desk, operator_id=meera, code=second.code, reference="hdfcr-52026112001", paise=50_000
        )
    # the refusal undid all of it, and the transaction goes on
    assert await has(desk, "buyer", me) == 50_000
    assert (await queries.by_id(desk, second.id)).state == "created"
    assert await noted(desk) == ["payment.confirmed"]


async def test_a_claimed_number_takes_nothing_from_others(desk: Desk) -> None:
    me, liar, meera = await buyer(desk), await farmer(desk), await operator(desk)
    theirs, mine = await top_up(desk, liar), await top_up(desk, me)
    await payments.claim(desk, payer_id=liar, code=theirs.code, reference=UTR)
    await payments.confirm_by_hand(desk, operator_id=meera, code=mine.code, reference=UTR, paise=50_000)
    assert (await has(desk, "buyer", me), await has(desk, "buyer", liar)) == (50_000, 0)


async def test_what_is_not_confirmed_is_not_paid(desk: Desk) -> None:
    me, meera = await buyer(desk), await operator(desk)
    begun = await top_up(desk, me)
    wrong: tuple[tuple[dict[str, object], type[Exception]], ...] = (
        ({"operator_id": me}, NotYours),
        ({"operator_id": uuid4()}, NotYours),
        ({"paise": 49_999}, BadTerms),
        ({"paise": 5_000_000}, BadTerms),
        ({"reference": "12345"}, BadTerms),
        ({"reference": "x" * 36}, BadTerms),
        ({"reference": "१२३४५६७"}, BadTerms),
        ({"code": "P22222"}, NotFound),
    )
    right: dict[str, object] = {
        "operator_id": meera,
        "code": begun.code,
        "reference": UTR,
        "paise": 50_000,
    }
    for slip, refusal in wrong:
        with pytest.raises(refusal):
            await payments.confirm_by_hand(desk, **(right | slip))  # type: ignore[arg-type]
    own = await top_up(desk, meera)
    with pytest.raises(NotYours):
        await payments.confirm_by_hand(desk, operator_id=meera, code=own.code, reference=UTR, paise=50_000)
    by_card = await top_up(desk, me, method="razorpay")
    with pytest.raises(BadTerms):
        await payments.confirm_by_hand(
            desk, operator_id=meera, code=by_card.code, reference=UTR, paise=50_000
        )
    assert (await queries.by_id(desk, begun.id)).state == "created"
    assert await has(desk, "buyer", me) == 0
    assert await told(desk, "payment.paid") == []
    assert await noted(desk) == []


async def test_denied_or_expired_money_that_comes_after_all_is_welcome(desk: Desk) -> None:
    me, meera = await buyer(desk), await operator(desk)
    denied, forgotten = await top_up(desk, me), await top_up(desk, me, 70_000)
    denied = await payments.deny_by_hand(desk, operator_id=meera, code=denied.code, note="not there")
    assert denied.state == "failed"
    tomorrow = later(desk, hours=24)
    assert (await queries.by_id(tomorrow, forgotten.id)).state == "expired"
    assert await payments.expire(tomorrow) == 1
    assert await payments.expire(tomorrow) == 0
    for begun, reference in ((denied, "UTR000001"), (forgotten, "UTR000002")):
        paid = await payments.confirm_by_hand(
            tomorrow, operator_id=meera, code=begun.code, reference=reference, paise=begun.paise
        )
        assert paid.state == "paid"
    assert await has(desk, "buyer", me) == 120_000


async def test_money_for_a_booking_that_ended_is_the_buyers(desk: Desk) -> None:
    agreed, meera = await deal(desk), await operator(desk)
    begun = await pay_for(desk, agreed.buyer, agreed.code)
    await bookings.cancel(desk, actor_id=agreed.seller, code=agreed.code, why="rain")
    paid = await payments.confirm_by_hand(desk, operator_id=meera, code=begun.code, reference=UTR, paise=DUE)
    assert paid.state == "paid"
    assert (await about(desk, "payment.paid"))["secured"] is False
    assert await has(desk, "buyer", agreed.buyer) == DUE
    assert not await escrow.is_secured(desk, agreed.booking_id)


async def test_paying_and_calling_off_at_once_wait_for_one_another(
    engine: AsyncEngine, clean: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with open_desk(engine, TENANT, NOW) as desk:
        agreed, meera = await deal(desk), await operator(desk)
        await escrow.pay_in(
            desk, uuid4(), buyer_id=agreed.buyer, paise=1_00, subject="so that there is an account"
        )
        begun = await pay_for(desk, agreed.buyer, agreed.code)
    money_came, pay_in = asyncio.Event(), escrow.pay_in

    async def came(*what: object, **how: object) -> None:
        await pay_in(*what, **how)
        money_came.set()
        await asyncio.sleep(0.3)  # time enough for the other to take what it can have

    monkeypatch.setattr(escrow, "pay_in", came)

    async def pay() -> None:
        async with open_desk(engine, TENANT, NOW) as desk:
            await payments.confirm_by_hand(
                desk, operator_id=meera, code=begun.code, reference=UTR, paise=begun.paise
            )

    async def call_off() -> None:
        await money_came.wait()
        async with open_desk(engine, TENANT, NOW) as desk:
            await bookings.cancel(desk, actor_id=agreed.buyer, code=agreed.code, why="")

    await asyncio.gather(pay(), call_off())
    async with open_desk(engine, TENANT, NOW) as desk:
        assert await has(desk, "buyer", agreed.buyer) == DUE
        assert await broken(desk) == {}


async def test_only_the_payer_claims(desk: Desk) -> None:
    me = await buyer(desk)
    begun = await top_up(desk, me)
    with pytest.raises(NotFound):
        await payments.claim(desk, payer_id=await farmer(desk), code=begun.code, reference=UTR)
    with pytest.raises(BadTerms):
        await payments.claim(desk, payer_id=me, code=begun.code, reference="?")
    with pytest.raises(NotYours):
        await queries.to_confirm(desk, me)


def test_how_banks_write_references() -> None:
    assert reference_of(" hdfc r5/2026-112001 ") == UTR
    assert reference_of("426112345678") == "426112345678"
    assert [reference_of(text) for text in ("", "12345", "a" * 36, "12;45678")] == [None] * 4


# Cash


async def test_cash_at_the_door_is_the_agents_debt_and_secures_the_booking(desk: Desk) -> None:
    agreed, agent = await deal(desk, pay_by="cash"), await with_role(desk, "delivery_agent")
    taken = await payments.collect_cash(desk, agent_id=agent, booking_code=agreed.code, paise=DUE)
    assert (taken.state, taken.method, taken.paise) == ("paid", "cash", DUE)
    assert await escrow.is_secured(desk, agreed.booking_id)
    assert await has(desk, "bank", None) == 0
    with pytest.raises(BadTerms):
        await payments.collect_cash(desk, agent_id=agent, booking_code=agreed.code, paise=100)
    assert len(await queries.of_booking(desk, agreed.booking_id)) == 1
    assert await broken(desk) == {}


async def test_cash_is_taken_by_agents_for_cash_bookings_within_their_limit(desk: Desk) -> None:
    agreed, agent = await deal(desk), await with_role(desk, "delivery_agent")
    with pytest.raises(NothingToPay):
        await payments.collect_cash(desk, agent_id=agent, booking_code=agreed.code, paise=DUE)
    with pytest.raises(NotYours):
        await payments.collect_cash(desk, agent_id=agreed.buyer, booking_code=agreed.code, paise=DUE)


async def test_cash_may_still_be_taken_while_the_office_decides(desk: Desk) -> None:
    agreed, agent = await deal(desk, pay_by="cash"), await with_role(desk, "delivery_agent")
    await desk.db.execute(update(booking).where(booking.c.id == agreed.booking_id).values(state="disputed"))
    taken = await payments.collect_cash(desk, agent_id=agent, booking_code=agreed.code, paise=DUE)
    assert taken.state == "paid"
    assert await escrow.is_secured(desk, agreed.booking_id)


async def test_an_agent_with_full_pockets_takes_no_more(desk: Desk) -> None:
    agreed, agent = await deal(desk, pay_by="cash"), await with_role(desk, "delivery_agent")
    await escrow.set_cash_limit(desk, agent, DUE - 1)
    with pytest.raises(CashLimit):
        await payments.collect_cash(desk, agent_id=agent, booking_code=agreed.code, paise=DUE)
    assert await has(desk, "buyer", agreed.buyer) == 0
    assert await queries.of_booking(desk, agreed.booking_id) == ()
    assert await told(desk, "payment") == []
    await payments.collect_cash(desk, agent_id=agent, booking_code=agreed.code, paise=DUE - 1)
