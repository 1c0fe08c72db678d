"""What a buyer waits for: a promise to tell of every new lot that fits, the list of them, and their end."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from flows.agenda import MENU, open_flow, proceed
from flows.asks import Choice, Commodity, Pick, Price, Row, Where
from flows.filling import fill
from flows.flow import Flow, Over, Question
from flows.found import REACH_KM
from flows.heard import Heard
from flows.plain_words import says
from flows.refusals import sorry
from flows.say import Option, Say, label, msg
from flows.sell import COMMON
from flows.state import Frame
from flows.turn import Steps, Turn, day_of, market
from marketplace_core.errors import Refused
from marketplace_core.places.place import Place
from marketplace_core.wishes import commands as wishes
from marketplace_core.wishes import queries
from marketplace_core.wishes.errors import TooManyWishes
from marketplace_core.wishes.queries import Wish
from nlu.understanding import ACT

#: A month is a season of straw; who still looks then says so again.
STANDS = timedelta(days=30)
MOST_SHOWN = 5
NOTHING = msg("You look for nothing now.")
MY_WISHES_DOOR = Option("wishes", label("My wishes"), deed="go:my_wishes")
SEARCH = Option("buy", label("Buy"), deed="go:buy")


def _wish(turn: Turn, frame: Frame) -> Steps[None]:
    slots = frame.slots
    price = slots.get("price") or {}
    km = frame.slots.get("km", REACH_KM)
    try:
        wish = yield from market(
            wishes.make_wish,
            buyer_id=turn.person.id,
            commodity=slots["commodity"],
            place=Place.from_json(slots["place"]),
            km=km,
            until=turn.now + STANDS,
            grade=slots.get("grade"),
            price_paise=price.get("paise"),
            per=price.get("per"),
        )
    except TooManyWishes:
        turn.say(msg("You look for many things already. Please end one first."))
        turn.offer(MY_WISHES_DOOR, MENU)
        return
    except Refused as refusal:
        sorry(turn, refusal)
        return
    turn.say(
        msg("I write to you when there is {what:say}.", what=in_words(wish).to_json()),
        msg("Until {day:day}.", day=_last_day(wish)),
    )
    turn.offer(MY_WISHES_DOOR, MENU)


def in_words(wish: Wish) -> Say:
    what = msg("{what:commodity}", what=wish.commodity)
    return msg("{lines:list}", lines=[what.to_json(), _bounds(wish).to_json()])


def _bounds(wish: Wish) -> Say:
    facts = [msg("{km} km around {place:place}", km=wish.km, place=wish.place.to_json())]
    if wish.grade:
        facts.append(msg("grade {grade}", grade=wish.grade))
    if wish.price_paise:
        facts.append(msg("at most {price:rate}", price={"paise": wish.price_paise, "per": wish.per}))
    return msg("{lines:list}", lines=[fact.to_json() for fact in facts])


def _last_day(wish: Wish) -> str:
    return day_of(wish.until)


WISH = Flow(
    "wish",
    title=msg("your search"),
    asks=(
        Commodity(
            "commodity",
            text=msg("What do you want to buy?"),
            name=msg("What"),
            example=msg("Write it like this: paddy straw"),
            why=msg("I search by it."),
            common=COMMON,
            resets=("price",),
        ),
        Where(
            "place",
            text=msg("Near which place? Send the pincode, the village, or the location."),
            name=msg("Place"),
            example=msg("Write it like this: 142001"),
            why=msg("I search around it."),
        ),
        # nobody has to name one; who says it is heard
        Price(
            "price",
            text=msg("What price do you offer?"),
            name=msg("Price"),
            example=msg("Write it like this: 250 a quintal"),
            why=msg("I search by it."),
            when=lambda turn, frame: "price" in frame.slots or "price" in frame.note.get("open", {}),
        ),
    ),
    commit=_wish,
    deed=("commodity",),
)


def speaks_of_wishes(turn: Turn) -> Steps[bool]:
    """ "My wishes", "stop looking for straw", "tell me when straw is for sale": there is no intent for these.

    A price in it, or a word of prices, waits for a price: that is the alerts' matter.
    """
    heard = turn.heard
    if says(heard.text, "stop_looking") or _names_wishes(heard):
        standing = yield from market(queries.mine, turn.person.id)
        meant = [wish for wish in standing if wish.commodity == heard.values.get("commodity")]
        open_flow(turn, MY_WISHES, {"wish": str(meant[0].id)} if len(meant) == 1 else None)
    elif _waits_for_goods(heard):
        yield from fill(turn, open_flow(turn, WISH))
    else:
        return False
    yield from proceed(turn)
    return True


def _names_wishes(heard: Heard) -> bool:
    """By the name on its door, bent as speech bends it; "I need 10 tonnes of straw" sounds like it in Bengali."""
    said = {*heard.values, *(heard.understood.alternatives if heard.understood else ())}
    return says(heard.text, "my_wishes") and not said & {"commodity", "quantity"}


def _waits_for_goods(heard: Heard) -> bool:
    understood = heard.understood
    if not understood or understood.intent != "alerts" or understood.confidence < ACT:
        return False
    what = "commodity" in understood.values or "commodity" in understood.alternatives
    if not what or "price" in understood.values or says(heard.text, "price"):
        return False
    return "quantity" in understood.values or says(heard.text, "for_sale")


def _mine(turn: Turn, frame: Frame) -> Steps[Sequence[Row] | Over]:
    standing = yield from market(queries.mine, turn.person.id)
    if not standing:
        return Over((NOTHING,), (SEARCH, MENU))
    return [
        Row(str(wish.id), msg("{what:commodity}", what=wish.commodity), _bounds(wish))
        for wish in standing[:9]
    ]


@dataclass(frozen=True)
class What(Choice):
    """What has come for it so far stands above the choice; each lot is one tap away."""

    def question(self, turn: Turn, frame: Frame) -> Steps[Question | Over]:
        wish = yield from _chosen(turn, frame)
        if not wish:
            return Over((NOTHING,), (MY_WISHES_DOOR, MENU))
        came = yield from market(queries.matched, wish.id, limit=MOST_SHOWN)
        open_lots = [lot for lot in came if lot.state == "active"]
        lots = tuple(
            Option(
                f"lot_{lot.code}",
                msg("{left:mass} {code}", left={"kg": lot.kg_left, "unit": lot.unit}, code=lot.code),
                msg("{price:rate}", price={"paise": lot.price_paise, "per": lot.per}),
                deed=f"go:lot:{lot.code}",
            )
            for lot in open_lots
        )
        none = () if lots else (msg("I go on looking."),)
        return Question((in_words(wish), *none, self.text), (*lots, *self.choices))


def _chosen(turn: Turn, frame: Frame) -> Steps[Wish | None]:
    standing = yield from market(queries.mine, turn.person.id)
    return next((wish for wish in standing if str(wish.id) == frame.slots["wish"]), None)


def _act(turn: Turn, frame: Frame) -> Steps[None]:
    if frame.slots["act"] == "leave":
        turn.say(msg("I go on looking."))
        turn.offer(MY_WISHES_DOOR, MENU)
        return
    try:
        ended = yield from market(wishes.end_wish, buyer_id=turn.person.id, wish_id=UUID(frame.slots["wish"]))
        turn.say(msg("I no longer look for {what:commodity}.", what=ended.commodity))
    except Refused:  # its day came meanwhile
        turn.say(NOTHING)
    turn.offer(MY_WISHES_DOOR, MENU)


MY_WISHES = Flow(
    "my_wishes",
    title=msg("your search"),
    asks=(
        Pick(
            "wish",
            text=msg("You look for this. Choose one to see or end it."),
            name=msg("What"),
            example=msg("Choose one of the list."),
            why=msg("I search by it."),
            rows=_mine,
            resets=("act",),
        ),
        What(
            "act",
            text=msg("What shall I do?"),
            name=msg("What to do"),
            example=msg("Choose one of these."),
            why=msg("I search by it."),
            choices=(Option("end", label("Stop looking")), Option("leave", label("Leave it"))),
        ),
    ),
    commit=_act,
    deed=(),
)
