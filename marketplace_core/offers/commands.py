"""A buyer takes a listing at its price."""

from uuid import UUID

from sqlalchemy import and_, case, insert, update
from sqlalchemy.dialects.postgresql import insert as upsert

from marketplace_core.accounts.models import person
from marketplace_core.bookings.models import booking
from marketplace_core.bookings.queries import Booking
from marketplace_core.bookings.rules import total_paise
from marketplace_core.codes import BOOKING, new_code, spoken
from marketplace_core.desk import Desk
from marketplace_core.errors import BadTerms, ListingGone, NoSuchPerson, NotEnoughLeft, OwnListing, Refused
from marketplace_core.events import record
from marketplace_core.listings.models import listing
from marketplace_core.listings.queries import by_code
from marketplace_core.listings.rules import MOST_KG
from marketplace_core.offers.models import offer
from marketplace_core.places.models import place_of

seller, buyer = person.alias("seller"), person.alias("buyer")


async def book_at_listed_price(desk: Desk, *, buyer_id: UUID, code: str, kg: int) -> Booking:
    """Reserve `kg` for this buyer until the seller answers; two buyers never get the same kilogram."""
    if not 1 <= kg <= MOST_KG:
        raise BadTerms("kg")
    # Checked and taken in one statement: who comes second sees what the first has left.
    lot = (
        await desk.db.execute(
            update(listing)
            .where(
                listing.c.tenant_id == desk.tenant,
                listing.c.code == spoken(code),
                listing.c.state == "active",
                listing.c.expires_at > desk.now,
                listing.c.kg_left >= kg,
                listing.c.seller_id != buyer_id,
                and_(seller.c.tenant_id == listing.c.tenant_id, seller.c.id == listing.c.seller_id),
                and_(buyer.c.tenant_id == listing.c.tenant_id, buyer.c.id == buyer_id),
            )
            .values(
                kg_left=listing.c.kg_left - kg,
                state=case((listing.c.kg_left == kg, "booked"), else_=listing.c.state),
            )
            .returning(listing, seller.c.name.label("seller_name"), buyer.c.name.label("buyer_name"))
        )
    ).one_or_none()
    if lot is None:
        raise await _refusal(desk, buyer_id, code, kg)
    terms = {"kg": kg, "price_paise": lot.price_paise, "per": lot.per}
    offer_id = (
        await desk.db.execute(
            insert(offer)
            .values(
                tenant_id=desk.tenant,
                listing_id=lot.id,
                buyer_id=buyer_id,
                state="accepted",
                created_at=desk.now,
                answered_at=desk.now,
                **terms,
            )
            .returning(offer.c.id)
        )
    ).scalar_one()
    row = None
    while row is None:  # a code that is taken already is drawn again
        row = (
            await desk.db.execute(
                upsert(booking)
                .values(
                    tenant_id=desk.tenant,
                    code=new_code(BOOKING),
                    listing_id=lot.id,
                    offer_id=offer_id,
                    seller_id=lot.seller_id,
                    buyer_id=buyer_id,
                    state="pending",
                    total_paise=total_paise(kg, lot.price_paise, lot.per),
                    created_at=desk.now,
                    moved_at=desk.now,
                    moved_by="buyer",
                    **terms,
                )
                .on_conflict_do_nothing(index_elements=["tenant_id", "code"])
                .returning(booking)
            )
        ).one_or_none()
    await record(
        desk,
        "booking.pending",
        row.code,
        {
            "seller_id": str(lot.seller_id),
            "buyer_id": str(buyer_id),
            "actor_id": str(buyer_id),
            "listing": lot.code,
            "kg": kg,
        },
    )
    return Booking(
        id=row.id,
        code=row.code,
        state=row.state,
        kg=kg,
        commodity=lot.commodity,
        unit=lot.unit,
        price_paise=lot.price_paise,
        per=lot.per,
        total_paise=row.total_paise,
        listing_id=lot.id,
        listing_code=lot.code,
        seller_id=lot.seller_id,
        buyer_id=buyer_id,
        seller_name=lot.seller_name,
        buyer_name=lot.buyer_name,
        place=place_of(lot),
        created_at=row.created_at,
        moved_at=row.moved_at,
        moved_by=row.moved_by,
        why=row.why,
        my_role="buyer",
    )


async def _refusal(desk: Desk, buyer_id: UUID, code: str, kg: int) -> Refused:
    there = await by_code(desk, code)
    if there is None or there.state != "active":
        return ListingGone()
    if there.seller_id == buyer_id:
        return OwnListing()
    if there.kg_left < kg:
        return NotEnoughLeft(there.kg_left)
    return NoSuchPerson(buyer_id)
