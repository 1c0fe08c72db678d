"""How somebody is spoken of: a count and an average, and never by whom."""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from uuid import UUID

from sqlalchemy import func, select

from marketplace_core.desk import Desk
from marketplace_core.ratings.models import rating as t


@dataclass(frozen=True)
class Summary:
    """`average` has one decimal; None as long as nobody has rated."""

    count: int
    average: Decimal | None


async def summary(desk: Desk, person_id: UUID) -> Summary:
    count, average = (
        await desk.db.execute(
            select(func.count(), func.avg(t.c.stars)).where(
                t.c.tenant_id == desk.tenant, t.c.rated_id == person_id
            )
        )
    ).one()
    return Summary(count, average and average.quantize(Decimal("0.1"), ROUND_HALF_UP))


async def given(desk: Desk, booking_id: UUID, by: str) -> int | None:
    """The stars that one side gave."""
    found = await desk.db.execute(
        select(t.c.stars).where(t.c.tenant_id == desk.tenant, t.c.booking_id == booking_id, t.c.by == by)
    )
    return found.scalar_one_or_none()
