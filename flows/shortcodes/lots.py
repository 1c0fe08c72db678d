"""SELL, GRADE, LIST, FIND and PRICE."""

from datetime import date
from uuid import UUID

from flows.asks.price import fair_range
from flows.say import Say, msg
from flows.shortcodes.answer import (
    Answer,
    and_also,
    done,
    known,
    listed,
    missing,
    person_at,
    place_at,
    with_their_yes,
    with_what_lacks,
    write,
)
from flows.shortcodes.parse import Order
from flows.turn import Steps, Turn, market
from marketplace_core.accounts.queries import may_act_for
from marketplace_core.agents import field
from marketplace_core.audit import commands as audit
from marketplace_core.commodities import KG_PER
from marketplace_core.errors import ListingGone, NotYours
from marketplace_core.grading import commands as gradings
from marketplace_core.listings import queries as listings
from marketplace_core.listings.rules import check_price, check_terms
from marketplace_core.pricing import queries as pricing

NEAR_KM = 50
#: So many lots are looked at: few are shown, and how many more there are is said.
COUNTED = 100
LOT = "{code} {what:commodity} {amount:mass} {price:rate}"
NO_END = msg("The first day is kept; a lot stays for 30 days.")
LOT_AWAY = "{code} {amount:mass} {price:rate} {km}"


def sell(turn: Turn, order: Order) -> Steps[Answer]:
    """Published on the farmer's yes; without a price it is today's fair one, which they read before they agree."""
    said, phone = order.values, order.values["phone"]
    farmer = yield from person_at(phone)
    if farmer is None or not farmer.registered or farmer.place is None:
        return (msg("No farmer is registered at {who}. First send REG.", who=f"*{phone[-4:]}"),)
    place = (yield from place_at(said["pin"])) if "pin" in said else farmer.place
    price = said.get("price")
    if price is None:
        quote = yield from market(pricing.quote, commodity=said["what"], place=place)
        if quote is None or quote.likely is None:
            return with_what_lacks(turn, order, "price")
        price = {"paise": quote.likely * KG_PER["quintal"] // KG_PER[quote.per], "per": "quintal"}
    days = said.get("days", {"from": turn.today.isoformat(), "to": None})
    since = days["from"]
    terms = {
        "commodity": said["what"],
        "kg": said["qty"]["kg"],
        "unit": said["qty"]["unit"],
        "paise": price["paise"],
        "per": price["per"],
        "place": place.to_json(),
        "from": since,
    }
    check_terms(
        now=turn.now,
        commodity=terms["commodity"],
        kg=terms["kg"],
        unit=terms["unit"],
        price_paise=terms["paise"],
        per=terms["per"],
        place=place,
        available_from=date.fromisoformat(since),
        photos=0,
    )
    check_price(terms["commodity"], terms["paise"], terms["per"], sure=False)
    asked = yield from with_their_yes(
        turn, order, "sell", farmer.id, subject=said["what"], terms=terms, phone=phone
    )
    return (and_also(asked[0], NO_END),) if days["to"] else asked


def grade(turn: Turn, order: Order) -> Steps[Answer]:
    code, letter = order.values["listing"], order.values.get("grade")
    if letter is None:
        return (yield from _ask_the_eyes(turn, order, code))
    graded = yield from market(
        field.grade,
        actor_id=turn.person.id,
        code=code,
        grade=letter,
        moisture=order.values.get("moisture"),
    )
    undo = {
        "how": "grade",
        "code": code,
        "now": letter,
        "grade": graded.grade,
        "graded_by": graded.graded_by,
    }
    yield from write(turn, order, code, graded.seller_id, None if graded.asked else undo)
    return done(turn, order)


def _ask_the_eyes(turn: Turn, order: Order, code: str) -> Steps[Answer]:
    if not turn.heard.photos:
        return missing(order, "A/B/C")
    lot = yield from market(listings.by_code, code)
    if lot is None:
        raise ListingGone
    yield from market(
        gradings.ask,
        person_id=turn.person.id,
        commodity=lot.commodity,
        photos=[UUID(photo) for photo in turn.heard.photos],
        on_their_way=True,
    )
    return (msg("I look at the photo and tell you the grade. Then send GRADE {code} with it.", code=code),)


def list_(turn: Turn, order: Order) -> Steps[Answer]:
    farmer = yield from known(turn, order)
    if not (yield from market(may_act_for, turn.person.id, farmer)):
        raise NotYours
    yield from market(audit.looked, turn.person.id, farmer, "listings")
    lots = yield from market(listings.mine, farmer, limit=COUNTED)
    return listed(
        turn,
        [
            Say(
                LOT,
                {
                    "code": lot.code,
                    "what": lot.commodity,
                    "amount": {"kg": lot.kg_left, "unit": lot.unit},
                    "price": {"paise": lot.price_paise, "per": lot.per},
                },
            )
            for lot in lots
        ],
    )


def find(turn: Turn, order: Order) -> Steps[Answer]:
    place = yield from place_at(order.values["pin"])
    lots = yield from market(
        listings.near,
        commodity=order.values["what"],
        lat=place.lat,
        lon=place.lon,
        km=order.values.get("km", NEAR_KM),
        min_kg=order.values["qty"]["kg"],
        limit=COUNTED,
    )
    return listed(
        turn,
        [
            Say(
                LOT_AWAY,
                {
                    "code": one.listing.code,
                    "amount": {"kg": one.listing.kg_left, "unit": one.listing.unit},
                    "price": {"paise": one.listing.price_paise, "per": one.listing.per},
                    "km": f"{round(one.km)}km",
                },
            )
            for one in lots
        ],
    )


def price(turn: Turn, order: Order) -> Steps[Answer]:
    what = order.values["what"]
    place = yield from place_at(order.values["pin"])
    quote = yield from market(pricing.quote, commodity=what, place=place)
    if quote is None:
        return (msg("I have no price for {what:commodity} yet, and I will not guess.", what=what),)
    return (fair_range(quote),)
