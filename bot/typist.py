""" "… is typing", while eyes or ears are at work. Nobody waits for it, and whether it was shown is never asked."""

import asyncio
from dataclasses import dataclass, field

import structlog

from bot.carriers.port import Carriers
from bot.carriers.refusals import Refused
from bot.message import Inbound

log = structlog.get_logger()

#: The reply to the webhook would put it out: it is shown behind that, until the answer comes.
BEHIND_THE_REPLY = 1.0


@dataclass
class Typist:
    pause: float = BEHIND_THE_REPLY
    at_work: set[asyncio.Task[None]] = field(default_factory=set)

    def show(self, carriers: Carriers, inbound: Inbound) -> None:
        """Only what is looked at or listened to takes so long that somebody would wonder."""
        if inbound.sender.channel == "whatsapp" and inbound.attachments:
            errand = asyncio.create_task(self._show(carriers, inbound))
            self.at_work.add(errand)
            errand.add_done_callback(self.at_work.discard)

    async def _show(self, carriers: Carriers, inbound: Inbound) -> None:
        await asyncio.sleep(self.pause)
        try:
            await carriers.of("whatsapp").typing(inbound.carrier_id)
        except Refused as refusal:
            log.info("not shown as typing", code=refusal.code)
