"""Who waits for this lot? Asked when it is put up, renewed or made cheaper, in that very transaction."""

from typing import Any

from sqlalchemy import BigInteger, Select, any_, func, literal, literal_column, or_, select
from sqlalchemy.dialects.postgresql import ARRAY, distinct_on, insert

from marketplace_core.commodities import KG_PER
from marketplace_core.desk import Desk
from marketplace_core.events import record_all
from marketplace_core.listings.queries import Listing, for_strangers
from marketplace_core.listings.rules import KOLKATA
from marketplace_core.places.distance import km_from
from marketplace_core.wishes.models import wish as t
from marketplace_core.wishes.models import wish_match
from marketplace_core.wishes.rules import MOST_A_DAY, MOST_BUYERS, squares_around

KG_PER_TONNE = 1000


async def tell_who_waits(desk: Desk, listing: Listing) -> int:
    """Record a match for each buyer who waits for it and has not heard of it; how many that were."""
    if listing.state != "active":
        return 0
    found = waiting(desk, listing)
    rows = (
        await desk.db.execute(
            insert(wish_match)
            .from_select(["tenant_id", "listing_id", "buyer_id", "wish_id", "matched_at"], found)
            .on_conflict_do_nothing()
            .returning(wish_match.c.buyer_id, wish_match.c.wish_id)
        )
    ).all()
    await record_all(
        desk,
        "wish.matched",
        (
            (
                listing.code,
                {
                    "buyer_id": str(row.buyer_id),
                    "wish": str(row.wish_id),
                    "listing": listing.code,
                    "commodity": listing.commodity,
                    "kg_left": listing.kg_left,
                },
            )
            for row in rows
        ),
    )
    return len(rows)


def waiting(desk: Desk, listing: Listing) -> Select[Any]:
    # Measured from the place that strangers see: a row of narrow wishes must not find the farm.
    place = for_strangers(listing).place
    away = km_from(place.lat, place.lon, t.c.lat, t.c.lon)
    today = desk.now.astimezone(KOLKATA).replace(hour=0, minute=0, second=0, microsecond=0)
    told_today = (
        select(func.count())
        .select_from(wish_match)
        .where(
            wish_match.c.tenant_id == desk.tenant,
            wish_match.c.buyer_id == t.c.buyer_id,
            wish_match.c.matched_at >= today,
        )
        .scalar_subquery()
    )
    told_already = (
        select(literal(1))
        .where(
            wish_match.c.tenant_id == desk.tenant,
            wish_match.c.listing_id == listing.id,
            wish_match.c.buyer_id == t.c.buyer_id,
        )
        .exists()
    )
    of_each_buyer = (
        select(t.c.buyer_id, t.c.id, away.label("away"))
        .ext(distinct_on(t.c.buyer_id))
        .where(
            t.c.tenant_id == desk.tenant,
            # written out, not bound: the planner must see that the partial index applies
            literal_column("wish.state") == literal_column("'active'"),
            t.c.commodity == listing.commodity,
            t.c.square == any_(literal(squares_around(place.lat, place.lon), ARRAY(BigInteger))),
            t.c.until > desk.now,
            t.c.buyer_id != listing.seller_id,
            t.c.least_kg <= listing.kg_left,
            or_(t.c.most_kg.is_(None), t.c.most_kg >= listing.kg_left),
            or_(t.c.grade.is_(None), t.c.grade >= listing.grade) if listing.grade else t.c.grade.is_(None),
            or_(t.c.tonne_paise.is_(None), t.c.tonne_paise >= _tonne_paise(listing)),
            away <= t.c.km,
            ~told_already,
            told_today < MOST_A_DAY,
        )
        .order_by(t.c.buyer_id, t.c.id)
        .subquery()
    )
    return (
        select(
            literal(desk.tenant),
            literal(listing.id),
            of_each_buyer.c.buyer_id,
            of_each_buyer.c.id,
            literal(desk.now),
        )
        .order_by(of_each_buyer.c.away, of_each_buyer.c.id)
        .limit(MOST_BUYERS)
    )


def _tonne_paise(listing: Listing) -> int:
    return listing.price_paise * (KG_PER_TONNE // KG_PER[listing.per])
