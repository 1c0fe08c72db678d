"""Writing to the other side of an offer or a booking, and passing it on once it was translated or cannot be."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import func, insert, or_, select, update

from marketplace_core.accounts.models import person
from marketplace_core.bookings.models import booking
from marketplace_core.bookings.standing import STANDING, booked, stands
from marketplace_core.desk import Desk
from marketplace_core.errors import BadTerms, Moved, NotYours
from marketplace_core.events import record
from marketplace_core.offers.queries import by_code as offer_by_code
from marketplace_core.offers.transitions import OPEN
from marketplace_core.talks import queries
from marketplace_core.talks.errors import EnoughSaid
from marketplace_core.talks.models import talk as t
from marketplace_core.talks.queries import Talk
from marketplace_core.talks.rules import LONGEST, MOST_A_DAY, without_contacts

#: Longer than a translator takes; whoever claimed it has died by then.
LEASE = timedelta(minutes=1)
#: What is told of words that are a message, and nothing else besides.
MESSAGE = "talk.passed_on"


async def write(desk: Desk, *, writer_id: UUID, code: str, words: str, language: str) -> bool:
    """From one side to the other of an open offer, or of a booking that stands, by its own code or that of the offer it
    came of. True: something in it was hidden.
    """
    deal = await booked(desk, code)
    between = deal or await offer_by_code(desk, code)
    if between is None or writer_id not in (between.seller_id, between.buyer_id):
        raise NotYours
    if deal and not stands(deal, desk.now):
        raise Moved("booking", deal.state)
    if not deal and between.state not in OPEN:
        raise Moved("offer", between.state)
    said = " ".join(words.split())
    if not 1 <= len(said) <= LONGEST:
        raise BadTerms("words")
    today = select(func.count()).where(
        t.c.tenant_id == desk.tenant,
        t.c.writer_id == writer_id,
        t.c.told_as == MESSAGE,
        t.c.at > desk.now - timedelta(days=1),
    )
    if (await desk.db.execute(today)).scalar_one() >= MOST_A_DAY:
        raise EnoughSaid
    met = deal is not None or await _have_a_deal(desk, between.seller_id, between.buyer_id)
    shown = said if met else without_contacts(said)
    await to_pass_on(
        desk,
        told_as=MESSAGE,
        offer_id=deal.offer_id if deal else between.id,
        writer_id=writer_id,
        reader_id=between.buyer_id if writer_id == between.seller_id else between.seller_id,
        words=shown,
        language=language,
    )
    return shown != said


async def to_pass_on(
    desk: Desk,
    *,
    told_as: str,
    offer_id: UUID,
    writer_id: UUID,
    reader_id: UUID,
    words: str,
    language: str | None = None,
) -> None:
    """They wait to be translated, and then are told as that event. Where nobody knows what language they are in, it is
    taken for the one that the writer has chosen with us."""
    chosen = select(person.c.language).where(person.c.tenant_id == desk.tenant, person.c.id == writer_id)
    await desk.db.execute(
        insert(t).values(
            tenant_id=desk.tenant,
            told_as=told_as,
            offer_id=offer_id,
            writer_id=writer_id,
            reader_id=reader_id,
            words=words,
            language=language or chosen.scalar_subquery(),
            at=desk.now,
        )
    )


async def _have_a_deal(desk: Desk, seller_id: UUID, buyer_id: UUID) -> bool:
    found = await desk.db.execute(
        select(booking.c.id)
        .where(
            booking.c.tenant_id == desk.tenant,
            booking.c.seller_id == seller_id,
            booking.c.buyer_id == buyer_id,
            booking.c.state.in_(STANDING),
        )
        .limit(1)
    )
    return found.one_or_none() is not None


async def claim(desk: Desk, limit: int) -> list[Talk]:
    """What waits to be passed on, oldest first; ours until the lease is over."""
    waiting = (
        select(t.c.id)
        .where(
            t.c.tenant_id == desk.tenant,
            t.c.passed_at.is_(None),
            or_(t.c.claimed_at.is_(None), t.c.claimed_at < desk.now - LEASE),
        )
        .order_by(t.c.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    ids = (await desk.db.execute(waiting)).scalars().all()
    if not ids:
        return []
    await desk.db.execute(
        update(t).where(t.c.tenant_id == desk.tenant, t.c.id.in_(ids)).values(claimed_at=desk.now)
    )
    rows = await desk.db.execute(
        queries.TALKS.where(t.c.tenant_id == desk.tenant, t.c.id.in_(ids)).order_by(t.c.id)
    )
    return [Talk(*row) for row in rows]


async def pass_on(desk: Desk, talk: Talk, translated: str | None) -> bool:
    """Once; the reader is told."""
    done = await desk.db.execute(
        update(t)
        .where(t.c.tenant_id == desk.tenant, t.c.id == talk.id, t.c.passed_at.is_(None))
        .values(translated=translated, passed_at=desk.now)
    )
    if not done.rowcount:
        return False
    about = {"actor_id": str(talk.writer_id), "reader_id": str(talk.reader_id), "offer": talk.offer_code}
    about |= {"booking": talk.booking_code} if talk.booking_code else {}
    await record(desk, talk.told_as, str(talk.id), about)
    return True
