"""What the market trades."""

from typing import Annotated

from fastapi import Query
from pydantic import Field

from marketplace_core.api.route import doors
from marketplace_core.api.shapes import Told
from marketplace_core.commodities import COMMODITIES, Kind

router = doors("commodities")


class CommodityShown(Told):
    id: str = Field(examples=["paddy_straw"])
    name: str = Field(examples=["Paddy straw"])
    kind: Kind
    unit: str = Field(description="The one people trade it in.", examples=["t"])


@router.get("/commodities", summary="All commodities")
async def commodities(kind: Annotated[Kind | None, Query()] = None) -> list[CommodityShown]:
    return [
        CommodityShown.model_validate(each)
        for each in COMMODITIES.values()
        if kind is None or each.kind == kind
    ]
