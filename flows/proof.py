"""Anybody can write or call in another's name: what moves goods or money waits for a code sent to the real phone.

Who calls hears no code: it is written to the phone when the call is over.
"""

import unicodedata
from datetime import datetime, timedelta

from flows.flow import Flow
from flows.say import msg
from flows.state import Frame
from flows.turn import Steps, Turn, market
from marketplace_core.logins import proofs

CODE_LASTS = timedelta(minutes=10)
MOST_WRONG = 3
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
        turn.say(msg("To keep you safe I write to you after this call. Please answer that message."))
        if frame.stage == "code" and _since(turn, "drawn_at", CODE_LASTS):
            return True
    drawn = yield from market(proofs.draw)
    wrong = turn.state.proof.get("wrong", 0)
    turn.state.proof = {"seal": drawn.seal, "drawn_at": turn.now.isoformat(), "wrong": wrong}
    frame.stage, frame.asking = "code", None
    (turn.agreed if in_a_call else turn.parts).append(
        msg("Is it you? Then send back {code}. Not you? Do nothing.", code=drawn.code)
    )
    return True


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


def _since(turn: Turn, mark: str, lasts: timedelta) -> bool:
    at = turn.state.proof.get(mark)
    return at is not None and turn.now - datetime.fromisoformat(at) < lasts


def _digits(text: str) -> str | None:
    """ "4 8 2 1." and "४८२१" are codes; what holds a letter is none."""
    if any(letter.isalpha() for letter in text):
        return None
    digits = "".join(str(unicodedata.decimal(letter)) for letter in text if letter.isdecimal())
    return digits if len(digits) == proofs.DIGITS else None
