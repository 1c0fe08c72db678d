"""Operators keep what residue brings: no market reports it."""

from datetime import date
from uuid import UUID

from sqlalchemy import exists, select
from sqlalchemy.dialects.postgresql import insert

from marketplace_core.accounts import queries as accounts
from marketplace_core.audit import commands as audit
from marketplace_core.commodities import COMMODITIES
from marketplace_core.desk import Desk
from marketplace_core.errors import BadTerms, NotYours
from marketplace_core.listings.rules import MOST_PAISE
from marketplace_core.places.models import district
from marketplace_core.pricing.models import residue_reference as t
from marketplace_core.pricing.reported import today

KEEPERS = {"operator", "admin"}
LONGEST_SOURCE = 200


async def set_residue_price(
    desk: Desk,
    *,
    actor_id: UUID,
    commodity: str,
    state: str,
    low_paise: int,
    likely_paise: int | None,
    high_paise: int,
    as_of: date,
    source: str,
) -> None:
    """Paise a quintal, with the day they are of and where they are from; replaces the state's earlier figure."""
    keeper = await accounts.person(desk, actor_id)
    if not KEEPERS & set(keeper.roles):
        raise NotYours
    known = COMMODITIES.get(commodity)
    taken = {
        "commodity": known is not None and known.kind == "residue",
        "state": (await desk.db.execute(select(exists().where(district.c.state == state)))).scalar(),
        "low_paise": 0 < low_paise <= high_paise,
        "high_paise": high_paise <= MOST_PAISE,
        "likely_paise": likely_paise is None or low_paise <= likely_paise <= high_paise,
        "as_of": as_of <= today(desk),
        "source": 0 < len(source.strip()) <= LONGEST_SOURCE,
    }
    if wrong := next((field for field, fits in taken.items() if not fits), None):
        raise BadTerms(wrong)
    values = {
        "low_paise": low_paise,
        "likely_paise": likely_paise,
        "high_paise": high_paise,
        "as_of": as_of,
        "source": source.strip(),
        "set_by": actor_id,
        "set_at": desk.now,
    }
    await desk.db.execute(
        insert(t)
        .values(tenant_id=desk.tenant, commodity=commodity, state=state, **values)
        .on_conflict_do_update(index_elements=("tenant_id", "commodity", "state"), set_=values)
    )
    facts = {
        "commodity": commodity,
        "state": state,
        "low_paise": low_paise,
        "likely_paise": likely_paise,
        "high_paise": high_paise,
        "as_of": as_of.isoformat(),
    }
    subject = f"residue_price:{commodity}"
    await audit.note(desk, actor_id=actor_id, action="residue_price.set", subject=subject, facts=facts)
