"""Opens what the web server and the worker both need: database, understanding, carrier."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncEngine

from bot.carriers.gateway.api import Gateway
from bot.carriers.port import Carriers, all_by
from bot.carriers.twilio.api import Twilio
from bot.carriers.twilio.calls import TwilioCalls
from bot.numbers import Numbers, house_numbers
from bot.outbox import Postbox
from bot.settings import Settings
from bot.turn import Office
from marketplace_core.db.engine import make_engine
from nlu.understand import Understander


@dataclass(frozen=True)
class House:
    engine: AsyncEngine
    numbers: Numbers
    office: Office
    box: Postbox
    phones: TwilioCalls


@asynccontextmanager
async def open_house(settings: Settings, ring: Callable[[int], None]) -> AsyncIterator[House]:
    """`ring` is called with the tenant whenever a turn left something to send or to tell."""
    engine = make_engine(settings.database_url or "")
    understander = Understander(settings.rasa_url, settings.rasa_timeout)
    twilio = Twilio(settings)
    carriers = _carriers(settings, twilio)
    office = Office(engine, understander, carriers.fits_reply, ring)
    try:
        yield House(
            engine,
            Numbers(engine, house_numbers(settings)),
            office,
            Postbox(engine, carriers, settings),
            TwilioCalls(twilio, settings.twilio_voice_number),
        )
    finally:
        await carriers.close()
        await understander.close()
        await engine.dispose()


def _carriers(settings: Settings, twilio: Twilio) -> Carriers:
    if settings.sms_carrier == "twilio":
        return all_by(twilio)
    return Carriers({"whatsapp": twilio, "sms": Gateway(settings), "voice": twilio})
