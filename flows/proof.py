"""Anybody can write or call in another's name: what moves goods or money waits for a code sent to the real phone.

Who calls hears no code: it is written to the phone when the call is over, with what it says yes to. By SMS the question
itself stands right above it.
"""

import unicodedata
from datetime import datetime, timedelta

from flows.flow import Flow
from flows.registry import flow_named
from flows.review import in_short
from flows.say import Say, msg
from flows.state import Frame
from flows.turn import Steps, Turn, market
from marketplace_core.logins import proofs

CODE_LASTS = timedelta(minutes=10)
MOST_WRONG = 3
AFTER_THE_CALL = msg("It is not done yet. A message with four digits comes after this call. Send them back.")
#: After as many wrong codes nothing is bound by SMS for so long.
RESTS = timedelta(minutes=30)


def needed(turn: Turn, frame: Frame, flow: Flow) -> bool:
    return turn.channel.forgeable and flow.guarded(turn, frame) and turn.proven is not frame


def doubted(turn: Turn, frame: Frame) -> bool:
    """Entered where anybody could have, and never proven: where nobody can forge it is looked at once more."""
    return frame.stage == "code" and not turn.channel.forgeable and turn.proven is not frame


def ask(turn: Turn, frame: Frame) -> Steps[bool]:
    """One message asks and carries the code. False: too many were wrong; the flow is over."""
    in_a_call = turn.channel.name == "voice"
    if _since(turn, "rests_at", RESTS):
        turn.say(
            msg("The code was wrong three times. To keep you safe I wait 30 minutes. A person can help now.")
        )
        return False
    if in_a_call:
        turn.say(AFTER_THE_CALL)
        if _drawn_for(turn, frame):
            frame.stage, frame.asking = "code", None
            return True
    drawn = yield from market(proofs.draw)
    wrong = turn.state.proof.get("wrong", 0)
    turn.state.proof = {"seal": drawn.seal, "drawn_at": turn.now.isoformat(), "wrong": wrong}
    frame.stage, frame.asking, frame.note["drawn_at"] = "code", None, turn.now.isoformat()
    if in_a_call:  # whoever reads it may not be who called
        flow = flow_named(frame.flow)
        turn.agreed += [(yield from (flow.at_stake or in_short(flow.title))(turn, frame)), asks(drawn.code)]
    else:
        turn.say(asks(drawn.code))
    return True


def asks(code: str) -> Say:
    return msg("Is it you? Then send back {code}. Not you? Do nothing.", code=code)


def answered(turn: Turn) -> bool:
    """True when a code was sent back, right or wrong; `proceed` goes on from there."""
    frame, said = turn.state.top, _digits(turn.heard.text)
    if not frame or frame.stage != "code" or said is None:
        return False
    proof = turn.state.proof
    seal = proof.get("seal") if _since(turn, "drawn_at", CODE_LASTS) else None
    if seal and proofs.fits(seal, said):
        turn.state.proof, turn.proven = {}, frame
    elif seal:
        wrong = proof.get("wrong", 0) + 1
        turn.state.proof = {"wrong": wrong} if wrong < MOST_WRONG else {"rests_at": turn.now.isoformat()}
        if wrong < MOST_WRONG:
            turn.say(msg("That is another code."))
    return True


def _drawn_for(turn: Turn, frame: Frame) -> bool:
    """The code that waits to be written is good for this, whatever was looked at in between."""
    drawn_at = turn.state.proof.get("drawn_at")
    return drawn_at == frame.note.get("drawn_at") and _since(turn, "drawn_at", CODE_LASTS)


def _since(turn: Turn, mark: str, lasts: timedelta) -> bool:
    at = turn.state.proof.get(mark)
    return at is not None and turn.now - datetime.fromisoformat(at) < lasts


def _digits(text: str) -> str | None:
    """ "4 8 2 1." and "४८२१" are codes; what holds a letter is none."""
    if any(letter.isalpha() for letter in text):
        return None
    digits = "".join(str(unicodedata.decimal(letter)) for letter in text if letter.isdecimal())
    return digits if len(digits) == proofs.DIGITS else None
