"""What the two sides of an offer write to each other: to nobody else, without ways past the market, and once."""

from dataclasses import replace
from uuid import UUID

import pytest

from marketplace_core.desk import Desk
from marketplace_core.errors import BadTerms, Moved, NotYours
from marketplace_core.events import claim
from marketplace_core.offers import commands as offers
from marketplace_core.offers import queries as board
from marketplace_core.talks import commands as talks
from marketplace_core.talks import queries
from marketplace_core.talks.errors import EnoughSaid
from marketplace_core.talks.rules import MOST_A_DAY, without_contacts
from tests.marketplace_core.people import buyer, farmer, somebody, straw


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
