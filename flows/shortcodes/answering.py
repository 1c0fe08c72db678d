"""A message of an agent that reads as commands is answered here, before any language model is asked."""

from dataclasses import replace
from datetime import date

from flows.agenda import open_flow, proceed
from flows.options import named
from flows.refusals import WORDS
from flows.registry import flow_named
from flows.say import Say, msg
from flows.shortcodes import lots, people, road, trade
from flows.shortcodes.answer import CHECK, Answer, Hand
from flows.shortcodes.grammar import TRADER
from flows.shortcodes.parse import MOST_LINES, Lacks, Order, Slip, lines, parse
from flows.shortcodes.people import SIGN_IN
from flows.turn import KOLKATA, Steps, Turn, market
from marketplace_core.accounts import queries as accounts
from marketplace_core.agents import deeds, signing
from marketplace_core.agents.errors import SaidToday
from marketplace_core.agents.rules import AGENTS
from marketplace_core.bookings.errors import PickupLocked
from marketplace_core.bookings.transitions import SECURED, WEIGHED
from marketplace_core.errors import BadTerms, NotFound, NotMet, NotYours, PriceLooksWrong, Refused
from marketplace_core.escrow.errors import CashLimit

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
UNKNOWN = msg("That is not known here, or you do not act for them.")
TOO_EARLY = {
    SECURED.name: msg("The buyer has not paid yet."),
    WEIGHED.name: msg("It is not weighed yet."),
}


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
    if turn.channel.terse and turn.person.language != "en":  # native letters would make it three segments
        turn.person = replace(turn.person, script="latin")
    # a line that was asked back and not answered must not be agreed to by a later yes
    turn.state.frames[:] = [frame for frame in turn.state.frames if frame.flow != CHECK]
    for n, line in enumerate(said, start=1):
        parsed = parse(line, turn.today)
        if isinstance(parsed, Slip):
            open_flow(turn, flow_named(CHECK), {"line": parsed.order.line})
        else:
            answer = yield from _answer(turn, parsed, line)
            turn.say(*(answer if len(said) == 1 else answer[:1]))
        if (
            turn.state.top and turn.state.top.flow == CHECK
        ):  # one question at a time; what follows may hang on it
            yield from proceed(turn)
            if n < len(said):
                turn.say(msg("Then send the rest again."))
            break
    return True


def _an_agent(turn: Turn) -> Steps[bool]:
    roles = turn.person.roles
    if set(AGENTS) & set(roles):
        return True
    acting = (yield from market(accounts.acts_for, turn.person.id)) if TRADER in roles else ()
    return any(each.state == "agreed" for each in acting)


def _answer(turn: Turn, parsed: Order | Lacks | None, line: str) -> Steps[Answer]:
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
    return "".join(letter if letter.isascii() else "?" for letter in line)[:20]


def carried_out(turn: Turn, order: Order) -> Steps[Answer]:
    """Does it, once a day for the same line, for those who are signed in; says what was done or what is missing."""
    command, me = order.command, turn.person
    if not command.who & set(me.roles):
        return (msg("{code} is not for you. Write HELP.", code=command.code),)
    if command.changes:
        address = turn.channel.address_id
        if not (yield from market(signing.is_signed_in, agent_id=me.id, address_id=address)):
            return (SIGN_IN,)
        before = yield from market(deeds.done_before, agent_id=me.id, line=order.line)
        if before:
            said: dict[str, object] = {
                "code": command.code,
                "time": f"{before.at.astimezone(KOLKATA):%H:%M}",
            }
            waits, done = (
                msg("{code} was asked already at {time}."),
                msg("{code} was done already at {time}."),
            )
            return (Say((waits if before.waits else done).text, said),)
    try:
        return (yield from HANDS[command.code](turn, order))
    except Refused as refusal:
        return (Say("{code}: {why:say}", {"code": command.code, "why": _why(refusal).to_json()}),)


def _why(refusal: Refused) -> Say:
    if isinstance(refusal, NotYours | NotFound):
        return UNKNOWN
    if isinstance(refusal, CashLimit):
        return msg("You may take {left:money} more, not above your limit.", left=refusal.left_paise)
    if isinstance(refusal, PriceLooksWrong):
        return msg("The price looks wrong. Please check it.")
    if isinstance(refusal, PickupLocked):
        return msg("Too many wrong codes. Try again in {n} minutes.", n=60)
    if isinstance(refusal, BadTerms) and refusal.field == "place":
        return UNKNOWN
    if isinstance(refusal, NotMet):
        return TOO_EARLY.get(refusal.condition, msg("This cannot be done now."))
    if isinstance(refusal, SaidToday):
        return msg("Both sides have heard of it today.")
    return WORDS.get(type(refusal), lambda _: msg("This cannot be done now."))(refusal)
