"""The dialogue engine: what was heard meets where the conversation stands.

Pure: it reads no clock, opens no connection, writes nothing. `turn` is a generator that asks for market commands
(see `flows/turn.py`) and ends with an `Outcome`. The order of a turn is the order of `_respond`:

stop and start · a person in charge · news and silence · taps, numbers, labels · repair · the pending question and
whatever else the sentence fills · another flow · a ready answer · a miss.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

import flows.catalogue  # noqa: F401 - fills the registry
from flows import repair
from flows.agenda import ask_again, join, open_flow, proceed
from flows.answers import answer_plainly
from flows.asks import Choice
from flows.did_you_mean import GUESSES, offer_guess
from flows.filling import fill
from flows.heard import Heard
from flows.language import TONGUES, speak
from flows.languages import LANGUAGES
from flows.menu import main_menu
from flows.notices import tell
from flows.options import named, tapped
from flows.registry import FLOWS, flow_for, flow_named
from flows.say import Option, Reply, msg
from flows.state import State
from flows.turn import Channel, Steps, Turn
from marketplace_core.accounts import Person
from nlu.understanding import ACT, Expecting

#: Below `ACT` a reading is confirmed before it is acted on; below this it is not mentioned.
ASK = 0.3
#: While a question is open, words that answer it count as the answer unless another wish is this clear.
CLEAR = 0.8
#: Intents that carry no wish of their own.
ANSWERS = {"inform", "affirm", "deny", "correct", "accept", "reject", "out_of_scope", "greet"}


@dataclass(frozen=True)
class Outcome:
    """`reply` is None when the bot keeps silent, as while a person from the office has taken over."""

    state: State
    reply: Reply | None
    person: Person
    wake_after: timedelta | None


def turn(state: State, heard: Heard, person: Person, channel: Channel, now: datetime) -> Steps[Outcome]:
    this = Turn(person, channel, state, heard, now)
    yield from _respond(this)
    reply = _reply(this)
    state.at = now.isoformat()
    if heard.understood or heard.tap or heard.photos or heard.location:
        state.reminders = 0
    return Outcome(state, reply, this.person, repair.wake_after(this))


def _reply(this: Turn) -> Reply | None:
    state = this.state
    if this.repeat_last:
        return state.last
    if not this.parts:
        return None
    state.serial += 1
    reply = Reply(tuple(this.parts), this.options, state.serial, this.wants)
    if not this.heard.news or this.options:  # news that asks nothing leaves the open question open
        state.last = reply
    return reply


def _respond(this: Turn) -> Steps[None]:
    heard, state = this.heard, this.state
    state.frames = [frame for frame in state.frames if frame.flow in FLOWS]
    sure = bool(heard.understood and heard.understood.source == "rule")
    if heard.intent == "stop" and sure:
        yield from repair.stop(this)
    elif this.channel.opted_out:
        if heard.intent == "start":
            yield from repair.start(this)
        elif not (heard.news or heard.silence):
            repair.still_stopped(this)
    elif state.human_since:
        if heard.intent == "menu" and sure:
            yield from repair.human_released(this)
    elif heard.news:
        yield from tell(this, heard.news)
    elif heard.silence:
        yield from repair.silence(this)
    else:
        yield from _follow_language(this)
        yield from _converse(this)


def _converse(this: Turn) -> Steps[None]:
    heard, state = this.heard, this.state
    if heard.tap:
        option = next((one for one in state.options if one.deed == heard.tap), None)
        option = option or tapped(heard.tap, state.options, state.last.serial if state.last else 0)
        if option or heard.tap.startswith("go:"):
            yield from _choose(this, option or Option("", msg(""), deed=heard.tap))
        else:
            yield from repair.stale(this)
        return
    option = named(heard.text, state.options, this.words)
    if option:
        yield from _choose(this, option)
    elif heard.voice:
        yield from repair.voice_note(this)
    else:
        yield from _listen(this)


def _choose(this: Turn, option: Option) -> Steps[None]:
    if option.deed:
        yield from _deed(this, option.deed)
    else:
        yield from repair.picked(this, option)


def _deed(this: Turn, deed: str) -> Steps[None]:
    """ "go:sell:paddy_straw", "go:my_bookings:confirm:B7QK2M": begins something, whenever it is tapped."""
    _, name, *words = deed.split(":")
    if name == "on":
        yield from repair.go_on(this)
    elif name in DOORS:
        yield from repair.REPAIRS[DOORS[name]](this)
    elif name in FLOWS:
        flow = flow_named(name)
        open_flow(this, flow, dict(zip(flow.deed, words, strict=False)))
        yield from proceed(this)
    else:
        yield from repair.stale(this)


def _listen(this: Turn) -> Steps[None]:
    """Free words, photos and pins."""
    heard, state, frame = this.heard, this.state, this.state.top
    understood = heard.understood
    confidence = understood.confidence if understood else 0.0
    rules = bool(understood and understood.source == "rule")
    awaited = expecting(state) if frame else None
    free_text = awaited in ("name", "text")
    answered = bool(
        awaited in heard.values or (awaited in ("quantity", "price") and "number" in heard.values)
    )
    needed = CLEAR if answered else ACT

    aside = next((step for name, step in repair.ASIDES.items() if name in heard.values), None)
    if aside:
        yield from aside(this)
        return
    if heard.intent in repair.REPAIRS and (rules or (confidence >= needed and not free_text)):
        yield from repair.REPAIRS[heard.intent](this)
        return
    if frame and (yield from _stage_answer(this)):
        return
    if frame and heard.intent in ("deny", "reject") and (rules or confidence >= ACT) and _optional(this):
        yield from repair.skip(this)
        return
    wish = flow_for(heard.intent) if heard.intent not in ANSWERS else None
    elsewhere = bool(wish and frame and wish.name != frame.flow and not free_text and confidence >= needed)
    if frame and not (elsewhere and not _names_choice(this)) and (yield from fill(this, frame)):
        yield from proceed(this)
    elif heard.intent == "correct" and confidence >= ACT:
        yield from repair.correct(this)
    elif wish and confidence >= ACT:
        opened = open_flow(this, wish)
        yield from fill(this, opened)
        yield from proceed(this)
    elif heard.intent == "greet" and confidence >= ACT:
        yield from _greet(this)
    elif confidence >= ACT and (yield from answer_plainly(this)):
        return
    elif heard.intent in GUESSES and confidence >= ASK and (not frame or frame.flow != "did_you_mean"):
        yield from offer_guess(this)
    elif not frame and not this.person.registered:
        yield from _greet(this)
    elif not frame and heard.intent in ("accept", "reject") and confidence >= ACT:
        open_flow(this, flow_named("my_bookings"))
        yield from proceed(this)
    else:
        yield from repair.miss(this)


def _optional(this: Turn) -> bool:
    frame = this.state.top
    return bool(
        frame and frame.stage == "ask" and frame.asking and flow_named(frame.flow).ask(frame.asking).optional
    )


def _names_choice(this: Turn) -> bool:
    """ "Kannada" while the language is being asked is the answer, not a wish to change it."""
    frame = this.state.top
    ask = flow_named(frame.flow).ask(frame.asking) if frame and frame.asking else None
    return isinstance(ask, Choice) and ask.value in this.heard.values


def expecting(state: State) -> Expecting | None:
    """What a short answer would be about, for the ears of language understanding."""
    frame = state.top
    if not frame or frame.flow not in FLOWS:
        return None
    if frame.stage in ("review", "drop"):
        return "yes_no"
    if frame.stage != "ask" or not frame.asking:
        return "choice"
    return flow_named(frame.flow).ask(frame.asking).expecting


def _stage_answer(this: Turn) -> Steps[bool]:
    """Yes and no where the review or the question "shall I drop it?" is open."""
    frame = this.state.top
    assert frame
    yes = this.heard.intent in ("affirm", "accept")
    no = this.heard.intent in ("deny", "reject")
    answers = {
        ("review", True): repair.agree,
        ("review", False): repair.correct,
        ("drop", True): repair.drop,
        ("drop", False): repair.go_on,
    }
    step = answers.get((frame.stage, yes)) if yes or no else None
    if not step or this.heard.values.keys() - {"number"}:  # "no, 15 tonnes" is a correction, not a no
        return False
    yield from step(this)
    return True


def _greet(this: Turn) -> Steps[None]:
    if this.state.top:
        this.say(msg("Namaste! We were here:"))
        yield from ask_again(this)
    elif this.person.registered:
        main_menu(this)
    else:
        join(this)
        yield from proceed(this)


def _follow_language(this: Turn) -> Steps[None]:
    """A newcomer is answered in the script they write; a stored choice holds until a whole sentence is in another."""
    understood = this.heard.understood
    if not understood or understood.script != "native" or understood.language not in LANGUAGES:
        return
    known = understood.language == this.person.language
    newcomer = not this.person.registered and not this.state.frames
    sentence = len(this.heard.text.split()) > 1
    if (
        understood.language in TONGUES
        and understood.language != "en"
        and not known
        and (newcomer or sentence)
    ):
        yield from speak(this, understood.language)


#: The doors of the main menu and of other messages that are repairs, not flows.
DOORS = {"menu": "menu", "help": "help", "person": "talk_to_human", "start": "start"}
