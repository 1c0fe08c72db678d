"""Putting up for sale, changing, renewing, taking down, running out."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import exists, select

from marketplace_core import parties
from marketplace_core.accounts.queries import may_act_for
from marketplace_core.codes import LISTING, spoken, write_coded
from marketplace_core.desk import Desk
from marketplace_core.errors import BadTerms, ListingGone, Moved, NotYours
from marketplace_core.events import record, record_all
from marketplace_core.fraud import screens
from marketplace_core.listings.errors import LessThanBooked
from marketplace_core.listings.models import listing as t
from marketplace_core.listings.queries import Listing, listing_of
from marketplace_core.listings.rules import KOLKATA, LIFETIME, check_price, check_terms
from marketplace_core.listings.stock import about
from marketplace_core.listings.transitions import LISTING_LIFE
from marketplace_core.offers.lapsing import lapse_offers
from marketplace_core.photos.queries import check_own
from marketplace_core.places.models import pincode, place_of, place_values
from marketplace_core.places.place import Place
from marketplace_core.transitions import TIME, lapse, make
from marketplace_core.wishes.matching import tell_who_waits

#: As many as one round of the job closes.
AT_ONCE = 5_000


async def publish(
    desk: Desk,
    *,
    seller_id: UUID,
    commodity: str,
    kg: int,
    unit: str,
    price_paise: int,
    per: str,
    place: Place,
    available_from: date,
    photos: Sequence[UUID] = (),
    negotiable: bool = True,
    actor_id: UUID | None = None,
    sure: bool = False,
    draft: bool = False,
) -> Listing:
    """For sale from now on, or once it is put up when it is a draft.

    `sure` says that an unusual price is meant; `actor_id` is who speaks for the seller.
    """
    check_terms(
        now=desk.now,
        commodity=commodity,
        kg=kg,
        unit=unit,
        price_paise=price_paise,
        per=per,
        place=place,
        available_from=available_from,
        photos=len(photos),
    )
    check_price(commodity, price_paise, per, sure=sure)
    actor_id = actor_id or seller_id
    who = await _speaker(desk, actor_id, seller_id)
    await check_own(desk, photos, seller_id, actor_id)
    if not (await desk.db.execute(select(exists().where(pincode.c.pincode == place.pincode)))).scalar():
        raise BadTerms("place")
    row = await write_coded(
        desk,
        t,
        LISTING,
        seller_id=seller_id,
        state="draft" if draft else "active",
        commodity=commodity,
        kg=kg,
        kg_left=kg,
        unit=unit,
        price_paise=price_paise,
        per=per,
        negotiable=negotiable,
        available_from=available_from,
        expires_at=desk.now + LIFETIME,
        photos=list(photos),
        created_at=desk.now,
        moved_at=desk.now,
        moved_by=who,
        **place_values(place),
    )
    await parties.into_the_book(desk, who, actor_id, "listing.publish", row.code, was=None)
    lot = listing_of(row, desk.now)
    if draft:
        return lot
    await record(desk, "listing.published", row.code, about(row) | {"actor_id": str(actor_id)})
    return await _shown(desk, lot)


async def put_up(desk: Desk, *, seller_id: UUID, code: str) -> Listing:
    """A draft goes on the market; its thirty days begin."""
    return await _shown(desk, await _move(desk, "publish", seller_id, code, expires_at=desk.now + LIFETIME))


async def _shown(desk: Desk, lot: Listing) -> Listing:
    await tell_who_waits(desk, lot)
    await screens.listing_published(desk, lot)
    return lot


async def renew(desk: Desk, *, seller_id: UUID, code: str) -> Listing:
    """Thirty more days from now, also for a listing that has run out."""
    lot = await _move(desk, "renew", seller_id, code, expires_at=desk.now + LIFETIME)
    await tell_who_waits(desk, lot)
    return lot


async def change(
    desk: Desk,
    *,
    seller_id: UUID,
    code: str,
    kg: int | None = None,
    unit: str | None = None,
    price_paise: int | None = None,
    per: str | None = None,
    available_from: date | None = None,
    sure: bool = False,
) -> Listing:
    """Other terms for a lot that is for sale; None leaves one as it is.

    `kg` counts the whole lot. What is booked stays booked as it was agreed; open offers stay open.
    """
    lot = await _held(desk, code)
    await _speaker(desk, seller_id, lot.seller_id)
    if listing_of(lot, desk.now).state == "expired":  # the nightly job may be late
        raise ListingGone
    booked = lot.kg - lot.kg_left
    asked: dict[str, Any] = {
        "kg": kg,
        "unit": unit,
        "price_paise": price_paise,
        "per": per,
        "available_from": available_from,
    }
    terms = {name: getattr(lot, name) if new is None else new for name, new in asked.items()}
    first_day = desk.now.astimezone(KOLKATA).date()  # the day it was put up for may have passed
    check_terms(
        now=desk.now,
        commodity=lot.commodity,
        place=place_of(lot),
        photos=len(lot.photos),
        **{**terms, "available_from": available_from or max(lot.available_from, first_day)},
    )
    if price_paise is not None or per is not None:
        check_price(lot.commodity, terms["price_paise"], terms["per"], sure=sure)
    if kg is not None and kg <= booked:
        raise LessThanBooked(booked)
    left = terms["kg"] - booked
    told = {"kg_left": left, "price_paise": terms["price_paise"], "per": terms["per"]}
    changed = await _move(desk, "change", seller_id, code, told, **terms, kg_left=left)
    await tell_who_waits(desk, changed)
    return changed


async def cancel(desk: Desk, *, seller_id: UUID, code: str) -> Listing:
    """Off the market; what is booked already stays booked, open offers lapse."""
    gone = await _move(desk, "cancel", seller_id, code)
    await lapse_offers(desk, [gone.id])
    return gone


async def _held(desk: Desk, code: str) -> Any:
    """The row, and nobody books of it until this is done."""
    lot = (
        await desk.db.execute(
            select(t)
            .where(t.c.tenant_id == desk.tenant, t.c.code == spoken(code))
            .with_for_update(key_share=True)
        )
    ).one_or_none()
    if lot is None:
        raise ListingGone
    return lot


async def _move(
    desk: Desk, move: str, actor_id: UUID, code: str, told: Mapping[str, Any] | None = None, **changes: Any
) -> Listing:
    lot = await _held(desk, code)
    who = await _speaker(desk, actor_id, lot.seller_id)
    try:
        row = await make(
            desk,
            LISTING_LIFE,
            t,
            move,
            row_id=lot.id,
            state=lot.state,
            who=who,
            subject=lot.code,
            about=about(lot) | dict(told or {}),
            actor_id=actor_id,
            **changes,
        )
    except Moved as moved:
        raise ListingGone from moved
    await parties.into_the_book(desk, who, actor_id, f"listing.{move}", lot.code, was=lot.state)
    return listing_of(row, desk.now)


async def _speaker(desk: Desk, actor_id: UUID, seller_id: UUID) -> str:
    if await may_act_for(desk, actor_id, seller_id):
        return parties.SELLER
    if await parties.is_operator(desk, actor_id):
        return parties.OPERATOR
    raise NotYours


async def expire(desk: Desk) -> int:
    """Close what has run out; how many that were."""
    rows = [row for _, row in await lapse(desk, LISTING_LIFE, t, limit=AT_ONCE)]
    await record_all(
        desk,
        "listing.expired",
        ((row.code, about(row) | {"actor_id": None, "by": TIME}) for row in rows),
    )
    await lapse_offers(desk, [row.id for row in rows])
    return len(rows)
