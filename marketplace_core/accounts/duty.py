"""Some deeds belong to an office: who does them must hold it."""

from uuid import UUID

from marketplace_core.accounts.queries import person
from marketplace_core.desk import Desk
from marketplace_core.errors import NoSuchPerson, NotYours


async def on_duty(desk: Desk, person_id: UUID, *roles: str) -> None:
    """Refuses whoever holds none of these roles; an unknown person is told no more than anybody else."""
    try:
        held = (await person(desk, person_id)).roles
    except NoSuchPerson:
        raise NotYours from None
    if not set(roles) & set(held):
        raise NotYours
