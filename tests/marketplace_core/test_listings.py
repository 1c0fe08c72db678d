"""What is for sale, to whom it is shown, and when it ends."""

from dataclasses import replace
from datetime import date, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import update

from marketplace_core.bookings import queries as bookings
from marketplace_core.codes import ALPHABET
from marketplace_core.desk import Desk, sit_down
from marketplace_core.errors import BadTerms, ListingGone, NotEnoughLeft, NotYours, PriceLooksWrong
from marketplace_core.events import claim
from marketplace_core.listings import commands as listings
from marketplace_core.listings import queries as shelf
from marketplace_core.listings.errors import LessThanBooked
from marketplace_core.listings.models import listing
from marketplace_core.places.distance import km_between
from tests.conftest import NOW
from tests.marketplace_core.people import LUDHIANA, MANDYA, MOGA, book_as_shown, booked, buyer, farmer, straw


async def kinds(desk: Desk) -> list[str]:
    return [event.kind for event in await claim(desk, 100)]


async def test_a_published_listing_is_for_sale_at_once_for_thirty_days(desk: Desk) -> None:
    seller = await farmer(desk)
    listing = await straw(desk, seller)
    assert (listing.state, listing.kg, listing.kg_left, listing.unit) == ("active", 12_000, 12_000, "t")
    assert (listing.price_paise, listing.per, listing.place) == (25_000, "quintal", MOGA)
    assert listing.expires_at == NOW + timedelta(days=30)
    assert await shelf.mine(desk, seller) == (listing,)
    (event,) = await claim(desk, 10)
    assert (event.kind, event.subject, event.at) == ("listing.published", listing.code, NOW)
    assert event.about == {
        "seller_id": str(seller),
        "actor_id": str(seller),
        "commodity": "paddy_straw",
        "kg_left": 12_000,
    }


async def test_codes_can_be_read_aloud(desk: Desk) -> None:
    seller = await farmer(desk)
    codes = {(await straw(desk, seller)).code for _ in range(20)}
    assert len(codes) == 20
    for code in codes:
        assert code[0] == "L"
        assert len(code) == 6
        assert set(code[1:]) <= set(ALPHABET)
    assert not set("01OILU") & set(ALPHABET)


async def test_a_code_is_understood_as_it_is_typed(desk: Desk) -> None:
    listing = await straw(desk, await farmer(desk))
    typed = f" {listing.code[:3].lower()} {listing.code[3:].lower()} "
    assert (await shelf.by_code(desk, typed)).id == listing.id
    assert await shelf.by_code(desk, "LZZZZZ") is None
    assert await shelf.by_code(desk, "") is None


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("commodity", "gold"),
        ("commodity", ""),
        ("kg", 0),
        ("kg", -5),
        ("kg", 1_000_001),
        ("kg", 12.5),
        ("kg", True),
        ("unit", "maund"),
        ("price_paise", 0),
        ("price_paise", -1),
        ("price_paise", 100_000_001),
        ("price_paise", 2.5),
        ("per", "bag"),
        ("available_from", date(2026, 11, 19)),
        ("available_from", date(2027, 11, 21)),
        ("place", replace(MOGA, lat=float("nan"))),
        ("place", replace(MOGA, lon=181.0)),
    ],
)
async def test_terms_outside_the_limits_are_refused_and_nothing_is_written(desk: Desk, field, value) -> None:
    seller = await farmer(desk)
    with pytest.raises(BadTerms) as refusal:
        await straw(desk, seller, **{field: value})
    assert refusal.value.field == field
    assert await shelf.mine(desk, seller) == ()
    assert await kinds(desk) == []


@pytest.mark.parametrize(
    "terms",
    [
        {"kg": 1},
        {"kg": 1_000_000},
        {"price_paise": 1},
        {"price_paise": 100_000_000},
        {"available_from": date(2026, 11, 20)},
        {"available_from": date(2027, 11, 20)},
    ],
)
async def test_the_limits_themselves_are_taken(desk: Desk, terms) -> None:
    assert (await straw(desk, await farmer(desk), **terms)).state == "active"


async def test_today_is_the_day_in_india(desk: Desk) -> None:
    seller = await farmer(desk)
    half_past_midnight = replace(desk, now=NOW.replace(hour=0, minute=30))  # 19:00 of the 19th in UTC
    with pytest.raises(BadTerms):
        await straw(half_past_midnight, seller, available_from=date(2026, 11, 19))


async def test_too_many_photos_are_refused(desk: Desk) -> None:
    with pytest.raises(BadTerms):
        await straw(desk, await farmer(desk), photos=[uuid4() for _ in range(11)])
    photos = [uuid4(), uuid4()]
    assert (await straw(desk, await farmer(desk), photos=photos)).photos == tuple(photos)


async def test_my_listings_are_the_newest_of_mine_without_those_that_are_over(desk: Desk) -> None:
    seller, other = await farmer(desk), await buyer(desk)
    codes = [(await straw(desk, seller)).code for _ in range(4)]
    await straw(desk, other)
    await listings.cancel(desk, seller_id=seller, code=codes[1])
    assert [one.code for one in await shelf.mine(desk, seller)] == [codes[3], codes[2], codes[0]]
    assert [one.code for one in await shelf.mine(desk, seller, limit=1)] == [codes[3]]


async def test_taking_a_listing_down(desk: Desk) -> None:
    seller = await farmer(desk)
    code = (await straw(desk, seller)).code
    assert (await listings.cancel(desk, seller_id=seller, code=code.lower())).state == "cancelled"
    assert await kinds(desk) == ["listing.published", "listing.cancelled"]
    for again in (listings.cancel, listings.renew):
        with pytest.raises(ListingGone):
            await again(desk, seller_id=seller, code=code)
    assert await kinds(desk) == ["listing.published", "listing.cancelled"]


async def test_a_draft_is_nobodys_business_until_it_is_put_up(desk: Desk) -> None:
    seller, me = await farmer(desk), await buyer(desk)
    draft = await straw(desk, seller, draft=True)
    assert (draft.state, await kinds(desk)) == ("draft", [])
    assert await shelf.near(desk, commodity=None, lat=MOGA.lat, lon=MOGA.lon, km=9) == ()
    with pytest.raises(ListingGone):
        await book_as_shown(desk, buyer_id=me, code=draft.code, kg=1)
    with pytest.raises(NotYours):
        await listings.put_up(desk, seller_id=me, code=draft.code)
    later = replace(desk, now=NOW + timedelta(days=9))
    shown = await listings.put_up(later, seller_id=seller, code=draft.code)
    assert (shown.state, shown.expires_at) == ("active", NOW + timedelta(days=39))
    assert await kinds(desk) == ["listing.published"]
    with pytest.raises(ListingGone):
        await listings.put_up(later, seller_id=seller, code=draft.code)


async def test_nobody_changes_somebody_elses_listing(desk: Desk) -> None:
    listing = await straw(desk, await farmer(desk))
    stranger = await buyer(desk)
    for act in (listings.cancel, listings.renew):
        with pytest.raises(NotYours):
            await act(desk, seller_id=stranger, code=listing.code)
        with pytest.raises(ListingGone):
            await act(desk, seller_id=stranger, code="LZZZZZ")
    assert (await shelf.by_code(desk, listing.code)).state == "active"


async def test_after_thirty_days_it_is_over_even_before_the_job_runs(desk: Desk) -> None:
    seller = await farmer(desk)
    code = (await straw(desk, seller)).code
    last_moment = replace(desk, now=NOW + timedelta(days=30, seconds=-1))
    after = replace(desk, now=NOW + timedelta(days=30))
    where = {"commodity": None, "lat": MOGA.lat, "lon": MOGA.lon, "km": 10}
    assert [found.listing.code for found in await shelf.near(last_moment, **where)] == [code]
    assert await shelf.near(after, **where) == ()
    assert (await shelf.by_code(after, code)).state == "expired"
    with pytest.raises(ListingGone):
        await book_as_shown(after, buyer_id=await buyer(desk), code=code, kg=1)


async def test_the_job_closes_what_has_run_out_once(desk: Desk) -> None:
    seller = await farmer(desk)
    old = await straw(desk, seller)
    later = replace(desk, now=NOW + timedelta(days=10))
    await straw(later, seller, available_from=date(2026, 12, 24))
    after = replace(desk, now=NOW + timedelta(days=30))
    assert await listings.expire(after) == 1
    assert await listings.expire(after) == 0
    assert (await shelf.by_code(after, old.code)).state == "expired"
    expired = [event for event in await claim(desk, 10) if event.kind == "listing.expired"]
    assert [(event.subject, event.about["seller_id"]) for event in expired] == [(old.code, str(seller))]


async def test_renewing_gives_thirty_more_days_and_brings_back_what_ran_out(desk: Desk) -> None:
    seller = await farmer(desk)
    code = (await straw(desk, seller)).code
    after = replace(desk, now=NOW + timedelta(days=40))
    await listings.expire(after)
    renewed = await listings.renew(after, seller_id=seller, code=code)
    assert (renewed.state, renewed.expires_at) == ("active", NOW + timedelta(days=70))


async def test_the_terms_of_a_lot_change_and_buyers_see_the_new_ones(desk: Desk) -> None:
    seller = await farmer(desk)
    lot = await straw(desk, seller)
    later = replace(desk, now=NOW + timedelta(days=9))  # the day it was first up for has passed
    changed = await listings.change(later, seller_id=seller, code=lot.code, price_paise=21_000, sure=True)
    assert changed == replace(lot, price_paise=21_000)
    *_, event = await claim(later, 10)
    told = (event.kind, event.about["price_paise"], event.about["kg_left"])
    assert told == ("listing.changed", 21_000, 12_000)
    (found,) = await shelf.near(desk, commodity="paddy_straw", lat=MOGA.lat, lon=MOGA.lon, km=5)
    assert found.listing.price_paise == 21_000
    with pytest.raises(PriceLooksWrong):
        await listings.change(desk, seller_id=seller, code=lot.code, price_paise=2_100_000)
    for field, bad in (("kg", 0), ("price_paise", 0), ("available_from", date(2026, 11, 19)), ("per", "bag")):
        with pytest.raises(BadTerms) as refusal:
            await listings.change(desk, seller_id=seller, code=lot.code, sure=True, **{field: bad})
        assert refusal.value.field == field
    assert (await shelf.by_code(desk, lot.code)).price_paise == 21_000


async def test_a_lot_never_gets_smaller_than_what_is_booked_of_it(desk: Desk) -> None:
    seller, me, lot, booking = await booked(desk, kg=5_000)
    for too_little in (4_999, 5_000):
        with pytest.raises(LessThanBooked) as refusal:
            await listings.change(desk, seller_id=seller, code=lot.code, kg=too_little)
        assert refusal.value.booked_kg == 5_000
    smaller = await listings.change(desk, seller_id=seller, code=lot.code, kg=8_000)
    assert (smaller.kg, smaller.kg_left, smaller.state) == (8_000, 3_000, "active")
    assert (await bookings.by_code(desk, booking.code)).kg == 5_000
    with pytest.raises(NotEnoughLeft):
        await book_as_shown(desk, buyer_id=me, code=lot.code, kg=3_001)


async def test_only_what_is_for_sale_changes_and_only_by_its_seller(desk: Desk) -> None:
    seller, stranger = await farmer(desk), await buyer(desk)
    code = (await straw(desk, seller)).code
    with pytest.raises(NotYours):
        await listings.change(desk, seller_id=stranger, code=code, price_paise=100, sure=True)
    with pytest.raises(ListingGone):
        await listings.change(desk, seller_id=seller, code="LZZZZZ", kg=1)
    run_out = replace(desk, now=NOW + timedelta(days=30))
    with pytest.raises(ListingGone):
        await listings.change(run_out, seller_id=seller, code=code, kg=9_000)
    await listings.cancel(desk, seller_id=seller, code=code)
    with pytest.raises(ListingGone):
        await listings.change(desk, seller_id=seller, code=code, kg=9_000)
    assert await kinds(desk) == ["listing.published", "listing.cancelled"]


async def test_buyers_find_what_is_near_nearest_first(desk: Desk) -> None:
    seller, me = await farmer(desk), await buyer(desk)
    far = await straw(desk, seller, place=MANDYA)
    moga = await straw(desk, seller)
    ludhiana = await straw(desk, seller, place=LUDHIANA, kg=500)
    wheat = await straw(desk, seller, commodity="wheat")
    own = await straw(desk, me)
    gone = await straw(desk, seller)
    await listings.cancel(desk, seller_id=seller, code=gone.code)

    async def codes(**asked) -> list[str]:
        asked = {"commodity": "paddy_straw", "lat": 30.9, "lon": 75.84, "km": 100, "not_seller": me} | asked
        return [found.listing.code for found in await shelf.near(desk, **asked)]

    assert await codes() == [ludhiana.code, moga.code]
    assert await codes(not_seller=None) == [ludhiana.code, own.code, moga.code]
    assert await codes(commodity=None) == [ludhiana.code, wheat.code, moga.code]
    assert await codes(min_kg=501) == [moga.code]
    assert await codes(limit=1) == [ludhiana.code]
    assert await codes(km=5) == [ludhiana.code]
    assert await codes(km=3000) == [ludhiana.code, moga.code, far.code]
    assert await codes(lat=0.0, lon=0.0) == []


async def test_the_cheapest_and_the_best_are_found_behind_any_number_of_nearer_lots(desk: Desk) -> None:
    seller = await farmer(desk)
    near = [await straw(desk, seller) for _ in range(6)]
    good = await straw(desk, seller, place=LUDHIANA)
    await desk.db.execute(update(listing).where(listing.c.id == good.id).values(grade="A"))
    cheap = await straw(desk, seller, place=LUDHIANA, price_paise=240, per="kg")

    async def first(**asked: object) -> list[str]:
        where = {"commodity": "paddy_straw", "lat": MOGA.lat, "lon": MOGA.lon, "km": 100, "limit": 1}
        return [found.listing.code for found in await shelf.near(desk, **(where | asked))]

    here = {one.code for one in near}  # made in one moment: which of them is the newest is chance
    assert set(await first()) < here
    assert await first(cheapest=True) == [cheap.code]
    dearer = await first(cheapest=True, limit=2)
    assert dearer[0] == cheap.code and dearer[1] in here
    assert await first(grade="B") == [good.code]
    assert await first(grade="B", cheapest=True, km=5) == []


async def test_strangers_see_the_place_only_to_about_a_kilometre(desk: Desk) -> None:
    exact = replace(MOGA, lat=30.816123, lon=75.166987)
    listing = await straw(desk, await farmer(desk), place=exact)
    (found,) = await shelf.near(desk, commodity=None, lat=30.9, lon=75.84, km=100)
    shown = found.listing.place
    assert (shown.lat, shown.lon) == (30.82, 75.17)
    assert found.km == round(km_between(30.9, 75.84, 30.82, 75.17), 1)  # the distance tells no more
    assert (await shelf.by_code(desk, listing.code)).place == shown
    assert (await shelf.mine(desk, listing.seller_id))[0].place == exact


async def test_another_tenants_shelf_is_another_shelf(desk: Desk) -> None:
    listing = await straw(desk, await farmer(desk))
    elsewhere = await sit_down(desk.db, 2, NOW)
    assert await shelf.by_code(elsewhere, listing.code) is None
    assert await shelf.near(elsewhere, commodity=None, lat=MOGA.lat, lon=MOGA.lon, km=50) == ()
    with pytest.raises(ListingGone):
        await listings.cancel(elsewhere, seller_id=listing.seller_id, code=listing.code)
