"""What the two sides of a deal write to each other: to nobody else, without ways past the market, and once."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import update

from marketplace_core.accounts import commands as accounts
from marketplace_core.accounts.models import address
from marketplace_core.accounts.queries import phone
from marketplace_core.bookings import commands as bookings
from marketplace_core.bookings import fetching, standing
from marketplace_core.bookings import queries as agreements
from marketplace_core.desk import Desk
from marketplace_core.errors import BadTerms, Moved, NotYours
from marketplace_core.events import claim
from marketplace_core.offers import commands as offers
from marketplace_core.offers import queries as board
from marketplace_core.talks import commands as talks
from marketplace_core.talks import queries
from marketplace_core.talks.errors import EnoughSaid
from marketplace_core.talks.rules import MOST_A_DAY, without_contacts
from tests.marketplace_core.people import booked, buyer, farmer, somebody, straw, take_bill
from tests.marketplace_core.test_handover import delivered


async def an_offer(desk: Desk) -> tuple[UUID, UUID, str]:
    seller, me = await farmer(desk), await buyer(desk)
    lot = await straw(desk, seller)
    made = await offers.make(desk, buyer_id=me, code=lot.code, kg=5_000, price_paise=20_000, per="quintal")
    return seller, me, made.code


async def stranger(desk: Desk) -> UUID:
    return await somebody(desk, "+919800000003", name="Ramesh")


async def write(desk: Desk, writer: UUID, code: str, words: str = "Is it dry?") -> bool:
    return await talks.write(desk, writer_id=writer, code=code, words=words, language="en")


@pytest.mark.parametrize(
    "words",
    [
        "98765 43210",
        "+91-98765-43210",
        "9.8.7.6.5.4.3.2.1.0",
        "(0161) 2345678",
        "९८७६५४३२१०",
        "asha@example.com",
        "asha @ okaxis",
        "https://wa.me/919876543210",
        "www.asha.in",
        "asha.com/shop",
        "098765 43210",
        "91 98765-43210",
        "९८७६५ ४३२१०",
        "৯৮৭৬৫৪৩২১০",
        "asha@okaxis",
        "9876543210",
        "987-654-3210",
        "9876 543 210",
        "0161-2345678",
        "(022) 2345 6789",
        "+1 415 555 2671",
    ],
)
def test_ways_past_the_market_are_hidden(words: str) -> None:
    assert without_contacts(f"Come to {words} tomorrow") == "Come to *** tomorrow"


@pytest.mark.parametrize(
    "words",
    [
        "12 tonnes at 200, so 24000",
        "12,00,000 for all",
        "₹2,450.50 a quintal",
        "मोगा 142001",
        "26 Nov. Ok?",
        "2400-2500",
        "2000, 2100",
        "2400, 2500, 2600",
        "9000, 9100, 9200",
        "12/10/2026",
        "50 quintal @ 2450",
        "50 quintal @ Rs 2450",
        "50 quintal @2450",
        "२४००-२५००, १२/१०/२०२६",
        "8000 kg, 9500 kg",
        "2026-11-25 10:30",
        "7000-7500 40 quintal",
        "(2400-2500) 40 quintal",
        "7 to 8, 9:00 7000-7500 4 quintal",
        "75000-80000 for all of it",
        "60 65 70 75 80",
    ],
)
def test_prices_weights_days_and_pincodes_are_not(words: str) -> None:
    assert without_contacts(words) == words


async def test_words_wait_and_are_passed_on_once(desk: Desk) -> None:
    seller, me, code = await an_offer(desk)
    await claim(desk, 100)
    assert await write(desk, me, code, "Is it dry?  Call 98765 43210") is True
    (talk,) = await talks.claim(desk, 5)
    assert (talk.words, talk.writer_id, talk.reader_id) == ("Is it dry? Call ***", me, seller)
    assert await talks.claim(desk, 5) == []
    assert await talks.pass_on(desk, talk, None) is True
    assert await talks.pass_on(desk, talk, "सूखा है?") is False
    told = [event for event in await claim(desk, 100) if event.kind.startswith("talk.")]
    assert [(event.kind, event.subject) for event in told] == [("talk.passed_on", str(talk.id))]
    assert told[0].about == {"actor_id": str(me), "reader_id": str(seller), "offer": code}
    kept = await queries.by_id(desk, talk.id)
    assert kept and kept.translated is None


async def test_who_died_over_it_keeps_nobody_waiting(desk: Desk) -> None:
    _, me, code = await an_offer(desk)
    await write(desk, me, code)
    assert len(await talks.claim(desk, 5)) == 1
    later = replace(desk, now=desk.now + talks.LEASE * 2)
    assert len(await talks.claim(later, 5)) == 1


async def test_only_the_two_sides_write_and_only_while_it_is_open(desk: Desk) -> None:
    seller, me, code = await an_offer(desk)
    with pytest.raises(NotYours):
        await write(desk, await stranger(desk), code)
    with pytest.raises(BadTerms):
        await write(desk, seller, code, "   ")
    with pytest.raises(BadTerms):
        await write(desk, seller, code, "x" * 301)
    await offers.refuse(desk, actor_id=seller, code=code)
    with pytest.raises(Moved):
        await write(desk, me, code)
    assert await talks.claim(desk, 5) == []


async def test_who_has_a_deal_with_the_other_may_give_a_number(desk: Desk) -> None:
    seller, me, code = await an_offer(desk)
    assert await write(desk, seller, code, "98765 43210") is True
    await offers.accept(desk, actor_id=seller, code=code)
    done = await board.by_code(desk, code)
    assert done
    again = await offers.make(
        desk, buyer_id=me, code=done.listing_code, kg=1_000, price_paise=20_000, per="quintal"
    )
    assert await write(desk, seller, again.code, "98765 43210") is False
    assert [talk.words for talk in await talks.claim(desk, 5)] == ["***", "98765 43210"]


async def test_enough_is_enough(desk: Desk) -> None:
    seller, me, code = await an_offer(desk)
    for _ in range(MOST_A_DAY):
        await write(desk, me, code)
    with pytest.raises(EnoughSaid):
        await write(desk, me, code)
    assert await write(desk, seller, code) is False


async def test_open_offers_of_both_roles_those_that_wait_for_me_first(desk: Desk) -> None:
    seller, me, code = await an_offer(desk)
    other_lot = await straw(desk, me)
    theirs = await offers.make(
        desk, buyer_id=seller, code=other_lot.code, kg=1_000, price_paise=20_000, per="quintal"
    )
    assert [offer.code for offer in await board.open_of(desk, seller)] == [code, theirs.code]
    assert [offer.code for offer in await board.open_of(desk, me)] == [theirs.code, code]
    await offers.refuse(desk, actor_id=seller, code=code)
    assert [offer.code for offer in await board.open_of(desk, seller)] == [theirs.code]
    assert await board.open_of(desk, await stranger(desk)) == ()


async def test_while_a_booking_stands_its_two_sides_write_and_nothing_is_hidden(desk: Desk) -> None:
    seller, me, code = await an_offer(desk)
    booking = await offers.accept(desk, actor_id=seller, code=code)
    for known_as in (code, booking.code):
        assert await write(desk, me, known_as, "98765 43210") is False
        with pytest.raises(NotYours):
            await write(desk, await stranger(desk), known_as)
    assert {(talk.words, talk.offer_code, talk.booking_code) for talk in await talks.claim(desk, 5)} == {
        ("98765 43210", code, booking.code)
    }
    await bookings.cancel(desk, actor_id=seller, code=booking.code, why="rain")
    for known_as in (code, booking.code):
        with pytest.raises(Moved):
            await write(desk, me, known_as)


async def test_what_was_booked_as_listed_is_written_about_once_it_is_confirmed(desk: Desk) -> None:
    seller, me, _, booking = await booked(desk)
    with pytest.raises(Moved):
        await write(desk, me, booking.code)
    await bookings.confirm(desk, actor_id=seller, code=booking.code)
    await write(desk, seller, booking.code, "98765 43210")
    (talk,) = await talks.claim(desk, 5)
    assert (talk.words, talk.reader_id, talk.offer_code, talk.booking_code) == (
        "98765 43210",
        me,
        None,
        booking.code,
    )
    assert await talks.pass_on(desk, talk, None) is True


async def rings(desk: Desk, code: str, person: UUID) -> str | None:
    other = await standing.whom_to_ring(desk, await agreements.known(desk, code), person)
    return other.phone if other else None


async def test_the_two_sides_and_the_driver_know_whom_to_ring_and_nobody_else(desk: Desk) -> None:
    seller, me, _, booking = await booked(desk)
    driver, office = await helpers(desk)
    people = (seller, me, driver, office)
    assert [await rings(desk, booking.code, each) for each in people] == [None] * 4
    await bookings.confirm(desk, actor_id=seller, code=booking.code)
    theirs, mine = await phone(desk, seller), await phone(desk, me)
    assert theirs and mine and theirs != mine
    assert [await rings(desk, booking.code, each) for each in people] == [mine, theirs, None, None]
    await fetching.assign_driver(desk, actor_id=me, code=booking.code, driver_id=driver)
    assert [await rings(desk, booking.code, each) for each in people] == [mine, theirs, theirs, None]
    await bookings.cancel(desk, actor_id=me, code=booking.code, why="")
    assert [await rings(desk, booking.code, each) for each in people] == [None] * 4


async def test_long_after_the_deal_they_are_strangers_again(desk: Desk) -> None:
    deal = await delivered(desk)
    await take_bill(desk, bookings.complete, actor_id=deal.buyer, code=deal.code)
    for later, known in ((standing.KNOWN_FOR, True), (standing.KNOWN_FOR + timedelta(seconds=1), False)):
        then = replace(desk, now=desk.now + later)
        assert bool(await rings(then, deal.code, deal.seller)) is known
        if known:
            assert await write(then, deal.seller, deal.code, "98765 43210") is False
        else:
            with pytest.raises(Moved):
                await write(then, deal.seller, deal.code)


async def test_a_number_that_whatsapp_hides_stays_hidden(desk: Desk) -> None:
    seller, me, _, booking = await booked(desk)
    await bookings.confirm(desk, actor_id=seller, code=booking.code)
    await desk.db.execute(update(address).where(address.c.person_id == me).values(phone=None))
    assert await rings(desk, booking.code, seller) is None
    assert await rings(desk, booking.code, me)


async def helpers(desk: Desk) -> tuple[UUID, UUID]:
    """A driver of ours and somebody of the office."""
    driver = await somebody(desk, "+919800000005", name="Balbir")
    await accounts.add_role(desk, driver, "delivery_agent")
    office = await somebody(desk, "+919800000006", name="Office")
    await accounts.add_role(desk, office, "operator")
    return driver, office
