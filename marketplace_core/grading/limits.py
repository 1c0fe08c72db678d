"""The limits of a market: its operators put their own in place of the shipped ones, and take them back."""

from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert

from marketplace_core.accounts.duty import on_duty
from marketplace_core.audit.commands import note
from marketplace_core.commodities import COMMODITIES
from marketplace_core.desk import Desk
from marketplace_core.errors import BadTerms, NotFound
from marketplace_core.grading import rules
from marketplace_core.grading.models import grade_rule

LONGEST_SOURCE = 200


async def set_limit(
    desk: Desk, *, actor_id: UUID, commodity: str, measure: str, most_a: float, most_b: float, source: str
) -> None:
    """An operator's limit holds in this market in place of the shipped one."""
    await on_duty(desk, actor_id, "operator")
    most = rules.MOST_DAYS if measure in rules.IN_DAYS else 1
    taken = {
        "commodity": commodity in COMMODITIES,
        "measure": measure in rules.MEASURES,
        "most_a": 0 <= most_a <= most_b,
        "most_b": most_b <= most,
        "source": 0 < len(source.strip()) <= LONGEST_SOURCE,
    }
    if wrong := next((field for field, fits in taken.items() if not fits), None):
        raise BadTerms(wrong)
    values = {
        "most_a": most_a,
        "most_b": most_b,
        "source": source.strip(),
        "set_by": actor_id,
        "set_at": desk.now,
    }
    await desk.db.execute(
        insert(grade_rule)
        .values(tenant_id=desk.tenant, commodity=commodity, measure=measure, **values)
        .on_conflict_do_update(index_elements=("tenant_id", "commodity", "measure"), set_=values)
    )
    facts = {"measure": measure, "most_a": most_a, "most_b": most_b}
    await note(
        desk, actor_id=actor_id, action="grade_rule.set", subject=f"grade_rule:{commodity}", facts=facts
    )


async def drop_limit(desk: Desk, *, actor_id: UUID, commodity: str, measure: str) -> None:
    """From here on the shipped limit holds again, where there is one."""
    await on_duty(desk, actor_id, "operator")
    c = grade_rule.c
    gone = await desk.db.execute(
        delete(grade_rule).where(c.tenant_id == desk.tenant, c.commodity == commodity, c.measure == measure)
    )
    if not gone.rowcount:
        raise NotFound("limit")
    facts = {"measure": measure}
    await note(
        desk, actor_id=actor_id, action="grade_rule.dropped", subject=f"grade_rule:{commodity}", facts=facts
    )
