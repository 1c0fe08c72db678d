"""What was entered, line by line, before anything is done with it."""

from collections.abc import Callable

from flows.asks.photo import Photo
from flows.flow import Ask, Question
from flows.registry import flow_named
from flows.say import Say, msg, verbatim
from flows.state import Frame
from flows.turn import Steps, Turn

#: As much of somebody's words as tells them apart by SMS.
KNOWN_BY = 40


def entered(turn: Turn, frame: Frame) -> tuple[Say, ...]:
    if turn.channel.terse:  # what each of them is can be seen
        return (
            msg(
                "{lines:list}",
                lines=[ask.show(frame.slots[ask.slot]).to_json() for ask in _known(turn, frame)],
            ),
        )
    lines = [
        msg(
            "{name:say}: {value:say}",
            name=ask.name.to_json(),
            value=ask.show(frame.slots[ask.slot]).to_json(),
        )
        for ask in _known(turn, frame)
    ]
    return (msg("{lines:lines}", lines=[line.to_json() for line in lines]),)


def in_short(name: Say) -> Callable[[Turn, Frame], Steps[Say]]:
    """What is done, by this name, and the values it is done with; a plain yes among them says nothing."""

    def said(turn: Turn, frame: Frame) -> Steps[Say]:
        asks = [ask for ask in _known(turn, frame) if frame.slots[ask.slot] is not True]
        return named(name, *(_cut(ask.show(frame.slots[ask.slot])) for ask in asks))
        yield

    return said


def _cut(shown: Say) -> Say:
    words = str(shown.blanks["text"]) if shown.context == "verbatim" else ""
    return verbatim(f"{words[:KNOWN_BY]}…") if len(words) > KNOWN_BY else shown


def named(name: Say, *values: Say) -> Say:
    said = msg("{lines:list}", lines=[value.to_json() for value in values])
    return msg("{name:say}: {value:say}", name=name.to_json(), value=said.to_json()) if values else name


def _known(turn: Turn, frame: Frame) -> list[Ask]:
    asks = flow_named(frame.flow).asks
    return [ask for ask in asks if ask.slot in frame.slots and ask.when(turn, frame)]


def check(turn: Turn, frame: Frame) -> Steps[Question]:
    return Question((msg("Please check:"), *entered(turn, frame), *_invited(turn, frame)))
    yield


def _invited(turn: Turn, frame: Frame) -> tuple[Say, ...]:
    """A photo needs no question of its own: it may come while the rest is looked over. Once is enough to say so."""
    asks = [ask for ask in flow_named(frame.flow).asks if isinstance(ask, Photo)]
    if not asks or not turn.channel.photos or frame.slots.get(asks[0].slot) or frame.note.get("invited"):
        return ()
    frame.note["invited"] = True
    return (asks[0].text,)
