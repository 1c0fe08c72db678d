"""Opens what the web server and the worker both need: database, understanding, carrier."""

import asyncio
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncEngine

from bot.carriers.gateway.api import Gateway
from bot.carriers.port import Carriers
from bot.carriers.twilio.api import Twilio
from bot.carriers.twilio.calls import ByCall, TwilioCalls
from bot.numbers import Numbers, house_numbers
from bot.office_hours import office_line
from bot.outbox import Postbox
from bot.settings import Settings
from bot.speech.ears import Ears, ears
from bot.speech.mouth import Mouth, mouth
from bot.turn import Office
from bot.waiting_room import AT_ONCE, Crowd
from flows.words import read_catalogues
from marketplace_core.db.engine import make_engine
from marketplace_core.settings import market_settings
from marketplace_core.store import storage
from nlu.understand import Understander, read_word_lists

#: Seconds until whoever knocks is heard beside the reading: each step of storing a message waits so long for its turn.
GET_A_WORD_IN = 0.0005


@dataclass(frozen=True)
class House:
    engine: AsyncEngine
    numbers: Numbers
    office: Office
    box: Postbox
    phones: TwilioCalls
    ears: Ears
    mouth: Mouth


@asynccontextmanager
async def open_house(settings: Settings, ring: Callable[[int], None]) -> AsyncIterator[House]:
    """`ring` is called with the tenant whenever a turn left something to send or to tell."""
    engine = make_engine(settings.database_url or "")
    opening = asyncio.ensure_future(asyncio.to_thread(_read_books))
    understander = Understander(settings.rasa_url, settings.rasa_timeout, prepared=True)
    twilio = Twilio(settings)
    carriers = _carriers(settings, twilio)
    hears, says = ears(settings), mouth(settings, engine, storage(market_settings()))
    office = Office(
        engine,
        understander,
        carriers.fits_reply,
        ring,
        hears=bool(hears),
        speaks=says.speaks,
        opens=office_line(settings).opens,
        crowd=Crowd(AT_ONCE, opening=opening),
    )
    try:
        yield House(
            engine,
            Numbers(engine, house_numbers(settings)),
            office,
            Postbox(engine, carriers, settings, says),
            TwilioCalls(twilio, settings.twilio_voice_number),
            hears,
            says,
        )
    finally:
        await asyncio.wait([opening])
        await carriers.close()
        await understander.close()
        await engine.dispose()


def _read_books() -> None:
    """Word lists and catalogues: seconds of work, which nobody who writes shall wait for."""
    usual = sys.getswitchinterval()
    sys.setswitchinterval(GET_A_WORD_IN)
    try:
        read_word_lists()
        read_catalogues()
    finally:
        sys.setswitchinterval(usual)


def _carriers(settings: Settings, twilio: Twilio) -> Carriers:
    by_sms = twilio if settings.sms_carrier == "twilio" else Gateway(settings)
    return Carriers({"whatsapp": twilio, "sms": by_sms, "voice": ByCall(settings)})
