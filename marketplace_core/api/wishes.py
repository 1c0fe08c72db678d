"""What a buyer waits for; lots that fit are told as they come."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from marketplace_core.api.faults import refuses
from marketplace_core.api.listings import CommodityId, ListingShown, shown
from marketplace_core.api.places import Coarse, Where, place_at
from marketplace_core.api.route import AtDesk, Me, doors
from marketplace_core.api.shapes import Asked, Kg, Moment, Paise, Told
from marketplace_core.errors import BadTerms, Moved, NotFound
from marketplace_core.wishes import commands, queries
from marketplace_core.wishes.errors import TooManyWishes

router = doors("wishes")


class NewWish(Asked):
    """What is left out may be anything."""

    commodity: CommodityId
    where: Where
    km: Annotated[int, Field(strict=True, ge=1, le=1000)]
    until: Moment
    grade: Literal["A", "B", "C"] | None = Field(None, description="This or better.")
    least_kg: Kg = 1
    most_kg: Kg | None = None
    price_paise: Paise | None = Field(None, description="At most; for one `per`.")
    per: Literal["kg", "quintal", "t"] | None = None


class WishShown(Told):
    id: UUID
    state: str
    commodity: str
    grade: str | None
    least_kg: int
    most_kg: int | None
    price_paise: int | None
    per: str | None
    place: Coarse
    km: int
    until: datetime
    created_at: datetime


@router.post(
    "/wishes", status_code=201, summary="Say what I wait for", responses=refuses(BadTerms, TooManyWishes)
)
async def make(body: NewWish, desk: AtDesk, me: Me) -> WishShown:
    terms = body.model_dump(exclude={"where"})
    place = await place_at(desk, body.where)
    return WishShown.model_validate(
        await commands.make_wish(desk, buyer_id=me.person_id, place=place, **terms)
    )


@router.get("/wishes", summary="What I wait for")
async def mine(desk: AtDesk, me: Me) -> list[WishShown]:
    return [WishShown.model_validate(each) for each in await queries.mine(desk, me.person_id)]


@router.get("/wishes/{wish}/matches", summary="Lots that came", responses=refuses(NotFound))
async def matches(wish: UUID, desk: AtDesk, me: Me) -> list[ListingShown]:
    """The last first."""
    if wish not in {each.id for each in await queries.mine(desk, me.person_id)}:
        raise NotFound("wish")
    return [shown(each, me.person_id) for each in await queries.matched(desk, wish)]


@router.delete("/wishes/{wish}", summary="I wait no longer", responses=refuses(NotFound, Moved))
async def end(wish: UUID, desk: AtDesk, me: Me) -> WishShown:
    return WishShown.model_validate(await commands.end_wish(desk, buyer_id=me.person_id, wish_id=wish))
