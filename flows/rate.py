"""How the deal was, from one to five, once it is over: said by a tap, and never by whom."""

from dataclasses import dataclass

from flows.agenda import MENU
from flows.asks import Choice
from flows.booking_acts import known, refused, which
from flows.flow import Filled, Flow, Over, Question, Taken
from flows.say import Option, Say, label, msg
from flows.state import Frame
from flows.turn import Steps, Turn, market
from marketplace_core.errors import Refused
from marketplace_core.ratings import commands as ratings

#: Numbered as they are shown, so that a "5" is the best.
STARS = (
    Option("1", label("Bad")),
    Option("2", label("Not so good")),
    Option("3", label("All right")),
    Option("4", label("Good")),
    Option("5", label("Very good")),
)


@dataclass(frozen=True)
class Stars(Choice):
    def question(self, turn: Turn, frame: Frame) -> Steps[Question | Over]:
        booking = yield from known(turn, frame.slots["code"])
        if isinstance(booking, Over):
            return booking
        return Question((how_was(turn, booking.seller_name, booking.buyer_name, booking.buyer_id),), STARS)

    def take(self, turn: Turn, frame: Frame) -> Steps[Taken]:
        said = turn.heard.values.get("number")
        return Filled(str(said)) if self.plausible(str(said)) else None
        yield

    def plausible(self, value: str) -> bool:
        return any(value == one.id for one in STARS)


def how_was(turn: Turn, seller: str | None, buyer: str | None, buyer_id: object) -> Say:
    return msg("How was it with {name}?", name=seller if turn.person.id == buyer_id else buyer)


def ask_rating(turn: Turn, code: str) -> Steps[None]:
    """Asked in passing: it opens nothing that would have to be answered or be reminded of."""
    booking = yield from known(turn, code)
    if isinstance(booking, Over):
        return
    turn.say(how_was(turn, booking.seller_name, booking.buyer_name, booking.buyer_id))
    turn.offer(*(Option(one.id, one.label, deed=f"go:rate:{code}:{one.id}") for one in STARS), MENU)


def _rate(turn: Turn, frame: Frame) -> Steps[None]:
    code, stars = frame.slots["code"], int(frame.slots["stars"])
    try:
        yield from market(ratings.rate, actor_id=turn.person.id, code=code, stars=stars)
    except Refused as refusal:
        refused(turn, refusal)
        return
    turn.say(msg("Thank you for telling me."))


RATE = Flow(
    "rate",
    title=msg("the booking"),
    asks=(
        which(and_also=(ratings.IS_OVER,)),
        Stars(
            "stars",
            text=msg("Which booking?"),
            name=msg("Booking"),
            example=msg("Choose one of these."),
            why=msg("Buyers want to know who they deal with."),
            choices=STARS,
        ),
    ),
    commit=_rate,
    intents=("rate",),
    deed=("code", "stars"),
    keyed="code",
)
