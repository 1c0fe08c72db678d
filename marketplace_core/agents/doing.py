"""What somebody's yes to an agent sets in motion: each kind of question, and the market's command behind it."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from marketplace_core.accounts import acting
from marketplace_core.accounts import commands as accounts
from marketplace_core.accounts.queries import may_act_for
from marketplace_core.agents.signing import day_of
from marketplace_core.bookings import commands as bookings
from marketplace_core.bookings import handover
from marketplace_core.desk import Desk
from marketplace_core.errors import Moved
from marketplace_core.listings import commands as listings
from marketplace_core.offers import commands as offers
from marketplace_core.offers import queries as standing
from marketplace_core.payments import commands as payments
from marketplace_core.places.place import Place


@dataclass(frozen=True)
class Wanted:
    """`person_id` is who says yes."""

    agent_id: UUID
    person_id: UUID
    kind: str
    subject: str
    terms: Mapping[str, Any]


async def _register(desk: Desk, it: Wanted) -> str:
    place = Place.from_json(it.terms["place"])
    await accounts.register(desk, it.person_id, name=it.terms["name"], place=place)
    return await _let_act(desk, it)


async def _let_act(desk: Desk, it: Wanted) -> str:
    if not await may_act_for(desk, it.agent_id, it.person_id):
        who = {"actor_id": it.agent_id, "person_id": it.person_id}
        await acting.ask_to_act(desk, kind="agent", **who)
        await acting.agree_to_act(desk, by_id=it.person_id, **who)
    return ""


async def _publish(desk: Desk, it: Wanted) -> str:
    listing = await listings.publish(
        desk,
        seller_id=it.person_id,
        commodity=it.terms["commodity"],
        kg=it.terms["kg"],
        unit=it.terms["unit"],
        price_paise=it.terms["paise"],
        per=it.terms["per"],
        place=Place.from_json(it.terms["place"]),
        available_from=max(day_of(desk), date.fromisoformat(it.terms["from"])),
        sure=True,  # they have just read it
    )
    return listing.code


async def _offer(desk: Desk, it: Wanted) -> str:
    made = await offers.make(
        desk,
        buyer_id=it.person_id,
        code=it.subject,
        kg=it.terms["kg"],
        price_paise=it.terms["paise"],
        per=it.terms["per"],
    )
    return made.code


async def _counter(desk: Desk, it: Wanted) -> str:
    terms = it.terms
    await _as_it_was(desk, it.subject, kg=terms["kg"], price_paise=terms["was"], per=terms["per"])
    return (
        await offers.counter(desk, actor_id=it.person_id, code=it.subject, price_paise=terms["paise"])
    ).code


async def _accept(desk: Desk, it: Wanted) -> str:
    terms = it.terms
    await _as_it_was(desk, it.subject, kg=terms["kg"], price_paise=terms["paise"], per=terms["per"])
    return (await offers.accept(desk, actor_id=it.person_id, code=it.subject)).code


async def _as_it_was(desk: Desk, code: str, **asked: Any) -> None:
    """A yes is good for the offer that was read, not for what the two have haggled since."""
    there = await standing.by_code(desk, code)
    if there and any(getattr(there, name) != each for name, each in asked.items()):
        raise Moved("offer", there.state)


async def _book(desk: Desk, it: Wanted) -> str:
    booking = await offers.book_at_listed_price(
        desk,
        buyer_id=it.person_id,
        code=it.subject,
        kg=it.terms["kg"],
        price_paise=it.terms["paise"],
        per=it.terms["per"],
        grade=it.terms.get("grade"),
    )
    return booking.code


async def _confirm(desk: Desk, it: Wanted) -> str:
    return (await bookings.confirm(desk, actor_id=it.person_id, code=it.subject)).code


async def _call_off(desk: Desk, it: Wanted) -> str:
    why = it.terms.get("why", "")
    return (await bookings.cancel(desk, actor_id=it.person_id, code=it.subject, why=why)).code


async def _deliver(desk: Desk, it: Wanted) -> str:
    return (await handover.deliver(desk, actor_id=it.person_id, code=it.subject)).code


async def _took_cash(desk: Desk, it: Wanted) -> str:
    await payments.collect_cash(desk, agent_id=it.agent_id, booking_code=it.subject, paise=it.terms["paise"])
    return it.subject


DOING: dict[str, Callable[[Desk, Wanted], Awaitable[str]]] = {
    "reg": _register,
    "act": _let_act,
    "sell": _publish,
    "offer": _offer,
    "counter": _counter,
    "acc": _accept,
    "book": _book,
    "conf": _confirm,
    "canc": _call_off,
    "dlv": _deliver,
    "cod": _took_cash,
}
#: What moves goods or money: the person gets a code to tell the agent.
BINDS = frozenset({"offer", "counter", "acc", "book", "conf", "canc", "dlv", "cod"})
