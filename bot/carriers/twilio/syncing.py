"""`mandi templates sync`: says in lines what is there, what was made and what waits for Meta's word."""

import json
from collections.abc import Sequence

import httpx

from bot.carriers.twilio.api import Twilio
from bot.carriers.twilio.templates import carry_out, plan
from bot.settings import Settings


async def sync(
    settings: Settings, *, dry_run: bool, transport: httpx.AsyncBaseTransport | None = None
) -> Sequence[str]:
    async with Twilio(settings, transport) as twilio:
        wish = await plan(twilio)
        lines = [
            *(f"make     {name}" for name in wish.to_make),
            *(f"ask for  {name}" for name in wish.to_ask),
            *(f"{status:8} {name}" for name, status in wish.waiting.items()),
        ]
        if not dry_run:
            await carry_out(twilio, wish)
    sids = json.dumps(wish.sids, sort_keys=True)
    return [*lines, f"{len(wish.sids)} are good to be used:", f"TWILIO_CONTENT_SIDS={sids}"]
