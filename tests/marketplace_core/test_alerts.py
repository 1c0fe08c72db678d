"""Who waits for a price hears of it once, when a newer price has come so far, and of nothing else."""

from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import insert, text

from marketplace_core.alerts.commands import end_alert, expire, tell_who_waits, wait_for_price
from marketplace_core.alerts.errors import TooManyAlerts
from marketplace_core.alerts.queries import Alert, by_id, mine
from marketplace_core.alerts.rules import LASTS, MOST_ALERTS, reached
from marketplace_core.desk import Desk
from marketplace_core.errors import BadTerms, Moved, NoSuchPerson, NotFound
from marketplace_core.events import Event, claim
from marketplace_core.pricing.models import market, market_price
from marketplace_core.privacy.retention import sweep
from tests.conftest import NOW
from tests.marketplace_core.people import MANDYA, MOGA, buyer, farmer

TODAY = NOW.date()


async def waits(
    desk: Desk, person: UUID, way: str = "above", rupees: int = 2000, per: str = "quintal"
) -> Alert:
    return await wait_for_price(
        desk,
        person_id=person,
        commodity="onion",
        way=way,
        price_paise=rupees * 100,
        per=per,
        place=MOGA,
    )


async def moga_reports(desk: Desk, rupees: int, last: date = TODAY, commodity: str = "onion") -> None:
    """Every day of a fortnight, at a market of the town itself."""
    at_moga = {
        "state": "Punjab",
        "district": "Moga",
        "name": f"Moga {uuid4()}",
        "lat": MOGA.lat,
        "lon": MOGA.lon,
    }
    number = (
        await desk.db.execute(insert(market).values(exact=True, **at_moga).returning(market.c.id))
    ).scalar_one()
    paise = {"low_paise": rupees * 100, "likely_paise": rupees * 100, "high_paise": rupees * 100}
    await desk.db.execute(
        insert(market_price),
        [
            {
                "commodity": commodity,
                "market_id": number,
                "day": last - timedelta(days=ago),
                "source": "agmarknet",
            }
            | paise
            for ago in range(14)
        ],
    )


async def told(desk: Desk) -> list[Event]:
    return [event for event in await claim(desk, 1000) if event.kind.startswith("price_alert.")]


async def test_a_price_that_came_so_far_is_told_once_and_ends_the_waiting(desk: Desk) -> None:
    me = await farmer(desk)
    alert = await waits(desk, me)
    await moga_reports(desk, 2100)
    assert await tell_who_waits(desk) == 1
    (event,) = await told(desk)
    assert (event.kind, event.subject) == ("price_alert.fired", str(alert.id))
    assert {key: event.about[key] for key in ("person_id", "commodity", "paise", "as_of")} == {
        "person_id": str(me),
        "commodity": "onion",
        "paise": 210_000,
        "as_of": TODAY.isoformat(),
    }
    assert await mine(desk, me) == ()
    await moga_reports(desk, 2300)
    assert await tell_who_waits(desk) == 0
    assert len(await told(desk)) == 1


@pytest.mark.parametrize(
    ("way", "rupees", "fires"), [("above", 1999, False), ("below", 2001, False), ("below", 2000, True)]
)
async def test_only_from_the_side_that_was_meant(desk: Desk, way: str, rupees: int, fires: bool) -> None:
    await waits(desk, await farmer(desk), way)
    await moga_reports(desk, rupees)
    assert await tell_who_waits(desk) == 1
    assert len(await told(desk)) == fires


async def test_what_has_not_come_so_far_is_looked_at_again_only_with_newer_prices(desk: Desk) -> None:
    await waits(desk, await farmer(desk))
    assert await tell_who_waits(desk) == 0, "nothing newer than when it was asked"
    await moga_reports(desk, 1500)
    assert await tell_who_waits(desk) == 1
    assert await tell_who_waits(desk) == 0
    await moga_reports(desk, 1500, commodity="wheat")
    assert await tell_who_waits(desk) == 0, "wheat says nothing of onions"
    assert await told(desk) == []


async def test_old_prices_brought_in_late_are_no_news(desk: Desk) -> None:
    await waits(desk, await farmer(desk))
    await moga_reports(desk, 2500, last=TODAY - timedelta(days=30))
    assert await tell_who_waits(desk) == 1
    assert await told(desk) == []


async def test_a_price_elsewhere_is_not_theirs(desk: Desk) -> None:
    me = await farmer(desk)
    await wait_for_price(
        desk, person_id=me, commodity="onion", way="above", price_paise=200_000, per="quintal", place=MANDYA
    )
    await waits(desk, me)
    await moga_reports(desk, 2100)
    await tell_who_waits(desk)
    assert [event.kind for event in await told(desk)] == ["price_alert.fired"]
    (left,) = await mine(desk, me)
    assert left.place == MANDYA


@pytest.mark.parametrize(
    ("way", "rupees", "per", "quintal", "there"),
    [
        ("above", 20, "kg", 2000, True),
        ("above", 20, "kg", 1999, False),
        ("below", 20_000, "t", 2000, True),
        ("below", 20_000, "t", 2001, False),
        ("above", 2000, "quintal", 2000, True),
    ],
)
def test_units_meet(way: str, rupees: int, per: str, quintal: int, there: bool) -> None:
    assert reached(way, rupees * 100, per, quintal * 100) is there


async def test_ten_at_most_and_asking_twice_is_waiting_once(desk: Desk) -> None:
    me, other = await farmer(desk), await buyer(desk)
    first = await waits(desk, me)
    assert await waits(desk, me) == first
    for n in range(1, MOST_ALERTS):
        await waits(desk, me, rupees=2000 + n)
    with pytest.raises(TooManyAlerts):
        await waits(desk, me, rupees=3000)
    assert len(await mine(desk, me)) == MOST_ALERTS
    await waits(desk, other)
    await end_alert(desk, person_id=me, alert_id=first.id)
    await waits(desk, me, rupees=3000)


async def test_only_its_owner_ends_it_and_only_once(desk: Desk) -> None:
    me, other = await farmer(desk), await buyer(desk)
    alert = await waits(desk, me)
    for who, which in ((other, alert.id), (me, uuid4())):
        with pytest.raises(NotFound):
            await end_alert(desk, person_id=who, alert_id=which)
    assert (await end_alert(desk, person_id=me, alert_id=alert.id)).state == "ended"
    with pytest.raises(Moved):
        await end_alert(desk, person_id=me, alert_id=alert.id)
    await moga_reports(desk, 2500)
    assert await tell_who_waits(desk) == 0


async def test_after_ninety_days_it_ends_with_a_word(desk: Desk) -> None:
    me = await farmer(desk)
    alert = await waits(desk, me)
    assert await expire(replace(desk, now=NOW + LASTS - timedelta(minutes=1))) == 0
    later = replace(desk, now=NOW + LASTS)
    assert await mine(later, me) == ()
    assert await expire(later) == 1
    assert [(event.kind, event.about["person_id"]) for event in await told(later)] == [
        ("price_alert.expired", str(me))
    ]
    await sweep(replace(desk, now=NOW + LASTS + timedelta(days=91)))
    assert await by_id(desk, alert.id) is None


@pytest.mark.parametrize(
    "wrong", [{"commodity": "gold"}, {"way": "around"}, {"price_paise": 0}, {"per": "bag"}], ids=str
)
async def test_what_cannot_be_waited_for_is_refused(desk: Desk, wrong: dict[str, object]) -> None:
    good = {"commodity": "onion", "way": "above", "price_paise": 200_000, "per": "quintal"}
    me = await farmer(desk)
    with pytest.raises(BadTerms) as refused:
        await wait_for_price(desk, person_id=me, place=MOGA, **(good | wrong))  # type: ignore[arg-type]
    assert [refused.value.field] == list(wrong)
    assert await mine(desk, me) == ()


async def test_nobody_unknown_waits(desk: Desk) -> None:
    with pytest.raises(NoSuchPerson):
        await waits(desk, uuid4())


async def test_what_no_mandi_reports_is_looked_at_once_a_day(desk: Desk) -> None:
    """Straw has no market days and so no editions: what it brings is known from deals and from the office."""
    me = await farmer(desk)
    await wait_for_price(
        desk,
        person_id=me,
        commodity="paddy_straw",
        way="above",
        price_paise=30_000,
        per="quintal",
        place=MOGA,
    )
    await desk.db.execute(
        text(
            "INSERT INTO residue_reference (tenant_id, commodity, state, low_paise, likely_paise, high_paise, "
            "as_of, source, set_by, set_at) "
            "VALUES (:tenant, 'paddy_straw', 'Punjab', 25000, 32000, 40000, :day, 'x', :me, :now)"
        ),
        {"tenant": desk.tenant, "me": me, "day": TODAY, "now": NOW},
    )
    assert await tell_who_waits(desk) == 0
    tomorrow = replace(desk, now=NOW + timedelta(days=1))
    assert await tell_who_waits(tomorrow) == 1
    assert [event.about["paise"] for event in await told(tomorrow)] == [32_000]
