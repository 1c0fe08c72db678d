"""How my agreements stand, what they cost, and what may be done with them now."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, or_, select

from marketplace_core import parties
from marketplace_core.accounts.models import person
from marketplace_core.accounts.queries import may_act_for
from marketplace_core.bookings import bill as bills
from marketplace_core.bookings.bill import Assay, Bill
from marketplace_core.bookings.models import booking as t
from marketplace_core.bookings.models import inspection as i
from marketplace_core.bookings.models import pickup as p
from marketplace_core.bookings.models import weighment as w
from marketplace_core.bookings.terms import Terms
from marketplace_core.bookings.transitions import BOOKING_LIFE
from marketplace_core.codes import spoken
from marketplace_core.desk import Desk
from marketplace_core.errors import NotFound, NotYours
from marketplace_core.listings.models import listing
from marketplace_core.places.models import place_of
from marketplace_core.places.place import Place
from marketplace_core.transitions import TIME, Move

Role = Literal["buyer", "seller"]
#: What `mine` is asked for beside the state.
Condition = ColumnElement[bool]
#: A bill is there once the goods have come; a complaint on the road may come before it.
BILLED: Condition = t.c.billed_at.is_not(None)


@dataclass(frozen=True)
class Booking:
    """`my_role` is set where somebody asks for their own; `place` is where the goods lie.

    `total_paise` is the price of the goods as agreed, `due_paise` what the buyer is to secure for everything.
    """

    id: UUID
    code: str
    state: str
    kg: int
    commodity: str
    unit: str
    price_paise: int
    per: str
    total_paise: int
    listing_id: UUID
    listing_code: str
    offer_id: UUID
    seller_id: UUID
    buyer_id: UUID
    seller_name: str | None
    buyer_name: str | None
    place: Place
    created_at: datetime
    moved_at: datetime
    moved_by: str
    why: str | None
    pay_by: str
    due_paise: int
    terms: Terms
    confirmed_at: datetime | None
    billed_at: datetime | None
    bill_agreed_at: datetime | None
    decided_paise: int | None
    my_role: Role | None = None


@dataclass(frozen=True)
class Pickup:
    """When the goods are fetched, and by whom; nobody named is the buyer themselves."""

    window_from: datetime | None
    window_to: datetime | None
    driver_id: UUID | None
    locked_until: datetime | None


seller, buyer = person.alias("seller"), person.alias("buyer")

BOOKINGS = select(
    t,
    listing.c.commodity,
    listing.c.unit,
    listing.c.code.label("listing_code"),
    listing.c.pincode,
    listing.c.village,
    listing.c.district,
    listing.c.place_state,
    listing.c.lat,
    listing.c.lon,
    seller.c.name.label("seller_name"),
    buyer.c.name.label("buyer_name"),
).select_from(
    t.join(listing, and_(listing.c.tenant_id == t.c.tenant_id, listing.c.id == t.c.listing_id))
    .join(seller, and_(seller.c.tenant_id == t.c.tenant_id, seller.c.id == t.c.seller_id))
    .join(buyer, and_(buyer.c.tenant_id == t.c.tenant_id, buyer.c.id == t.c.buyer_id))
)


def booking_of(row: Any, now: datetime, lot: Any = None) -> Booking:
    """Of one row with everything, or of a booking's row and its lot's with the names of both."""
    lot = lot or row
    return Booking(
        id=row.id,
        code=row.code,
        state=BOOKING_LIFE.standing(row.state, row, now),
        kg=row.kg,
        commodity=lot.commodity,
        unit=lot.unit,
        price_paise=row.price_paise,
        per=row.per,
        total_paise=row.total_paise,
        listing_id=row.listing_id,
        listing_code=row.listing_code if lot is row else lot.code,
        offer_id=row.offer_id,
        seller_id=row.seller_id,
        buyer_id=row.buyer_id,
        seller_name=lot.seller_name,
        buyer_name=lot.buyer_name,
        place=place_of(lot),
        created_at=row.created_at,
        moved_at=row.moved_at,
        moved_by=row.moved_by,
        why=row.why,
        pay_by=row.pay_by,
        due_paise=row.due_paise,
        terms=Terms.from_json(row.terms),
        confirmed_at=row.confirmed_at,
        billed_at=row.billed_at,
        bill_agreed_at=row.bill_agreed_at,
        decided_paise=row.decided_paise,
    )


async def mine(
    desk: Desk,
    person_id: UUID,
    *,
    states: Mapping[Role, Collection[str]] | None = None,
    and_also: Sequence[Condition] = (),
    limit: int = 9,
    before: UUID | None = None,
) -> tuple[Booking, ...]:
    """What a person sells or buys, newest first; `states` in which it counts, by the side they are on."""
    sides: dict[Role, ColumnElement[UUID]] = {"seller": t.c.seller_id, "buyer": t.c.buyer_id}
    # Each half walks its own index from the new end.
    newest = [
        select(t.c.id)
        .where(
            t.c.tenant_id == desk.tenant,
            side == person_id,
            *and_also,
            *([t.c.state.in_(states.get(role, ()))] if states is not None else []),
            *([t.c.id < before] if before else []),
        )
        .order_by(t.c.id.desc())
        .limit(limit)
        .scalar_subquery()
        for role, side in sides.items()
    ]
    rows = await desk.db.execute(
        BOOKINGS.where(t.c.tenant_id == desk.tenant, or_(*(t.c.id.in_(half) for half in newest)))
        .order_by(t.c.id.desc())
        .limit(limit)
    )
    found = (
        replace(booking_of(row, desk.now), my_role="seller" if row.seller_id == person_id else "buyer")
        for row in rows
    )
    # the nightly job may be late: what nobody answered in time is called off all the same
    return tuple(
        each for each in found if states is None or each.state in states.get(each.my_role or "buyer", ())
    )


async def by_code(desk: Desk, code: str) -> Booking | None:
    row = (await desk.db.execute(_by_code(desk, code))).one_or_none()
    return booking_of(row, desk.now) if row else None


def _by_code(desk: Desk, code: str) -> Select[Any]:
    return BOOKINGS.where(t.c.tenant_id == desk.tenant, t.c.code == spoken(code))


async def known(desk: Desk, code: str) -> Booking:
    booking = await by_code(desk, code)
    if booking is None:
        raise NotFound("booking")
    return booking


async def pickup(desk: Desk, booking_id: UUID) -> Pickup:
    """Nothing is agreed on until it is confirmed."""
    row = (
        await desk.db.execute(
            select(p.c.window_from, p.c.window_to, p.c.driver_id, p.c.locked_until).where(
                p.c.tenant_id == desk.tenant, p.c.booking_id == booking_id
            )
        )
    ).one_or_none()
    return Pickup(*row) if row else Pickup(None, None, None, None)


async def pickup_code(desk: Desk, code: str, person_id: UUID) -> str | None:
    """What the farmer shows to the driver, for the farmer's eyes alone; None as long as there is none."""
    booking = await known(desk, code)
    if person_id == booking.buyer_id or not await may_act_for(desk, person_id, booking.seller_id):
        raise NotYours
    found = await desk.db.execute(
        select(p.c.secret).where(p.c.tenant_id == desk.tenant, p.c.booking_id == booking.id)
    )
    return found.scalar_one_or_none()


async def weighed(desk: Desk, booking_id: UUID) -> int | None:
    found = await desk.db.execute(
        select(w.c.kg)
        .where(w.c.tenant_id == desk.tenant, w.c.booking_id == booking_id)
        .order_by(w.c.id.desc())
        .limit(1)
    )
    return found.scalar_one_or_none()


async def assay(desk: Desk, booking_id: UUID) -> Assay | None:
    row = (
        await desk.db.execute(
            select(i.c.grade, i.c.moisture, i.c.impurity)
            .where(i.c.tenant_id == desk.tenant, i.c.booking_id == booking_id)
            .order_by(i.c.id.desc())
            .limit(1)
        )
    ).one_or_none()
    return Assay(*row) if row else None


async def bill(desk: Desk, code: str) -> Bill:
    """As quoted until the goods are weighed, then as weighed and inspected; as decided after a dispute."""
    return await bill_of(desk, await known(desk, code))


async def bill_of(desk: Desk, booking: Booking) -> Bill:
    if booking.decided_paise is not None:
        return bills.decided(quoted(booking), booking.decided_paise, booking.terms)
    kg = await weighed(desk, booking.id)
    if kg is None:
        return quoted(booking)
    return bills.final(
        booking.kg,
        booking.price_paise,
        booking.per,
        booking.terms,
        weighed_kg=kg,
        found=await assay(desk, booking.id),
    )


def quoted(booking: Booking) -> Bill:
    return bills.quoted(booking.kg, booking.price_paise, booking.per, booking.terms)


async def roles(desk: Desk, booking: Booking, person_id: UUID) -> tuple[str, ...]:
    """As whom somebody may act on a booking. Where no driver is named the buyer drives."""
    driver_id = (await pickup(desk, booking.id)).driver_id or booking.buyer_id
    mine: tuple[str, ...] = ()
    try:
        mine = await parties.sides(desk, person_id, seller_id=booking.seller_id, buyer_id=booking.buyer_id)
    except NotYours:
        if person_id != driver_id:
            raise
    drives = person_id == driver_id or (parties.BUYER in mine and driver_id == booking.buyer_id)
    return (*mine, parties.DRIVER) if drives else mine


async def what_next(desk: Desk, code: str, person_id: UUID) -> tuple[Move, ...]:
    """The moves open to a person now, in the order of the table; what must hold for each stands in it."""
    booking = await known(desk, code)
    mine = await roles(desk, booking, person_id)
    return tuple(
        move
        for move in BOOKING_LIFE.moves
        if booking.state in move.source and TIME not in move.by and set(mine) & set(move.by)
    )
