"""What every command's answer is made of, and how a yes is asked for."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import groupby
from typing import Any
from uuid import UUID

from flows.say import Say, msg
from flows.shortcodes.parse import Order
from flows.shortcodes.words import SHORT
from flows.turn import KOLKATA, Steps, Turn, market
from marketplace_core.accounts import Person
from marketplace_core.accounts import commands as accounts
from marketplace_core.accounts import queries as people
from marketplace_core.agents import asking, deeds
from marketplace_core.agents.asking import TooLate, WrongCode
from marketplace_core.agents.doing import BINDS
from marketplace_core.errors import BadTerms, NotFound
from marketplace_core.places import queries as places
from marketplace_core.places.place import Place

Answer = tuple[Say, ...]
Hand = Callable[[Turn, Order], Steps[Answer]]

#: One segment of Latin letters, with room for what the channel may add.
ONE_SMS = 150
MOST_LINES = 10
LONGEST_QUOTED = 75
#: A longer name is not written out: the number says who.
LONGEST_NAME = 20
LEFT_OUT = "..."


def done(turn: Turn, order: Order, became: str = "") -> Answer:
    """The line as it was understood, without what it had to prove; and the code of what came of it."""
    line = order.line.removesuffix(f" {order.values['code']}") if "code" in order.values else order.line
    shown = echoed(turn, line)
    said = f"{shown} = {became}" if became and became not in shown else shown
    return (msg("Done: {line}", line=said),)


def missing(order: Order, *names: str) -> Answer:
    command = order.command
    return (
        msg(
            "{code}: missing {what}. Write: {form}",
            code=command.code,
            what=", ".join(names),
            form=command.form,
        ),
    )


def with_what_lacks(turn: Turn, order: Order, name: str) -> Answer:
    """The line as it was sent, with the name of what it lacks this time."""
    form = f"{echoed(turn, order.line)} {name}"
    return (msg("{code}: missing {what}. Write: {form}", code=order.command.code, what=name, form=form),)


def and_also(said: Say, more: Say) -> Say:
    """Of a message with several lines each is answered in one paragraph."""
    return Say("{now:say} {before:say}", {"now": said.to_json(), "before": more.to_json()})


def at(phone: str) -> str:
    """Enough to know whom; an SMS is read by many."""
    return f"*{phone[-4:]}"


def person_at(phone: str) -> Steps[Person | None]:
    found = yield from market(accounts.who_has, phone)
    return (yield from market(people.person, found)) if found else None


def place_at(pin: str) -> Steps[Place]:
    area = yield from market(places.pincode, pin)
    if area is None:
        raise BadTerms("place")
    return Place(area.pincode, None, area.district, area.state, area.lat, area.lon)


def known(turn: Turn, order: Order) -> Steps[UUID]:
    """Whom the phone in a command names; the agent themself where it names nobody."""
    phone = order.values.get("phone")
    if phone is None:
        return turn.person.id
    found = yield from person_at(phone)
    if found is None:
        raise NotFound("person")
    return found.id


def write(
    turn: Turn, order: Order, subject: str, person_id: UUID | None, undo: Mapping[str, Any] | None = None
) -> Steps[None]:
    yield from market(
        deeds.write,
        agent_id=turn.person.id,
        code=order.command.code,
        line=order.line,
        subject=subject,
        person_id=person_id,
        undo=undo,
    )


def with_their_yes(
    turn: Turn,
    order: Order,
    kind: str,
    person_id: UUID,
    *,
    subject: str = "",
    terms: Mapping[str, Any],
    phone: str = "",
) -> Steps[Answer]:
    """Takes the code that they told, or asks them; what is the agent's own is done at once.

    A code is always somebody's yes: a line that carries one is never the agent's own, whomever it leaves out.
    """
    agent = turn.person.id
    if "code" in order.values:
        named = person_id if person_id != agent else None
        return (yield from _with_their_code(turn, order, kind, person_id=named, subject=subject, terms=terms))
    if person_id == agent:
        code = yield from market(asking.at_once, agent_id=agent, kind=kind, subject=subject, terms=terms)
        yield from write(turn, order, code, agent, {"how": kind, "code": code})
        return done(turn, order, code)
    asked = yield from market(
        asking.ask, agent_id=agent, person_id=person_id, kind=kind, subject=subject, terms=terms
    )
    if asked.waits_since:
        return (
            msg(
                "{code} was asked already at {time}.", code=order.command.code, time=clock(asked.waits_since)
            ),
        )
    yield from write(turn, order, subject, person_id, {"how": "ask", "id": str(asked.id)})
    whom = at(phone) if phone else (yield from _name(person_id))
    return (was_asked(turn, order, whom, binds=kind in BINDS, instead=asked.instead),)


def was_asked(turn: Turn, order: Order, who: str, *, binds: bool, instead: datetime | None) -> Say:
    code = order.command.code
    said = by_one = msg("{code}: {who} was asked and agrees with 1.", code=code, who=who)
    if binds:
        said = msg(
            "{code}: {who} was asked. They answer 1, or tell you a code: then send {line} and the code.",
            code=code,
            who=who,
            line=echoed(turn, _without_why(order)),
        )
    if instead is not None:
        over = msg("What was asked at {time} is over.", time=clock(instead))
        said, by_one = and_also(said, over), and_also(by_one, over)
    # whoever asks anew, or many at once, has read before what to send
    too_long = turn.channel.terse and length(turn, (*turn.parts, said)) > ONE_SMS
    return by_one if too_long else said


def _without_why(order: Order) -> str:
    """With the code the why need not be said again."""
    return order.line.removesuffix(f" {order.values['words']}") if "words" in order.values else order.line


def echoed(turn: Turn, line: str) -> str:
    return quoted(line) if turn.channel.terse else line


def quoted(line: str) -> str:
    """As far as it goes beside a question in one SMS: whole words, and none that makes it three."""
    words = [word if is_cheap(word) else LEFT_OUT for word in line.split(" ")]
    kept = [word for said, alike in groupby(words) for word in ([said] if said == LEFT_OUT else alike)]
    if _cost(" ".join(kept)) <= LONGEST_QUOTED:
        return " ".join(kept)
    while kept[-1] == LEFT_OUT or _cost(" ".join(kept)) > LONGEST_QUOTED:
        kept.pop()
    return " ".join((*kept, LEFT_OUT))


def is_cheap(letters: str) -> bool:
    """Whether an SMS holds 160 of them."""
    return letters.isascii() and letters.isprintable()


def _with_their_code(
    turn: Turn,
    order: Order,
    kind: str,
    *,
    person_id: UUID | None,
    subject: str,
    terms: Mapping[str, Any],
) -> Steps[Answer]:
    said = yield from market(
        asking.agree_by_code,
        agent_id=turn.person.id,
        kind=kind,
        subject=subject,
        terms=terms,
        said=order.values["code"],
        person_id=person_id,
    )
    if said is None:
        return (msg("Nobody was asked for just this. First send the line without the code."),)
    if isinstance(said, WrongCode):
        left = wrong_code(subject, said.tries_left)
        return (
            (left, msg("A new sum? Write Rs{digits}.", digits=order.values["code"]))
            if order.or_sum
            else (left,)
        )
    if isinstance(said, TooLate):
        raise said.why
    yield from write(turn, order, said.code, said.asked.person_id, {"how": "ask", "id": str(said.id)})
    return done(turn, replace(order, line=_with_its_sum(order, said.asked.terms)), said.code)


def wrong_code(of: str, tries_left: int) -> Say:
    said = msg("This code is wrong. Tries left: {n}.", n=tries_left)
    return Say("{code}: {why:say}", {"code": of, "why": said.to_json()})


def _with_its_sum(order: Order, terms: Mapping[str, Any]) -> str:
    """A line that left out what was agreed to says it now."""
    if not order.or_sum:
        return order.line
    rupees = f"{terms['paise'] / 100:.2f}".removesuffix(".00")
    agreed = f"{rupees}/{SHORT[terms['per']]}" if "per" in terms else rupees
    return f"{order.line.removesuffix(order.values['code'])}{agreed}"


def clock(at: datetime) -> str:
    return f"{at.astimezone(KOLKATA):%H:%M}"


def _name(person_id: UUID) -> Steps[str]:
    """In letters that an SMS has; else by the end of their number."""
    name = (yield from market(people.person, person_id)).name or ""
    if name and is_cheap(name) and len(name) <= LONGEST_NAME:
        return name
    phones = [each.phone for each in (yield from market(people.addresses, person_id)) if each.phone]
    return at(phones[0]) if phones else "*"


def length(turn: Turn, said: Sequence[Say]) -> int:
    """In letters of an SMS, where some cost two."""
    return _cost("\n".join(turn.words(each).replace("₹", "Rs ") for each in said))


def _cost(text: str) -> int:
    return len(text) + sum(text.count(letter) for letter in "[]{}|^~\\€")


def listed(turn: Turn, lines: Sequence[Say], beside: Sequence[Say] = ()) -> Answer:
    """As many as one SMS holds `beside` what else it says, or as a person reads; and how many more there are."""
    return cut(lines, how_many(turn, lines, beside)) if lines else (msg("Nothing found."),)


def how_many(turn: Turn, lines: Sequence[Say], beside: Sequence[Say], least: int = 1) -> int:
    kept = min(len(lines), MOST_LINES)
    while turn.channel.terse and kept > least and length(turn, (*beside, *cut(lines, kept))) > ONE_SMS:
        kept -= 1
    return kept


def cut(lines: Sequence[Say], kept: int) -> Answer:
    left = len(lines) - kept
    return (*lines[:kept], Say("{left}", {"left": f"+{left}"})) if left else tuple(lines[:kept])
