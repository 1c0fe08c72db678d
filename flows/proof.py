"""Anybody can write or call in another's name: what moves goods or money waits for a code sent to the real phone.

Who calls hears no code: it is written to the phone when the call is over, with what it says yes to. By SMS the question
itself stands right above it; asked once more, or for what a call agreed to, the code comes with what it is for.
"""

import unicodedata
from datetime import datetime, timedelta

from flows.flow import Flow
from flows.registry import asked, flow_named
from flows.review import in_short
from flows.say import Say, msg
from flows.state import Frame
from flows.turn import Steps, Turn, market
from marketplace_core.errors import Refused
from marketplace_core.logins import proofs

CODE_LASTS = timedelta(minutes=10)
MOST_WRONG = 3
AFTER_THE_CALL = msg("It is not done yet. A message with four digits comes after this call. Send them back.")
#: After as many wrong codes nothing is bound by SMS for so long.
RESTS = timedelta(minutes=30)


def needed(turn: Turn, frame: Frame, flow: Flow) -> bool:
    return turn.channel.forgeable and flow.guarded(turn, frame) and not proven(turn, frame)


def doubted(turn: Turn, frame: Frame) -> bool:
    """Entered where anybody could have, and never proven: where nobody can forge it is looked at once more."""
    return frame.stage == "code" and not turn.channel.forgeable and not proven(turn, frame)


def proven(turn: Turn, frame: Frame) -> bool:
    return any(frame is each for each in turn.proven)


def ask(turn: Turn, frame: Frame) -> Steps[bool]:
    """One message asks and carries the code. False: too many were wrong; the flow is over."""
    if _since(turn, "rests_at", RESTS):
        turn.say(
            msg("The code was wrong three times. To keep you safe I wait 30 minutes. A person can help now.")
        )
        return False
    together = [frame]
    if turn.channel.name == "voice":
        turn.say(AFTER_THE_CALL)
        yield from _ask_after_the_call(turn, frame)
    else:
        together += _asked_with(turn, frame)
        for each in together:
            if each.stage == "code" or "at_stake" in each.note:  # its question was put long ago, or aloud
                turn.say((yield from _at_stake(turn, each)))
        turn.say(asks((yield from _draw(turn))))
    for each in together:
        each.stage, each.asking, each.note["drawn_at"] = "code", None, turn.state.proof["drawn_at"]
    return True


def _asked_with(turn: Turn, frame: Frame) -> list[Frame]:
    """What the same code was for: after a wrong one the next is for all of it again."""
    drawn_at = frame.note.get("drawn_at")
    waiting = [each for each in turn.state.frames if each is not frame and each.stage == "code"]
    return [each for each in waiting if drawn_at and each.note.get("drawn_at") == drawn_at]


def _ask_after_the_call(turn: Turn, frame: Frame) -> Steps[None]:
    """One code for all that one call agrees to; what it is for stands above it, for whoever reads it may not be who
    called. Its time begins anew with each yes: nobody has read it yet."""
    stake = (yield from _at_stake(turn, frame)).to_json()
    kept = turn.state.proof
    in_this_call = "seal" in kept and kept.get("call") == turn.channel.call
    named = frame.note.get("at_stake") == stake and frame.note.get("drawn_at") == kept.get("drawn_at")
    if named and (in_this_call or _since(turn, "asked_at", CODE_LASTS)):
        return
    frame.note["at_stake"] = stake
    turn.agreed.append(Say.from_json(stake))
    if in_this_call:
        kept["asked_at"] = turn.now.isoformat()
    else:
        turn.agreed.append(asks((yield from _draw(turn))))


def _at_stake(turn: Turn, frame: Frame) -> Steps[Say]:
    flow = flow_named(frame.flow)
    try:
        return (yield from (flow.at_stake or in_short(flow.title))(turn, frame))
    except Refused:  # gone, or never theirs, as a forged tap can have it: doing it will say so
        return flow.title


def _draw(turn: Turn) -> Steps[str]:
    """`drawn_at` tells one code from another, `asked_at` how long this one is good."""
    drawn = yield from market(proofs.draw)
    now, wrong = turn.now.isoformat(), turn.state.proof.get("wrong", 0)
    turn.state.proof = {
        "seal": drawn.seal,
        "drawn_at": now,
        "asked_at": now,
        "wrong": wrong,
        **({"call": turn.channel.call} if turn.channel.call else {}),
    }
    return drawn.code


def asks(code: str) -> Say:
    return msg("Is it you? Then send back {code}. Not you? Do nothing.", code=code)


def is_asked_in(say: Say) -> bool:
    return say.text == asks("").text


def answered(turn: Turn) -> bool:
    """True when a code was sent back, right or wrong; `proceed` goes on from there. After a call it opens all that the
    call agreed to, whatever was looked at since."""
    said, frames, kept = _digits(turn.heard.text), turn.state.frames, turn.state.proof
    if said is None or not any(frame.stage == "code" for frame in frames) or _asks_for_digits(turn):
        return False
    on_top = frames[-1].stage == "code"
    # Written when the call is over: in it these are other digits.
    if turn.channel.name == "voice" and (not on_top or kept.get("call") == turn.channel.call):
        return False
    seal = kept.get("seal") if _since(turn, "asked_at", CODE_LASTS) else None
    if seal and proofs.fits(seal, said):
        waiting = [frame for frame in frames if frame.stage == "code"]
        turn.proven = tuple(each for each in waiting if each.note.get("drawn_at") == kept["drawn_at"])
        frames[:] = [*(frame for frame in frames if not proven(turn, frame)), *reversed(turn.proven)]
        turn.state.proof = {}
        return True
    if seal:
        wrong = kept.get("wrong", 0) + 1
        turn.state.proof = {"wrong": wrong} if on_top else {**kept, "wrong": wrong}
        if wrong == MOST_WRONG:
            turn.state.proof = {"rests_at": turn.now.isoformat()}
        elif on_top:
            turn.say(msg("That is another code."))
    return on_top


def _asks_for_digits(turn: Turn) -> bool:
    """Four digits are then a sum, and no guess at a code either."""
    ask = asked(turn.state.top)
    return bool(ask and ask.expecting in ("price", "quantity"))


def _since(turn: Turn, mark: str, lasts: timedelta) -> bool:
    at = turn.state.proof.get(mark)
    return at is not None and turn.now - datetime.fromisoformat(at) < lasts


def _digits(text: str) -> str | None:
    """ "4 8 2 1." and "४८२१" are codes; what holds a letter is none."""
    if any(letter.isalpha() for letter in text):
        return None
    digits = "".join(str(unicodedata.decimal(letter)) for letter in text if letter.isdecimal())
    return digits if len(digits) == proofs.DIGITS else None
