"""The dialogue engine: what was heard meets where the conversation stands.

Pure: it reads no clock, opens no connection, writes nothing. `turn` is a generator that asks for market commands
(see `flows/turn.py`) and ends with an `Outcome`. The order of a turn is the order of `_respond`:

stop and start · news · a person in charge · silence · taps, numbers, labels · repair · the pending question and
whatever else the sentence fills · another flow · a ready answer · a miss.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import flows.catalogue  # noqa: F401 - fills the registry
from flows import by_ear, proof, repair
from flows.agenda import MENU, ask_again, join, open_flow, proceed
from flows.answers import answer_plainly
from flows.asks import Choice
from flows.changing import changes_what_is_entered, says_what_it_brings
from flows.did_you_mean import GUESSES, offer_guess
from flows.doors import names_a_door
from flows.family import another_speaks
from flows.filling import fill
from flows.flow import Filled, Flow
from flows.grade import one_of_several, photos_alone
from flows.heard import CLEAR, Heard
from flows.language import TONGUES, speak
from flows.menu import main_menu
from flows.money import asks_what_comes
from flows.not_here import NOT_HERE, matter
from flows.notices import tell
from flows.options import named, tapped
from flows.registry import FLOWS, asked, flow_for, flow_named
from flows.say import Option, Reply, Say, msg
from flows.shortcodes import answering as shortcodes
from flows.small_matters import speaks_of_small_matters
from flows.state import State
from flows.turn import Channel, Steps, Turn
from marketplace_core.accounts import Person
from nlu.understanding import ACT, Expecting

#: Below `ACT` a reading is confirmed before it is acted on; below this it is not mentioned.
ASK = 0.3
#: So sure must another language be before the answers change to it.
CLEARLY = 0.98
#: Intents that carry no wish of their own.
ANSWERS = {"inform", "affirm", "deny", "correct", "accept", "reject", "out_of_scope", "greet", "start"}
YES_OR_NO = {"affirm", "deny", "accept", "reject"}
#: A number or a yes this soon after a notice was written before the notice was read.
CROSSING = timedelta(seconds=15)


@dataclass(frozen=True)
class Outcome:
    """`reply` is None when the bot keeps silent, as while a person from the office has taken over."""

    state: State
    reply: Reply | None
    person: Person
    wake_after: timedelta | None
    #: What was agreed in this turn, in its own words.
    agreed: tuple[Say, ...] = ()
    #: A voice note is to be listened to; its answer comes in a turn of its own.
    listening: bool = False
    #: A person of the office was asked for and is to be told; False: is not waited for any more.
    wants_person: bool | None = None


def turn(state: State, heard: Heard, person: Person, channel: Channel, now: datetime) -> Steps[Outcome]:
    this = Turn(person, channel, state, heard, now)
    if (yield from repair.carrier_spoke(this)):
        return Outcome(state, None, this.person, repair.wake_after(this), wants_person=this.wants_person)
    yield from _respond(this)
    by_ear.remember(this)
    state.released = False
    reply = _reply(this)
    if heard.understood or heard.tap or heard.photos or heard.location:
        state.reminders = 0
    wake = repair.wake_after(this)
    return Outcome(state, reply, this.person, wake, tuple(this.agreed), this.listening, this.wants_person)


def _reply(this: Turn) -> Reply | None:
    state = this.state
    if this.repeat_last and state.last:
        return replace(state.last, parts=(*this.parts, *state.last.parts))
    if this.listening:  # the question stays open, with its number
        return Reply(tuple(this.parts), serial=state.serial)
    if this.more:
        return _next_page(state)
    if not this.parts:
        return None
    state.serial += 1
    whole = any(map(proof.is_asked_in, this.parts))  # a code behind "more" would be another one by then
    reply = Reply(tuple(this.parts), this.options, state.serial, this.wants, this.picture, whole=whole)
    if this.heard.news:  # other news leaves the mark of a notice that asked something
        state.noticed_at = this.now.isoformat() if this.options else state.noticed_at
    else:
        state.noticed_at = None
    asks_nothing = bool(this.heard.news and not this.options)
    state.told = reply if asks_nothing else None
    if not asks_nothing:  # news that asks nothing leaves the open question open
        state.last, state.last_on = reply, this.channel.line
    return reply


def _next_page(state: State) -> Reply | None:
    if state.told:
        state.told = replace(state.told, page=state.told.page + 1)
        return state.told
    state.last = replace(state.last, page=state.last.page + 1) if state.last else None
    return state.last


def _respond(this: Turn) -> Steps[None]:
    heard, state = this.heard, this.state
    state.frames = [frame for frame in state.frames if frame.flow in FLOWS]
    sure = bool(heard.understood and heard.understood.source == "rule")
    if heard.intent == "stop" and sure and not this.by_ear:
        yield from repair.stop(this)
    elif this.channel.opted_out:
        if heard.intent == "start" and not this.by_ear:
            yield from repair.start(this)
        elif heard.silence:
            state.frames.clear()
        elif not heard.news and heard.voice not in ("words", "lost"):  # of these nothing is expected any more
            repair.still_stopped(this)
    elif heard.news:
        yield from tell(this, heard.news)
    elif this.channel.name in state.quiet_on:
        if (heard.intent == "menu" and sure) or heard.tap == MENU.deed:
            yield from repair.human_released(this)
        elif heard.tap:  # is meant for the bot; whoever was asked for still comes
            state.quiet_on.remove(this.channel.name)
            yield from _converse(this)
    elif heard.silence:
        yield from repair.silence(this)
    else:
        yield from _follow_language(this)
        yield from _converse(this)
        if this.meant:
            this.heard = this.meant
            yield from _listen(this)


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
    if heard.voice and (yield from by_ear.answered(this)):
        return
    if (yield from shortcodes.answered(this)):
        return
    option = named(heard.text, state.options, this.words)
    if (option or heard.intent in YES_OR_NO) and _crossed(this):
        this.say(msg("Our messages crossed. Please answer this one again."))
        yield from ask_again(this)
    elif option:
        yield from _choose(this, option)
    elif heard.unread and not (heard.text or heard.photos):
        yield from repair.unread(this)
    else:
        yield from _listen(this)


def _crossed(this: Turn) -> bool:
    """A bare number that comes right behind a notice was likely meant for what stood there before."""
    since = this.state.noticed_at
    return bool(this.state.top and since and this.now - datetime.fromisoformat(since) < CROSSING)


def _choose(this: Turn, option: Option) -> Steps[None]:
    frame, ask = this.state.top, asked(this.state.top)
    # while its question is open a choice is the answer to it, whatever else its button may do later
    answers = bool(frame and ask and isinstance((yield from ask.pick(this, frame, option.id)), Filled))
    if option.deed and not answers:
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
    elif name in FLOWS and FLOWS[name].deed is not None:
        flow = flow_named(name)
        brought = dict(zip(flow.deed or (), words, strict=False))
        open_flow(
            this, flow, {slot: word for slot, word in brought.items() if flow.ask(slot).plausible(word)}
        )
        yield from proceed(this)
    else:
        yield from repair.stale(this)


def _listen(this: Turn) -> Steps[None]:
    """Free words, photos and pins: each step says whether it was for it."""
    for step in LISTENING:
        if (yield from step(this)):
            this.state.misses = 0
            return
    if this.state.top or this.person.registered:
        yield from repair.miss(this)
    else:
        yield from _greet(this)


def _sure(this: Turn, needed: float = ACT) -> bool:
    return this.heard.sure(needed)


def _needed(this: Turn) -> float:
    """How clear another wish must be: clearer while the words may be the answer that is awaited."""
    awaited, values = expecting(this.state), this.heard.values
    answered = awaited in values or (awaited in ("quantity", "price") and "number" in values)
    return CLEAR if this.state.top and answered else ACT


def _own_words_awaited(this: Turn) -> bool:
    return bool(this.state.top) and expecting(this.state) in ("name", "text")


def _is_the_answer(this: Turn) -> bool:
    ask = asked(this.state.top)
    return bool(ask and ask.answered_by(this))


def _repairs(this: Turn) -> Steps[bool]:
    aside = next((step for name, step in repair.ASIDES.items() if name in this.heard.values), None)
    step = aside or (repair.cancel if _calls_this_off(this) else repair.REPAIRS.get(this.heard.intent))
    by_rule = bool(this.heard.understood and this.heard.understood.source == "rule")
    if (
        not step
        or _is_the_answer(this)
        or not (by_rule or (_sure(this, _needed(this)) and not _own_words_awaited(this)))
    ):
        return False
    yield from step(this)
    return True


def _calls_this_off(this: Turn) -> bool:
    """ "Cancel the booking" in the middle of a sale, with no booking named, is about the sale."""
    frame = this.state.top
    wish = this.heard.intent in ("cancel_booking", "cancel_listing") and "reference" not in this.heard.values
    return bool(frame and wish and this.heard.intent not in flow_named(frame.flow).intents and frame.trail)


def _answers_the_code(this: Turn) -> Steps[bool]:
    if not proof.answered(this):
        return False
    yield from proceed(this)
    return True


def _answers_the_stage(this: Turn) -> Steps[bool]:
    """Yes and no where the review or the question "shall I drop it?" is open, no to what may be left out."""
    frame, heard = this.state.top, this.heard
    yes, no = heard.intent in ("affirm", "accept"), heard.intent in ("deny", "reject")
    # "no, 15 tonnes" is a correction, not a no
    if not frame or not (yes or no) or heard.values.keys() - {"number"}:
        return False
    ask = asked(frame)
    answers = {
        ("review", True): repair.agree,
        ("review", False): repair.correct,
        ("drop", True): repair.drop,
        ("drop", False): repair.go_on,
        ("code", False): repair.cancel,
        ("ask", False): repair.skip if ask and ask.optional and ask.expecting != "yes_no" else None,
    }
    step = answers.get((frame.stage, yes))
    binding = yes and frame.stage == "review" and flow_named(frame.flow).binds
    if not step or not _sure(this, CLEAR if binding else ACT):
        return False
    yield from step(this)
    return True


def _asks_for_what_is_not_here(this: Turn) -> Steps[bool]:
    """ "What helps against rust in my 40 quintal wheat?" names a quantity, and answers nothing that was asked."""
    needed = ACT if "watch" in this.heard.values else CLEAR  # the words themselves say what is to be watched
    elsewhere = matter(this.heard) in NOT_HERE and _sure(this, needed) and not _own_words_awaited(this)
    return elsewhere and (yield from answer_plainly(this))


def _answers_the_question(this: Turn) -> Steps[bool]:
    frame = this.state.top
    wish = _wish(this)
    elsewhere = wish and frame and wish.name != frame.flow and _sure(this, _needed(this))
    own = _own_words_awaited(this) or _names_choice(this) or _is_the_answer(this)
    if not frame or (elsewhere and not own):
        return False
    if (yield from fill(this, frame)):
        yield from proceed(this)
        return True
    return False


def _wishes_something(this: Turn) -> Steps[bool]:
    intent, wish, frame = this.heard.intent, _wish(this), this.state.top
    confidence = this.heard.understood.confidence if this.heard.understood else 0.0
    if intent == "correct" and _sure(this):
        yield from repair.correct(this)
    elif intent in ("greet", "start") and _sure(this):
        yield from _greet(this)
    elif intent == "register" and this.person.registered and _sure(this):
        this.say(msg("You have joined already."))
        main_menu(this, greeting=False)
    elif wish and _sure(this):
        yield from fill(this, open_flow(this, wish))
        yield from proceed(this)
    elif intent in GUESSES and confidence >= ASK and (not frame or frame.flow != "did_you_mean"):
        yield from offer_guess(this)
    else:
        return False
    return True


def _has_a_ready_answer(this: Turn) -> Steps[bool]:
    """With a question open, stray words are rather a poor answer to it than a talk about the weather."""
    return _sure(this, CLEAR if this.state.top else ACT) and (yield from answer_plainly(this))


def _wish(this: Turn) -> Flow | None:
    """A flow of its own; "I agree" is one only where nothing else is open."""
    asked = ANSWERS if this.state.top else ANSWERS - {"accept", "reject"}
    return flow_for(this.heard.intent) if this.heard.intent not in asked else None


def _names_choice(this: Turn) -> bool:
    """ "Kannada" while the language is being asked is the answer, not a wish to change it."""
    ask = asked(this.state.top)
    return isinstance(ask, Choice) and ask.value in this.heard.values


def expecting(state: State) -> Expecting | None:
    """What a short answer would be about, for the ears of language understanding."""
    frame = state.top
    if not frame or frame.flow not in FLOWS:
        return None
    if frame.stage in ("review", "drop"):
        return "yes_no"
    ask = asked(frame)
    return ask.expecting if ask else "choice"


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
    """A newcomer is answered as they write; a stored choice holds until somebody clearly writes another language."""
    understood = this.heard.understood
    if not understood or understood.language in (None, "en", this.person.language):
        return
    newcomer = not this.person.registered and not this.state.frames
    words = len(this.heard.text.split())
    latin = understood.script == "latin"
    tongue = f"{understood.language}_latin" if latin else str(understood.language)
    if tongue not in TONGUES or (words < 2 and (latin or not newcomer)):
        return
    # Latin letters alone never change what somebody chose.
    if newcomer or (not latin and understood.language_confidence >= CLEARLY):
        yield from speak(this, tongue)


LISTENING = (
    another_speaks,
    names_a_door,
    speaks_of_small_matters,
    _repairs,
    _answers_the_code,
    _answers_the_stage,
    _asks_for_what_is_not_here,
    one_of_several,
    changes_what_is_entered,
    says_what_it_brings,
    asks_what_comes,
    _answers_the_question,
    _wishes_something,
    photos_alone,
    _has_a_ready_answer,
)

#: The doors of the main menu and of other messages that are repairs, not flows.
DOORS = {"menu": "menu", "hello": "menu", "help": "help", "person": "talk_to_human"}
