"""Voice notes. What the ears made of one is said back in the same message as the answer to it.

Ears mishear: nothing that binds is done on a voice alone, nobody is signed off by it, and what was said to a question
that has passed answers no other.
"""

from flows.agenda import ask_again
from flows.flow import Flow
from flows.menu import main_menu
from flows.registry import flow_for
from flows.say import msg
from flows.turn import Steps, Turn
from nlu.understanding import ACT

#: Intents that only make sense as an answer to what stood open.
ANSWERS = frozenset({"inform", "affirm", "deny", "accept", "reject", "correct", "out_of_scope"})


def answered(turn: Turn) -> Steps[bool]:
    """True when nothing remains to be understood of it."""
    if turn.heard.voice == "note":
        yield from _came(turn)
        return True
    if turn.heard.voice == "lost":
        turn.say(msg("I could not make out your voice note. Please say it again, or write or tap."))
        yield from _back_to_the_question(turn)
        return True
    turn.say(msg("I heard: “{words}”", words=turn.heard.text))
    if turn.heard.intent == "stop":
        turn.say(msg("To get no more messages write STOP."))
    elif _overtaken(turn) and not _wish(turn):
        turn.say(msg("We have gone on since then. I changed nothing."))
    else:
        return False
    yield from _back_to_the_question(turn)
    return True


def remember(turn: Turn) -> None:
    """Who speaks is spoken to, until they write words again; a tap or a number is neither."""
    heard = turn.heard
    if heard.voice == "words":
        turn.state.speaks = True
    elif any(letter.isalpha() for letter in heard.text) and not (heard.tap or heard.aloud):
        turn.state.speaks = False


def _came(turn: Turn) -> Steps[None]:
    if turn.channel.ears:
        turn.listening = True
        turn.say(msg("I am listening. The answer comes in a moment."))
    else:
        turn.say(msg("I cannot listen to voice notes yet. Please write or tap."))
        yield from _back_to_the_question(turn)


def _overtaken(turn: Turn) -> bool:
    last = turn.state.last
    return turn.heard.asked is not None and turn.heard.asked != (last.serial if last else 0)


def _wish(turn: Turn) -> Flow | None:
    understood = turn.heard.understood
    if not understood or understood.confidence < ACT or turn.heard.intent in ANSWERS:
        return None
    return flow_for(turn.heard.intent)


def _back_to_the_question(turn: Turn) -> Steps[None]:
    if turn.state.top:
        yield from ask_again(turn)
    else:
        main_menu(turn, greeting=False)
