"""Words on their way from one side of an offer or a booking to the other."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import and_, select

from marketplace_core.accounts.models import person
from marketplace_core.bookings.models import booking
from marketplace_core.desk import Desk
from marketplace_core.listings.models import listing
from marketplace_core.offers.models import offer
from marketplace_core.talks.models import talk as t


@dataclass(frozen=True)
class Talk:
    id: UUID
    #: None where it was booked as listed.
    offer_code: str | None
    listing_code: str
    writer_id: UUID
    writer_name: str | None
    reader_id: UUID
    #: What the reader reads, in which letters.
    reads: str
    script: str
    words: str
    language: str
    translated: str | None
    #: None before there is one.
    booking_code: str | None = None
    #: The event that tells the reader.
    told_as: str = "talk.passed_on"


writer, reader = person.alias("writer"), person.alias("reader")
TALKS = select(
    t.c.id,
    offer.c.code.label("offer_code"),
    listing.c.code.label("listing_code"),
    t.c.writer_id,
    writer.c.name.label("writer_name"),
    t.c.reader_id,
    reader.c.language.label("reads"),
    reader.c.script,
    t.c.words,
    t.c.language,
    t.c.translated,
    booking.c.code.label("booking_code"),
    t.c.told_as,
).select_from(
    t.join(offer, and_(offer.c.tenant_id == t.c.tenant_id, offer.c.id == t.c.offer_id))
    .join(listing, and_(listing.c.tenant_id == t.c.tenant_id, listing.c.id == offer.c.listing_id))
    .join(writer, and_(writer.c.tenant_id == t.c.tenant_id, writer.c.id == t.c.writer_id))
    .outerjoin(booking, and_(booking.c.tenant_id == t.c.tenant_id, booking.c.offer_id == t.c.offer_id))
    .join(reader, and_(reader.c.tenant_id == t.c.tenant_id, reader.c.id == t.c.reader_id))
)


async def by_id(desk: Desk, talk_id: UUID) -> Talk | None:
    row = (await desk.db.execute(TALKS.where(t.c.tenant_id == desk.tenant, t.c.id == talk_id))).one_or_none()
    return Talk(*row) if row else None
