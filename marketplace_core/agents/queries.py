"""Who the agents are."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, select

from marketplace_core.accounts.models import address, person
from marketplace_core.agents.rules import AGENTS
from marketplace_core.desk import Desk


@dataclass(frozen=True)
class Agent:
    id: UUID
    name: str | None
    roles: tuple[str, ...]
    phone: str | None


async def all_agents(desk: Desk) -> tuple[Agent, ...]:
    """Field agents and drivers, by name, each with one number."""
    p = person.c
    rows = await desk.db.execute(
        select(p.id, p.name, p.roles, func.min(address.c.phone))
        .select_from(
            person.outerjoin(address, (address.c.tenant_id == p.tenant_id) & (address.c.person_id == p.id))
        )
        .where(p.tenant_id == desk.tenant, p.roles.overlap(AGENTS))
        .group_by(p.id, p.name, p.roles)
        .order_by(p.name.nulls_last(), p.id)
    )
    return tuple(Agent(each.id, each.name, tuple(each.roles), each[3]) for each in rows)
