"""What brings a conversation back on its road, written once for every flow."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from flows.agenda import (
    AGREE,
    CHANGE,
    DROP,
    GO_ON,
    KEEP,
    MENU,
    PASSING,
    PERSON,
    SKIP,
    STOP_IT,
    ask_again,
    offer_changes,
    proceed,
    put,
    title_of,
)
from flows.filling import MISSES, settle
from flows.menu import main_menu
from flows.registry import asked, flow_named
from flows.say import Option, label, msg
from flows.shortcodes.grammar import types_commands
from flows.shortcodes.mask import masked
from flows.state import Frame
from flows.turn import KOLKATA, Steps, Turn, market
from marketplace_core.accounts import commands as accounts

REMIND_AFTER = timedelta(hours=4)
#: What was left unfinished this long is put away; until then any message goes on where it stood.
FORGET_AFTER = timedelta(days=7)

AGAIN = Option("again", label("Try again"))


def stop(turn: Turn) -> Steps[None]:
    yield from market(accounts.opt_out, turn.channel.address_id)
    turn.state.frames.clear()
    turn.state.quiet_on.clear()
    turn.wants_person = False
    turn.say(msg("You will get no more messages here. To hear from us again write START."))


def start(turn: Turn) -> Steps[None]:
    """Only whoever had said stop needs it; to anybody else it is a greeting."""
    yield from market(accounts.opt_in, turn.channel.address_id)
    turn.channel = replace(turn.channel, opted_out=False)
    turn.say(msg("Good to have you back. You will get messages again."))
    main_menu(turn)


def carrier_spoke(turn: Turn) -> Steps[bool]:
    """A carrier may answer STOP, START and HELP in its own words: then we do the same and say nothing.

    YES is a START to some carriers, though it mostly answers a question of ours.
    """
    said = turn.heard.carrier_said
    if said == "stop":
        yield from stop(turn)
    elif said == "start" and turn.channel.opted_out:
        yield from start(turn)
    else:
        return said == "help"
    return True


def still_stopped(turn: Turn) -> None:
    turn.say(msg("You asked for no messages. To hear from us again write START."))


def human(turn: Turn) -> Steps[None]:
    if call_a_person(turn) and turn.state.top:
        yield from ask_again(turn)


def call_a_person(turn: Turn) -> bool:
    """While the office is there the bot is silent; outside its hours it says when they are, and goes on: True."""
    turn.wants_person = True
    opens = turn.channel.office_opens
    if opens and turn.channel.name != "voice":
        here = opens.astimezone(KOLKATA)
        turn.say(
            msg(
                "Our office is closed now. A person writes to you on {day:day} from {hour}.",
                day=here.date().isoformat(),
                hour=f"{here:%H:%M}",
            )
        )
        turn.offer(MENU)
        return True
    turn.state.quiet_on.append(turn.channel.name)
    if turn.channel.name == "voice":
        turn.say(msg("I am calling a person from our office."))
        return False
    turn.say(
        msg("I have called a person. They will write to you here, and I stay quiet."),
        msg("To come back to me write MENU."),
    )
    return False


def human_released(turn: Turn) -> Steps[None]:
    turn.state.quiet_on.clear()
    turn.state.released = turn.wants_person = False
    turn.say(msg("I am back."))
    if turn.state.top:
        yield from ask_again(turn)
    else:
        main_menu(turn)


def menu(turn: Turn) -> Steps[None]:
    frames = turn.state.frames
    frames[:] = [frame for frame in frames if frame.flow not in PASSING]  # one list of doors for another
    main_menu(turn)
    return
    yield


def help_(turn: Turn) -> Steps[None]:
    """Explains this question, not the whole bot; at rest it says what the bot does."""
    frame = turn.state.top
    if not frame:
        turn.say(
            msg("I help you sell crop residue and produce: fair price, listing, buyer, booking."),
            msg("Write in your own words, or choose here."),
        )
        main_menu(turn, greeting=False)
        return
    ask = asked(frame)
    if ask:
        turn.say(*(yield from ask.because(turn, frame)), ask.example)
    else:
        turn.say(msg("Choose one of these. Nothing is done before you agree."))
    turn.say(msg("BACK: previous question. CANCEL: drop this. PERSON: talk to someone."))
    yield from ask_again(turn)


def why(turn: Turn) -> Steps[None]:
    frame = turn.state.top
    ask = asked(frame)
    if frame and ask:
        turn.say(*(yield from ask.because(turn, frame)))
        yield from ask_again(turn)
    else:
        yield from help_(turn)


def wait(turn: Turn) -> Steps[None]:
    turn.say(msg("Take your time. I keep everything. Write when you are ready."))
    turn.offer(*turn.state.options, wants=turn.state.last.wants if turn.state.last else None)
    return
    yield


def repeat(turn: Turn) -> Steps[None]:
    frame, again = turn.state.top, _may_be_replayed(turn)
    if frame and (frame.stage == "code" or not again):  # a code is drawn anew, or nothing of it is said aloud
        yield from ask_again(turn)
    elif turn.state.last and again:
        turn.repeat_last = True
    else:
        main_menu(turn)


def more(turn: Turn) -> Steps[None]:
    """What did not fit into the last message; where all of it did, this says it again."""
    frame, again = turn.state.top, _may_be_replayed(turn)
    if turn.state.told and turn.channel.name != "voice":
        turn.more = True
    elif frame and (frame.stage == "code" or not again):
        yield from ask_again(turn)
    elif turn.state.last and again:
        turn.more = True
    else:
        main_menu(turn)


def _may_be_replayed(turn: Turn) -> bool:
    """What was written, or told to the phone that we rang, may hold a code: it is not read out to whoever calls."""
    return turn.channel.name != "voice" or turn.state.last_on == turn.channel.line


def back(turn: Turn) -> Steps[None]:
    """To the previous question, which says what its answer was."""
    frame = turn.state.top
    if not frame:
        main_menu(turn)
        return
    frame.trail = [slot for slot in frame.trail if slot in frame.slots]  # what was reset is no way back
    if frame.stage in ("change", "drop"):
        yield from go_on(turn)
    elif frame.trail:
        yield from reopen(turn, frame, frame.trail[-1])
    else:
        turn.say(msg("This is the first question. To leave it write CANCEL."))
        yield from ask_again(turn)


def reopen(turn: Turn, frame: Frame, slot: str) -> Steps[None]:
    flow = flow_named(frame.flow)
    ask, value = flow.ask(slot), frame.slots.pop(slot)
    frame.note.setdefault("was", {})[slot] = value
    frame.trail = [one for one in frame.trail if one != slot]
    frame.note.pop("agreed", None)
    turn.say(msg("Until now: {value:say}.", value=ask.show(value).to_json()))
    yield from put(turn, frame, ask)


def cancel(turn: Turn) -> Steps[None]:
    """Drops what is under way; asks first when something would be lost. Only the innermost flow goes."""
    frame = turn.state.top
    if not frame:
        turn.say(msg("There is nothing to cancel."))
        main_menu(turn, greeting=False)
    elif any(one.trail or one.note.get("was") for one in turn.state.frames):
        frame.stage = "drop"
        yield from ask_again(turn)
    else:
        yield from drop(turn)


def drop(turn: Turn) -> Steps[None]:
    frame = turn.state.frames.pop()
    turn.say(msg("Dropped: {title:say}.", title=title_of(frame)))
    if turn.state.frames and (turn.person.registered or not flow_named(turn.state.frames[-1].flow).members):
        yield from proceed(turn)
    else:
        turn.state.frames.clear()
        main_menu(turn, greeting=False)


def correct(turn: Turn) -> Steps[None]:
    """ "No, that is wrong" without saying what: shows what there is to change."""
    frame = turn.state.top
    if frame and frame.trail:
        offer_changes(turn, frame)
    elif frame:
        yield from ask_again(turn)
    else:
        turn.say(msg("There is nothing open to change."))
        main_menu(turn, greeting=False)


def skip(turn: Turn) -> Steps[None]:
    frame = turn.state.top
    ask = asked(frame)
    if frame and ask and ask.optional:
        frame.slots[ask.slot] = ask.if_skipped
        yield from proceed(turn)
    elif ask:
        turn.say(msg("I need this one to go on."), ask.why, ask.example)
        yield from ask_again(turn)
    elif frame and frame.stage == "review":  # "no photo", where one would have been welcome
        yield from ask_again(turn)
    else:
        yield from miss(turn)


def stale(turn: Turn) -> Steps[None]:
    turn.say(msg("That was an older question. Nothing was changed."))
    if turn.state.top:
        yield from ask_again(turn)
    else:
        main_menu(turn, greeting=False)


def unread(turn: Turn) -> Steps[None]:
    turn.say(msg("I cannot open this one. Please write or send a photo."))
    if turn.state.top:
        yield from ask_again(turn)
    else:
        main_menu(turn, greeting=False)


def silence(turn: Turn) -> Steps[None]:
    """One reminder while the carrier still lets us write freely; then what was begun waits, and at last is put away."""
    if turn.state.released:
        yield from human_released(turn)
        return
    if not turn.state.frames:
        return
    if turn.state.reminders == 0:
        turn.say(msg("I am still here. Your answers so far are safe."))
        yield from ask_again(turn)
    else:
        turn.state.frames.clear()
        turn.state.last = None
    turn.state.reminders += 1


def wake_after(turn: Turn) -> timedelta | None:
    if not turn.state.frames or turn.channel.name in turn.state.quiet_on:
        return None
    return REMIND_AFTER if turn.state.reminders == 0 else FORGET_AFTER


def miss(turn: Turn) -> Steps[None]:
    """First an example, then the question with its reason, then every way out."""
    said = masked(turn.heard.text, agent=types_commands(turn.person.roles))
    turn.state.missed = [*turn.state.missed, said][-MISSES:]
    frame = turn.state.top
    if not frame:
        yield from _miss_at_rest(turn)
        return
    frame.misses += 1
    if frame.misses >= MISSES:
        frame.misses = 0
        turn.say(msg("We do not understand each other here. What shall we do?"))
        frame.stage = "way_out"
        turn.offer(AGAIN, MENU, PERSON)
        return
    ask = asked(frame)
    turn.say(msg("Sorry, I did not understand."))
    if ask:
        turn.say(*((ask.example,) if frame.misses == 1 else (ask.why, ask.example)))
    yield from ask_again(turn)


def _miss_at_rest(turn: Turn) -> Steps[None]:
    turn.state.misses += 1
    if turn.state.misses >= MISSES:
        turn.state.misses = 0
        turn.say(msg("We do not understand each other here. What shall we do?"))
        turn.offer(MENU, PERSON)
        return
    turn.say(msg("Sorry, I did not understand. Choose one, or say it in other words."))
    main_menu(turn, greeting=False)
    return
    yield


def picked(turn: Turn, option: Option) -> Steps[None]:
    """A choice of the question that is open now."""
    frame = turn.state.top
    if not frame:
        main_menu(turn)
        return
    general = next((step for known, step in GENERAL if known == option), None)
    if general:
        yield from general(turn)
    elif frame.stage == "change":
        yield from reopen(turn, frame, option.id)
    else:
        yield from _answer_picked(turn, frame, option)


def _answer_picked(turn: Turn, frame: Frame, option: Option) -> Steps[None]:
    ask = flow_named(frame.flow).ask(frame.asking or "")
    if (yield from settle(turn, frame, ask, (yield from ask.pick(turn, frame, option.id)))):
        yield from proceed(turn)
    else:
        yield from miss(turn)


def agree(turn: Turn) -> Steps[None]:
    frame = turn.state.top
    if frame:
        frame.note["agreed"] = True
        yield from proceed(turn)


def go_on(turn: Turn) -> Steps[None]:
    frame = turn.state.top
    if frame:
        frame.stage = "ask"
        yield from proceed(turn)
    else:
        main_menu(turn)


def keep(turn: Turn) -> Steps[None]:
    frame = turn.state.top
    if frame and frame.asking and frame.asking in frame.note.get("was", {}):
        frame.slots[frame.asking] = frame.note["was"].pop(frame.asking)
        frame.trail.append(frame.asking)
        frame.note.get("open", {}).pop(frame.asking, None)  # a half-said other answer goes with the keeping
    yield from go_on(turn)


#: Choices that mean the same in every flow.
GENERAL: tuple[tuple[Option, Callable[[Turn], Steps[None]]], ...] = (
    (AGREE, agree),
    (CHANGE, correct),
    (DROP, cancel),
    (STOP_IT, drop),
    (GO_ON, go_on),
    (AGAIN, go_on),
    (SKIP, skip),
    (KEEP, keep),
)

#: The repair of an intent, whatever flow is open. `fill` comes after these, `miss` last.
REPAIRS: dict[str, Callable[[Turn], Steps[None]]] = {
    "help": help_,
    "menu": menu,
    "back": back,
    "repeat": repeat,
    "cancel": cancel,
    "talk_to_human": human,
}

#: Words about the question itself, told by a value whatever the intent.
ASIDES: dict[str, Callable[[Turn], Steps[None]]] = {"skip": skip, "why": why, "wait": wait, "more": more}
