"""Where a price goes in the next thirty days: a range, and whether waiting pays. A picture where there is room."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from flows.agenda import MENU
from flows.flow import Flow
from flows.price import WHAT, WHERE, mandi, place_meant, sell, tell_me_when
from flows.reasons import briefly
from flows.say import Picture, Say, msg
from flows.state import Frame
from flows.turn import Steps, Turn, market
from marketplace_core.pricing.forecast import Forecast, forecast

#: A likely move smaller than this is none.
EVEN = 0.03
#: The key of a picture that is drawn when it is fetched begins like this.
CHARTS = "forecast/"


def _tell(turn: Turn, frame: Frame) -> Steps[None]:
    commodity, place = frame.slots["commodity"], place_meant(turn, frame)
    assert place  # it is asked for where none is known
    place = replace(place, lat=round(place.lat, 2), lon=round(place.lon, 2))  # as the picture will know it
    found = yield from market(forecast, commodity=commodity, place=place)
    if not found:
        turn.say(
            msg("No mandi near you reports {what:commodity}. I cannot say where it goes.", what=commodity)
        )
    elif not found.days:
        turn.say(
            msg(
                "The last price of {what:commodity} near you is of {day:dated}. That is too old to look ahead.",
                what=commodity,
                day=found.as_of.isoformat(),
            )
        )
    else:
        turn.say(_range(found, turn.today), _waiting(found))
        if not briefly(turn):
            turn.say(_how_sure(found), msg("Source: {source}", source=found.source))
        if turn.channel.photos:
            said = {"what": commodity, "market": mandi(found.market.market)}
            key = f"{CHARTS}{commodity}/{place.lat},{place.lon}/{turn.words.language}-{turn.words.script}"
            turn.picture = Picture(key, msg("{what:commodity}, {market}", **said))
    turn.offer(sell(commodity), tell_me_when(commodity), MENU)


def _range(found: Forecast, today: date) -> Say:
    last = found.days[-1]
    return msg(
        "{what:commodity}, {market}: {now:money} on {as_of:dated}. "
        "In {n} days likely {low:money} to {high:rate}.",
        what=found.commodity,
        market=mandi(found.market.market),
        now=found.market.likely,
        as_of=found.as_of.isoformat(),
        n=(last.day - today).days,
        low=last.low,
        high={"paise": last.high, "per": "quintal"},
    )


def _waiting(found: Forecast) -> Say:
    """What waiting has brought those who waited, in rupees a quintal."""
    now, last = found.market.likely, found.days[-1]
    stakes = {"more": max(0, last.high - now), "less": max(0, now - last.low)}
    if last.likely > now * (1 + EVEN):
        return msg(
            "Waiting mostly pays: about {sum:money} more. But it may also be {less:money} less.",
            sum=last.likely - now,
            less=stakes["less"],
        )
    if last.likely < now * (1 - EVEN):
        return msg(
            "Waiting mostly does not pay: about {sum:money} less. But it may also be {more:money} more.",
            sum=now - last.likely,
            more=stakes["more"],
        )
    return msg(
        "Waiting pays as often as not: up to {more:money} more, or {less:money} less.",
        **stakes,
    )


def _how_sure(found: Forecast) -> Say:
    if found.by == "model":
        return msg("A forecast learned from past years. One price in five turns out outside of it.")
    return msg(
        "No forecast is better here than the last price. "
        "So this only shows how far prices moved before; one in five moved farther."
    )


def on_the_chart(found: Forecast) -> Mapping[str, Say]:
    """The words of its picture."""
    return {
        "title": msg("{what:commodity}, {market}", what=found.commodity, market=mandi(found.market.market)),
        "per": msg("for a quintal"),
        "paid": msg("was paid"),
        "coming": msg("may come"),
        "note": msg("{day:dated}. {source}", day=found.as_of.isoformat(), source=found.source),
    }


FORECAST = Flow(
    "price_forecast",
    title=msg("the price"),
    asks=(WHAT, WHERE),
    commit=_tell,
    deed=("commodity",),
    intents=("price_forecast",),
    members=False,
)
