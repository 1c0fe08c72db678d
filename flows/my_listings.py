"""What I have for sale: see it, renew it, take it down."""

from collections.abc import Sequence
from typing import Any

from flows.agenda import MENU
from flows.asks import Choice, Pick, Row, YesNo
from flows.flow import Flow, Over
from flows.refusals import sorry
from flows.say import Option, label, msg
from flows.state import Frame
from flows.turn import Steps, Turn, market
from marketplace_core.errors import Refused
from marketplace_core.listings import commands as listings
from marketplace_core.listings import queries as shelf

SELL = Option("sell", label("Sell"), deed="go:sell")


def _rows(turn: Turn, frame: Frame) -> Steps[Sequence[Row] | Over]:
    mine = yield from market(shelf.mine, turn.person.id)
    if not mine:
        return Over((msg("You have nothing for sale now."),), (SELL, MENU))
    return [
        Row(
            listing.code,
            msg("{code}", code=listing.code),
            msg(
                "{what:commodity}, {left:mass}, {price:rate}: {state:state}",
                what=listing.commodity,
                left={"kg": listing.kg_left, "unit": listing.unit},
                price={"paise": listing.price_paise, "per": listing.per},
                state=listing.state,
            ),
        )
        for listing in mine
    ]


def _act(turn: Turn, frame: Frame) -> Steps[None]:
    code, act = frame.slots["code"], frame.slots["act"]
    if act == "leave" or (act == "cancel" and not frame.slots["sure"]):
        turn.say(msg("{code} stays for sale.", code=code))
        return
    try:
        if act == "renew":
            listing = yield from market(listings.renew, seller_id=turn.person.id, code=code)
            turn.say(msg("{code} is renewed until {day:day}.", code=code, day=_day(turn, listing.expires_at)))
        elif act == "cancel":
            yield from market(listings.cancel, seller_id=turn.person.id, code=code)
            turn.say(msg("{code} is taken down.", code=code))
    except Refused as refusal:
        sorry(turn, refusal)


def _day(turn: Turn, moment: Any) -> str:
    return str(moment.astimezone(turn.now.tzinfo).date().isoformat())


MY_LISTINGS = Flow(
    "my_listings",
    title=msg("your listings"),
    asks=(
        Pick(
            "code",
            text=msg("Your listings. Choose one to change it."),
            name=msg("Listing"),
            example=msg("Choose one of the list."),
            why=msg("I show what you have for sale."),
            rows=_rows,
        ),
        Choice(
            "act",
            text=msg("What shall I do with it?"),
            name=msg("What to do"),
            example=msg("Choose one of these."),
            why=msg("Renewing keeps it for 30 more days. Taking down ends the sale."),
            choices=(
                Option("renew", label("Renew")),
                Option("cancel", label("Take down")),
                Option("leave", label("Leave it")),
            ),
        ),
        YesNo(
            "sure",
            text=msg("Take it down? Buyers will not see it any more."),
            name=msg("Sure"),
            example=msg("Answer Yes or No."),
            why=msg("I ask so that no sale is lost by a slip."),
            when=lambda turn, frame: frame.slots.get("act") == "cancel",
        ),
    ),
    commit=_act,
    guarded=lambda turn, frame: frame.slots["act"] == "cancel" and frame.slots["sure"],
    binds=True,
    deed=(),
    intents=("my_listings", "cancel_listing", "edit_listing"),
)
