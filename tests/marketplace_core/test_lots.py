"""Small lots of several farmers become one load: booked together or not at all, paid to the paisa."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncEngine

from marketplace_core.accounts.models import person
from marketplace_core.bookings import commands as bookings
from marketplace_core.bookings import fetching
from marketplace_core.bookings.models import booking
from marketplace_core.desk import Desk, open_desk
from marketplace_core.errors import (
    BadTerms,
    ListingGone,
    Moved,
    NotEnoughLeft,
    NotFound,
    NotMet,
    NotYours,
    OwnListing,
    Refused,
)
from marketplace_core.escrow import commands as escrow
from marketplace_core.ledger.proof import broken
from marketplace_core.ledger.queries import account_of, balance, house_balance
from marketplace_core.lots import commands as lots
from marketplace_core.lots.errors import InAlready, LotGone, TooFar, TooFull
from marketplace_core.lots.models import batch as batches
from marketplace_core.lots.queries import Batch, batch, candidates, gather, payouts
from marketplace_core.lots.rules import Lot, best_load, divided, load, logistics
from marketplace_core.offers.errors import NotNegotiable
from marketplace_core.offers.models import offer
from marketplace_core.seed import TENANT
from tests.conftest import NOW
from tests.marketplace_core.people import (
    LUDHIANA,
    MANDYA,
    MOGA,
    book_as_shown,
    buyer,
    somebody,
    straw,
    take_bill,
)

UNTIL = NOW + timedelta(days=3)


async def opened(desk: Desk, buyer_id: UUID, **other: Any) -> Batch:
    terms: dict[str, Any] = {
        "commodity": "paddy_straw",
        "price_paise": 21_000,
        "per": "quintal",
        "min_kg": 8_000,
        "max_kg": 10_000,
        "lat": MOGA.lat,
        "lon": MOGA.lon,
        "radius_km": 10,
        "gather_until": UNTIL,
        "logistics_paise": 100_000,
        "sure": True,
    }
    return await lots.open_batch(desk, buyer_id=buyer_id, **(terms | other))


async def farmers(desk: Desk, *kgs: int, **terms: Any) -> list[tuple[UUID, str]]:
    """Each with a lot of straw: who, and the listing's code."""
    found = []
    for nth, kg in enumerate(kgs):
        who = await somebody(desk, f"+9198000011{nth:02}", name=f"F{nth}")
        found.append((who, (await straw(desk, who, kg=kg, **terms)).code))
    return found


async def joined(desk: Desk, *kgs: int, **terms: Any) -> tuple[UUID, Batch, list[tuple[UUID, str]]]:
    asha = await buyer(desk)
    it = await opened(desk, asha, **terms)
    people = await farmers(desk, *kgs)
    for who, code in people:
        it = await lots.join(desk, actor_id=who, code=it.code, listing_code=code)
    return asha, it, people


async def office(desk: Desk) -> UUID:
    who = await somebody(desk, "+919800000099", name="Office")
    await desk.db.execute(update(person).where(person.c.id == who).values(roles=["operator"]))
    return who


async def counted(desk: Desk) -> tuple[int, int]:
    """Offers and bookings."""
    return tuple(
        [
            (await desk.db.execute(select(func.count()).select_from(table))).scalar_one()
            for table in (offer, booking)
        ]
    )


async def test_from_the_fields_to_the_paid_farmers(desk: Desk) -> None:
    asha, it, people = await joined(desk, 3_000, 2_500, 3_001)
    assert (it.kg, it.state) == (8_501, "gathering")
    made = await lots.close(desk, actor_id=asha, code=it.code)
    assert sorted(each.kg for each in made) == [2_500, 3_000, 3_001]
    assert {each.state for each in made} == {"confirmed"}
    assert sum(each.terms.logistics_paise for each in made) == 100_000
    due = sum(each.due_paise for each in made)
    await escrow.pay_in(desk, uuid4(), buyer_id=asha, paise=due, subject=it.code)
    operator = await office(desk)
    for each in made:
        await escrow.secure(desk, each.id)
        await fetching.pick_up(desk, actor_id=operator, code=each.code, pickup_code="")
    weighed = await lots.weigh_truck(desk, actor_id=asha, code=it.code, truck_kg=8_401)
    assert sum(weighed.values()) == 8_401
    assert [weighed[code] for _, code in people] == [2_965, 2_470, 2_966]
    assert await lots.run_out(desk) == 0
    for (who, _), each in zip(people, await in_order(desk, it, people), strict=True):
        await take_bill(desk, bookings.agree_bill, actor_id=who, code=each)
        await take_bill(desk, bookings.complete, actor_id=asha, code=each)
    assert await lots.run_out(desk) == 1
    it = await batch(desk, it.code)
    assert (it.state, it.truck_kg) == ("paid", 8_401)

    paid = await payouts(desk, it.code)
    for each in paid:
        mine = await account_of(desk, "farmer", each.seller_id)
        assert (await balance(desk, mine)).available == each.farmer_paise == each.kg * 210
    cost = sum(each.buyer_paise for each in paid)
    left = (await balance(desk, await account_of(desk, "buyer", asha))).available
    fees, truck = await house_balance(desk, "fees"), await house_balance(desk, "logistics")
    assert left == due - cost
    assert cost == sum(each.farmer_paise for each in paid) + fees + truck
    assert (truck, sum(each.farmer_paise for each in paid)) == (100_000, 8_401 * 210)
    assert await broken(desk) == {}


async def in_order(desk: Desk, it: Batch, people: list[tuple[UUID, str]]) -> list[str]:
    by_listing = {each.listing: str(each.booking) for each in (await batch(desk, it.code)).lots}
    return [by_listing[code] for _, code in people]


async def test_a_lot_that_was_sold_meanwhile_books_nobody(desk: Desk) -> None:
    asha, it, people = await joined(desk, 3_000, 3_000, 3_000)
    rival = await somebody(desk, "+919800000050", name="Rival")
    gone = people[1][1]
    await book_as_shown(desk, buyer_id=rival, code=gone, kg=1)
    before = await counted(desk)
    with pytest.raises(LotGone) as refused:
        await lots.close(desk, actor_id=asha, code=it.code)
    assert refused.value.listing == gone
    assert await counted(desk) == before
    assert (await batch(desk, it.code)).state == "gathering"
    # the buyer takes it out, but then it is too little
    assert (await lots.leave(desk, actor_id=asha, code=it.code, listing_code=gone)).kg == 6_000
    with pytest.raises(NotMet):
        await lots.close(desk, actor_id=asha, code=it.code)
    await lots.join(desk, actor_id=people[1][0], code=it.code, listing_code=gone)
    assert len(await lots.close(desk, actor_id=asha, code=it.code)) == 3


async def test_what_cannot_join(desk: Desk) -> None:
    asha, it, people = await joined(desk, 6_000)
    far = await somebody(desk, "+919800000060", name="Far")
    far_lot = (await straw(desk, far, place=LUDHIANA)).code
    fixed_lot = (await straw(desk, far, negotiable=False)).code
    big_lot = (await straw(desk, far, kg=4_001)).code
    other = (await straw(desk, far, commodity="wheat_straw")).code
    own_lot = (await straw(desk, asha)).code
    cases: list[tuple[UUID, str, int | None, type[Refused]]] = [
        (people[0][0], people[0][1], None, InAlready),
        (far, far_lot, None, TooFar),
        (far, fixed_lot, None, NotNegotiable),
        (far, big_lot, None, TooFull),
        (far, big_lot, 4_002, NotEnoughLeft),
        (far, big_lot, 0, BadTerms),
        (far, other, None, ListingGone),
        (far, "LNONE2", None, ListingGone),
        (asha, own_lot, None, OwnListing),
        (people[0][0], big_lot, 1, NotYours),
    ]
    for who, code, kg, why in cases:
        with pytest.raises(why):
            await lots.join(desk, actor_id=who, code=it.code, listing_code=code, kg=kg)
    with pytest.raises(NotFound):
        await lots.join(desk, actor_id=far, code="CNONE2", listing_code=big_lot)
    assert (await batch(desk, it.code)).kg == 6_000
    assert (await lots.join(desk, actor_id=far, code=it.code, listing_code=big_lot, kg=4_000)).kg == 10_000


@pytest.mark.parametrize(
    "absurd",
    [
        {"commodity": "gold"},
        {"min_kg": 0},
        {"min_kg": 10_001},
        {"max_kg": 10**7},
        {"price_paise": 0},
        {"per": "cart"},
        {"radius_km": 0},
        {"radius_km": float("nan")},
        {"lat": 91},
        {"lon": float("nan")},
        {"gather_until": NOW},
        {"pay_by": "promise"},
        {"logistics_paise": -1},
    ],
)
async def test_absurd_batches_are_not_opened(desk: Desk, absurd: dict[str, Any]) -> None:
    with pytest.raises(BadTerms):
        await opened(desk, await buyer(desk), **absurd)
    assert (await desk.db.execute(select(func.count()).select_from(batches))).scalar() == 0


async def test_who_may_do_what(desk: Desk) -> None:
    asha, it, people = await joined(desk, 4_000, 4_500)
    farmer, code = people[0]
    for act in (lots.close, lots.abandon):
        with pytest.raises(NotYours):
            await act(desk, actor_id=farmer, code=it.code)
    with pytest.raises(NotYours):
        await lots.leave(desk, actor_id=people[1][0], code=it.code, listing_code=code)
    await lots.close(desk, actor_id=asha, code=it.code)
    for late in (
        lots.leave(desk, actor_id=farmer, code=it.code, listing_code=code),
        lots.close(desk, actor_id=asha, code=it.code),
        lots.abandon(desk, actor_id=asha, code=it.code),
    ):
        with pytest.raises(Moved):
            await late


async def test_a_batch_that_gathers_too_little_is_given_up(desk: Desk) -> None:
    asha, it, _ = await joined(desk, 3_000, 3_000, 3_000)
    late = replace(desk, now=UNTIL)
    assert (await batch(late, it.code)).state == "abandoned"  # before any job has run
    with pytest.raises(Moved):
        await lots.close(late, actor_id=asha, code=it.code)
    assert await lots.run_out(late) == 1
    assert await lots.run_out(late) == 0
    assert await counted(desk) == (0, 0)


@pytest.mark.parametrize(
    "absurd", [{}, {"truck_kg": 0}, {"truck_kg": 1}, {"truck_kg": 9_000, "each": {}}, {"each": {"L22222": 5}}]
)
async def test_absurd_weights_deliver_nothing(desk: Desk, absurd: dict[str, Any]) -> None:
    asha, it, _ = await joined(desk, 4_000, 4_500)
    await lots.close(desk, actor_id=asha, code=it.code)
    with pytest.raises(BadTerms):
        await lots.weigh_truck(desk, actor_id=asha, code=it.code, **absurd)
    with pytest.raises(Refused):  # nothing was loaded yet
        await lots.weigh_truck(desk, actor_id=asha, code=it.code, truck_kg=8_000)
    assert (await batch(desk, it.code)).state == "closed"


async def test_lots_weighed_one_by_one_keep_their_own_weights(desk: Desk) -> None:
    asha, it, people = await joined(desk, 4_000, 4_500, pay_by="cash")
    operator = await office(desk)
    for each in await lots.close(desk, actor_id=asha, code=it.code):
        await fetching.pick_up(desk, actor_id=operator, code=each.code, pickup_code="")
    own = {people[0][1]: 3_900, people[1][1]: 4_600}
    assert await lots.weigh_truck(desk, actor_id=asha, code=it.code, each=own) == own
    assert sorted(each.kg for each in await payouts(desk, it.code)) == [
        3_900,
        4_500,
    ]  # never more than booked


async def test_lots_near_each_other_are_found(desk: Desk) -> None:
    asha = await buyer(desk)
    near = await farmers(desk, 3_000, 4_000, 2_000)
    far = await somebody(desk, "+919800000070", name="Far")
    await straw(desk, far, kg=9_000, place=MANDYA)
    await straw(desk, far, kg=9_000, negotiable=False)
    around = {"buyer_id": asha, "commodity": "paddy_straw", "lat": LUDHIANA.lat, "lon": LUDHIANA.lon}
    found = await gather(desk, within_km=100, radius_km=10, min_kg=8_000, max_kg=9_500, **around)
    assert {lot.listing for lot in found} == {code for _, code in near}
    assert not await gather(desk, within_km=100, radius_km=10, min_kg=9_001, max_kg=9_500, **around)
    it = await opened(desk, asha)
    await lots.join(desk, actor_id=near[0][0], code=it.code, listing_code=near[0][1])
    assert {lot.listing for lot in await candidates(desk, it.code)} == {code for _, code in near[1:]}


spots = st.builds(
    Lot,
    st.uuids().map(str),
    st.integers(1, 5_000),
    st.floats(30.0, 30.5, allow_nan=False),
    st.floats(75.0, 75.5, allow_nan=False),
)


@settings(max_examples=50, deadline=None)
@given(st.lists(spots, max_size=15), st.integers(1, 8_000), st.integers(1, 8_000))
def test_a_load_is_never_too_much_nor_too_little(found: list[Lot], one: int, other: int) -> None:
    min_kg, max_kg = sorted((one, other))
    best = best_load(found, radius_km=15, min_kg=min_kg, max_kg=max_kg)
    kg = sum(lot.kg for lot in best)
    assert len(set(best)) == len(best) and set(best) <= set(found)
    assert (min_kg <= kg <= max_kg) if best else True
    for seed in found:  # whatever else is enough is no fuller
        other_load = load(found, around=(seed.lat, seed.lon), radius_km=15, max_kg=max_kg)
        assert sum(lot.kg for lot in other_load) <= max(kg, min_kg - 1)


kilos = st.dictionaries(st.text(min_size=1, max_size=4), st.integers(1, 50_000), min_size=1, max_size=30)


@settings(max_examples=100, deadline=None)
@given(kilos, st.integers(0, 10**9), st.integers(1, 10**6))
def test_what_belongs_to_all_is_divided_without_loss(
    declared: dict[str, int], paise: int, truck: int
) -> None:
    assert sum(logistics(paise, declared).values()) == paise
    try:
        weighed = divided(truck, declared)
    except BadTerms:
        assert truck * min(declared.values()) < sum(declared.values())
        return
    assert sum(weighed.values()) == truck
    assert weighed.keys() == declared.keys() and min(weighed.values()) > 0
    heavier_last = sorted(declared, key=lambda lot: (declared[lot], weighed[lot]))
    assert [weighed[lot] for lot in heavier_last] == sorted(weighed.values())


# At the same moment


async def at_once(engine: AsyncEngine, acts: list[Callable[[Desk], Awaitable[object]]]) -> list[str]:
    ready = asyncio.Barrier(len(acts))

    async def one(act: Callable[[Desk], Awaitable[object]]) -> str:
        try:
            async with open_desk(engine, TENANT, NOW) as desk:
                await ready.wait()
                await act(desk)
        except Refused as refusal:
            return type(refusal).__name__
        return "done"

    return sorted(await asyncio.gather(*map(one, acts)))


async def ten_for_one_truck(engine: AsyncEngine) -> tuple[str, list[tuple[UUID, str]]]:
    async with open_desk(engine, TENANT, NOW) as desk:
        it = await opened(desk, await buyer(desk))
        return it.code, await farmers(desk, *[3_000] * 8)


async def test_farmers_who_join_at_once_never_overload_the_truck(engine: AsyncEngine, clean: None) -> None:
    code, people = await ten_for_one_truck(engine)
    acts = [
        lambda desk, who=who, lot=lot: lots.join(desk, actor_id=who, code=code, listing_code=lot)
        for who, lot in people
    ]
    assert await at_once(engine, acts) == ["TooFull"] * 5 + ["done"] * 3
    async with open_desk(engine, TENANT, NOW) as desk:
        it = await batch(desk, code)
    assert (it.kg, sum(each.kg for each in it.lots)) == (9_000, 9_000)


async def test_without_holding_the_batch_they_would(engine: AsyncEngine, clean: None) -> None:
    code, people = await ten_for_one_truck(engine)
    looked = asyncio.Barrier(len(people))
    on_the_truck: list[int] = []

    async def look_then_join(desk: Desk) -> None:
        it = await batch(desk, code)
        await looked.wait()
        if it.kg + 3_000 > it.max_kg:
            raise TooFull(it.max_kg - it.kg)
        on_the_truck.append(3_000)

    assert await at_once(engine, [look_then_join] * len(people)) == ["done"] * 8
    assert sum(on_the_truck) == 24_000  # of ten that fit


async def two_batches(engine: AsyncEngine) -> list[tuple[UUID, str]]:
    """Two buyers have the same three lots in their batches."""
    async with open_desk(engine, TENANT, NOW) as desk:
        buyers = [await buyer(desk), await somebody(desk, "+919800000003", name="Ravi", place=LUDHIANA)]
        people = await farmers(desk, 3_000, 3_000, 3_000)
        found = []
        for each in buyers:
            code = (await opened(desk, each)).code
            for who, lot in people:
                await lots.join(desk, actor_id=who, code=code, listing_code=lot)
            found.append((each, code))
    return found


async def booked_by(engine: AsyncEngine) -> list[int]:
    async with open_desk(engine, TENANT, NOW) as desk:
        rows = await desk.db.execute(select(func.count()).select_from(booking).group_by(booking.c.buyer_id))
        return sorted(rows.scalars())


async def test_two_batches_with_the_same_lots_never_get_half_each(engine: AsyncEngine, clean: None) -> None:
    both = await two_batches(engine)
    acts = [lambda desk, who=who, code=code: lots.close(desk, actor_id=who, code=code) for who, code in both]
    assert await at_once(engine, acts) == ["LotGone", "done"]
    assert await booked_by(engine) == [3]


async def test_booked_lot_by_lot_they_do(engine: AsyncEngine, clean: None) -> None:
    both = await two_batches(engine)
    turn = asyncio.Barrier(2)

    async def lot_by_lot(_desk: Desk, who: UUID, code: str, backwards: bool) -> None:
        async with open_desk(engine, TENANT, NOW) as desk:
            inside = (await batch(desk, code)).lots
        for joined in inside[::-1] if backwards else inside:
            await turn.wait()
            async with open_desk(engine, TENANT, NOW) as desk:
                try:
                    await book_as_shown(desk, buyer_id=who, code=joined.listing, kg=joined.kg)
                except ListingGone:
                    continue

    acts = [
        lambda desk, who=who, code=code, nth=nth: lot_by_lot(desk, who, code, nth == 1)
        for nth, (who, code) in enumerate(both)
    ]
    assert await at_once(engine, acts) == ["done", "done"]
    assert await booked_by(engine) == [1, 2]
