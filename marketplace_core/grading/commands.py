"""Asking for a grade, and giving one. Until our own eyes can judge, a field agent does."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID, uuid4

from sqlalchemy import and_, func, select, update

from marketplace_core.accounts.models import person as people
from marketplace_core.accounts.queries import person
from marketplace_core.codes import GRADING as LETTER
from marketplace_core.codes import write_coded
from marketplace_core.commodities import COMMODITIES
from marketplace_core.desk import Desk
from marketplace_core.errors import BadTerms, NotFound, NotYours
from marketplace_core.fraud.screens import photos_shown
from marketplace_core.grading.errors import TooManyGradings
from marketplace_core.grading.models import grading as t
from marketplace_core.grading.queries import Grading, by_code, grading_of
from marketplace_core.grading.transitions import GRADING
from marketplace_core.listings.models import listing
from marketplace_core.photos.models import photo
from marketplace_core.transitions import make

MOST_AN_HOUR = 10
MOST_PHOTOS = 5
MOST_IN_A_BATCH = 500
LONGEST_ADVICE = 500


async def ask(
    desk: Desk, *, person_id: UUID, commodity: str, photos: Sequence[UUID], listing_code: str | None = None
) -> Grading:
    """A request that an agent will see; ten an hour for each person."""
    await _check_rate(desk, person_id)
    return await _ask(desk, person_id, commodity, photos, listing_code=listing_code)


async def ask_many(
    desk: Desk, *, person_id: UUID, wanted: Sequence[tuple[str, Sequence[UUID]]]
) -> tuple[UUID, tuple[Grading, ...]]:
    """A batch of (commodity, photos), all or nothing; for buyers and organisations with many lots."""
    roles = (await person(desk, person_id)).roles
    if not {"buyer", "aggregator", "field_agent", "operator"} & set(roles):
        raise NotYours
    if not 1 <= len(wanted) <= MOST_IN_A_BATCH:
        raise BadTerms("batch")
    batch = uuid4()
    return batch, tuple([await _ask(desk, person_id, *each, batch=batch) for each in wanted])


async def grade(
    desk: Desk,
    *,
    actor_id: UUID,
    code: str,
    grade: str,
    moisture_permille: int | None = None,
    purity_permille: int | None = None,
    advice: str | None = None,
) -> Grading:
    """An agent's judgement. It becomes the grade of the listing that it was asked for."""
    asked, who = await _to_judge(desk, actor_id, code)
    if grade not in ("A", "B", "C"):
        raise BadTerms("grade")
    for name, share in (("moisture_permille", moisture_permille), ("purity_permille", purity_permille)):
        if share is not None and not 0 <= share <= 1000:
            raise BadTerms(name)
    row = await make(
        desk,
        GRADING,
        t,
        "grade",
        row_id=asked.id,
        state=asked.state,
        who=who,
        subject=asked.code,
        about={"person_id": str(asked.person_id), "listing": asked.listing, "grade": grade},
        actor_id=actor_id,
        graded_by=actor_id,
        grade=grade,
        moisture_permille=moisture_permille,
        purity_permille=purity_permille,
        advice=_advice(advice),
    )
    if asked.listing:
        await desk.db.execute(
            update(listing)
            .where(listing.c.tenant_id == desk.tenant, listing.c.code == asked.listing)
            .values(grade=grade, graded_by="agent")
        )
    return grading_of(row)


async def give_up(desk: Desk, *, actor_id: UUID, code: str, advice: str) -> Grading:
    """It cannot be judged from these photos; `advice` says what to send instead."""
    asked, who = await _to_judge(desk, actor_id, code)
    if not advice.strip():
        raise BadTerms("advice")
    row = await make(
        desk,
        GRADING,
        t,
        "give_up",
        row_id=asked.id,
        state=asked.state,
        who=who,
        subject=asked.code,
        about={"person_id": str(asked.person_id), "listing": asked.listing},
        actor_id=actor_id,
        graded_by=actor_id,
        advice=_advice(advice),
    )
    return grading_of(row)


async def _ask(
    desk: Desk,
    person_id: UUID,
    commodity: str,
    photos: Sequence[UUID],
    *,
    listing_code: str | None = None,
    batch: UUID | None = None,
) -> Grading:
    if commodity not in COMMODITIES:
        raise BadTerms("commodity")
    if not 1 <= len(set(photos)) <= MOST_PHOTOS:
        raise BadTerms("photos")
    await _check_owned(desk, person_id, photos, listing_code)
    row = await write_coded(
        desk,
        t,
        LETTER,
        batch=batch,
        person_id=person_id,
        commodity=commodity,
        listing=listing_code,
        photos=list(dict.fromkeys(photos)),
        state="asked",
        moved_at=desk.now,
        moved_by="person",
        created_at=desk.now,
    )
    await photos_shown(desk, row.photos, row.code)
    return grading_of(row)


async def _check_owned(desk: Desk, person_id: UUID, photos: Sequence[UUID], listing_code: str | None) -> None:
    own = await desk.db.execute(
        select(func.count()).where(
            photo.c.tenant_id == desk.tenant, photo.c.person_id == person_id, photo.c.id.in_(photos)
        )
    )
    if own.scalar_one() != len(set(photos)):
        raise NotFound("photo")
    if listing_code is None:
        return
    found = await desk.db.execute(
        select(listing.c.id).where(
            and_(
                listing.c.tenant_id == desk.tenant,
                listing.c.code == listing_code,
                listing.c.seller_id == person_id,
            )
        )
    )
    if found.scalar_one_or_none() is None:
        raise NotFound("listing")


async def _check_rate(desk: Desk, person_id: UUID) -> None:
    # Their own row is held, so that ten at once do not all count nine.
    await desk.db.execute(
        select(people.c.id)
        .where(people.c.tenant_id == desk.tenant, people.c.id == person_id)
        .with_for_update(key_share=True)
    )
    count = await desk.db.execute(
        select(func.count()).where(
            t.c.tenant_id == desk.tenant,
            t.c.person_id == person_id,
            t.c.created_at > desk.now - timedelta(hours=1),
            t.c.batch.is_(None),
        )
    )
    if count.scalar_one() >= MOST_AN_HOUR:
        raise TooManyGradings


async def _to_judge(desk: Desk, actor_id: UUID, code: str) -> tuple[Grading, str]:
    roles = (await person(desk, actor_id)).roles
    who = next((each for each in ("field_agent", "operator") if each in roles), None)
    if who is None:
        raise NotYours
    asked = await by_code(desk, code)
    if asked is None:
        raise NotFound("grading")
    if asked.person_id == actor_id:  # nobody grades their own
        raise NotYours
    return asked, who


def _advice(text: str | None) -> str | None:
    return text.strip()[:LONGEST_ADVICE] or None if text else None
