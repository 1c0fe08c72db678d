"""Words about changing or about what it would bring, while a sale is being entered: they mean this sale."""

from flows.agenda import proceed
from flows.asks import Price
from flows.filling import fill
from flows.registry import asked, flow_named
from flows.repair import correct, reopen, why
from flows.say import msg
from flows.state import Frame
from flows.turn import Steps, Turn
from marketplace_core.commodities import KG_PER

#: What "how do you know?" and "where is that from?" are taken for, and how surely where the person is meant.
HOW_KNOWN = ("my_data", "about")
CLEAR = 0.8


def changes_what_is_entered(turn: Turn) -> Steps[bool]:
    """ "Change the price" in front of the review changes what stands there, not what was put up before."""
    frame, heard = turn.state.top, turn.heard
    if not frame or frame.stage not in ("review", "change"):
        return False
    if any(ask.answered_by(turn) for ask in flow_named(frame.flow).asks) and (yield from fill(turn, frame)):
        yield from proceed(turn)
        return True
    if heard.intent != "edit_listing":
        return False
    if "reference" in heard.values or not (frame.trail or frame.note.get("was")):
        return False
    if heard.values.keys() - {"number"} and (yield from fill(turn, frame)):
        yield from proceed(turn)
    elif slot := _named(turn, frame):
        yield from reopen(turn, frame, slot)
    else:
        yield from correct(turn)
    return True


def says_what_it_brings(turn: Turn) -> Steps[bool]:
    """ "What will I get?" where a price is asked for is about the lot at hand, not about any other.

    "How do you know?" is about the price that was just shown.
    """
    frame, ask, understood = turn.state.top, asked(turn.state.top), turn.heard.understood
    elsewhere = turn.heard.values.keys() & {"commodity", "place", "price"}
    if not frame or not understood or not isinstance(ask, Price) or elsewhere:
        return False
    if understood.intent in HOW_KNOWN and understood.confidence < CLEAR:
        yield from why(turn)
        return True
    if understood.intent != "ask_price":
        return False
    quantity, quote = frame.slots.get("quantity"), (yield from ask.quote(frame))
    if not quantity or not quote:
        return False
    low, high = (paise * quantity["kg"] // KG_PER["quintal"] for paise in (quote.low, quote.high))
    turn.say(
        msg("For {amount:mass} that is {low:money} to {high:money}.", amount=quantity, low=low, high=high)
    )
    yield from proceed(turn)
    return True


def _named(turn: Turn, frame: Frame) -> str | None:
    """Which answer it is about: by its name as the review says it."""
    said = turn.heard.text.casefold()
    for ask in flow_named(frame.flow).asks:
        if ask.slot in frame.slots and turn.words(ask.name).casefold() in said:
            return ask.slot
    return None
