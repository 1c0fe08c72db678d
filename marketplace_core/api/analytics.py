"""The market at a glance, and what it keeps out of the air."""

from decimal import Decimal
from typing import Annotated

from fastapi import Query
from pydantic import Field

from marketplace_core.api.listings import CommodityId
from marketplace_core.api.route import AtDesk, Me, doors
from marketplace_core.api.shapes import Told
from marketplace_core.impact import queries as impact
from marketplace_core.impact.queries import Kept
from marketplace_core.impact.rules import SOURCES
from marketplace_core.window import overview

router = doors("analytics")

CAVEAT = (
    "An estimate: it supposes that what was sold would otherwise have been burnt in the field. Counted are methane and "
    "nitrous oxide; biogenic CO2 is not, for the next crop takes it up again. Commodities without a published factor "
    "are weighed and not converted."
)


class StateShown(Told):
    state: str = Field(examples=["Punjab"])
    lots: int
    tonnes: Decimal = Field(examples=["412.500"])
    low_paise: int = Field(description="A quintal; the cheapest tenth lies below.")
    median_paise: int = Field(description="A quintal.")
    high_paise: int = Field(description="A quintal; the dearest tenth lies above.")


class Overview(Told):
    commodity: str
    lots: int
    tonnes: Decimal
    states: list[StateShown]


class KeptShown(Told):
    commodity: str
    deals: int
    tonnes: Decimal
    co2e_kg: Decimal | None = Field(description="Null: no published factor.")
    co_kg: Decimal | None = Field(description="Carbon monoxide; not part of CO2e.")


class Impact(Told):
    tonnes: Decimal
    co2e_kg: Decimal
    co_kg: Decimal
    commodities: list[KeptShown]
    sources: list[str]
    caveat: str


@router.get("/analytics/market", summary="What is for sale, by state")
async def market(commodity: Annotated[CommodityId, Query()], desk: AtDesk) -> Overview:
    """Open lots of one commodity in every market: how many, how much, at what prices."""
    states = [
        StateShown(
            state=each.state,
            lots=each.lots,
            tonnes=_thousandth(each.kg),
            low_paise=each.low_paise,
            median_paise=each.median_paise,
            high_paise=each.high_paise,
        )
        for each in await overview.by_state(desk, commodity)
    ]
    return Overview(
        commodity=commodity,
        lots=sum(each.lots for each in states),
        tonnes=sum((each.tonnes for each in states), Decimal("0.000")),
        states=states,
    )


@router.get("/analytics/impact", summary="Residue that was sold and not burnt")
async def not_burnt(
    desk: AtDesk, me: Me, mine: Annotated[bool, Query(description="Only deals of my own.")] = False
) -> Impact:
    """Of completed deals, as weighed; with the tables it was reckoned from."""
    rows = await impact.kept(desk, me.person_id if mine else None)
    return Impact(
        tonnes=_thousandth(sum(each.kg for each in rows)),
        co2e_kg=_thousandth(sum(each.co2e_grams or 0 for each in rows)),
        co_kg=_thousandth(sum(each.co_grams or 0 for each in rows)),
        commodities=[_kept(each) for each in rows],
        sources=list(SOURCES),
        caveat=CAVEAT,
    )


def _kept(each: Kept) -> KeptShown:
    return KeptShown(
        commodity=each.commodity,
        deals=each.deals,
        tonnes=_thousandth(each.kg),
        co2e_kg=None if each.co2e_grams is None else _thousandth(each.co2e_grams),
        co_kg=None if each.co_grams is None else _thousandth(each.co_grams),
    )


def _thousandth(small: int) -> Decimal:
    """Kilograms as tonnes, grams as kilograms."""
    return Decimal(small).scaleb(-3).quantize(Decimal("0.001"))
