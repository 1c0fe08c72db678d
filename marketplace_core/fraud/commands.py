"""Raising a flag, and what a person makes of it. A flag stops nothing by itself."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert

from marketplace_core.accounts.queries import person
from marketplace_core.audit.commands import note
from marketplace_core.desk import Desk
from marketplace_core.errors import BadTerms, NotFound, NotYours
from marketplace_core.fraud.models import flag as t
from marketplace_core.fraud.queries import Flag, by_id, flag_of
from marketplace_core.fraud.rules import Rule
from marketplace_core.fraud.transitions import FLAG
from marketplace_core.transitions import make

LONGEST_WHY = 500


async def raise_flag(
    desk: Desk, rule: Rule, *, subject: str, person_id: UUID | None, reasons: Mapping[str, Any]
) -> None:
    """Once for each rule and thing; `reasons` holds codes and figures, never names."""
    await desk.db.execute(
        insert(t)
        .values(
            tenant_id=desk.tenant,
            rule=rule.name,
            subject=subject,
            person_id=person_id,
            weight=rule.weight,
            reasons=dict(reasons),
            state="open",
            moved_at=desk.now,
            moved_by="system",
            created_at=desk.now,
        )
        .on_conflict_do_nothing(index_elements=["tenant_id", "rule", "subject"])
    )


async def review(desk: Desk, *, actor_id: UUID, flag_id: UUID, guilty: bool, why: str) -> Flag:
    """An operator's word on a flag, with the reason; what follows from it is theirs to do."""
    if "operator" not in (await person(desk, actor_id)).roles:
        raise NotYours
    if not why.strip() or len(why) > LONGEST_WHY:
        raise BadTerms("why")
    flag = await by_id(desk, flag_id)
    if flag is None:
        raise NotFound("flag")
    row = await make(
        desk,
        FLAG,
        t,
        "confirm" if guilty else "clear",
        row_id=flag.id,
        state=flag.state,
        who="operator",
        subject=str(flag.id),
        about={"rule": flag.rule, "of": flag.subject},
        actor_id=actor_id,
        reviewed_by=actor_id,
        why=why.strip(),
    )
    await note(
        desk,
        actor_id=actor_id,
        action=f"flag.{row.state}",
        subject=flag.subject,
        facts={"rule": flag.rule, "flag": str(flag.id)},
    )
    return flag_of(row)
