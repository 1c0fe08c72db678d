"""As whom somebody acts on a thing between two sides."""

from typing import Any
from uuid import UUID

from sqlalchemy import select

from marketplace_core.accounts.models import person
from marketplace_core.accounts.queries import may_act_for
from marketplace_core.audit import commands as audit
from marketplace_core.desk import Desk
from marketplace_core.errors import Moved, NotYours
from marketplace_core.transitions import Life

BUYER, SELLER, DRIVER, OPERATOR, MARKET = "buyer", "seller", "driver", "operator", "market"


#: Everybody speaks for themselves, and for whoever said yes to it.
acts_for = may_act_for


async def is_operator(desk: Desk, actor_id: UUID) -> bool:
    roles = await desk.db.execute(
        select(person.c.roles).where(person.c.tenant_id == desk.tenant, person.c.id == actor_id)
    )
    return "operator" in (roles.scalar_one_or_none() or ())


async def sides(desk: Desk, actor_id: UUID, *, seller_id: UUID, buyer_id: UUID) -> tuple[str, ...]:
    """Every side that this person may speak for, their own first; nobody's is `NotYours`.

    Whoever speaks for a side is not the office there: nobody decides where they stand on one side.
    """
    if actor_id == seller_id:
        return (SELLER,)
    if actor_id == buyer_id:
        return (BUYER,)
    found = [
        side
        for side, party in ((SELLER, seller_id), (BUYER, buyer_id))
        if await may_act_for(desk, actor_id, party)
    ]
    if not found and await is_operator(desk, actor_id):
        found = [OPERATOR]
    if not found:
        raise NotYours
    return tuple(found)


async def into_the_book(
    desk: Desk, who: str, actor_id: UUID | None, deed: str, subject: str, **facts: Any
) -> None:
    """What the office does to other people's business is noted; what they do themselves is not."""
    if who == OPERATOR:
        await audit.note(desk, actor_id=actor_id, action=deed, subject=subject, facts=facts)


def as_whom(life: Life, move: str, state: str, roles: tuple[str, ...]) -> str:
    """The first of these roles to which the move is open."""
    refusal: Moved | NotYours = NotYours()
    for who in roles:
        try:
            life.find(move, state, who)
        except Moved as moved:
            refusal = moved
        except NotYours:
            continue
        else:
            return who
    raise refusal
