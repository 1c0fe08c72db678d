"""Whoever writes to a full house is acknowledged at once, heard soon after, in order and once."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from unittest.mock import ANY
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from bot import turn, usher, waiting_room
from bot.message import Address, Answer, Attachment, Inbound, Note
from bot.turn import Office
from bot.waiting_room import INBOUND, LEASE, Crowd, may_wait
from marketplace_core.desk import open_desk
from marketplace_core.seed import TENANT
from tests.bot.test_turn import ASHA, join, number, said
from tests.conftest import NOW

BALA = Address("sms", "+919876500077", "+919876500077")
OUTSIDE = "SELECT count(*) FROM waiting"
HEARD = text("""
    SELECT body ->> 'text' FROM message WHERE direction = 'in' AND tenant_id = :tenant ORDER BY id
""")
BROKEN = '{"frames": [{"flow": "sell", "asking": "no such question"}]}'
WRITTEN = text("SELECT outgoing ->> 'text' FROM outbox WHERE tenant_id = :tenant ORDER BY id")


@pytest.fixture
def full(office: Office) -> Office:
    """The same house, with no room for anybody."""
    return replace(office, crowd=Crowd(0, patience=0))


async def lines(engine: AsyncEngine, what: object) -> list[str]:
    async with open_desk(engine, TENANT, NOW) as desk:
        return list((await desk.db.execute(what, {"tenant": TENANT})).scalars())  # type: ignore[call-overload]


async def call_in(office: Office) -> int:
    return await usher.make_round(office, NOW)


async def test_what_comes_to_a_full_house_is_acknowledged_and_answered_later(
    office: Office, full: Office
) -> None:
    await join(office)
    assert await turn.take(full, said("sell wheat")) == Answer(None)
    assert await number(office.engine, OUTSIDE) == 1
    assert await lines(office.engine, HEARD) == []
    assert await call_in(office) == 1
    assert await number(office.engine, OUTSIDE) == 0
    assert await lines(office.engine, HEARD) == ["sell wheat"]
    assert await lines(office.engine, WRITTEN) == [ANY]
    assert await call_in(office) == 0


async def test_nobody_overtakes_what_they_wrote_before(office: Office, full: Office) -> None:
    """There is room again, but the first still waits: the next waits behind it, and strangers do not."""
    for sender in (ASHA, BALA):
        await join(office, sender)
    await turn.take(full, said("sell 40 quintal wheat"))
    assert await turn.take(office, said("142001")) == Answer(None)
    answered = await turn.take(office, said("price of onion", BALA))
    assert answered.text
    assert await number(office.engine, OUTSIDE) == 2
    assert await call_in(office) == 2
    assert await lines(office.engine, HEARD) == ["price of onion", "sell 40 quintal wheat", "142001"]


async def test_who_looks_at_nobody_before_overtakes(office: Office, full: Office) -> None:
    """The lock alone does not keep the order: asked as one who never waits, the second message is heard first."""
    await join(office)
    await turn.take(full, said("sell 40 quintal wheat"))
    await turn.take(office, replace(said("142001"), waited=True))
    await call_in(office)
    assert await lines(office.engine, HEARD) == ["142001", "sell 40 quintal wheat"]


async def test_many_ushers_keep_everybodys_order(office: Office, full: Office) -> None:
    """Two workers with four ushers each, ten people with six messages each."""
    people = [Address("sms", f"+9198765001{n:02}", f"+9198765001{n:02}") for n in range(10)]
    for sender in people:
        await join(office, sender)
    for n in range(6):
        for sender in people:
            await turn.take(full, said(f"message {n}", sender))
    while await number(office.engine, OUTSIDE):
        await asyncio.gather(call_in(office), call_in(office))
    theirs = text("""
        SELECT string_agg(body ->> 'text', ',' ORDER BY id) FROM message
        WHERE direction = 'in' AND tenant_id = :tenant GROUP BY person_id
    """)
    assert await lines(office.engine, theirs) == [",".join(f"message {n}" for n in range(6))] * 10


async def test_what_is_brought_again_waits_once_and_is_answered_once(office: Office, full: Office) -> None:
    await join(office)
    once = said("sell wheat", sid="SM-once")
    assert [await turn.take(full, once) for _ in range(3)] == [Answer(None)] * 3
    assert await number(office.engine, OUTSIDE) == 1
    await call_in(office)
    assert [await turn.take(each, once) for each in (office, full)] == [Answer(None)] * 2
    assert await number(office.engine, OUTSIDE) == 0
    assert len(await lines(office.engine, WRITTEN)) == 1


async def test_a_crowd_is_seated_together_each_with_the_answer_that_is_theirs(
    office: Office, full: Office
) -> None:
    """Two copies of one message among them, and one whose reply was lost."""
    for sender in (ASHA, BALA):
        await join(office, sender)
    known = said("sell wheat", BALA, sid="SM-known")
    answered = await turn.take(office, known)
    new, other = said("sell onion", sid="SM-new"), said("hello", sid="SM-other")
    seats = (full.crowd.wait_outside(office.engine, TENANT, each) for each in (other, new, known, new))
    assert await asyncio.gather(*seats) == [None, None, answered.text, None]
    assert await number(office.engine, OUTSIDE) == 2


async def test_whose_reply_was_lost_gets_it_again_from_a_full_house(office: Office, full: Office) -> None:
    await join(office)
    once = said("sell wheat", sid="SM-once")
    first = await turn.take(office, once)
    assert first.text
    assert await turn.take(full, once) == first
    assert await number(office.engine, OUTSIDE) == 0


async def test_a_worker_that_dies_keeps_nobody_waiting(office: Office, full: Office) -> None:
    """It had called somebody in: another does so when the claim is over, and not before."""
    await join(office)
    await turn.take(full, said("sell wheat"))
    now = datetime.now(UTC)
    for after, found in ((timedelta(), True), (LEASE / 2, False), (LEASE * 1.1, True)):
        async with office.desk(now + after) as desk:
            assert len(await waiting_room.call_in(desk)) == found


async def test_a_worker_that_seems_dead_and_is_not_answers_nobody_twice(office: Office, full: Office) -> None:
    await join(office)
    await turn.take(full, said("sell wheat"))
    async with office.desk(datetime.now(UTC) - 2 * LEASE) as desk:
        (slow,) = await waiting_room.call_in(desk)
    assert await call_in(office) == 1
    await turn.take(office, slow)
    assert len(await lines(office.engine, WRITTEN)) == 1


async def test_our_own_fault_is_an_apology_here_too(office: Office, full: Office) -> None:
    await join(office)
    await turn.take(office, said("sell 40 quintal wheat"))
    async with office.desk(NOW) as desk:
        await desk.db.execute(
            text("UPDATE conversation SET state = cast(:broken AS jsonb)"), {"broken": BROKEN}
        )
    await turn.take(full, said("142001"))
    assert await call_in(office) == 1
    assert await number(office.engine, OUTSIDE) == 0
    assert ["went wrong on our side" in line for line in await lines(office.engine, WRITTEN)] == [True]


async def test_who_finds_no_room_waits_a_moment_for_it(office: Office) -> None:
    """However the turn before them ends."""
    crowd, came_at = Crowd(1, patience=0.05), asyncio.get_running_loop().time()

    async def enters() -> bool:
        async with crowd.entered(asyncio.get_running_loop().time()) as room:
            return room

    async with crowd.entered(came_at) as first:
        assert (first, await enters()) == (True, False)
        patient = asyncio.create_task(enters())
        await asyncio.sleep(0)
    assert await patient
    with pytest.raises(RuntimeError):
        async with crowd.entered(came_at + 60):
            raise RuntimeError
    assert await enters()


async def test_until_the_house_is_open_everybody_waits_outside(office: Office) -> None:
    """And whoever may not, waits at the door."""
    await join(office)
    opening: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    early = replace(office, crowd=Crowd(2, opening=opening))
    assert await turn.take(early, said("sell wheat")) == Answer(None)
    assert await number(office.engine, OUTSIDE) == 1
    caller = Address("voice", BALA.value, BALA.phone)
    called = asyncio.create_task(turn.take(early, said("hello", caller)))
    await asyncio.sleep(0.05)
    assert not called.done()
    opening.set_result(None)
    assert (await called).text
    assert (await turn.take(early, said("hello", BALA))).text


async def test_as_many_as_are_called_in_together_are_of_different_senders(
    office: Office, full: Office
) -> None:
    for sender in (ASHA, BALA):
        await join(office, sender)
        for words in ("sell wheat", "142001"):
            await turn.take(full, said(words, sender))
    async with office.desk(datetime.now(UTC)) as desk:
        together = await waiting_room.call_in(desk, most=9)
        assert [(each.sender, each.text) for each in together] == [(ASHA, "sell wheat"), (BALA, "sell wheat")]
        assert await waiting_room.call_in(desk, most=9) == []


@pytest.mark.parametrize(
    "inbound",
    [
        said("IN 4821 PIN 4821"),
        replace(said("yes"), sender=Address("voice", "+919876500001", "+919876500001")),
        replace(said("yes"), note=Note(1, heard=True)),
        replace(said("yes"), waited=True),
    ],
    ids=["a PIN", "a call", "a heard voice note", "who has waited"],
)
async def test_what_never_waits(office: Office, full: Office, inbound: Inbound) -> None:
    assert not may_wait(inbound)
    await turn.take(full, inbound)
    assert await number(office.engine, OUTSIDE) == 0


texts = st.text(st.characters(blacklist_categories=("Cs",), blacklist_characters="\0"), max_size=50)


@given(
    st.builds(
        Inbound,
        carrier=st.just("twilio"),
        carrier_id=st.builds(lambda: uuid4().hex),
        sender=st.builds(Address, st.sampled_from(["whatsapp", "sms"]), texts, st.none() | texts),
        recipient=texts,
        received_at=st.datetimes(timezones=st.just(UTC)),
        text=texts,
        tap=st.none() | texts,
        attachments=st.lists(st.builds(Attachment, texts, texts, st.booleans()), max_size=9).map(tuple),
        location=st.none() | st.tuples(*[st.floats(allow_nan=False, allow_infinity=False)] * 2),
        replies_to=st.none() | texts,
        forwarded=st.booleans(),
        carrier_said=st.none() | st.sampled_from(["stop", "start", "help"]),
    )
)
def test_nothing_that_a_carrier_brings_is_forgotten_while_it_waits(inbound: Inbound) -> None:
    assert INBOUND.validate_python(INBOUND.dump_python(inbound, mode="json")) == inbound
