"""Looking at what just happened. Each screen only flags; the sale, the booking, the cash go on as they would."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import and_, func, select

from marketplace_core.bookings.models import booking
from marketplace_core.desk import Desk
from marketplace_core.fraud import rules
from marketplace_core.fraud.commands import raise_flag
from marketplace_core.listings.models import listing
from marketplace_core.listings.queries import Listing
from marketplace_core.listings.rules import KOLKATA
from marketplace_core.photos import commands as photos
from marketplace_core.photos import queries as album
from marketplace_core.photos.models import photo_use
from marketplace_core.places.distance import km_between

PHOTO_RULES = {"same": rules.SAME_PHOTO, "near": rules.NEAR_PHOTO, "like": rules.LIKE_PHOTO}


async def listing_published(desk: Desk, lot: Listing) -> None:
    await _too_many_listings(desk, lot)
    await _far_and_fast(desk, lot)
    await photos_shown(desk, lot.photos, lot.code)


async def _too_many_listings(desk: Desk, lot: Listing) -> None:
    today = desk.now.astimezone(KOLKATA).replace(hour=0, minute=0, second=0, microsecond=0)
    count = (
        await desk.db.execute(
            select(func.count()).where(
                listing.c.tenant_id == desk.tenant,
                listing.c.seller_id == lot.seller_id,
                listing.c.created_at >= today,
            )
        )
    ).scalar_one()
    if count > rules.MOST_LISTINGS_A_DAY:
        await raise_flag(
            desk,
            rules.MANY_LISTINGS,
            subject=f"{lot.seller_id} {today.date()}",
            person_id=lot.seller_id,
            reasons={
                "day": today.date().isoformat(),
                "more_than": rules.MOST_LISTINGS_A_DAY,
                "last": lot.code,
            },
        )


async def _far_and_fast(desk: Desk, lot: Listing) -> None:
    rows = await desk.db.execute(
        select(listing.c.code, listing.c.lat, listing.c.lon, listing.c.created_at)
        .where(
            listing.c.tenant_id == desk.tenant,
            listing.c.seller_id == lot.seller_id,
            listing.c.id < lot.id,
            listing.c.created_at >= desk.now - rules.LOOK_BACK,
        )
        .order_by(listing.c.id.desc())
        .limit(5)
    )
    for row in rows:
        km = km_between(row.lat, row.lon, lot.place.lat, lot.place.lon)
        if rules.too_fast(km, desk.now - row.created_at):
            await raise_flag(
                desk,
                rules.FAR_AND_FAST,
                subject=lot.code,
                person_id=lot.seller_id,
                reasons={"other": row.code, "km": round(km), "minutes": _minutes(row.created_at, desk.now)},
            )
            return


def _minutes(since: datetime, until: datetime) -> int:
    return round((until - since) / timedelta(minutes=1))


async def photos_shown(desk: Desk, photo_ids: Sequence[UUID], subject: str) -> None:
    """A photo may be shown before it was fetched: what is not here yet is looked at when it comes."""
    await photos.show(desk, photo_ids, subject)
    for each in dict.fromkeys(photo_ids):
        await photo_came(desk, each)


async def photo_came(desk: Desk, photo_id: UUID) -> None:
    """Compare a photo with all earlier ones, in the name of everything it is shown for."""
    subjects = await album.uses(desk, photo_id)
    if not subjects:
        return
    owner = await album.owner(desk, photo_id)
    for again in await album.seen_before(desk, photo_id):
        others = await _other_lots(desk, again.photo_id, not_in=subjects, own=again.person_id == owner)
        if again.person_id is None:
            rule = rules.PHOTO_ELSEWHERE
        elif others:
            rule = PHOTO_RULES[again.how]
        else:
            continue
        for subject in subjects:
            await raise_flag(
                desk,
                rule,
                subject=subject,
                person_id=owner,
                reasons={
                    "photo": str(photo_id),
                    "other_photo": str(again.photo_id),
                    "others": others,
                    "bits_apart": again.apart,
                    "cosine": again.cosine,
                },
            )


async def _other_lots(desk: Desk, photo_id: UUID, *, not_in: Sequence[str], own: bool) -> list[str]:
    """Listings with that photo. Who takes a lot down and puts it up again may show its picture again."""
    rows = await desk.db.execute(
        select(listing.c.code)
        .join(
            photo_use,
            and_(photo_use.c.tenant_id == listing.c.tenant_id, photo_use.c.subject == listing.c.code),
        )
        .where(
            listing.c.tenant_id == desk.tenant,
            photo_use.c.photo_id == photo_id,
            listing.c.code.not_in(not_in),
            *([listing.c.state.in_(("active", "booked", "sold"))] if own else []),
        )
        .order_by(listing.c.id)
        .limit(5)
    )
    return list(rows.scalars())


async def booking_made(desk: Desk, buyer_id: UUID, code: str) -> None:
    since = desk.now - timedelta(hours=1)
    count = (
        await desk.db.execute(
            select(func.count()).where(
                booking.c.tenant_id == desk.tenant,
                booking.c.buyer_id == buyer_id,
                booking.c.created_at > since,
            )
        )
    ).scalar_one()
    if count > rules.MOST_BOOKINGS_AN_HOUR:
        await raise_flag(
            desk,
            rules.MANY_BOOKINGS,
            subject=f"{buyer_id} {desk.now:%Y-%m-%dT%H}",
            person_id=buyer_id,
            reasons={"in_an_hour": count, "last": code},
        )
