"""Filling slots: everything a message answers, not only what was asked."""

from typing import Any

from flows.flow import Ask, Closer, Filled, Flow, Question, Taken, Unusable
from flows.registry import asked, flow_named
from flows.say import Option, Say, msg
from flows.state import Frame
from flows.turn import Steps, Turn

MISSES = 3


def fill(turn: Turn, frame: Frame) -> Steps[bool]:
    """True when the message answered anything. What is half said is kept as a question still open."""
    flow = flow_named(frame.flow)
    pending = asked(frame)
    progress = False
    if pending:
        progress = yield from settle(turn, frame, pending, (yield from pending.take(turn, frame)))
    for ask in flow.asks:
        if ask is pending:
            continue
        taken = yield from ask.hear(turn, frame, turn.heard)
        if isinstance(taken, Closer) and ask.slot in frame.slots and turn.heard.intent != "correct":
            continue  # a looser word for what is known already
        progress = (yield from settle(turn, frame, ask, taken)) or progress
    if not progress:
        progress = yield from _bare_number_corrects(turn, frame, flow)
    return progress


def settle(turn: Turn, frame: Frame, ask: Ask, taken: Taken) -> Steps[bool]:
    """Takes over what was understood for one ask; True when it was of use."""
    if isinstance(taken, Filled):
        yield from _set(turn, frame, ask, taken.value)
        return True
    if isinstance(taken, Closer):
        _keep_open(frame, ask, taken.question)
        frame.slots.pop(ask.slot, None)
        return True
    if isinstance(taken, Unusable):
        frame.misses += 1
        turn.say(taken.why)
        return frame.misses < MISSES  # after that the way out is shown instead of the question
    return False


def _set(turn: Turn, frame: Frame, ask: Ask, value: Any) -> Steps[None]:
    was = frame.note.get("was", {}).pop(ask.slot, None)
    before = frame.slots.get(ask.slot, was)
    if before is not None and before != value:
        for slot in ask.resets:
            for kept in (frame.slots, frame.note.get("was", {}), frame.note.get("open", {})):
                kept.pop(slot, None)
    if frame.slots.get(ask.slot, value) != value:  # a change nobody asked for is said back
        turn.say(
            msg(
                "{name:say}: {new:say}, not {old:say}.",
                name=ask.name.to_json(),
                new=ask.show(value).to_json(),
                old=ask.show(frame.slots[ask.slot]).to_json(),
            )
        )
    frame.slots[ask.slot] = value
    frame.note.get("open", {}).pop(ask.slot, None)
    frame.note.pop("agreed", None)
    frame.trail = [slot for slot in frame.trail if slot != ask.slot] + [ask.slot]
    frame.stage, frame.misses = "ask", 0
    if ask.then:
        yield from ask.then(turn, frame)


def _bare_number_corrects(turn: Turn, frame: Frame, flow: Flow) -> Steps[bool]:
    """ "No, 15 not 12": the number goes where the last quantity or price stands, in the same unit."""
    number = turn.heard.values.get("number")
    if turn.heard.intent != "correct" or number is None:
        return False
    for slot in reversed(frame.trail):
        ask, value = flow.ask(slot), frame.slots.get(slot)
        if ask.expecting in ("quantity", "price") and value:
            return (yield from settle(turn, frame, ask, ask.same_unit(value, number)))
    return False


def _keep_open(frame: Frame, ask: Ask, question: Question) -> None:
    frame.note.setdefault("open", {})[ask.slot] = {
        "parts": [part.to_json() for part in question.parts],
        "options": [option.to_json() for option in question.options],
        "wants": question.wants,
    }


def open_question(frame: Frame, ask: Ask) -> Question | None:
    kept = frame.note.get("open", {}).get(ask.slot)
    if not kept:
        return None
    return Question(
        tuple(Say.from_json(part) for part in kept["parts"]),
        tuple(Option.from_json(option) for option in kept["options"]),
        kept["wants"],
    )
