"""The stack of flows: opening one, asking for what is missing, finishing, and coming back to what lay below."""

from collections.abc import Mapping
from typing import Any

from flows import proof
from flows.filling import open_question
from flows.flow import Ask, Flow, Over, Question, Review
from flows.registry import flow_named
from flows.review import check
from flows.say import Option, Say, label, msg
from flows.state import Frame
from flows.turn import Steps, Turn

SKIP = Option("skip", label("Skip"))
KEEP = Option("keep", label("Leave it"))
MENU = Option("menu", label("Menu"), deed="go:menu")
PERSON = Option("person", label("Talk to a person"), deed="go:person")
#: What a call begins with: the menu, and nobody who waits for a person gives them up by it.
HELLO = "go:hello"
AGREE = Option("agree", label("Yes, go ahead"))
CHANGE = Option("change", label("Change something"))
DROP = Option("drop", label("Cancel"))
STOP_IT = Option("stop_it", label("Yes, drop it"))
GO_ON = Option("go_on", label("No, go on"))
#: Deeper than this the oldest digression is forgotten: nobody means to come back through five of them.
DEEPEST = 12
REGISTRATION = "register"
PASSING = ("did_you_mean", "me", "my_data")


def open_flow(turn: Turn, flow: Flow, slots: Mapping[str, Any] | None = None) -> Frame:
    """Begins a flow on top of what is under way, or brings it there when it already is.

    What was entered for a review is never replaced by a tap, and a question nobody answered ("did you mean …?") or a
    list of doors does not wait below something else.
    """
    frames = turn.state.frames
    known = next((frame for frame in frames if frame.flow == flow.name and _same(frame, flow, slots)), None)
    frames[:] = [frame for frame in frames if frame is not known and frame.flow not in PASSING]
    entered = known and flow.review and (known.trail or known.note.get("was"))
    frame = known if known and (entered or not slots) else Frame(flow.name, slots=dict(slots or {}))
    joining = next((n for n, below in enumerate(frames) if below.flow == REGISTRATION), len(frames))
    # who is still joining finishes that first; what they want to do waits right behind it
    frames.insert(joining if flow.members else len(frames), frame)
    del frames[:-DEEPEST]
    return frame


def _same(frame: Frame, flow: Flow, slots: Mapping[str, Any] | None) -> bool:
    return flow.keyed is None or frame.slots.get(flow.keyed) == (slots or {}).get(flow.keyed)


def proceed(turn: Turn) -> Steps[None]:
    """Asks for the first thing missing, or shows the review, or commits and goes on with the flow below."""
    frames, speaker = turn.state.frames, turn.person.id
    while frames and turn.person.id == speaker:  # what lies below waits for whoever began it
        frame = frames[-1]
        flow = flow_named(frame.flow)
        if flow.members and not turn.person.registered:
            join(turn)
            continue
        missing = first_missing(turn, frame, flow)
        if missing:
            if (yield from put(turn, frame, missing)):
                return
        elif (review := _review_of(frame, flow)) and not frame.note.get("agreed"):
            if (yield from _review(turn, frame, review)):
                return
            continue
        elif _looked_at_again(turn, frame, flow):
            continue
        elif proof.needed(turn, frame, flow):
            if (yield from proof.ask(turn, frame)):
                turn.offer(*((MENU,) if turn.channel.name == "voice" else ()))
                return
            turn.offer(PERSON, MENU)
        elif not (yield from _commit(turn, frame, flow)):
            continue
        below = frames[-2] if len(frames) > 1 and frames[-1] is frame else None
        frames[:] = [other for other in frames if other is not frame]
        if below and turn.person.id == speaker:
            turn.offer()
            turn.say(*_back_to(turn, below))
        elif not frames and not turn.options:
            turn.offer(MENU)


def _back_to(turn: Turn, frame: Frame) -> tuple[Say, ...]:
    """What the same code has opened goes on by itself."""
    title = flow_named(frame.flow).title.to_json()
    return () if proof.proven(turn, frame) else (msg("Now back to {title:say}.", title=title),)


def _looked_at_again(turn: Turn, frame: Frame, flow: Flow) -> bool:
    """What binds waits for a finger, for ears mishear; and where anybody could have said it, for the person."""
    # A finger has agreed before the code was drawn.
    by_ear = turn.by_ear and flow.binds and frame.stage != "code"
    if not (by_ear or proof.doubted(turn, frame)):
        return False
    frame.note.pop("agreed", None)
    frame.note["check"] = True
    if by_ear:
        turn.say(
            msg("I may have misheard you. To go ahead, please press 1.")
            if turn.channel.name == "voice"
            else msg("I only heard this. To go ahead, please tap or write 1.")
        )
    return True


def _review_of(frame: Frame, flow: Flow) -> Review | None:
    return flow.review or (check if frame.note.get("check") else None)


def _review(turn: Turn, frame: Frame, review: Review) -> Steps[bool]:
    """False: looking at it showed that something must be asked again."""
    frame.stage, frame.asking = "review", None
    shown = yield from review(turn, frame)
    if shown is None:
        return False
    turn.say(*shown.parts)
    turn.offer(*(shown.options or (AGREE, CHANGE, DROP)))
    return True


def _commit(turn: Turn, frame: Frame, flow: Flow) -> Steps[bool]:
    before = len(turn.parts)
    if (yield from flow.commit(turn, frame)) is False:
        frame.note.pop("agreed", None)
        return False
    if flow.binds:
        turn.agreed += turn.parts[before:]
    return True


def join(turn: Turn) -> None:
    """Welcomes a newcomer; what they came for waits below."""
    long = msg(
        "Namaste! I am Mandi Mitra, your market friend. I help you sell straw and crops at a fair price."
    )
    turn.say(msg("Namaste! I am Mandi Mitra, for a fair price.") if turn.channel.terse else long)
    if turn.state.frames:
        turn.say(msg("First a few questions, then {title:say}.", title=title_of(turn.state.frames[-1])))
    open_flow(turn, flow_named(REGISTRATION))


def first_missing(turn: Turn, frame: Frame, flow: Flow) -> Ask | None:
    return next((ask for ask in flow.asks if ask.slot not in frame.slots and ask.when(turn, frame)), None)


def put(turn: Turn, frame: Frame, ask: Ask) -> Steps[bool]:
    """Puts the question; False when there turned out to be nothing to ask and the flow is over."""
    question: Question | Over | None = open_question(frame, ask)
    if question is None:
        question = yield from ask.question(turn, frame)
    turn.say(*question.parts)
    if isinstance(question, Over):
        turn.offer(*question.options)
        return False
    frame.stage, frame.asking = "ask", ask.slot
    ways = ((KEEP,) if ask.slot in frame.note.get("was", {}) else ()) + ((SKIP,) if ask.optional else ())
    turn.offer(*question.options, *ways, wants=question.wants)
    return True


def ask_again(turn: Turn) -> Steps[None]:
    """Puts whatever is pending once more, in words that fit where it stands."""
    frame = turn.state.top
    if frame and frame.stage == "drop":
        turn.say(msg("Shall I drop {title:say}? What you told me will be gone.", title=title_of(frame)))
        turn.offer(STOP_IT, GO_ON)
    elif frame and frame.stage == "change":
        offer_changes(turn, frame)
    elif frame:
        yield from proceed(turn)


def offer_changes(turn: Turn, frame: Frame) -> None:
    flow = flow_named(frame.flow)
    frame.stage = "change"
    turn.say(msg("What shall I change?"))
    turn.offer(
        *(
            Option(ask.slot, ask.name, ask.show(frame.slots[ask.slot]))
            for ask in flow.asks
            if ask.slot in frame.slots and ask.when(turn, frame)
        )
    )


def title_of(frame: Frame) -> dict[str, Any]:
    return flow_named(frame.flow).title.to_json()
