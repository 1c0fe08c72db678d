"""Whose number a message came to: a tenant's own, or one of the house."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field

import structlog
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.settings import Settings
from marketplace_core.tenants import HOUSE
from marketplace_core.tenants.queries import of_number

log = structlog.get_logger()
REMEMBERED_SECONDS = 60.0


class NobodysNumber(Exception):
    """Neither the house nor any tenant has it: nothing may be stored, least of all in somebody else's market."""


def house_numbers(settings: Settings) -> Mapping[str, str]:
    """By channel, the numbers of whoever runs the house; tenants without one of their own use them too."""
    return {
        "whatsapp": settings.twilio_whatsapp_sender,
        "sms": settings.sms_number or settings.twilio_sms_sender,
        "voice": settings.twilio_voice_number,
    }


@dataclass
class Numbers:
    """Asks the database once a minute for each number; a number never moves to another tenant."""

    engine: AsyncEngine
    house: Mapping[str, str]
    known: dict[tuple[str, str], tuple[int, float]] = field(default_factory=dict)

    async def tenant_of(self, channel: str, number: str) -> int:
        if self.house.get(channel) == number:
            return HOUSE
        tenant, until = self.known.get((channel, number), (None, 0.0))
        if tenant is None or until < time.monotonic():
            async with self.engine.connect() as db:
                tenant = await of_number(db, channel, number)
            if tenant is None:
                log.warning("a message to a number of nobody")
                raise NobodysNumber
            self.known[channel, number] = tenant, time.monotonic() + REMEMBERED_SECONDS
        return tenant
