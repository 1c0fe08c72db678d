"""Farmers and buyers for the market's own tests."""

from datetime import date
from typing import Any
from uuid import UUID

from marketplace_core.accounts import commands as accounts
from marketplace_core.bookings import queries as agreements
from marketplace_core.bookings.queries import Booking
from marketplace_core.desk import Desk
from marketplace_core.listings import commands as listings
from marketplace_core.listings import queries as shelf
from marketplace_core.listings.queries import Listing
from marketplace_core.offers import commands as offers
from marketplace_core.places.place import Place

MOGA = Place("142001", "Moga", "Moga", "Punjab", 30.81595, 75.16685)
LUDHIANA = Place("141001", "Ludhiana", "Ludhiana", "Punjab", 30.90264, 75.83775)
MANDYA = Place("571401", "Mandya", "Mandya", "Karnataka", 12.53, 76.89)

STRAW: dict[str, Any] = {
    "commodity": "paddy_straw",
    "kg": 12_000,
    "unit": "t",
    "price_paise": 25_000,
    "per": "quintal",
    "place": MOGA,
    "available_from": date(2026, 11, 25),
    "sure": True,  # what a test asks is seldom a market price
}


async def somebody(desk: Desk, phone: str, *, name: str, place: Place = MOGA) -> UUID:
    reached = await accounts.reach(desk, channel="sms", value=phone, phone=phone)
    await accounts.register(desk, reached.person.id, name=name, place=place)
    return reached.person.id


async def farmer(desk: Desk) -> UUID:
    return await somebody(desk, "+919800000001", name="Gurpreet")


async def buyer(desk: Desk) -> UUID:
    return await somebody(desk, "+919800000002", name="Asha", place=LUDHIANA)


async def straw(desk: Desk, seller_id: UUID, **terms: Any) -> Listing:
    return await listings.publish(desk, seller_id=seller_id, **(STRAW | terms))


async def book_as_shown(desk: Desk, *, code: str, **wanted: Any) -> Booking:
    """At the price and the grade that the lot shows now."""
    lot = await shelf.by_code(desk, code)
    seen: dict[str, Any] = {"price_paise": 1, "per": "kg", "grade": None}
    if lot:
        seen = {name: getattr(lot, name) for name in seen}
    return await offers.book_at_listed_price(desk, code=code, **seen, **wanted)


async def take_bill(desk: Desk, take: Any, *, actor_id: UUID, code: str) -> Booking:
    """Yes to the bill as it shows now: `take` is the farmer's agreeing or the buyer's closing."""
    gets = (await agreements.bill(desk, code)).farmer_gets
    taken: Booking = await take(desk, actor_id=actor_id, code=code, farmer_gets=gets)
    return taken


async def booked(desk: Desk, kg: int = 5_000) -> tuple[UUID, UUID, Listing, Booking]:
    seller, me = await farmer(desk), await buyer(desk)
    lot = await straw(desk, seller)
    return seller, me, lot, await book_as_shown(desk, buyer_id=me, code=lot.code, kg=kg)
