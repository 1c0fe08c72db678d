"""Pictures of prices and of what is to be paid, drawn when a carrier fetches them: nobody's to keep.

To whoever serves pictures it is a store like any other. What a key says was sealed into its address by us.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncEngine

from flows.forecast import CHARTS, on_the_chart
from flows.pay import TO_PAY
from flows.words import words_of
from marketplace_core.desk import open_desk
from marketplace_core.payments.offered import link_to_pay
from marketplace_core.payments.upi import qr_png
from marketplace_core.places.place import Place
from marketplace_core.pricing.chart import Labels, chart
from marketplace_core.pricing.forecast import forecast
from marketplace_core.settings import market_settings
from marketplace_core.store import MediaMissing, Storage
from marketplace_core.tenants import HOUSE


@dataclass(frozen=True)
class WithDrawings:
    store_below: Storage
    engine: Callable[[], AsyncEngine]
    clock: Callable[[], datetime]

    async def store(self, content: bytes, content_type: str) -> str:
        return await self.store_below.store(content, content_type)

    async def load(self, key: str) -> bytes:
        if key.startswith(CHARTS):
            return await self._chart(key)
        return _to_scan(key) if key.startswith(TO_PAY) else await self.store_below.load(key)

    async def remove(self, key: str) -> None:
        await self.store_below.remove(key)

    async def _chart(self, key: str) -> bytes:
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


def _to_scan(key: str) -> bytes:
    """ "pay/P3X9K2/1020000": which payment, and how many paise."""
    code, paise = key.removeprefix(TO_PAY).split("/")
    link = link_to_pay(code, int(paise), market_settings())
    if link is None:
        raise MediaMissing(key)
    return qr_png(link)
