""" "Tell me when onion passes 2000": read back, kept, told once. And the list of what somebody waits for."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any
from uuid import UUID

from flows.agenda import MENU, open_flow
from flows.asks import Choice, Commodity, Pick, Price, Row, YesNo
from flows.asks.price import QUINTALS_PER, fair_range
from flows.filling import fill
from flows.flow import Filled, Flow, Over, Question, Taken
from flows.heard import Heard
from flows.price import WHERE, place_meant
from flows.refusals import sorry
from flows.say import Option, Say, label, msg
from flows.sell import COMMON
from flows.state import Frame
from flows.turn import Steps, Turn, day_of, market
from marketplace_core.alerts import commands, queries
from marketplace_core.alerts.errors import TooManyAlerts
from marketplace_core.alerts.queries import Alert
from marketplace_core.alerts.rules import MOST_ALERTS
from marketplace_core.errors import Moved, NotFound, Refused
from marketplace_core.pricing import queries as pricing
from marketplace_core.pricing.queries import Quote
from nlu.understanding import Understanding

NEW = Row("new", label("New alert"))
MY_ALERTS = Option("alerts", label("My alerts"), deed="go:alerts")
#: A price within so many times of the fair range is one of its unit.
NEAR = 3


def in_words(alert: Alert) -> Say:
    return _waited_for(alert.commodity, alert.way, {"paise": alert.price_paise, "per": alert.per})


def _waited_for(commodity: str, way: str, price: dict[str, Any]) -> Say:
    if way == "above":
        return msg("{what:commodity} at {price:rate} or more", what=commodity, price=price)
    return msg("{what:commodity} at {price:rate} or less", what=commodity, price=price)


# a new one


def _quote(turn: Turn, frame: Frame) -> Steps[Quote | None]:
    commodity = frame.slots.get("commodity") or frame.note.get("was", {}).get("commodity")
    if not commodity:
        return None
    return (yield from market(pricing.quote, commodity=commodity, place=place_meant(turn, frame)))


@dataclass(frozen=True)
class Threshold(Price):
    """No unit is asked for where only one makes sense: nobody sells a kilogram of onions for 2,000 rupees."""

    def question(self, turn: Turn, frame: Frame) -> Steps[Question]:
        quote = yield from _quote(turn, frame)
        return Question((fair_range(quote), self.text) if quote else (self.text,))

    def hear(self, turn: Turn, frame: Frame, heard: Heard) -> Steps[Taken]:
        said = heard.values.get("price")
        if said and said["per"] is None:
            quote = yield from _quote(turn, frame)
            units = [per for per in QUINTALS_PER if quote and _makes_sense(said["rupees"], per, quote)]
            if len(units) == 1:
                return (yield from self._read(frame, said["rupees"], units[0]))
        return (yield from super().hear(turn, frame, heard))

    def take(self, turn: Turn, frame: Frame) -> Steps[Taken]:
        number = turn.heard.values.get("number")
        if number is not None and "price" not in turn.heard.values:
            bare = {"price": {"rupees": number, "per": None}}
            return (
                yield from self.hear(turn, frame, Heard(understood=Understanding("inform", 1.0, values=bare)))
            )
        return (yield from super().take(turn, frame))


def _makes_sense(rupees: Any, per: str, quote: Quote) -> bool:
    quintal = Decimal(str(rupees)) * 100 / QUINTALS_PER[per]
    return quote.low <= quintal * NEAR and quintal <= quote.high * NEAR


def _decide(turn: Turn, frame: Frame) -> Steps[None]:
    """Who names more than it brings today waits for it to rise. Where today is not known, they are asked."""
    price = frame.slots.get("price")
    if not price or "way" in frame.slots:
        return
    quote = yield from _quote(turn, frame)
    if quote and quote.likely is not None and not quote.stale:
        above = Decimal(price["paise"]) / QUINTALS_PER[price["per"]] > quote.likely
        frame.slots["way"] = "above" if above else "below"
        frame.trail.append("way")


def _read_back(turn: Turn, frame: Frame) -> Steps[Question]:
    slots, place = frame.slots, place_meant(turn, frame)
    waited_for = _waited_for(slots["commodity"], slots["way"], slots["price"]).to_json()
    assert place
    quote = yield from _quote(turn, frame)
    today = (
        ()
        if not quote or quote.likely is None
        else (
            msg(
                "Last price: {price:rate}, of {day:dated}.",
                price={"paise": quote.likely, "per": "quintal"},
                day=quote.as_of.isoformat(),
            ),
        )
    )
    asked = msg("I tell you once: {alert:say}, near {where}. Right?", alert=waited_for, where=place.district)
    return Question((*today, asked))


def _wait(turn: Turn, frame: Frame) -> Steps[None]:
    slots, place = frame.slots, place_meant(turn, frame)
    assert place
    try:
        alert = yield from market(
            commands.wait_for_price,
            person_id=turn.person.id,
            commodity=slots["commodity"],
            way=slots["way"],
            price_paise=slots["price"]["paise"],
            per=slots["price"]["per"],
            place=place,
        )
    except TooManyAlerts:
        turn.say(msg("You wait for {most} prices already. End one first.", most=MOST_ALERTS))
    except Refused as refusal:
        sorry(turn, refusal)
        return
    else:
        turn.say(msg("I write to you when it comes, until {day:dated}.", day=day_of(alert.until)))
    turn.offer(MY_ALERTS, MENU)


PRICE_ALERT = Flow(
    "price_alert",
    title=msg("the price"),
    asks=(
        Commodity(
            "commodity",
            text=msg("I can watch prices for you, not yet rain or sensors. The price of what?"),
            name=msg("What"),
            example=msg("Write it like this: wheat"),
            why=msg("Each crop has its own price."),
            common=COMMON,
            resets=("price", "way"),
        ),
        replace(WHERE, resets=("way",), then=_decide),
        Threshold(
            "price",
            text=msg("At which price shall I tell you?"),
            name=msg("Price"),
            example=msg("Write it like this: 250 a quintal"),
            why=msg("Each crop has its own price."),
            resets=("way",),
            then=_decide,
        ),
        Choice(
            "way",
            text=msg("When it is this price or more, or this price or less?"),
            name=msg("When"),
            example=msg("Choose one of these."),
            why=msg("I was not sure what you meant."),
            choices=(Option("above", label("This or more")), Option("below", label("This or less"))),
        ),
    ),
    review=_read_back,
    commit=_wait,
    deed=("commodity",),
)


# those that stand


class Mine(Pick):
    """A price that is named begins a new one, and so does a crop that nothing waits for."""

    def hear(self, turn: Turn, frame: Frame, heard: Heard) -> Steps[Taken]:
        if self.slot in frame.slots or heard.intent != "alerts":
            return None
        values = heard.values
        mine = yield from market(queries.mine, turn.person.id)
        named = values.get("commodity")
        known = any(named in (None, alert.commodity) for alert in mine)
        if known and "price" not in values:
            return None
        frame.note["values"] = dict(values)
        return Filled(NEW.id)


def _rows(turn: Turn, frame: Frame) -> Steps[Sequence[Row] | Over]:
    mine = yield from market(queries.mine, turn.person.id)
    if not mine:
        return Over((msg("You wait for no price now."),), (NEW_ALERT, MENU))
    return [
        *(
            Row(
                str(alert.id),
                msg(
                    "{what:commodity} {price:money}",
                    what=alert.commodity,
                    price=alert.price_paise,
                ),
                in_words(alert),
            )
            for alert in mine
        ),
        *([NEW] if len(mine) < MOST_ALERTS else []),  # ten rows are a full list
    ]


def _act(turn: Turn, frame: Frame) -> Steps[None]:
    if frame.slots["alert"] == NEW.id:
        values = frame.note.get("values", {})
        turn.heard = Heard(turn.heard.text, Understanding("alerts", 1.0, values=values))
        yield from fill(turn, open_flow(turn, PRICE_ALERT))
        return
    if not frame.slots["sure"]:
        turn.say(msg("I go on waiting for it."))
    else:
        try:
            alert_id = UUID(frame.slots["alert"])
            yield from market(commands.end_alert, person_id=turn.person.id, alert_id=alert_id)
        except (Moved, NotFound):
            pass  # it is over already, which is what was asked for
        turn.say(msg("I wait for it no more."))
    turn.offer(MY_ALERTS, MENU)


NEW_ALERT = Option("new", label("New alert"), deed="go:price_alert")

ALERTS = Flow(
    "alerts",
    title=msg("the price"),
    asks=(
        Mine(
            "alert",
            text=msg("You wait for these prices. Choose one to end it."),
            name=msg("Price"),
            example=msg("Choose one of the list."),
            why=msg("I ask so that nothing is lost by a slip."),
            rows=_rows,
        ),
        YesNo(
            "sure",
            text=msg("Shall I stop waiting for this price?"),
            name=msg("Sure"),
            example=msg("Answer Yes or No."),
            why=msg("I ask so that nothing is lost by a slip."),
            when=lambda turn, frame: frame.slots["alert"] != NEW.id,
        ),
    ),
    commit=_act,
    deed=(),
    intents=("alerts",),
)
