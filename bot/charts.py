"""Pictures of prices, drawn when a carrier fetches them: they are of that moment, and nobody's to keep.

To whoever serves pictures it is a store like any other. What a key says was sealed into its address by us.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncEngine

from flows.forecast import CHARTS, on_the_chart
from flows.words import words_of
from marketplace_core.desk import open_desk
from marketplace_core.places.place import Place
from marketplace_core.pricing.chart import Labels, chart
from marketplace_core.pricing.forecast import forecast
from marketplace_core.store import MediaMissing, Storage
from marketplace_core.tenants import HOUSE


@dataclass(frozen=True)
class WithCharts:
    store_below: Storage
    engine: Callable[[], AsyncEngine]
    clock: Callable[[], datetime]

    async def store(self, content: bytes, content_type: str) -> str:
        return await self.store_below.store(content, content_type)

    async def load(self, key: str) -> bytes:
        return await (self._drawn(key) if key.startswith(CHARTS) else self.store_below.load(key))

    async def remove(self, key: str) -> None:
        await self.store_below.remove(key)

    async def _drawn(self, key: str) -> bytes:
        """ "forecast/onion/30.82,75.17/hi-native": what, where, in which words."""
        commodity, point, tongue = key.removeprefix(CHARTS).split("/")
        lat, lon = map(float, point.split(","))
        language, _, script = tongue.partition("-")
        place = Place(pincode="", village=None, district="", state="", lat=lat, lon=lon)
        # market days are shared by all tenants
        async with open_desk(self.engine(), HOUSE, self.clock()) as desk:
            found = await forecast(desk, commodity=commodity, place=place)
        if not found:
            raise MediaMissing(key)
        words = words_of(language, "latin" if script == "latin" else "native")
        labels = Labels(**{part: words(said) for part, said in on_the_chart(found).items()})
        letters = "en" if script == "latin" else language
        return await asyncio.to_thread(chart, found.history, found.days, labels, letters)
