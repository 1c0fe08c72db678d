"""Words about changing or about what it would bring, while a sale is being entered: they mean this sale."""

from flows.agenda import proceed
from flows.filling import fill
from flows.registry import flow_named
from flows.repair import correct, reopen
from flows.state import Frame
from flows.turn import Steps, Turn


def changes_what_is_entered(turn: Turn) -> Steps[bool]:
    """ "Change the price" in front of the review changes what stands there, not what was put up before."""
    frame, heard = turn.state.top, turn.heard
    if not frame or frame.stage not in ("review", "change") or heard.intent != "edit_listing":
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


def _named(turn: Turn, frame: Frame) -> str | None:
    """Which answer it is about: by its name as the review says it."""
    said = turn.heard.text.casefold()
    for ask in flow_named(frame.flow).asks:
        if ask.slot in frame.slots and turn.words(ask.name).casefold() in said:
            return ask.slot
    return None
