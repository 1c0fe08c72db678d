"""A message of an agent that reads as commands is answered here, before any language model is asked."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import takewhile
from typing import Any
from uuid import UUID

from flows import proof
from flows.agenda import open_flow, proceed
from flows.filling import MISSES
from flows.options import named
from flows.registry import flow_named
from flows.say import Say, msg
from flows.shortcodes import lots, people, road, trade
from flows.shortcodes.answer import Answer, Hand, clock, cut, echoed, how_many, is_cheap, known, quoted
from flows.shortcodes.grammar import TRADER
from flows.shortcodes.mask import masked
from flows.shortcodes.parse import MOST_LINES, PIN, Lacks, Order, Slip, lines, parse
from flows.shortcodes.people import SIGN_IN
from flows.shortcodes.why import why
from flows.turn import Steps, Turn, market
from marketplace_core.accounts import commands as people_at
from marketplace_core.accounts import queries as accounts
from marketplace_core.agents import asking, deeds, signing
from marketplace_core.agents.rules import AGENTS
from marketplace_core.commodities import KG_PER
from marketplace_core.errors import Refused

Whose = Callable[[Turn, Order], Steps[UUID]]


@dataclass(frozen=True)
class Waits:
    """A line is asked back first, or asks its sender for a code: with this the flow begins in which it waits."""

    slots: dict[str, Any]


HANDS: dict[str, Hand] = {
    "PIN": people.pin,
    "REG": people.reg,
    "SELL": lots.sell,
    "GRADE": lots.grade,
    "LIST": lots.list_,
    "FIND": lots.find,
    "PRICE": lots.price,
    "OFFER": trade.offer,
    "ACC": trade.acc,
    "REJ": trade.rej,
    "BOOK": trade.book,
    "CONF": trade.conf,
    "CANC": trade.canc,
    "ROUTE": road.route,
    "PICK": road.pick,
    "DLV": road.dlv,
    "COD": road.cod,
    "FAIL": road.fail,
    "BAL": road.bal,
    "DEP": road.dep,
    "QC": road.qc,
    "DISP": trade.disp,
    "HELP": people.help_,
    "LANG": people.lang,
    "UNDO": people.undo,
}
#: Whose yes a line needs. Where it is somebody else's, a line in a forged name only asks them.
WHOSE: dict[str, Whose] = {
    "OFFER": known,
    "ACC": trade.whose_turn,
    "REJ": trade.whose_turn,
    "BOOK": known,
    "CONF": trade.seller,
    "CANC": trade.side,
    "DLV": road.buyer,
}
#: Where four bare digits may be a sum, or the code of what was asked: the kind of question, and what it is about.
ASKED = {"OFFER": ("offer", "listing"), "REJ": ("counter", "offer"), "COD": ("cod", "booking")}
#: What writes a weight, by which the farmer is paid.
WEIGHS = ("PICK", "QC")
#: The flow in which a line waits: for the agent's word that it was meant so, or for the code that proves who sent it.
CHECK = "shortcode_check"

#: After three lines that could not be done.
WAY_OUT = msg("HELP shows all codes. Or ask the office.")
NOT_THE_DRIVERS = msg("Only farmer or buyer can complain. Tell them, or the office.")


def reads(text: str, today: date) -> bool:
    """Whether an agent's text begins with a command."""
    said = lines(text)
    return bool(said) and parse(said[0], today) is not None


def answered(turn: Turn) -> Steps[bool]:
    heard = turn.heard
    if not heard.text or heard.voice or turn.channel.name == "voice":
        return False
    said = lines(heard.text)
    if not said or len(said) > MOST_LINES or not (yield from _an_agent(turn)):
        return False
    first = parse(said[0], turn.today)
    # "Sell" on the menu is a label, and no command without its parts
    if first is None or (isinstance(first, Lacks) and named(heard.text, turn.state.options, turn.words)):
        return False
    in_cheap_letters(turn)
    # a line that was asked back and not answered must not be agreed to by a later yes
    turn.state.frames[:] = [frame for frame in turn.state.frames if frame.flow != CHECK]
    if (yield from one_by_one(turn, sorted(said, key=lambda line: not _is_pin(turn, line)))):
        yield from proceed(turn)
    if turn.state.misses >= MISSES:
        turn.state.misses = 0
        turn.say(WAY_OUT)
    return True


def one_by_one(turn: Turn, said: Sequence[str], *, sure: bool = False, proven: int = 0) -> Steps[bool]:
    """Does the lines in their order. True: one waits, and those behind it wait with it, for they may hang on it.

    `sure`: the weight in the first was asked back, and is meant. `proven`: so many were named with the code that the
    real phone has just sent back.
    """
    for n, line in enumerate(said):
        parsed = parse(line, turn.today)
        if isinstance(parsed, Slip):
            answer: Answer | Waits = Waits({"line": parsed.order.line})
        else:
            turn.state.misses = 0 if isinstance(parsed, Order) else turn.state.misses + 1
            if isinstance(parsed, Order):
                parsed = replace(parsed, sure=sure and n == 0, proven=n < proven)
            answer = yield from answer_to(turn, parsed, line)
        if isinstance(answer, Waits):
            let_wait(turn, answer, said[n + 1 :])
            return True
        turn.say(*(answer if len(said) == 1 else answer[:1]))
    return False


def _is_pin(turn: Turn, line: str) -> bool:
    """What signs in comes before all that needs it, and never waits: a PIN is kept nowhere."""
    parsed = parse(line, turn.today)
    return isinstance(parsed, Order | Lacks) and parsed.command is PIN


def let_wait(turn: Turn, first: Waits, rest: Sequence[str]) -> None:
    """One code is for as many lines as stand beside it in one SMS; it names them all."""
    slots = {**first.slots, **({"photos": list(turn.heard.photos)} if turn.heard.photos else {})}
    behind = [_as_kept(turn, line) for line in rest]
    if slots.get("own"):
        read = [Say("{line}", {"line": echoed(turn, line)}) for line in (slots["line"], *behind)]
        whole = 1 + len([*takewhile(lambda line: isinstance(parse(line, turn.today), Order), behind)])
        kept = min(whole, how_many(turn, read, (*turn.parts, proof.asks("0000"))))
        turn.say(*cut(read, kept))  # whoever is asked for the code reads what it is for
        slots["too"], behind = behind[: kept - 1], behind[kept - 1 :]
    open_flow(turn, flow_named(CHECK), {**slots, "rest": behind})


def _as_kept(turn: Turn, line: str) -> str:
    """As it was understood, where it was; four bare digits stay what they are."""
    parsed = parse(line, turn.today)
    return (parsed.or_code or parsed).line if isinstance(parsed, Order) else masked(line, agent=True)


def by_name(waiting: Sequence[str]) -> list[Say]:
    return [Say("{line}", {"line": quoted(line)}) for line in waiting]


def in_cheap_letters(turn: Turn) -> None:
    """By SMS native letters would make it three segments."""
    if turn.channel.terse and turn.person.language != "en":
        turn.person = replace(turn.person, script="latin")


def _an_agent(turn: Turn) -> Steps[bool]:
    roles = turn.person.roles
    if set(AGENTS) & set(roles):
        return True
    acting = (yield from market(accounts.acts_for, turn.person.id)) if TRADER in roles else ()
    return any(each.state == "agreed" for each in acting)


def answer_to(turn: Turn, parsed: Order | Lacks | None, line: str) -> Steps[Answer | Waits]:
    if isinstance(parsed, Order):
        return (yield from carried_out(turn, parsed))
    if parsed is None:
        return (
            msg(
                "{code}: I do not understand {word}. Write: {form}", code="?", word=_short(line), form="HELP"
            ),
        )
    code, form = parsed.command.code, parsed.command.form
    if parsed.missing:
        return (
            msg(
                "{code}: missing {what}. Write: {form}", code=code, what=", ".join(parsed.missing), form=form
            ),
        )
    word = _short(" ".join(parsed.strange))
    return (msg("{code}: I do not understand {word}. Write: {form}", code=code, word=word, form=form),)


def _short(line: str) -> str:
    """What was written, as far as an SMS carries it cheaply."""
    return "".join(letter if is_cheap(letter) else "?" for letter in line)[:20]


def carried_out(turn: Turn, order: Order) -> Steps[Answer | Waits]:
    """Does it, once a day for the same line, for those who are signed in; says what was done or what is missing."""
    command, me = order.command, turn.person
    if not command.who & set(me.roles):
        drivers = command.code == "DISP"  # the market lets the two sides alone object
        return (NOT_THE_DRIVERS if drivers else msg("{code} is not for you. Write HELP.", code=command.code),)
    signed_in = signing.is_signed_in
    if command.changes and not (
        yield from market(signed_in, agent_id=me.id, address_id=turn.channel.address_id)
    ):
        return (SIGN_IN,)
    order = yield from _with_its_code(turn, order)
    if command.changes:
        before = yield from market(deeds.done_before, agent_id=me.id, line=order.line)
        if before:
            return (msg("{code} was done already at {time}.", code=command.code, time=clock(before)),)
    try:
        if command.code in WEIGHS and (kg := (yield from road.booked_otherwise(turn, order))):
            return Waits({"line": order.line, "booked": kg, "sure": True})
        if (yield from _must_prove(turn, order)):
            return Waits({"line": order.line, "right": True, "own": True, "sure": order.sure})
        return (yield from HANDS[command.code](turn, order))
    except Refused as refusal:
        return (Say("{code}: {why:say}", {"code": command.code, "why": why(refusal).to_json()}),)


def _with_its_code(turn: Turn, order: Order) -> Steps[Order]:
    """ "COD B1 4821": while somebody holds a code for just this, four digits are that code, if not the sum asked."""
    if order.or_code is None:
        return order
    kind, about = ASKED[order.command.code]
    asked = yield from market(
        asking.with_a_code, agent_id=turn.person.id, kind=kind, subject=order.values[about]
    )
    if phone := order.values.get("phone"):
        whom = yield from market(people_at.who_has, phone)
        asked = tuple(each for each in asked if each.person_id == whom)
    return order.or_code if asked and not any(_same_sum(order, each.terms) for each in asked) else order


def _same_sum(order: Order, terms: Mapping[str, Any]) -> bool:
    if "amount" in order.values:
        return bool(order.values["amount"] == terms["paise"])
    price = order.values["price"]
    return bool(price["paise"] * KG_PER[terms["per"]] == terms["paise"] * KG_PER[price["per"]])


def _must_prove(turn: Turn, order: Order) -> Steps[bool]:
    """What a line does on its sender's word alone is done where nobody can forge it, or for the phone that has just
    shown to be the real one, for this very line."""
    if not (order.command.binds and turn.channel.forgeable) or "code" in order.values or order.proven:
        return False
    whose = WHOSE.get(order.command.code)
    return whose is None or (yield from whose(turn, order)) == turn.person.id
