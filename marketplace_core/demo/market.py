"""Opens the demo market at a desk: people first, then what they wait for, what they sell, what they agree on."""

from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import UUID

from marketplace_core import events
from marketplace_core.accounts import commands as accounts
from marketplace_core.demo import DEALS, LOTS, PEOPLE, WISHES, Row
from marketplace_core.demo.deals import strike
from marketplace_core.desk import Desk
from marketplace_core.listings import commands as listings
from marketplace_core.listings.rules import KOLKATA
from marketplace_core.places import queries as places
from marketplace_core.places.place import Place
from marketplace_core.talks import commands as talks
from marketplace_core.wishes import commands as wishes

#: Numbers of a series that India keeps for films: nobody is called by accident.
PHONE = "+9199999{:05d}"
#: Whatever happened, wishes were there before.
BEFORE = timedelta(days=20)


@dataclass(frozen=True)
class Known:
    id: UUID
    place: Place


async def open_market(desk: Desk) -> None:
    people = {row["no"]: await _welcome(desk, row) for row in PEOPLE}
    for row in WISHES:
        buyer = people[row["buyer"]]
        await wishes.make_wish(
            replace(desk, now=desk.now - BEFORE),
            buyer_id=buyer.id,
            commodity=row["commodity"],
            place=buyer.place,
            km=int(row["km"]),
            least_kg=int(row["least_kg"]),
            price_paise=int(row["rupees"]) * 100 if row["rupees"] else None,
            per=row["per"] or None,
            until=desk.now + timedelta(days=int(row["days"])),
        )
    lots = {}
    for row in sorted(LOTS, key=lambda row: -int(row["days_ago"])):
        seller = people[row["seller"]]
        then = replace(desk, now=desk.now - timedelta(days=int(row["days_ago"]), minutes=int(row["no"])))
        lots[row["no"]] = await listings.publish(
            then,
            seller_id=seller.id,
            commodity=row["commodity"],
            kg=int(row["kg"]),
            unit=row["unit"],
            price_paise=int(row["rupees"]) * 100,
            per=row["per"],
            place=seller.place,
            available_from=then.now.astimezone(KOLKATA).date() + timedelta(days=int(row["in_days"])),
        )
    for row in DEALS:
        driver = people[row["driver"]].id if row["driver"] else None
        await strike(desk, row, lots[row["lot"]], people[row["buyer"]].id, driver)
    # All this is the past: nobody gets a message about it.
    for talk in await talks.claim(desk, 10_000):
        await talks.pass_on(desk, talk, None)
    told = await events.claim(desk, 10_000)
    await events.mark_noticed(desk, [event.id for event in told])


async def _welcome(desk: Desk, row: Row) -> Known:
    area = await places.pincode(desk, row["pincode"])
    assert area is not None, row["pincode"]
    place = area.villages[0]
    phone = PHONE.format(int(row["no"]))
    then = replace(desk, now=desk.now - BEFORE)
    reached = await accounts.reach(then, channel="sms", value=phone, phone=phone)
    await accounts.set_language(then, reached.person.id, language=row["language"], script="native")
    await accounts.register(then, reached.person.id, name=row["name"], place=place)
    for role in row["roles"].split(";"):
        await accounts.add_role(then, reached.person.id, role)
    return Known(reached.person.id, place)
