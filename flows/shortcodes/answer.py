"""What every command's answer is made of, and how a yes is asked for."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any
from uuid import UUID

from flows.agenda import open_flow
from flows.registry import flow_named
from flows.say import Say, msg
from flows.shortcodes.parse import Order
from flows.turn import Steps, Turn, market
from marketplace_core.accounts import Person
from marketplace_core.accounts import commands as accounts
from marketplace_core.accounts import queries as people
from marketplace_core.agents import asking, deeds
from marketplace_core.agents.asking import WrongCode
from marketplace_core.agents.doing import BINDS
from marketplace_core.errors import BadTerms, NotFound
from marketplace_core.places import queries as places
from marketplace_core.places.place import Place

Answer = tuple[Say, ...]
Hand = Callable[[Turn, Order], Steps[Answer]]

#: The flow in which a line waits: for the agent's word that it was meant so, or for the code that proves who sent it.
CHECK = "shortcode_check"
#: One segment of Latin letters, with room for what the channel may add.
ONE_SMS = 150
MOST_LINES = 10


def done(order: Order, became: str = "") -> Answer:
    """The line as it was understood, without what it had to prove; and the code of what came of it."""
    shown = order.line.removesuffix(f" {order.values['code']}") if "code" in order.values else order.line
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
    agent, code = turn.person.id, order.command.code
    if said := order.values.get("code"):
        named = person_id if person_id != agent else None
        agreed = yield from market(
            asking.agree_by_code,
            agent_id=agent,
            kind=kind,
            subject=subject,
            terms=terms,
            said=said,
            person_id=named,
        )
        if agreed is None:
            return (msg("Nobody was asked for just this. First send the line without the code."),)
        if isinstance(agreed, WrongCode):
            return (msg("This code is wrong. Tries left: {n}.", n=agreed.tries_left),)
        yield from write(turn, order, agreed.code, agreed.asked.person_id, _undo(kind, agreed.code))
        return done(order, agreed.code)
    if person_id == agent:
        if kind in BINDS and turn.channel.forgeable and not _proven(turn, order):
            open_flow(turn, flow_named(CHECK), {"line": order.line, "right": True, "own": True})
            return (
                Say("{line}", {"line": order.line}),
            )  # whoever is asked for the code reads what it is for
        own = yield from market(asking.at_once, agent_id=agent, kind=kind, subject=subject, terms=terms)
        yield from write(turn, order, own.code, agent, _undo(kind, own.code))
        return done(order, own.code)
    asked = yield from market(
        asking.ask, agent_id=agent, person_id=person_id, kind=kind, subject=subject, terms=terms
    )
    yield from write(turn, order, subject, person_id, {"how": "ask", "id": str(asked)})
    whom = at(phone) if phone else (yield from _name(person_id))
    if kind not in BINDS:
        return (msg("{code}: {who} was asked and agrees with 1.", code=code, who=whom),)
    return (
        msg(
            "{code}: {who} was asked. They answer 1, or tell you a code: then send {line} and the code.",
            code=code,
            who=whom,
            line=order.line,
        ),
    )


def _proven(turn: Turn, order: Order) -> bool:
    """The phone has just shown to be the real one, for this very line."""
    return turn.proven is not None and turn.proven.slots.get("line") == order.line


def _undo(kind: str, code: str) -> Mapping[str, Any]:
    return {"how": kind, "code": code}


def _name(person_id: UUID) -> Steps[str]:
    """In letters that an SMS has; else by the end of their number."""
    name = (yield from market(people.person, person_id)).name or ""
    if name and name.isascii():
        return name
    phones = [each.phone for each in (yield from market(people.addresses, person_id)) if each.phone]
    return at(phones[0]) if phones else "*"


def length(turn: Turn, said: Sequence[Say]) -> int:
    """In letters of an SMS, where some cost two."""
    text = "\n".join(turn.words(each).replace("₹", "Rs ") for each in said)
    return len(text) + sum(text.count(letter) for letter in "[]{}|^~\\€")


def listed(turn: Turn, lines: Sequence[Say]) -> Answer:
    """As many as one SMS holds, or as a person reads."""
    if not lines:
        return (msg("Nothing found."),)
    if not turn.channel.terse:
        return tuple(lines[:MOST_LINES])
    kept = 1
    while kept < len(lines) and length(turn, lines[: kept + 1]) <= ONE_SMS:
        kept += 1
    return tuple(lines[:kept])
