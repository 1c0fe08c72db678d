"""One phone for a family: who speaks now, and somebody new. What each of them sells and agrees stays theirs."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from flows.agenda import open_flow, proceed
from flows.asks import Pick, Row
from flows.did_you_mean import GUESSES
from flows.flow import Filled, Flow, Over, Taken
from flows.heard import Heard
from flows.refusals import sorry
from flows.register import NAME_ASK
from flows.registry import asked
from flows.say import label, msg, verbatim
from flows.state import Frame
from flows.turn import Steps, Turn, market
from marketplace_core.accounts import Person
from marketplace_core.accounts import profiles as phone
from marketplace_core.accounts.errors import TooManyProfiles
from nlu.phonetic import skeleton
from nlu.understanding import ACT, Understanding

SOMEBODY_NEW = Row("new", label("Someone new"))
MYSELF = "me"
#: "Sunita here", "this is Sunita": longer sentences speak of somebody rather than for them.
SHORT = 4
#: Of a new name: "Ramesh Kumar".
MOST_NAMES = 2


def _others(turn: Turn) -> Steps[list[Person]]:
    here = yield from market(phone.profiles, turn.channel.address_id)
    return [each for each in here if each.id != turn.person.id and each.name]


def _rows(turn: Turn, frame: Frame) -> Steps[Sequence[Row] | Over]:
    others = [Row(str(each.id), verbatim(each.name or "")) for each in (yield from _others(turn))]
    if "said" in frame.note:
        others.insert(0, Row(MYSELF, verbatim(turn.person.name or ""), msg("It is me")))
    return [*others, SOMEBODY_NEW]


@dataclass(frozen=True)
class Who(Pick):
    """A name answers it, whatever else it may sound like: somebody known here, in any letters, or somebody new."""

    expecting = "name"  # type: ignore[assignment]

    def take(self, turn: Turn, frame: Frame) -> Steps[Taken]:
        told = turn.heard.values.get("name")
        if not told or turn.heard.intent == "change_language":
            return (yield from super().take(turn, frame))
        said = _sounds(str(told))
        here = yield from market(phone.profiles, turn.channel.address_id)
        known = [each for each in here if each.name and _sounds(each.name) & said]
        known = [each for each in known if _sounds(each.name or "") == said] or known
        if len(known) == 1:
            mine = known[0].id == turn.person.id and "said" in frame.note
            return Filled(MYSELF if mine else str(known[0].id))
        # two are called alike: the rows tell them apart; a longer sentence is nobody's name
        return None if known or len(said) > MOST_NAMES else Filled(SOMEBODY_NEW.id)


def _sounds(name: str) -> set[str]:
    return {skeleton(word) for word in _words(name)}


def _pass_on(turn: Turn, frame: Frame) -> Steps[None]:
    """What follows is said in the other's own conversation: `bot/turn.py` greets them there.

    Nobody else speaks: then what made us ask is answered.
    """
    who, address = frame.slots["who"], turn.channel.address_id
    if who == MYSELF:
        said = frame.note["said"]
        turn.meant = Heard(said["text"], Understanding(said["intent"], said["confidence"], source="rasa"))
        return
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
        Who(
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
    """ "My name is Sunita", where a Sunita of the same phone is known and no question waits for a name.

    While nothing is under way her bare name says the same; a sentence that she is named in may be about her, so who
    speaks is asked, unless it is clear what is wanted.
    """
    if turn.heard is turn.meant:
        return False
    understood, ask = turn.heard.understood, asked(turn.state.top)
    if not understood or turn.channel.address_id is None or (ask and ask.expecting in ("name", "text")):
        return False
    told = understood.values.get("name")
    plain = understood.source != "rule" and not understood.values and not turn.state.top
    said = _words(str(told) if told else turn.heard.text)
    if not told and not (plain and len(said) <= SHORT):
        return False
    for each in (yield from _others(turn)):
        name = _words(each.name or "")
        if name == said or (told and name <= said):
            turn.person = yield from market(phone.choose_profile, turn.channel.address_id, each.id)
            return True
        clear = understood.intent in GUESSES and understood.confidence >= ACT
        if name <= said and turn.person.registered and not clear:
            frame = open_flow(turn, FAMILY)
            frame.note["said"] = {
                "text": turn.heard.text,
                "intent": understood.intent,
                "confidence": understood.confidence,
            }
            yield from proceed(turn)
            return True
    return False


def _words(text: str) -> set[str]:
    return {word.strip(".,!?।") for word in text.casefold().split()}
