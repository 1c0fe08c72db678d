"""Writing to the other side of an offer, or of a booking that stands, in one's own words."""

from dataclasses import dataclass

from flows.agenda import MENU
from flows.asks import Text
from flows.flow import Flow, Over, Question
from flows.my_offers import MY_OFFERS as MY_OFFERS_FLOW
from flows.my_offers import WHICH
from flows.offer_acts import MY_BOOKINGS, MY_OFFERS, OVER, side_of
from flows.refusals import sorry
from flows.say import msg
from flows.state import Frame
from flows.turn import Steps, Turn, market
from marketplace_core.bookings import standing
from marketplace_core.errors import Moved, Refused
from marketplace_core.talks import commands as talks
from marketplace_core.talks.errors import EnoughSaid
from marketplace_core.talks.rules import LONGEST


@dataclass(frozen=True)
class OwnWords(Text):
    def question(self, turn: Turn, frame: Frame) -> Steps[Question | Over]:
        name = yield from _to_whom(turn, frame.slots["code"])
        if isinstance(name, Over):
            return name
        return Question((msg("What shall I write to {name}?", name=name),))


def _to_whom(turn: Turn, code: str) -> Steps[str | Over]:
    deal = yield from market(standing.booked, code)
    if not deal or turn.person.id not in (deal.seller_id, deal.buyer_id):
        side = yield from side_of(turn, code)
        return side.other if side else Over((OVER,), (MENU,))
    if not standing.stands(deal, turn.now):
        return Over((msg("This booking is {state:state} already.", state=deal.state),), (MY_BOOKINGS, MENU))
    other = deal.buyer_name if turn.person.id == deal.seller_id else deal.seller_name
    return other or deal.code


def in_which(turn: Turn, frame: Frame) -> Steps[None]:
    """People write to each other in another language than they have chosen with us."""
    understood = turn.heard.understood
    frame.note["language"] = (understood and understood.language) or turn.person.language
    return
    yield


def _write(turn: Turn, frame: Frame) -> Steps[None]:
    booked = yield from market(standing.booked, frame.slots["code"])
    turn.offer(MY_BOOKINGS if booked else MY_OFFERS, MENU)
    try:
        hidden = yield from market(
            talks.write,
            writer_id=turn.person.id,
            code=frame.slots["code"],
            words=frame.slots["words"],
            language=frame.note["language"],
        )
    except EnoughSaid:
        turn.say(msg("That is enough for today. Write again tomorrow, or name a price."))
    except Moved:
        gone = yield from _to_whom(turn, frame.slots["code"])
        turn.say(*(gone.parts if isinstance(gone, Over) else (OVER,)))
    except Refused as refusal:
        sorry(turn, refusal)
    else:
        turn.say(msg("I pass it on."))
        yield from _nothing_to_go_back_to(turn, frame.slots["code"])
        if hidden:
            turn.say(msg("Phone numbers and links stay hidden until there is a booking."))


def _nothing_to_go_back_to(turn: Turn, code: str) -> Steps[None]:
    """Where the other side's answer is awaited the offer below only says so once more."""
    side = yield from side_of(turn, code)
    if side and not side.my_turn:
        frames = turn.state.frames
        frames[:] = [
            one for one in frames if (one.flow, one.slots.get("code")) != (MY_OFFERS_FLOW.name, code)
        ]


WRITE_TO = Flow(
    "write_to",
    title=msg("your message"),
    asks=(
        WHICH,
        OwnWords(
            "words",
            text=msg("What shall I write?"),
            name=msg("Message"),
            example=msg("Write it like this: Is it dry and baled?"),
            why=msg("I pass your words on to the other side."),
            longest=LONGEST,
            then=in_which,
        ),
    ),
    commit=_write,
    deed=("code",),
    guarded=lambda turn, frame: True,
    keyed="code",
)
