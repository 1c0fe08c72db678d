"""Asking for a grade; giving one as an agent; not accepting one.

What our eyes make of a photo comes in by `settling.py`.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import and_, func, select, update

from marketplace_core.accounts.models import person as people
from marketplace_core.accounts.queries import may_act_for, person
from marketplace_core.codes import GRADING as LETTER
from marketplace_core.codes import write_coded
from marketplace_core.commodities import COMMODITIES
from marketplace_core.desk import Desk
from marketplace_core.errors import BadTerms, Moved, NotFound, NotYours
from marketplace_core.fraud.screens import photos_shown
from marketplace_core.grading import labels, rules
from marketplace_core.grading.errors import TooManyGradings
from marketplace_core.grading.models import grading as t
from marketplace_core.grading.queries import Grading, by_code, grading_of
from marketplace_core.grading.report import Answers, Eye
from marketplace_core.grading.settling import give_up_lost, judge, photo_lost
from marketplace_core.grading.transitions import BY_EYES, EYES, GRADING, PERSON
from marketplace_core.listings.models import listing
from marketplace_core.photos.models import photo
from marketplace_core.photos.queries import check_own
from marketplace_core.transitions import make

#: `settling.py` is this file's other half: whoever commands need not know.
__all__ = [
    "appeal",
    "ask",
    "ask_many",
    "correct",
    "give_up",
    "give_up_lost",
    "grade",
    "judge",
    "photo_lost",
]

MOST_AN_HOUR = 10
MOST_PHOTOS = 5
MOST_IN_A_BATCH = 500
LONGEST_ADVICE = 500
LONGEST_NAME = 200
MAY_SEND_MANY = frozenset({"buyer", "aggregator", "field_agent", "operator"})
NOTHING_SAID = Answers()


@dataclass(frozen=True)
class Wanted:
    """One of a batch; `file` is what its sender calls it."""

    commodity: str
    photos: Sequence[UUID]
    answers: Answers = NOTHING_SAID
    file: str | None = None


async def ask(
    desk: Desk,
    *,
    person_id: UUID,
    commodity: str,
    photos: Sequence[UUID],
    listing_code: str | None = None,
    answers: Answers = NOTHING_SAID,
    eye: Eye | None = None,
    on_their_way: bool = False,
) -> Grading:
    """A request that our eyes will see; ten an hour for each person.

    `on_their_way` says that the photos are still being fetched: whoever fetches them tells of one that is lost.
    """
    await _check_rate(desk, person_id)
    wanted = Wanted(commodity, photos, answers)
    return await _ask(desk, person_id, wanted, listing_code=listing_code, eye=eye, on_their_way=on_their_way)


async def ask_many(
    desk: Desk, *, person_id: UUID, wanted: Sequence[Wanted]
) -> tuple[UUID, tuple[Grading, ...]]:
    """A batch, all or nothing; for buyers and organisations with many lots."""
    await check_may_send_many(desk, person_id)
    if not 1 <= len(wanted) <= MOST_IN_A_BATCH:
        raise BadTerms("batch")
    batch = uuid4()
    return batch, tuple([await _ask(desk, person_id, each, batch=batch) for each in wanted])


async def check_may_send_many(desk: Desk, person_id: UUID) -> None:
    if not MAY_SEND_MANY & set((await person(desk, person_id)).roles):
        raise NotYours


async def grade(
    desk: Desk,
    *,
    actor_id: UUID,
    code: str,
    grade: str,
    moisture_permille: int | None = None,
    moisture_source: str = "meter",
    purity_permille: int | None = None,
    advice: str | None = None,
) -> Grading:
    """An agent's judgement. It becomes the grade of the listing that it was asked for, and a label to learn from."""
    asked, who = await _to_judge(desk, actor_id, code)
    if grade not in ("A", "B", "C"):
        raise BadTerms("grade")
    for name, share in (("moisture_permille", moisture_permille), ("purity_permille", purity_permille)):
        if share is not None and not 0 <= share <= 1000:
            raise BadTerms(name)
    if moisture_source not in ("meter", "agent"):
        raise BadTerms("moisture_source")
    moisture: dict[str, Any] = {}
    if moisture_permille is not None:
        moisture = {"moisture_permille": moisture_permille, "moisture_source": moisture_source}
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
        purity_permille=purity_permille,
        advice=_advice(advice),
        **moisture,
    )
    await _onto_listing(desk, row.listing, grade=grade, graded_by="agent")
    graded = grading_of(row)
    await labels.of_agent(desk, graded, role=who)
    return graded


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
    if asked.appealed_at:  # what the eyes had said of it does not stand either
        await desk.db.execute(
            update(listing)
            .where(_lot(desk, asked.listing), listing.c.graded_by == EYES)
            .values(grade=None, graded_by=None)
        )
    return grading_of(row)


async def appeal(desk: Desk, *, actor_id: UUID, code: str) -> Grading:
    """The farmer does not accept what the eyes said: an agent looks, once. Until then the listing keeps its grade."""
    given = await _own(desk, actor_id, code)
    row = await make(
        desk,
        GRADING,
        t,
        "appeal",
        row_id=given.id,
        state=given.state,
        who=PERSON,
        subject=given.code,
        about={"person_id": str(given.person_id), "listing": given.listing},
        actor_id=actor_id,
        holding={BY_EYES: given.judged_by == EYES and given.appealed_at is None},
        appealed_at=desk.now,
        grade=None,
    )
    return grading_of(row)


async def correct(desk: Desk, *, actor_id: UUID, code: str, commodity: str) -> Grading:
    """The answer to "it looks like another crop". Another commodity is looked at again, the same one by an agent."""
    asked = await _own(desk, actor_id, code)
    if commodity not in COMMODITIES:
        raise BadTerms("commodity")
    if not (asked.report or {}).get("doubt"):
        raise Moved("grading", asked.state)
    if commodity == asked.commodity:
        return asked
    row = await make(
        desk,
        GRADING,
        t,
        "look_again",
        row_id=asked.id,
        state=asked.state,
        who=PERSON,
        subject=asked.code,
        about={"person_id": str(asked.person_id), "listing": asked.listing, "commodity": commodity},
        actor_id=actor_id,
        commodity=commodity,
        report=None,
        seen_at=None,
        claimed_at=None,
        picture=None,
        shadow=None,
    )
    return grading_of(row)


async def _ask(
    desk: Desk,
    person_id: UUID,
    wanted: Wanted,
    *,
    listing_code: str | None = None,
    batch: UUID | None = None,
    eye: Eye | None = None,
    on_their_way: bool = False,
) -> Grading:
    if wanted.commodity not in COMMODITIES:
        raise BadTerms("commodity")
    if not 1 <= len(set(wanted.photos)) <= MOST_PHOTOS:
        raise BadTerms("photos")
    said = wanted.answers.moisture
    if said and (said.source == "typical" or not 0 <= said.value <= 1):
        raise BadTerms("moisture")
    days = wanted.answers.days_since_harvest
    if days is not None and not 0 <= days <= rules.MOST_DAYS:
        raise BadTerms("days_since_harvest")
    if on_their_way:
        await check_own(desk, wanted.photos, person_id)
    else:
        await _check_here(desk, person_id, wanted.photos)
    await _check_lot(desk, person_id, listing_code)
    row = await write_coded(
        desk,
        t,
        LETTER,
        batch=batch,
        person_id=person_id,
        commodity=wanted.commodity,
        listing=listing_code,
        photos=list(dict.fromkeys(wanted.photos)),
        file_name=wanted.file[:LONGEST_NAME] if wanted.file else None,
        state="asked",
        answers=asdict(wanted.answers),
        eye=eye,
        moisture_permille=round(said.value * 1000) if said else None,
        moisture_source=said.source if said else None,
        moved_at=desk.now,
        moved_by=PERSON,
        created_at=desk.now,
    )
    await photos_shown(desk, row.photos, row.code)
    return grading_of(row)


async def _check_here(desk: Desk, person_id: UUID, photos: Sequence[UUID]) -> None:
    own = await desk.db.execute(
        select(func.count()).where(
            photo.c.tenant_id == desk.tenant, photo.c.person_id == person_id, photo.c.id.in_(photos)
        )
    )
    if own.scalar_one() != len(set(photos)):
        raise NotFound("photo")


async def _check_lot(desk: Desk, person_id: UUID, listing_code: str | None) -> None:
    if listing_code is None:
        return
    found = await desk.db.execute(
        select(listing.c.id).where(_lot(desk, listing_code), listing.c.seller_id == person_id)
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


async def _own(desk: Desk, actor_id: UUID, code: str) -> Grading:
    found = await by_code(desk, code)
    if found is None or not await may_act_for(desk, actor_id, found.person_id):
        raise NotFound("grading")
    return found


def _lot(desk: Desk, code: str | None) -> Any:
    return and_(listing.c.tenant_id == desk.tenant, listing.c.code == code)


async def _onto_listing(desk: Desk, code: str | None, *, grade: str, graded_by: str) -> None:
    if code:
        await desk.db.execute(
            update(listing).where(_lot(desk, code)).values(grade=grade, graded_by=graded_by)
        )


def _advice(text: str | None) -> str | None:
    return text.strip()[:LONGEST_ADVICE] or None if text else None
