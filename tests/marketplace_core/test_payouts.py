"""A farmer's money goes where they said, once, and comes back when it does not arrive."""

import asyncio
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncEngine

from marketplace_core.accounts import acting
from marketplace_core.accounts import commands as accounts
from marketplace_core.desk import Desk, open_desk
from marketplace_core.errors import BadTerms, Moved, NotFound, NotMet, NotYours
from marketplace_core.ledger import commands as ledger
from marketplace_core.ledger.errors import NotEnoughMoney
from marketplace_core.ledger.proof import broken
from marketplace_core.ledger.queries import house_balance
from marketplace_core.payments.errors import ReferenceUsed
from marketplace_core.payouts import commands as payouts
from marketplace_core.payouts import destinations, queries
from marketplace_core.payouts.errors import NoDestination, NothingToSend
from marketplace_core.payouts.models import payout
from marketplace_core.payouts.rules import COOLS_FOR, Account, bank_account, upi_id
from marketplace_core.seed import TENANT
from marketplace_core.vault import DoesNotOpen
from tests.conftest import NOW
from tests.marketplace_core.money import VAULT, about, has, known, noted, operator, told
from tests.marketplace_core.people import buyer, farmer

NUMBER, IFSC = "50100012345678", "HDFC0001234"


async def earned(desk: Desk, person_id: UUID, paise: int) -> None:
    """As if somebody's straw had been weighed and paid for."""
    bank, theirs = (
        await ledger.open_account(desk, "bank"),
        await ledger.open_account(desk, "farmer", person_id),
    )
    await ledger.transfer(
        desk, uuid4(), debit=bank, credit=theirs, paise=paise, why="farmer", subject="B23456"
    )


@pytest.fixture
async def meera(desk: Desk) -> UUID:
    return await operator(desk)


@pytest.fixture
async def me(desk: Desk) -> UUID:
    """Gurpreet has ₹1,000 and said yesterday where to send it."""
    me = await farmer(desk)
    await earned(desk, me, 100_000)
    yesterday = Desk(desk.db, desk.tenant, desk.now - COOLS_FOR)
    await named(yesterday, me)
    return me


async def named(desk: Desk, person_id: UUID, account: Account | None = None) -> UUID:
    account = account or bank_account(NUMBER, IFSC)
    there = await destinations.name(desk, VAULT, actor_id=person_id, person_id=person_id, account=account)
    return there.id


async def asked(desk: Desk, me: UUID, paise: int | None = None) -> str:
    return (await payouts.ask(desk, actor_id=me, person_id=me, paise=paise)).code


# Where


@pytest.mark.parametrize(
    ("number", "ifsc", "field"),
    [
        ("12345678", IFSC, "account"),
        ("1234567890123456789", IFSC, "account"),
        ("000000000", IFSC, "account"),
        ("५०१०००१२३४५६७८", IFSC, "account"),
        ("", IFSC, "account"),
        (NUMBER, "HDFC1001234", "ifsc"),
        (NUMBER, "HDFC000123", "ifsc"),
        (NUMBER, "HDF10001234", "ifsc"),
        (NUMBER, "", "ifsc"),
    ],
)
def test_no_bank_account(number: str, ifsc: str, field: str) -> None:
    with pytest.raises(BadTerms) as said:
        bank_account(number, ifsc)
    assert said.value.field == field


@pytest.mark.parametrize(
    "vpa", ["", "gurpreet", "@okhdfc", "gurpreet@", "gur preet@okhdfc", "a@b@c", "a@ok.in"]
)
def test_no_upi_id(vpa: str) -> None:
    with pytest.raises(BadTerms):
        upi_id(vpa)


def test_as_people_type_them() -> None:
    assert bank_account(" 5010 0012-345678 ", "hdfc0001234") == Account("bank", NUMBER, IFSC)
    assert upi_id(" Gurpreet.S@OkHDFC ") == Account("upi", "gurpreet.s@okhdfc")


def test_an_account_does_not_show_itself() -> None:
    account = bank_account(NUMBER, IFSC)
    assert repr(account) == "Account(kind='bank')"
    assert (account.shown, upi_id("gurpreet@okhdfc").shown) == ("5678", "okhdfc")


async def test_no_number_lies_readable_anywhere(desk: Desk, me: UUID, meera: UUID) -> None:
    code = await asked(desk, me)
    await payouts.approve(desk, operator_id=meera, code=code)
    for table in ("payout_destination", "payout", "event", "audit_entry", "ledger_transfer"):
        shown = " ".join((await desk.db.execute(text(f"SELECT t.*::text FROM {table} t"))).scalars())
        assert NUMBER not in shown
        assert NUMBER.encode().hex() not in shown
        assert IFSC not in shown
    assert NUMBER not in repr(await queries.destination(desk, me))
    assert NUMBER not in repr(await queries.queue(desk, meera))


async def test_only_who_sends_reads_and_it_is_noted(desk: Desk, me: UUID, meera: UUID) -> None:
    there = await queries.destination(desk, me)
    assert there is not None
    with pytest.raises(NotYours):
        await destinations.read(desk, VAULT, operator_id=me, destination_id=there.id)
    assert await noted(desk) == []
    clear = await destinations.read(desk, VAULT, operator_id=meera, destination_id=there.id)
    assert (clear.number, clear.ifsc) == (NUMBER, IFSC)
    assert await noted(desk) == ["person.looked"]
    with pytest.raises(NotFound):
        await destinations.read(desk, VAULT, operator_id=meera, destination_id=uuid4())


async def test_a_destination_put_into_anothers_row_does_not_open(desk: Desk, me: UUID, meera: UUID) -> None:
    thief = await buyer(desk)
    theirs = await named(desk, thief, upi_id("thief@okaxis"))
    there = await queries.destination(desk, me)
    assert there is not None
    swap = "UPDATE payout_destination d SET sealed = s.sealed FROM payout_destination s"
    await desk.db.execute(text(f"{swap} WHERE d.id = :d AND s.id = :s"), {"d": there.id, "s": theirs})
    with pytest.raises(DoesNotOpen):
        await destinations.read(desk, VAULT, operator_id=meera, destination_id=there.id)


async def test_a_new_destination_cools_or_is_confirmed(desk: Desk, me: UUID, meera: UUID) -> None:
    assert await named(desk, me) == (await queries.destination(desk, me)).id  # type: ignore[union-attr]
    assert (await queries.destination(desk, me)).usable  # type: ignore[union-attr]
    new = await named(desk, me, upi_id("gurpreet@okaxis"))
    assert not (await queries.destination(desk, me)).usable  # type: ignore[union-attr]
    assert (await about(desk, "payout.destination_named"))["changed"] is True
    code = await asked(desk, me)
    with pytest.raises(NotMet) as said:
        await payouts.approve(desk, operator_id=meera, code=code)
    assert said.value.condition == "cooled"
    soon = Desk(desk.db, desk.tenant, desk.now + COOLS_FOR - timedelta(seconds=1))
    with pytest.raises(NotMet):
        await payouts.approve(soon, operator_id=meera, code=code)
    with pytest.raises(NotYours):
        await destinations.confirm(desk, operator_id=me, destination_id=new)
    assert (await destinations.confirm(desk, operator_id=meera, destination_id=new)).usable
    assert (await payouts.approve(desk, operator_id=meera, code=code)).state == "approved"
    assert await noted(desk) == ["payout.destination_confirmed", "payout.approve"]


async def test_money_does_not_go_to_a_destination_that_was_closed(desk: Desk, me: UUID, meera: UUID) -> None:
    code = await asked(desk, me, 40_000)
    await destinations.close(desk, actor_id=meera, person_id=me)
    with pytest.raises(NotMet):
        await payouts.approve(desk, operator_id=meera, code=code)
    with pytest.raises(NoDestination):
        await asked(desk, me, 10_000)
    with pytest.raises(NotYours):
        await destinations.name(
            desk, VAULT, actor_id=await buyer(desk), person_id=me, account=upi_id("thief@okaxis")
        )


async def test_one_account_for_two_people_is_seen(desk: Desk, me: UUID, meera: UUID) -> None:
    await asked(desk, me)
    assert [each.also_named_by for each in await queries.queue(desk, meera)] == [0]
    await named(desk, await buyer(desk))
    assert [(each.also_named_by, each.usable) for each in await queries.queue(desk, meera)] == [(1, True)]


# The way


async def test_from_asking_to_the_bank(desk: Desk, me: UUID, meera: UUID) -> None:
    begun = await payouts.ask(desk, actor_id=me, person_id=me)
    assert (begun.state, begun.paise, begun.to_shown, begun.code[0]) == ("asked", 100_000, "5678", "Y")
    assert await has(desk, "farmer", me) == 0
    await payouts.approve(desk, operator_id=meera, code=begun.code)
    gone = await payouts.sent(desk, operator_id=meera, code=begun.code, reference="hdfc r5 2026 1")
    assert (gone.state, gone.reference) == ("sent", "HDFCR520261")
    assert (await payouts.finish(desk, operator_id=meera, code=begun.code)).state == "done"
    assert await has(desk, "farmer", me) == 0
    assert await house_balance(desk, "bank") == 0
    assert await told(desk, "payout") == [
        "payout.destination_named",
        "payout.asked",
        "payout.approved",
        "payout.sent",
        "payout.done",
    ]
    assert await noted(desk) == ["payout.approve", "payout.send", "payout.finish"]
    assert await queries.queue(desk, meera) == ()
    assert [each.code for each in await queries.mine(desk, me)] == [begun.code]
    assert await broken(desk) == {}


async def test_what_does_not_arrive_comes_back_once(desk: Desk, me: UUID, meera: UUID) -> None:
    code = await asked(desk, me, 60_000)
    await payouts.approve(desk, operator_id=meera, code=code)
    await payouts.sent(desk, operator_id=meera, code=code, reference="UTR00001")
    assert await has(desk, "farmer", me) == 40_000
    failed = await payouts.fail(desk, operator_id=meera, code=code, why="account closed")
    assert (failed.state, failed.why) == ("failed", "account closed")
    assert await has(desk, "farmer", me) == 100_000
    for again in (
        payouts.fail(desk, operator_id=meera, code=code, why=""),
        payouts.finish(desk, operator_id=meera, code=code),
        payouts.cancel(desk, actor_id=me, code=code),
    ):
        with pytest.raises(Moved):
            await again
    assert await has(desk, "farmer", me) == 100_000
    assert await broken(desk) == {}


async def test_not_after_all(desk: Desk, me: UUID, meera: UUID) -> None:
    code = await asked(desk, me)
    with pytest.raises(NotYours):
        await payouts.cancel(desk, actor_id=await buyer(desk), code=code)
    assert (await payouts.cancel(desk, actor_id=me, code=code)).state == "cancelled"
    assert await has(desk, "farmer", me) == 100_000
    assert await noted(desk) == []
    await payouts.cancel(desk, actor_id=meera, code=await asked(desk, me))
    assert await noted(desk) == ["payout.cancel"]
    code = await asked(desk, me)
    await payouts.approve(desk, operator_id=meera, code=code)
    with pytest.raises(Moved):
        await payouts.cancel(desk, actor_id=me, code=code)
    assert await has(desk, "farmer", me) == 0


async def test_nobody_sends_money_to_themselves_or_without_office(desk: Desk, me: UUID, meera: UUID) -> None:
    code = await asked(desk, me)
    for act in (payouts.approve, payouts.finish):
        with pytest.raises(NotYours):
            await act(desk, operator_id=me, code=code)
    with pytest.raises(NotYours):
        await payouts.fail(desk, operator_id=me, code=code, why="")
    with pytest.raises(NotYours):
        await queries.queue(desk, me)
    await earned(desk, meera, 5_000)
    await named(Desk(desk.db, desk.tenant, desk.now - COOLS_FOR), meera, upi_id("meera@okaxis"))
    own = await asked(desk, meera)
    with pytest.raises(NotMet) as said:
        await payouts.approve(desk, operator_id=meera, code=own)
    assert said.value.condition == "not_oneself"
    await accounts.add_role(desk, meera, "field_agent")
    await acting.ask_to_act(desk, actor_id=meera, person_id=me, kind="agent")
    await acting.agree_to_act(desk, by_id=me, actor_id=meera, person_id=me)
    with pytest.raises(NotMet) as said:  # who could name the account, too, does not send the money there
        await payouts.approve(desk, operator_id=meera, code=code)
    assert said.value.condition == "not_oneself"
    there = await queries.destination(desk, me)
    with pytest.raises(NotYours):
        await destinations.confirm(desk, operator_id=meera, destination_id=there.id)
    with pytest.raises(Moved):
        await payouts.sent(desk, operator_id=meera, code=code, reference="UTR00001")


async def test_above_fifty_thousand_only_who_is_known(desk: Desk, me: UUID, meera: UUID) -> None:
    await earned(desk, me, 10_000_000)
    await asked(desk, me, 5_000_000)
    with pytest.raises(NotMet) as said:
        await asked(desk, me, 5_000_001)
    assert said.value.condition == "kyc"
    assert await has(desk, "farmer", me) == 5_100_000
    await known(desk, me, meera)
    code = await asked(desk, me, 5_000_001)
    assert (await payouts.approve(desk, operator_id=meera, code=code)).state == "approved"


@pytest.mark.parametrize(
    ("paise", "refusal"),
    [(0, BadTerms), (-5, BadTerms), (99, BadTerms), (True, BadTerms), (100_001, NotEnoughMoney)],
)
async def test_absurd_sums(desk: Desk, me: UUID, paise: int, refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        await asked(desk, me, paise)
    assert await has(desk, "farmer", me) == 100_000
    assert await queries.mine(desk, me) == ()


async def test_nothing_to_send_and_nowhere_to_send_it(desk: Desk, me: UUID) -> None:
    other = await buyer(desk)
    with pytest.raises(NoDestination):
        await asked(desk, other)
    await named(desk, other, upi_id("asha@okaxis"))
    with pytest.raises(NothingToSend):
        await asked(desk, other)
    with pytest.raises(NotYours):
        await payouts.ask(desk, actor_id=other, person_id=me)


async def test_one_number_of_the_bank_is_one_payout(desk: Desk, me: UUID, meera: UUID) -> None:
    codes = [await asked(desk, me, 10_000) for _ in range(2)]
    for code in codes:
        await payouts.approve(desk, operator_id=meera, code=code)
    await payouts.sent(desk, operator_id=meera, code=codes[0], reference="UTR00001")
    for reference, refusal in (("UTR-00001", ReferenceUsed), ("", BadTerms)):
        with pytest.raises(refusal):
            await payouts.sent(desk, operator_id=meera, code=codes[1], reference=reference)
    still = await queries.by_code(desk, codes[1].lower())
    assert still is not None
    assert still.state == "approved"


@pytest.mark.usefixtures("clean")
async def test_two_who_ask_for_the_same_money_get_it_once(engine: AsyncEngine) -> None:
    async with open_desk(engine, TENANT, NOW) as desk:
        me = await farmer(desk)
        await earned(desk, me, 100_000)
        await named(desk, me)

    async def ask(paise: int | None) -> str:
        async with open_desk(engine, TENANT, NOW) as desk:
            try:
                return await asked(desk, me, paise)
            except (NotEnoughMoney, NothingToSend) as refusal:
                # the transaction goes on all the same, and commits
                return type(refusal).__name__

    answers = await asyncio.gather(*(ask(60_000) for _ in range(8)))
    assert sorted(answers)[:7] == ["NotEnoughMoney"] * 7
    async with open_desk(engine, TENANT, NOW) as desk:
        assert await has(desk, "farmer", me) == 40_000
        assert (await desk.db.execute(select(func.count()).select_from(payout))).scalar_one() == 1
        assert await broken(desk) == {}
