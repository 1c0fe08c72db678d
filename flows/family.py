"""One phone for a family: who speaks now, and somebody new. What each of them sells and agrees stays theirs."""

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from flows.asks import Pick, Row
from flows.flow import Flow, Over
from flows.refusals import sorry
from flows.register import NAME_ASK
from flows.registry import asked
from flows.say import label, msg, verbatim
from flows.state import Frame
from flows.turn import Steps, Turn, market
from marketplace_core.accounts import Person
from marketplace_core.accounts import profiles as phone
from marketplace_core.accounts.errors import TooManyProfiles

SOMEBODY_NEW = Row("new", label("Someone new"))
#: "This is Sunita", "main Sunita hoon": longer sentences speak of somebody rather than for them.
SHORT = 4


def _others(turn: Turn) -> Steps[list[Person]]:
    here = yield from market(phone.profiles, turn.channel.address_id)
    return [each for each in here if each.id != turn.person.id and each.name]


def _rows(turn: Turn, frame: Frame) -> Steps[Sequence[Row] | Over]:
    others = yield from _others(turn)
    return [*(Row(str(each.id), verbatim(each.name or "")) for each in others), SOMEBODY_NEW]


def _pass_on(turn: Turn, frame: Frame) -> Steps[None]:
    """What follows is said in the other's own conversation: `bot/turn.py` greets them there."""
    who, address = frame.slots["who"], turn.channel.address_id
    try:
        if who == SOMEBODY_NEW.id:
            turn.person = yield from market(phone.add_profile, address, name=frame.slots["name"])
        else:
            turn.person = yield from market(phone.choose_profile, address, UUID(who))
    except TooManyProfiles as full:
        sorry(turn, full)


FAMILY = Flow(
    "family",
    title=msg("your details"),
    asks=(
        Pick(
            "who",
            text=msg("Who speaks now? Each has sales and bookings of their own."),
            name=msg("Name"),
            example=msg("Choose one of these."),
            why=msg("Buyers want to know who they deal with."),
            rows=_rows,
        ),
        replace(NAME_ASK, when=lambda turn, frame: frame.slots.get("who") == SOMEBODY_NEW.id),
    ),
    commit=_pass_on,
    deed=(),
)


def another_speaks(turn: Turn) -> Steps[bool]:
    """ "My name is Sunita", where a Sunita of the same phone is known and no question waits for a name."""
    said = _named(turn)
    if not said or turn.channel.address_id is None:
        return False
    words = {word.strip(".,!?।") for word in said.casefold().split()}
    for each in (yield from _others(turn)):
        if set((each.name or "").casefold().split()) <= words:
            turn.person = yield from market(phone.choose_profile, turn.channel.address_id, each.id)
            return True
    return False


def _named(turn: Turn) -> str:
    """The words in which somebody may be named; while something is under way, only a name that is said to be one."""
    understood, ask = turn.heard.understood, asked(turn.state.top)
    if not understood or (ask and ask.expecting in ("name", "text")):
        return ""
    if "name" in understood.values:
        return str(understood.values["name"])
    plain = understood.source != "rule" and not understood.values and not turn.state.top
    return turn.heard.text if plain and 1 < len(turn.heard.text.split()) <= SHORT else ""
